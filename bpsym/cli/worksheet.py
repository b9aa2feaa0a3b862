"""`bpsym worksheet` and `bpsym formats`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from bpsym.cli.arguments import STANDARD, Known, description_argument, read_description
from bpsym.cli.progress import progress


@click.command(short_help="Work a network out: PDF, Markdown, LaTeX, Typst, HTML, notebook.")
@description_argument
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Where to write; the ending says the format, - is standard output. May be said several times.  [default: -]",
)
@click.option(
    "--format",
    "stdout_format",
    type=Known("format", "bpsym.render.formats:BY_NAME"),
    default="text",
    help="The format on standard output.  [default: text]",
)
@click.option("--kind", type=Known("kind", "bpsym.options:KINDS"), help="What the sheet is.")
@click.option("--lang", type=Known("language", "bpsym.options:LANGUAGES"), help="The language.")
@click.option("--notation", type=Known("notation", "bpsym.options:NOTATIONS"), help="How quantities are called.")
@click.option("--weights", metavar="one|all|NAMES", help="Which weights are derived in full: w1,w5 for example.")
@click.option("--digits", type=int, metavar="N", help="Digits after the point.")
@click.option("--significant", type=int, metavar="N", help="Significant digits instead.")
@click.option("--tie", type=Known("tie rule", "bpsym.rounding:TIES"), help="Where a last digit 5 is rounded to.")
@click.option("--carry", type=Known("carry", "bpsym.rounding:CARRIES"), help="Go on with all digits or those shown.")
@click.option("--steps", type=click.IntRange(min=1), metavar="N", help="Updates of the training run.")
@click.option("--order", type=Known("order", "bpsym.update:ORDERS"), help="In which order weights are updated.")
@click.option("--fade", type=click.IntRange(min=0), metavar="N", help="Blank: leave the first N lines worked.")
@click.option("--pdf-engine", type=Known("engine", "bpsym.options:ENGINES"), default="typst", help="What makes PDFs.")
@click.option(
    "--template",
    "template_dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Your own templates; those missing there are bpsym's.",
)
def worksheet(
    description: Path, outputs: tuple[Path, ...], stdout_format: str, order: str | None, **options: Any
) -> None:
    """Work the network in DESCRIPTION out, step by step, and write the sheet.

    Whatever is not said here is as [sheet] in the description says. DESCRIPTION may be - for standard input.

    \b
    Examples:
      bpsym worksheet network.toml
      bpsym worksheet network.toml -o sheet.pdf -o sheet.html
      bpsym worksheet network.toml --kind blank --fade 5 --lang zh -o exercise.pdf
      bpsym worksheet network.toml --weights w1,w5 --significant 4 --notation z-a -o sheet.md
    """
    from bpsym.options import sheet_options
    from bpsym.render.formats import format_of

    files = [path for path in outputs if path != STANDARD]
    for path in files:
        format_of(path)
    described = read_description(description)
    if order is not None:
        described = described.with_order(order)
    chosen = sheet_options(described, **options)
    from bpsym.render import render, write

    with progress("Training run") as report:
        if files:
            write(described, chosen, files, progress=report)
        if len(files) < len(outputs) or not outputs:
            sys.stdout.buffer.write(render(described, chosen, stdout_format, progress=report))


@click.command(short_help="List the formats of sheets.")
def formats() -> None:
    """List the formats a sheet can be written in, by the ending of the file's name."""
    from bpsym.render.formats import FORMATS

    for row in FORMATS:
        click.echo(f"{row.suffix:7} {row.name:9} {row.about}")
