"""The README is true: its commands and its Python print what it shows, its keys are the schema's, its links lead."""

from __future__ import annotations

import doctest
import json
import re
import shlex
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from bpsym.cli import COMMANDS, main
from bpsym.spec import json_schema
from source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text("utf-8")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KNOWN = ("bpsym", "make", "cat", "python3", "pdftoppm")
LEFT_OUT = "…"  # a line of output that stands for any number of lines


@dataclass(frozen=True)
class Command:
    """A command line of the README and the output shown below it."""

    words: tuple[str, ...]
    output: tuple[str, ...]


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for name, body in FENCE.findall(README) if name == language]


def commands(block: str) -> list[Command]:
    """The command lines of a console block."""
    _, *parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    lines = [part.splitlines() for part in parts]
    return [Command(tuple(shlex.split(first)), tuple(rest)) for first, *rest in lines]


def inline() -> list[tuple[str, ...]]:
    """Command lines in sentences and indented blocks."""
    spans = re.findall(r"`((?:bpsym|make) [^`…]*)`", README) + re.findall(r"^ {4,}(\w+ .+)$", README, re.MULTILINE)
    return [tuple(shlex.split(span, comments=True)) for span in spans if span.split()[0] in KNOWN]


def missing(shown: tuple[str, ...], printed: list[str]) -> list[str]:
    """The first lines shown together that are not printed together, after those before them; or what is left over.

    An elided line stands for any number of lines.
    """
    runs: list[list[str]] = [[]]
    for line in shown:
        if line == LEFT_OUT:
            runs.append([])
        else:
            runs[-1].append(line)
    place = 0
    for number, run in enumerate(runs):
        latest = len(printed) - len(run) if number else 0
        starts = (start for start in range(place, latest + 1) if printed[start : start + len(run)] == run)
        found = len(printed) - len(run) if number and number == len(runs) - 1 and not run else next(starts, None)
        if found is None:
            return run
        place = found + len(run)
    return printed[place:]


def rows(heading: str) -> dict[str, list[str]]:
    """The table rows between a heading and the next, by the key in their first cell."""
    _, _, after = README.partition(f"\n{heading}\n")
    section = re.split(r"^#", after, maxsplit=1, flags=re.MULTILINE)[0]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("| `")]
    return {first.strip().strip("`"): [cell.strip() for cell in others] for first, *others in cells}


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.splitlines()[0][2:])
def test_console_blocks(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of a block runs beside a copy of the examples and prints the lines shown, in their order."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    for command in commands(block):
        name, *arguments = command.words
        if name == "cat":
            path = tmp_path / arguments[0]
            if not path.exists():  # a file shown so that the commands below it can be tried
                path.write_text("\n".join(command.output) + "\n", "utf-8")
            printed = path.read_text("utf-8-sig").splitlines()  # a mark for spreadsheets stands before tables
        else:
            assert name == "bpsym"
            done = CliRunner().invoke(main, arguments, prog_name="bpsym")
            assert done.exit_code in ((0, 1) if arguments[0] == "verify" else (0, 2)), done.output
            printed = done.output.splitlines()
        assert missing(command.output, printed) == [], command.words


def test_commands_exist() -> None:
    """Every command named anywhere is one of bpsym's or a target of the Makefile."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = [*inline(), *(command.words for block in blocks("console") for command in commands(block))]
    assert named
    for name, first, *_ in (words for words in named if len(words) > 1):
        assert name in KNOWN
        if name == "bpsym" and not first.startswith("-"):
            assert first in COMMANDS
        if name == "make" and "=" not in first:
            assert first in targets
    assert {words[1] for words in named if words[0] == "bpsym"} >= set(COMMANDS) - {"completion"}


def test_options_exist() -> None:
    """Every option named is one of some command."""
    found = (main.get_command(click.Context(main), name) for name in COMMANDS)
    parameters = [parameter for command in found if command for parameter in command.params]
    known = {option for each in parameters for option in (*each.opts, *each.secondary_opts)}
    used = set(re.findall(r"(?<=[`\s])--[a-z][a-z-]+", README))
    assert used
    assert used - known == set()


def test_python_runs() -> None:
    """The Python session prints what it shows."""
    example = doctest.DocTestParser().get_doctest("\n".join(blocks("pycon")), {}, "README.md", None, 0)
    report: list[str] = []
    outcome = doctest.DocTestRunner(verbose=False).run(example, out=report.append)
    assert outcome.attempted
    assert not outcome.failed, "".join(report)


# Headings of the reference, and the schema's names for what they are about.
TABLES = (
    ("## The description", "Spec"),
    *((f"### `[{name.lower()}]`", name) for name in ("Network", "Given", "Training", "Sheet", "Vary")),
    ("### `[[network.layers]]`", "Layer"),
)


def choices(schema: dict[str, Any]) -> list[str]:
    """The names a value of the schema can have."""
    return schema.get("enum", []) + [name for each in schema.get("anyOf", []) for name in each.get("enum", [])]


@pytest.mark.parametrize(("heading", "table"), TABLES)
def test_every_key_is_explained(heading: str, table: str) -> None:
    """Each key of the schema has a row with its default and its choices, and no other key has one."""
    schema = json_schema()["$defs"][table]
    keys, explained = schema["properties"], rows(heading)
    if table == "Given":  # a table of its own in the same section
        random = json_schema()["$defs"]["Random"]["properties"]
        assert {key for key in explained if key in random} == set(random)
        explained = {key: row for key, row in explained.items() if key not in random}
    assert set(explained) == set(keys)
    for key, row in explained.items():
        _, default, meaning = row
        if key in schema.get("required", []):
            assert default == "required"
        elif isinstance(keys[key].get("default"), (str, int)):
            assert default.strip("`").strip('"') == str(keys[key]["default"])
        for name in choices(keys[key]):
            assert f"`{name}`" in meaning + default or f'`"{name}"`' in meaning + default, f"{key}: {name}"


def test_schema_command_prints_the_schema() -> None:
    """What `bpsym schema` prints is the schema the reference is held against."""
    assert json.loads(CliRunner().invoke(main, ["schema"]).output) == json.loads(json.dumps(json_schema()))


def anchor(heading: str) -> str:
    """The address a code host gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_links_lead_somewhere() -> None:
    """Every relative link and picture exists, and every link within the page has its heading."""
    headings = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", README, re.MULTILINE)}
    found = re.findall(r"\]\(([^)\s]+)\)", README)
    assert found
    assert [link for link in found if link.startswith("#") and link[1:] not in headings] == []
    assert [link for link in found if link[0] != "#" and "://" not in link and not (ROOT / link).exists()] == []


def test_files_named_exist() -> None:
    """Every file of the package named in passing exists."""
    named = re.findall(r"`((?:bpsym|templates|tests|examples|\.ci)/[\w./-]+)`", README)
    assert [name for name in named if "CODE" not in name and not (ROOT / name).exists()] == []


def test_lines_not_printed_are_found() -> None:
    """Lines that are not printed, printed earlier, or left over are told; elided lines are free."""
    assert missing(("a", "c"), ["a", "b", "c"]) == ["a", "c"]
    assert missing(("a", LEFT_OUT, "c"), ["a", "b", "c"]) == []
    assert missing((LEFT_OUT, "a", "c", LEFT_OUT), ["a", "b", "a", "c", "d"]) == []
    assert missing((LEFT_OUT, "b", LEFT_OUT, "a", LEFT_OUT), ["a", "b", "c"]) == ["a"]
    assert missing(("a",), ["a", "b"]) == ["b"]
    assert missing((), []) == []
