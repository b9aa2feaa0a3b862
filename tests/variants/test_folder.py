"""A class in a folder: files, index, resuming, the same bytes however it is made."""

from __future__ import annotations

import csv
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bpsym.cli import main
from bpsym.exports.model import ClozeQuestion
from bpsym.exports.moodle import read_moodle_xml
from bpsym.exports.nbgrader import read_notebook
from bpsym.variants.constraints import CONSTRAINTS
from bpsym.variants.sheets import FIRST_SLOT
from bpsym.variants.store import opened
from bpsym.variants.work import file_stem
from tools import require
from variants.samples import HOMEWORK, changed

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

ROSTER = (
    "\ufeff学号;姓名;email\n2026001;Ada <b>$x$</b> #Lovelace;ada@example.org\n2026002;李明;\n"
    "zhang_3;=cmd|' /C calc'!A0;z@example.org\n"
)


def run(*arguments: object) -> Result:
    """`bpsym variants` in this process."""
    return CliRunner().invoke(main, ["variants", *map(str, arguments)])


@pytest.fixture
def description(tmp_path: Path) -> Path:
    """The example as a file."""
    path = tmp_path / "homework.toml"
    path.write_text(HOMEWORK, "utf-8")
    return path


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """Three students in the CSV of a spreadsheet: a mark, semicolons, Chinese, a formula."""
    path = tmp_path / "students.csv"
    path.write_text(ROSTER, "utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the index, whose bytes are SQLite's."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("variants.sqlite"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_every_format(description: Path, roster: Path, tmp_path: Path) -> None:
    """Each student has sheet and key in each format, the class has its booklets, and the index knows every file."""
    out = tmp_path / "out"
    formats = "pdf,md,html,tex,txt,ipynb,moodle,qti21,canvas"
    result = run(description, "--roster", roster, "--seed", 7, "-o", out, "--format", formats)
    assert result.exit_code == 0, result.output
    made = contents(out)
    for stem in ("2026001", "2026002", "zhang_3"):
        for suffix in ("pdf", "md", "html", "tex", "txt", "ipynb"):
            assert {f"sheets/{stem}.{suffix}", f"keys/{stem}.{suffix}"} <= set(made)
    assert {"sheets.pdf", "keys.pdf", "moodle.xml", "qti21.zip", "canvas.zip", "answers.csv"} <= set(made)
    assert all(content.startswith(b"%PDF") for path, content in made.items() if path.endswith(".pdf"))
    for path, content in made.items():
        if path.endswith((".md", ".html", ".tex", ".txt")):
            assert not any(ord(character) >= FIRST_SLOT for character in content.decode()), path
    assert run("--check", out).exit_code == 0


def test_sheets_hold_what_the_index_says(description: Path, roster: Path, tmp_path: Path) -> None:
    """Sheet, key, notebook, answers.csv and index agree on numbers, answers and code; names are escaped."""
    out = tmp_path / "out"
    assert run(description, "--roster", roster, "-o", out, "--format", "md,html,ipynb,moodle").exit_code == 0
    with (out / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert rows["zhang_3"]["name"] == "'=cmd|' /C calc'!A0"
    quiz = read_moodle_xml((out / "moodle.xml").read_bytes())
    with opened(out) as store:
        records = list(store.records())
    assert [record.id for record in records] == ["2026001", "2026002", "zhang_3"]
    for record in records:
        sheet = (out / "sheets" / f"{record.id}.md").read_text("utf-8")
        key = (out / "keys" / f"{record.id}.md").read_text("utf-8")
        page = (out / "keys" / f"{record.id}.html").read_text("utf-8")
        assert f"i_{{1}} = {record.numbers['x[1]']}" in sheet
        assert f"w_{{8}} = {record.numbers['W_o[2, 2]']}" in sheet
        assert record.code in sheet
        assert all(f"\\approx {answer} " in key for answer in record.answers.values())
        assert all(f"<mn>{answer.removeprefix('-')}</mn>" in page for answer in record.answers.values())
        assert not any(answer in sheet for answer in record.answers.values())
        assert {name: rows[record.id][name] for name in record.answers} == dict(record.answers)
        assert read_notebook((out / "sheets" / f"{record.id}.ipynb").read_bytes(), "n") == (record.code, {})
        cloze = next(question for question in quiz.questions if question.id == f"v-{record.code}")
        assert isinstance(cloze, ClozeQuestion)
        assert {blank.id: blank.key.answer for blank in cloze.blanks} == dict(record.answers)
        assert all(wrong.rule for blank in cloze.blanks for wrong in blank.key.wrong)
    assert "Ada &lt;b&gt;$x$&lt;/b&gt; #Lovelace" in (out / "sheets" / "2026001.html").read_text("utf-8")


def test_hidden_tests_accept_what_follows(description: Path, roster: Path, tmp_path: Path) -> None:
    """A notebook's hidden tests pass the key, pass values that follow from a wrong one, fail the wrong one itself."""
    import json

    out = tmp_path / "out"
    assert run(description, "--roster", roster, "-o", out, "--format", "ipynb").exit_code == 0
    cells = json.loads((out / "keys" / "2026001.ipynb").read_bytes())["cells"]
    tests = {cell["id"]: "".join(cell["source"]) for cell in cells if cell["id"].startswith("test-")}
    with opened(out) as store:
        record = next(store.records())
    values = {name: float(answer) for name, answer in record.answers.items()}
    given = {name: float(number) for name, number in record.numbers.items()}

    def passes(name: str, values: dict[str, float]) -> bool:
        try:
            exec(compile(tests[f"test-{name}"], name, "exec"), dict(values))  # noqa: S102  (the notebook we wrote)
        except AssertionError:
            return False
        return True

    assert all(passes(name, values) for name in values)
    out_h1 = (given["W_o[1, 1]"] - values["w5_new"]) / (given["eta"] * values["delta_o1"])
    wrong = {**values, "delta_o1": 2 * values["delta_o1"]}
    follows = {**wrong, "w5_new": given["W_o[1, 1]"] - given["eta"] * wrong["delta_o1"] * out_h1}
    assert not passes("delta_o1", wrong)
    assert passes("w5_new", follows)
    assert passes("w5_new", wrong)  # the right value stays right
    absurd = {**values, "delta_o1": 0.0, "w5_new": given["W_o[1, 1]"]}
    assert not passes("w5_new", absurd)


def test_same_bytes_with_processes(description: Path, tmp_path: Path) -> None:
    """Two spawned processes write the bytes that one process writes."""
    one, two = tmp_path / "one", tmp_path / "two"
    assert run(description, "--count", 25, "-o", one, "--format", "md,pdf").exit_code == 0
    assert run(description, "--count", 25, "-o", two, "--format", "md,pdf", "--jobs", 2).exit_code == 0
    assert contents(one) == contents(two)


def test_a_killed_run_goes_on(description: Path, tmp_path: Path) -> None:
    """After SIGKILL no half file bears its name, and the same command ends with the bytes of an unbroken run."""
    out, whole = tmp_path / "out", tmp_path / "whole"
    command = [sys.executable, "-m", "bpsym", "variants", str(description), "--count", "80", "-o", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    os.setpriority(os.PRIO_PROCESS, process.pid, 19)  # on a busy machine it must not be done before it is seen
    deadline = time.monotonic() + 600
    while len(list(out.glob("keys/*.pdf"))) < 15 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    made = len(list(out.glob("keys/*.pdf")))
    assert 15 <= made < 80
    assert run("--check", out).exit_code == 1
    assert all(path.read_bytes().rstrip().endswith(b"%%EOF") for path in out.rglob("*.pdf"))
    with opened(out) as store:  # the shard that was being written is written again
        noted = [out / path for (path,) in store.connection.execute("SELECT path FROM file")]
    before = {path: path.stat().st_mtime_ns for path in noted}
    assert len(before) >= 10
    assert run(description, "--count", 80, "-o", out).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert run("--check", out).output.endswith("the folder agrees with its index\n")
    assert run(description, "--count", 80, "-o", whole).exit_code == 0
    assert contents(out) == contents(whole)


def test_pages_of_a_booklet_are_counted_sheet_by_sheet(description: Path, tmp_path: Path) -> None:
    """The first page of every sheet has no running head, the second one says 2."""
    out = tmp_path / "out"
    assert run(description, "--count", 3, "-o", out).exit_code == 0
    command = [require("pdftotext"), "-layout", str(out / "sheets.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    heads = [page.strip().splitlines()[0].split() for page in text.split("\f") if page.strip()]
    assert [head[-1] for head in heads] == ["backpropagation", "2"] * 3


KILLS_ITSELF = """\
import os, signal, time
from bpsym.variants.jobs import executor

if __name__ == "__main__":
    with executor(2) as (pool, _):
        for future in [pool.submit(time.sleep, 0) for _ in range(4)]:
            future.result()
        print("running", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_processes_end_with_the_one_that_started_them(tmp_path: Path) -> None:
    """After SIGKILL no process is left behind: all of them hold the pipe, which comes to its end."""
    script = tmp_path / "script.py"
    script.write_text(KILLS_ITSELF, "utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "running\n"


def test_check_finds_what_was_changed(description: Path, tmp_path: Path) -> None:
    """A changed, a missing and a foreign file are named; the exit status is 1."""
    out = tmp_path / "out"
    assert run(description, "--count", 3, "-o", out, "--format", "md").exit_code == 0
    (out / "keys" / "0001.md").write_text("nothing", "utf-8")
    (out / "keys" / "0002.md").unlink()
    (out / "notes.md").write_text("mine", "utf-8")
    result = run("--check", out)
    assert result.exit_code == 1
    expected = ["keys/0001.md was changed", "keys/0002.md is missing", "notes.md is not in the index"]
    assert result.output.splitlines() == expected


def test_a_code_leads_back(description: Path, roster: Path, tmp_path: Path) -> None:
    """The code on a sheet, in any case, gives student, numbers and answers."""
    out = tmp_path / "out"
    assert run(description, "--roster", roster, "-o", out, "--format", "md").exit_code == 0
    with opened(out) as store:
        record = next(r for r in store.records() if r.id == "2026002")
    found = run("--check", out, "--find", record.code.lower()).output
    assert found.startswith("2026002 李明\n")
    assert f"  delta_o1 = {record.answers['delta_o1']}\n" in found
    assert run("--check", out, "--find", "0000000000").exit_code == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,name\n1,a\n2,b\n1,c\n", ("lines 2 and 4", "id 1")),
        ("name\nAda\n", ("no column holds the students' ids",)),
        ("id\n", ("no student",)),
    ],
)
def test_bad_rosters_are_refused(description: Path, tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    """One sentence, exit status 2, and nothing is written."""
    roster = tmp_path / "bad.csv"
    roster.write_text(text, "utf-8")
    result = run(description, "--roster", roster, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert all(word in result.output for word in words), result.output
    assert not (tmp_path / "out").exists()


def test_another_description_seed_or_roster_is_refused(description: Path, roster: Path, tmp_path: Path) -> None:
    """A folder is not filled from two homeworks."""
    out = tmp_path / "out"
    assert run(description, "--count", 2, "-o", out, "--format", "md").exit_code == 0
    for changes, word in (
        (["--count", 2, "--format", "md", "--seed", 1], "seed"),
        (["--count", 3, "--format", "md"], "roster"),
        (["--count", 2, "--format", "html"], "formats"),
    ):
        result = run(description, "-o", out, *changes)
        assert result.exit_code == 2
        assert f"another {word}" in result.output


def test_a_class_too_large_for_its_variants_is_refused(tmp_path: Path) -> None:
    """Nothing is written where students would have to share answers."""
    path = tmp_path / "few.toml"
    path.write_text(changed(weights='"fixed"', biases='"fixed"', targets='"fixed"'), "utf-8")
    result = run(path, "--count", 300, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "too few for 300 students" in result.output


def test_a_full_disk_is_one_sentence(description: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be written the file and the reason are named, and what is there stays whole."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    result = run(description, "--count", 2, "-o", tmp_path / "out", "--format", "md")
    monkeypatch.undo()
    assert result.exit_code == 2
    assert "No space left on device" in result.output
    assert not list((tmp_path / "out").rglob("*.md"))


def test_stress_reports(description: Path) -> None:
    """The report counts students, refusals and distances, and finds nothing broken."""
    result = run(description, "--stress", 600, "--seed", 9)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("600 students, seed 9")
    assert "every constraint holds for every student; no two share their answers" in result.output
    drawn = int(re.search(r"(\d+) variants drawn", result.output)[1])  # type: ignore[index]  # it is there, or fails
    refused = int(re.search(r"^(\d+) of them refused", result.output, re.MULTILINE)[1])  # type: ignore[index]
    rows = [re.search(rf"^  {re.escape(row.name)} +(\d+) ", result.output, re.MULTILINE) for row in CONSTRAINTS]
    assert drawn == 600 + refused
    assert sum(int(row[1]) for row in rows if row is not None) == refused > 600


def test_secret_is_no_toy(description: Path, tmp_path: Path) -> None:
    """A secret of a few letters is refused; with a real one the folder does not hold it."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"1234")
    assert run(description, "--count", 1, "-o", tmp_path / "a", "--secret", secret).exit_code == 2
    secret.write_bytes(b"0123456789abcdef" * 2)
    assert run(description, "--count", 1, "-o", tmp_path / "b", "--secret", secret, "--format", "md").exit_code == 0
    with sqlite3.connect(tmp_path / "b" / "variants.sqlite") as connection:
        stored = dict(connection.execute("SELECT key, value FROM course"))
    assert stored["secret"]
    assert not any(b"0123456789abcdef" in content for content in contents(tmp_path / "b").values())


@pytest.mark.parametrize("name", ["a/../b", "CON", "李明", "x" * 200, "..", "A b", "é"])
def test_file_names_are_safe(name: str) -> None:
    """Whatever an id is, its file has a plain name; two ids that differ in case have two."""
    stem = file_stem(name)
    assert stem
    assert not set(stem) & set('/\\:*?"<>| ')
    assert len(stem) < 80
    assert stem not in {".", "..", "CON"}
    assert file_stem("Ab") != file_stem("ab")
