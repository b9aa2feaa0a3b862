"""Descriptions the tests of variants share."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HOMEWORK = (ROOT / "examples" / "homework.toml").read_text("utf-8")


def changed(**lines: str) -> str:
    """The homework with other lines in [vary]; a line that is not there is added."""
    head, vary, rest = HOMEWORK.partition("\n[vary]\n")
    table, sheet, end = rest.partition("\n[sheet]\n")
    kept = [line for line in table.splitlines() if line.split(" = ")[0] not in lines]
    return head + vary + "\n".join([*kept, *(f"{key} = {value}" for key, value in lines.items())]) + "\n" + sheet + end
