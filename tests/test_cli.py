"""The command line: what each command does, what it says when something is wrong, and how soon it answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result

import bpsym.render
from bpsym.cli import COMMANDS, main
from bpsym.cli.progress import progress
from bpsym.options import SheetOptions
from bpsym.rounding import Rounding
from bpsym.spec import Description, json_schema, load
from source import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TWO_BY_TWO = str(ROOT / "examples" / "two-by-two.toml")
PRESENT = {name: place for name, (place, _) in COMMANDS.items() if find_spec(place.partition(":")[0])}


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    """Run the command line in this process; an error that is no refusal is raised."""
    return CliRunner().invoke(main, arguments, input=stdin, catch_exceptions=False, prog_name="bpsym")


def process(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m bpsym` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bpsym", *arguments],
        cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


@dataclass
class Written:
    """Stands in for the renderer: keeps what it is asked for, and writes a line."""

    asked: list[tuple[Description, SheetOptions, list[str]]] = field(default_factory=list)

    def write(
        self, description: Description, options: SheetOptions, paths: list[Path], progress: Callable[[int, int], None]
    ) -> None:
        """Write a line into every file."""
        progress(1, 1)
        self.asked.append((description, options, [path.suffix for path in paths]))
        for path in paths:
            path.write_text("written", "utf-8")

    def render(
        self, description: Description, options: SheetOptions, format: str, progress: Callable[[int, int], None]  # noqa: A002  (the renderer's own)
    ) -> bytes:
        """Return a line."""
        progress(1, 1)
        self.asked.append((description, options, [format]))
        return f"{options.kind} sheet δ\n".encode()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    """The renderer's stand-in."""
    stand_in = Written()
    monkeypatch.setattr(bpsym.render, "write", stand_in.write)
    monkeypatch.setattr(bpsym.render, "render", stand_in.render)
    return stand_in


# worksheet


def test_worksheet_shares_the_work(written: Written, tmp_path: Path) -> None:
    """Several files are one call of the renderer; the options go over the description's."""
    outputs = [str(tmp_path / "sheet.md"), str(tmp_path / "sheet.pdf")]
    done = run(
        "worksheet", TWO_BY_TWO, "-o", outputs[0], "-o", outputs[1], "-o", "-", "--kind", "blank", "--lang", "zh",
        "--notation", "z-a", "--weights", "w1,w5", "--significant", "4", "--tie", "half-even", "--carry", "shown",
        "--steps", "7", "--order", "sequential", "--fade", "3", "--template", str(tmp_path),
    )  # fmt: skip
    assert (done.exit_code, done.stderr) == (0, "")
    (description, options, endings), (*same, formats) = written.asked
    assert (endings, formats) == ([".md", ".pdf"], ["text"])
    assert same == [description, options]
    assert done.stdout == "blank sheet δ\n"
    assert options == SheetOptions(
        kind="blank", lang="zh", notation="z-a", weights=("w1", "w5"),
        rounding=Rounding(None, 4, tie="half-even", carry="shown"), steps=7, fade=3, template_dir=tmp_path,
    )  # fmt: skip
    assert description.training is not None
    assert description.training.order == "sequential"


def test_worksheet_without_options(written: Written) -> None:
    """Without -o the sheet goes to standard output, as text or in the format named, with the description's options."""
    assert run("worksheet", TWO_BY_TWO).stdout == "worked sheet δ\n"
    run("worksheet", TWO_BY_TWO, "--format", "html")
    assert [formats for _, _, formats in written.asked] == [["text"], ["html"]]
    assert written.asked[0][1] == SheetOptions()


def test_worksheet_from_standard_input(written: Written) -> None:
    """A description can be piped in, and its errors name standard input."""
    text = (ROOT / "examples" / "xor.toml").read_bytes()
    assert run("worksheet", "-", stdin=text).exit_code == 0
    assert written.asked[0][0].title("en").startswith("Learning XOR")
    done = run("worksheet", "-", stdin=b"[network]\ninputs = 2")
    place, _, what = done.stderr.partition(": the key layers is missing: ")
    assert (done.exit_code, place) == (2, "Error: standard input:1: network")
    assert what == "Hidden layers in their order, then the output layer\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["worksheet", "missing.toml"], "Error: missing.toml: cannot be read: No such file or directory\n"),
        (["worksheet", "."], "Error: .: cannot be read: Is a directory\n"),
        (
            ["worksheet", "missing.toml", "-o", "sheet.doc"],
            "Error: sheet.doc: .doc is no known ending; known: .md, .tex, .typ, .pdf, .html, .ipynb, .txt\n",
        ),
        (
            ["worksheet", TWO_BY_TWO, "--kind", "exam"],
            "'exam' is not one of 'worked', 'law', 'numbered', 'blank', 'key'.\n",
        ),
        (
            ["worksheet", TWO_BY_TWO, "--digits", "4", "--significant", "4"],
            "Error: a sheet counts digits after the point or significant ones, not both\n",
        ),
        (
            ["worksheet", TWO_BY_TWO, "--digits", "99"],
            "Error: 99 digits cannot be shown; between 1 and 60 can\n",
        ),
        (["work", TWO_BY_TWO], "Error: No such command 'work'.\n"),
        (["worksheet"], "Error: Missing argument 'DESCRIPTION'.\n"),
    ],
)
def test_refusals(arguments: list[str], sentence: str) -> None:
    """What a user can get wrong is told in one sentence on standard error, with exit status 2 and no traceback."""
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith(sentence)
    assert len(done.stderr.strip().splitlines()) <= 4  # the sentence, and click's own usage lines before it


def test_refusals_cannot_steer_a_terminal(tmp_path: Path) -> None:
    """Control characters of a hostile description do not reach the terminal."""
    path = tmp_path / "net.toml"
    path.write_text('"\\u001b[31m\\u0007\\n" = 1', "utf-8")
    done = run("worksheet", str(path))
    assert done.exit_code == 2
    assert all(character.isprintable() for character in done.stderr.rstrip("\n"))


def test_unwritable_output(written: Written, tmp_path: Path) -> None:
    """A folder that doesn't exist is named in the sentence."""
    done = run("worksheet", TWO_BY_TWO, "-o", str(tmp_path / "nowhere" / "sheet.md"))
    assert (done.exit_code, done.stderr) == (2, f"Error: {tmp_path}/nowhere/sheet.md: No such file or directory\n")


# init, schema, formats, completion


def test_init_is_a_description(tmp_path: Path) -> None:
    """What `init` writes loads, fits the schema, and has a comment for every key of the schema."""
    path = tmp_path / "network.toml"
    assert run("init", str(path)).exit_code == 0
    text = path.read_text("utf-8")
    assert len(load(path).values) == 17
    jsonschema.validate(tomllib.loads(text), json_schema())
    keys = {key for table, node in json_schema()["$defs"].items() if table != "Vary" for key in node["properties"]}
    assert {key for key in keys if key not in text} == set()


def test_every_line_of_the_template_is_right() -> None:
    """The lines that the template shows commented out are TOML too, and their keys are keys of the schema."""
    lines = [line[2:] for line in run("init", "-").stdout.splitlines() if re.match(r"# [\w.]+ = ", line)]
    known = {key for node in json_schema()["$defs"].values() for key in node["properties"]}
    found = {key for line in lines for key in tomllib.loads(line)}
    assert len(lines) == 13
    assert found - known == {"n"}  # a letter under [sizes]


def test_init_does_not_overwrite(tmp_path: Path) -> None:
    """A file that exists stays as it is, unless --force is said."""
    path = tmp_path / "network.toml"
    path.write_text("mine")
    done = run("init", str(path))
    assert (done.exit_code, done.stderr) == (2, f"Error: {path} exists; --force writes over it\n")
    assert path.read_text() == "mine"
    assert run("init", str(path), "--force").exit_code == 0
    assert path.read_text("utf-8").startswith("# A network for bpsym.")


def test_schema() -> None:
    """`schema` prints the JSON Schema."""
    assert json.loads(run("schema").stdout) == json_schema()


def test_formats() -> None:
    """`formats` lists every ending that -o takes."""
    endings = [line.split()[0] for line in run("formats").stdout.splitlines()]
    assert endings == [".md", ".tex", ".typ", ".pdf", ".html", ".ipynb", ".txt"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    """`completion` prints a script that asks bpsym for completions."""
    done = run("completion", shell)
    assert done.exit_code == 0
    assert "_BPSYM_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [("bpsym work", "worksheet"), ("bpsym worksheet x.toml --kind n", "numbered"), ("bpsym worksheet --lang ", "zh")],
)
def test_words_are_completed(words: str, expected: str) -> None:
    """Commands and the names that options take are completed."""
    done = process(
        _BPSYM_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1),
    )  # fmt: skip
    assert f"plain,{expected}" in done.stdout.split()


# the group


@pytest.mark.parametrize(("name", "place"), PRESENT.items(), ids=PRESENT.keys())
def test_commands_load(name: str, place: str) -> None:
    """Every command of the table exists, has the name and the short help of the table, and examples in its help."""
    module, _, attribute = place.partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert (command.name, command.short_help) == (name, COMMANDS[name][1])
    done = run(name, "--help")
    assert done.exit_code == 0
    assert f"bpsym {name}" in done.stdout


def test_help() -> None:
    """`--help` lists the commands in their order and ends with examples."""
    done = run("--help")
    lines = done.stdout.splitlines()
    listed = [line.split()[0] for line in lines[lines.index("Commands:") + 1 :] if line.startswith("  ")]
    assert [name for name in listed if name in COMMANDS] == list(COMMANDS)
    assert "bpsym worksheet network.toml -o sheet.pdf -o sheet.md" in done.stdout


def test_module_runs() -> None:
    """`python -m bpsym` is the command, and calls itself by its name."""
    done = process("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("bpsym, version ")
    assert process("--help").stdout.startswith("Usage: bpsym [OPTIONS]")


def test_help_loads_little() -> None:
    """`bpsym --help` imports none of the libraries that cost start-up time."""
    heavy = ["sympy", "numpy", "flint", "jinja2", "typst", "msgspec", "rich", "markdown_it", "asyncio"]
    code = (
        "import sys\nfrom bpsym.cli import main\nmain(['--help'], standalone_mode=False)\n"
        "sys.stderr.write(' '.join(set(sys.argv[1:]) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stderr == ""


def test_output_in_any_encoding() -> None:
    """Chinese is printed, and escaped where the terminal's encoding lacks it."""
    assert "反向传播" in process("init", "-", PYTHONIOENCODING="utf-8").stdout
    done = process("init", "-", PYTHONIOENCODING="cp1252")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u" in done.stdout


# progress


class Terminal:
    """Standard error that says it is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        """Keep it."""
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing to do."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_progress_is_for_terminals_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A bar is drawn on a terminal, after a moment; a pipe, and quick work, see nothing."""
    monkeypatch.setattr("bpsym.cli.progress.MOMENT", 0)
    with progress("Training run") as report:
        report(1, 2)
    assert capsys.readouterr().err == ""
    terminal: Any = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress("Training run") as report:
        report(1, 2)
        report(2, 2)
    assert "Training run" in terminal.text
    terminal.text = ""
    monkeypatch.setattr("bpsym.cli.progress.MOMENT", 60)
    with progress("Training run") as report:
        report(1, 2)
    assert terminal.text == ""
