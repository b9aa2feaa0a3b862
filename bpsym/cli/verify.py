"""`bpsym verify`."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bpsym.cli.arguments import Known
from bpsym.errors import BpsymError

if TYPE_CHECKING:
    from flint import fmpq

    from bpsym.spec import Description
    from bpsym.verify.report.data import DocumentReport

WRONG = 1  # exit status


@click.command(short_help="Check a hand derivation line by line, and say why a line is wrong.")
@click.argument(
    "documents", nargs=-1, required=True, metavar="DOCUMENT...", type=click.Path(path_type=Path, allow_dash=True)
)
@click.option("--spec", type=click.Path(path_type=Path), metavar="FILE", help="The description of the network.")
@click.option(
    "--given", multiple=True, metavar="NAME=VALUE", help="A number the document leaves out. May be said again."
)
@click.option(
    "--format",
    "form",
    type=Known("format", "bpsym.verify.report:FORMATS"),
    default="text",
    help="How to report.  [default: text]",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write the report.")
@click.option(
    "--lang", type=Known("language", "bpsym.options:LANGUAGES"), default="en", help="The language.  [default: en]"
)
@click.option("--fix", is_flag=True, help="Correct the numbers whose right value is certain.")
@click.option("--diff", is_flag=True, help="Show what --fix changes instead of changing it.")
@click.option("--explain-binding", is_flag=True, help="Show what each name was taken for.")
@click.option("--color/--no-color", default=None, help="Colour in text reports.  [default: on a terminal]")
@click.pass_context
def verify(
    context: click.Context,
    documents: tuple[Path, ...],
    spec: Path | None,
    given: tuple[str, ...],
    form: str,
    output: Path | None,
    lang: str,
    *,
    fix: bool,
    diff: bool,
    explain_binding: bool,
    color: bool | None,
) -> None:
    """Judge every formula and every number in DOCUMENT: Markdown, LaTeX, plain text, notebook or HTML.

    Without --spec the document's own givens and definitions are the network. Exit status: 0 nothing wrong, 1 something
    is wrong, 2 could not run.

    \b
    Examples:
      bpsym verify homework.md --spec network.toml
      bpsym verify draft.tex --given b_1=0.35 --explain-binding
      bpsym verify draft.tex --spec network.toml --diff
      bpsym verify notes/*.md --format sarif -o bpsym.sarif
    """
    description = _description(spec)
    values = dict(_given(text) for text in given)
    changes: list[str] = []
    reports = [
        _one(path, description, values, lang, fix=fix, diff=diff, explain=explain_binding, changes=changes)
        for path in documents
    ]
    if diff:
        text = "".join(changes)
    else:
        text = _written(reports, form, lang, color=output is None and (sys.stdout.isatty() if color is None else color))
    if output is not None:
        from bpsym.files import write_atomically

        write_atomically(output, text.encode())
    else:
        click.echo(text, nl=False)
    context.exit(WRONG if any(report.counts["wrong"] for report in reports) else 0)


def _description(path: Path | None) -> Description | None:
    if path is None:
        return None
    from bpsym.spec import load

    return load(path)


def _given(text: str) -> tuple[str, fmpq]:
    """`b_1=0.35`."""
    from flint import fmpq

    name, sign, number = text.partition("=")
    try:
        value = Fraction(number.strip()) if len(number) <= 60 and "e" not in number.lower() else None
    except (ValueError, ZeroDivisionError):
        value = None
    if not sign or not name.strip() or value is None:
        raise BpsymError(f"--given {text}: write a name and a number, as in --given b_1=0.35")
    return name.strip(), fmpq(value.numerator, value.denominator)


def _one(
    path: Path,
    description: Description | None,
    given: dict[str, fmpq],
    language: str,
    *,
    fix: bool,
    diff: bool,
    explain: bool,
    changes: list[str],
) -> DocumentReport:
    from bpsym.verify.givens import unused
    from bpsym.verify.read import read
    from bpsym.verify.report.data import report_of
    from bpsym.verify.report.fix import corrected, difference, write_back
    from bpsym.verify.run import verify as verified

    document = read(sys.stdin.buffer.read(), "standard input") if str(path) == "-" else read(path)
    for name in unused(given, document):
        click.echo(f"{document.path}: --given {name}: the document does not use that name", err=True)
    found = verified(document, description, given)
    if explain:
        from bpsym.verify.report.binding_table import binding_table

        click.echo(binding_table(found), err=True, nl=False)
    if fix or diff:
        text = corrected(found)
        if diff:
            changes.append(difference(document, text))
        elif text != document.text and str(path) != "-":
            write_back(path, document, text)
    return report_of(found, language)


def _written(reports: list[DocumentReport], form: str, language: str, *, color: bool) -> str:
    from bpsym.verify.report import writer

    if form == "text":
        from bpsym.verify.report.text import written

        return written(reports, language, color=color)
    return writer(form)(reports, language)
