"""`bpsym init` and `bpsym schema`: how a description is begun."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from bpsym.cli.arguments import STANDARD
from bpsym.errors import BpsymError


@click.command(short_help="Write a commented network description to start from.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="network.toml")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def init(file: Path, force: bool) -> None:
    """Write a network description to start from, with a comment for every key.

    FILE is network.toml unless given; - prints it.

    \b
    Examples:
      bpsym init
      bpsym init xor.toml
    """
    text = (files("bpsym") / "spec" / "template.toml").read_text("utf-8")
    if file == STANDARD:
        click.echo(text, nl=False)
        return
    if file.exists() and not force:
        raise BpsymError(f"{file} exists; --force writes over it")
    from bpsym.files import write_atomically

    write_atomically(file, text.encode())
    click.echo(f"{file} written; now: bpsym worksheet {file} -o sheet.pdf", err=True)


@click.command(short_help="Print the JSON Schema of descriptions, for editors.")
def schema() -> None:
    """Print the JSON Schema of network descriptions: what every key means and what it can be.

    \b
    An editor with a TOML language server completes from it when a description begins with the line
      #:schema ./bpsym.schema.json

    \b
    Example:
      bpsym schema > bpsym.schema.json
    """
    import json

    from bpsym.spec import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
