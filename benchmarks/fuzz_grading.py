"""What strangers hand to the homework side, and to --spec: nothing may raise, hang, or fill the memory.

    python benchmarks/fuzz_grading.py [--count 20000] [--seed 0] [--processes 2] [--first 0] [--family NAME]

Tables of answers, Moodle's reports, notebooks and derivations go through `bpsym grade` for a class of three; rosters
through `bpsym variants`; descriptions through `bpsym worksheet`, `bpsym verify --spec` and `bpsym variants --stress`.
Each is a real one with accidents, or random. The same seed makes the same cases.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

sys.path.insert(0, str(Path(__file__).parent))

from fuzz_documents import WORDS, accidents
from fuzzing import ROOT, Case, Fuzz, arguments, called, run, write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

EXAMPLES: Final = {path.stem: path.read_text("utf-8") for path in sorted((ROOT / "examples").glob("*.toml"))}
STUDENTS: Final = ("0001", "0002", "0003")
CLASS: Final = "class"
SECONDS: Final = (
    5  # setting homework tries numbers for a class, and marking it judges each answer: more than one document
)
SMALL: Final = """
[network]
inputs = 2
loss = "half-squared-error"
layers = [{ units = 2, activation = "sigmoid" }, { units = 1, activation = "sigmoid" }]
[given]
inputs = [0.05, 0.10]
targets = [0.01]
weights = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45]
[training]
rate = 0.5
"""
STEPS: Final = ("net_h1", "out_h1", "net_o1", "out_o1", "E_total", "delta_o1", "dE_dw1", "w1_new", "step", "answer")
CELLS: Final = (
    *"0.5|-0.25|0,5|1.234,5|1/3|1e9|1e999|1e999999999|-|?|=1+1|@SUM(A1)|nan|inf|0x1F|50%|½|0.5e|--3|٠٫٥|１．５|²".split(
        "|"
    ),
    "",
    " ",
    "9" * 5_000,
    "0." + "0" * 5_000 + "1",
    "1e" + "9" * 400,
    "(" * 2_000,
    "9**9**9",
    "\x00",
    "a\nb",
    '"',
    "'" * 50,
    "\u202e0.5",
    "💥" * 100,
)
TYPED: Final = (
    *'0 -1 1 3 2.5 1e999 -0.0 nan inf true [] {} "" 999999999 100000000000000000000 [0.1] [[0.1]] [[[[[1]]]]]'.split(),
    '"sigmoid"',
    '"relu"',
    '"nothing"',
    "1979-05-27",
    '"' + "x" * 3_000 + '"',
    "[" * 500 + "]" * 500,
    "[" + "0.5," * 3_000 + "]",
    "9" * 5_000,
    "0." + "1" * 3_000,
    "1e-999999999",
    "12000",
    "400",
)


def _table(random: Random, header: tuple[str, ...]) -> str:
    """A table of answers as somebody's spreadsheet may write it."""
    mark = random.choice((",", ",", ";", "\t", "|"))
    heads = [*random.sample(header, k=random.randint(0, len(header)))]
    heads += random.choices((*STEPS, *CELLS), k=random.choice((0, 1, 5, 40)))
    lines = [mark.join(heads)]
    for _ in range(random.choice((0, 1, 3, 30, 300))):
        who = random.choice((*STUDENTS, *CELLS)) if random.random() < 0.3 else random.choice(STUDENTS)
        cells = [who, *(random.choice(CELLS) for _ in range(max(0, len(heads) - random.choice((1, 1, 1, 0, 2)))))]
        lines.append(mark.join(f'"{c}"' if random.random() < 0.1 else c for c in cells))
    return random.choice(("\n", "\r\n", "\r")).join(lines)


def answers(random: Random) -> Case:
    """A table of answers, wide or long, or Moodle's report."""
    header = random.choice(
        (("id", "net_h1", "out_h1"), ("id", "step", "answer"), ("Email address", "Response 1", "State", "Completed"))
    )
    return _graded(random, "answers.csv", accidents(random, _table(random, header), 200, [SMALL]))


def notebooks(random: Random) -> Case:
    """A notebook, with accidents in its text or in its cells."""
    source = random.choice(
        (
            *CELLS,
            "answer = 0.5",
            "net_h1 = 0,5",
            "net_h1 = 9**9**9",
            "x = " + "(" * 500,
            "net_h1 = " + "-" * 3_000 + "1",
        )
    )
    name = random.choice(("answer-net_h1", "answer-", "", 5, None, "answer-" + "x" * 500))
    cell = {"cell_type": "code", "metadata": {"nbgrader": {"solution": True, "grade_id": name}}, "source": [source]}
    odd = random.choice((cell, {**cell, "source": random.choice((None, 5, source, [[source]], [None]))}, None, [], "x"))
    sheet = random.choice((*STUDENTS, "X", None, 5, "../../x", "x" * 5_000))
    whole = {"cells": [cell] * random.choice((0, 1, 3)) + [odd], "metadata": {"bpsym": {"sheet": sheet}}, "nbformat": 4}
    text = random.choice((json.dumps(whole), json.dumps(whole), "[" * 100_000, '{"a":' * 30_000))
    return _graded(random, "notebook.ipynb", accidents(random, text, 200, [SMALL]))


def derivations(random: Random) -> Case:
    """A written derivation, named by its student."""
    lines = [f"${random.choice(STEPS)} = {random.choice((*CELLS, *WORDS))}$" for _ in range(random.choice((1, 10, 60)))]
    name = random.choice((*STUDENTS, "somebody")) + random.choice((".md", ".tex", ".txt", ".html"))
    return _graded(random, name, accidents(random, "\n\n".join(lines), 200, [SMALL]))


def _graded(random: Random, name: str, data: str | bytes) -> Case:
    options = ("--deadline", "2026-11-21T18:00") if random.random() < 0.2 else ()
    return Case("", "", {name: _bytes(random, data)}, ("grade", CLASS, name, "-o", "marks", *options))


def rosters(random: Random) -> Case:
    """A list of students."""
    heads = random.choice((("id", "name"), ("学号", "姓名", "邮箱"), ("first name", "last name", "student id"), ("x",)))
    rows = [[random.choice((*STUDENTS, *CELLS, f"s{k}")) for _ in heads] for k in range(random.choice((0, 1, 2, 4)))]
    text = "\n".join(",".join(row) for row in [list(heads), *rows])
    data = _bytes(random, accidents(random, text, 50, [SMALL]) if random.random() < 0.5 else text)
    homework = str(ROOT / "examples" / "homework.toml")
    call = ("variants", homework, "--roster", "roster.csv", "--format", "moodle", "-o", "out")
    return Case("", "", {"roster.csv": data}, call)


def descriptions(random: Random) -> Case:
    """A description in which values, lines or characters are not what they should be."""
    text = random.choice((SMALL, *EXAMPLES.values()))
    lines = text.splitlines()
    for _ in range(random.choice((0, 1, 1, 1, 2, 4))):
        place = random.randrange(len(lines))
        key, equals, _ = lines[place].partition("=")
        how = random.random()
        if equals and how < 0.7:
            lines[place] = f"{key}= {random.choice(TYPED)}"
        elif how < 0.8:
            lines.insert(place, random.choice(lines))
        elif how < 0.9:
            del lines[place]
            lines = lines or [""]
        else:
            lines.insert(
                place, f"{random.choice((*STEPS, 'units', 'vary', 'layers', 'seed'))} = {random.choice(TYPED)}"
            )
    text = "\n".join(lines)
    data = _bytes(random, accidents(random, text, 200, list(EXAMPLES.values())) if random.random() < 0.3 else text)
    call = random.choice(
        (
            ("worksheet", "given.toml", "-o", random.choice(("sheet.md", "sheet.html", "sheet.tex", "sheet.txt"))),
            ("worksheet", "given.toml", "--kind", random.choice(("law", "numbered", "blank", "key")), "-o", "sheet.md"),
            ("verify", "document.md", "--spec", "given.toml"),
            ("variants", "given.toml", "--stress", "2"),
        )
    )
    return Case("", "", {"given.toml": data, "document.md": b"$net_{h1} = 0.3775$ and $w_5^+ = 0.36$\n"}, call)


def _bytes(random: Random, data: str | bytes) -> bytes:
    if isinstance(data, bytes):
        return data
    how = random.random()
    encoding = "utf-8" if how < 0.9 else random.choice(("utf-8-sig", "gb18030", "utf-16", "latin-1"))
    return data.encode(encoding, errors="replace")


FAMILIES: Final[dict[str, Callable[[Random], Case]]] = {
    "answers": answers,
    "notebooks": notebooks,
    "derivations": derivations,
    "rosters": rosters,
    "descriptions": descriptions,
}


def cases(options: argparse.Namespace) -> Callable[[int], Case]:
    """The cases of a seed."""

    def case(number: int) -> Case:
        random = Random(f"{options.seed}/{number}")
        family = options.family or random.choices(list(FAMILIES), (25, 15, 15, 5, 40))[0]
        made = FAMILIES[family](random)
        return Case(family, made.arguments[0], made.files, made.arguments, SECONDS)

    return case


def handed_in(case: Case) -> str:
    """Run the command on what was handed in; what became of it."""
    for folder in ("marks", "out"):
        shutil.rmtree(folder, ignore_errors=True)
    write(case)
    try:
        return called(case.arguments)[0]
    finally:
        for name in case.files:
            Path(name).unlink(missing_ok=True)


def warm() -> None:
    """Set homework for the class, and do each kind of case once."""
    homework = str(ROOT / "examples" / "homework.toml")
    called(("variants", homework, "--count", str(len(STUDENTS)), "--format", "ipynb", "-o", CLASS))
    for number in range(3):
        random = Random(number)
        for make in FAMILIES.values():
            handed_in(make(random))


def main() -> None:
    """Run and print the tables."""
    run(arguments(__doc__ or "", 20_000, list(FAMILIES)).parse_args(), Fuzz(cases, handed_in, warm))


if __name__ == "__main__":
    main()
