"""What the reader makes of a document: `python -m bpsym.verify.show FILE...`.

One line for each statement: the line it stands on, where it stands, its canonical form, and the source.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bpsym.verify.canonical import canonical, statement
from bpsym.verify.read import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.verify.tree import Document


def table(document: Document, *, source: bool = False) -> Iterator[str]:
    """The lines of the table."""
    entries: list[tuple[int, int, str]] = []
    for chain in document.statements:
        place = document.place(chain.span)
        shown = f"{chain.context.kind:8}{statement(chain)}"
        if chain.annotations:
            shown += "   " + "; ".join(
                f"#{note.text!r}" + (f" = {canonical(note.formula)}" if note.formula else "")
                for note in chain.annotations
            )
        if source:
            shown += "   « " + " ".join(document.quote(chain.span).split())
        entries.append((place.line, place.column, shown))
    for gap in document.unreadable:
        place = document.place(gap.span)
        entries.append((place.line, place.column, f"UNREADABLE {gap.why}: {document.quote(gap.span)[:80]!r}"))
    for sentence in document.prose:
        place = document.place(sentence.span)
        entries.append((place.line, place.column, "figures " + ", ".join(map(canonical, sentence.values))))
    for call in document.calls:
        place = document.place(call.span)
        arguments = ", ".join(
            (argument.keyword + "=" if argument.keyword else "")
            + (canonical(argument.value) if argument.value else "·")
            for argument in call.arguments
        )
        entries.append((place.line, place.column, f"call    {call.function}({arguments})"))
    for grid in document.tables:
        for row in grid.rows:
            place = document.place(row[0].span)
            entries.append(
                (
                    place.line,
                    place.column,
                    "row     " + " | ".join(canonical(c.expr) if c.expr else c.text for c in row),
                )
            )
    for line, column, shown in sorted(entries, key=lambda entry: entry[:2]):
        yield f"{line:4}:{column:<4} {shown}"


def main(arguments: list[str]) -> None:
    """Print the table of each file named."""
    source = "--source" in arguments
    for path in arguments:
        if not path.startswith("--"):
            sys.stdout.write(f"== {path}\n" + "\n".join(table(read(path), source=source)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
