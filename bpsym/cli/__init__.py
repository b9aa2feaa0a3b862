"""The command line: the list of commands, each loaded when it is called, so that `bpsym --help` answers at once."""

from __future__ import annotations

import atexit
import gc
import sys
from importlib import import_module
from typing import Any

import click

from bpsym.errors import BpsymError

# name -> where it is, and the line `bpsym --help` shows
COMMANDS = {
    "worksheet": ("bpsym.cli.worksheet:worksheet", "Work a network out: PDF, Markdown, LaTeX, Typst, HTML, notebook."),
    "verify": ("bpsym.cli.verify:verify", "Check a hand derivation line by line, and say why a line is wrong."),
    "variants": ("bpsym.cli.variants:variants", "Set homework with different numbers for every student."),
    "grade": ("bpsym.cli.grade:grade", "Mark what students hand in, with follow-through."),
    "init": ("bpsym.cli.describe:init", "Write a commented network description to start from."),
    "schema": ("bpsym.cli.describe:schema", "Print the JSON Schema of descriptions, for editors."),
    "formats": ("bpsym.cli.worksheet:formats", "List the formats of sheets."),
    "completion": ("bpsym.cli.completion:completion", "Print a script that makes the shell complete commands."),
}

# Over in a second, a tenth of which would go into looking for cycles among SymPy's objects after every 700 new ones.
BRIEF = frozenset(["worksheet", "verify"])

EPILOG = """\b
Examples:
  bpsym init network.toml
  bpsym worksheet network.toml -o sheet.pdf -o sheet.md
  bpsym worksheet network.toml --kind law --lang zh -o law.html
  bpsym verify homework.md --spec network.toml
  bpsym variants network.toml --roster students.csv --seed 1 -o out/
"""


class Refusal(click.ClickException):
    """An error of the user's making: one line, exit status 2."""

    exit_code = 2


class Commands(click.Group):
    """Commands that are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's interface)
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's interface)
        """The command itself."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  (click's interface)
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what a user can cause is told in one sentence."""
        try:
            return super().invoke(ctx)
        except BpsymError as error:
            raise Refusal(_one_line(str(error))) from None
        except OSError as error:
            if error.filename is None:
                raise
            raise Refusal(_one_line(f"{error.filename}: {error.strerror}")) from None


def _one_line(text: str) -> str:
    """The text without line ends and without characters that could steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))


SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=Commands, epilog=EPILOG, context_settings=SETTINGS)
@click.version_option(package_name="bpsym")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Derive backpropagation symbolically: worked examples, checked hand derivations, homework.

    A network is described in a TOML file; `bpsym init` writes one with comments.
    """
    if ctx.invoked_subcommand in BRIEF:
        gc.set_threshold(1_000_000)
    atexit.register(gc.freeze)  # memory goes back as a whole: no last search of it for cycles, a fifth of the time
    for stream in (sys.stdout, sys.stderr):  # formulas and Chinese, also where the system's encoding lacks them
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
