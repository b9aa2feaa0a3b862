"""Reports in every format say the same; --fix changes numbers alone."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING

import pytest
from click import unstyle
from click.testing import CliRunner
from jsonschema import Draft4Validator

from bpsym.cli import main
from bpsym.spec import load
from bpsym.verify.read import read_text
from bpsym.verify.report import FORMATS
from bpsym.verify.report.data import report_of
from bpsym.verify.report.fix import difference
from bpsym.verify.report.text import written
from exports.schemas import find
from transcripts import SPEC, changed, verified

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A transcript with one digit swapped, as a file."""
    path = tmp_path / "by-hand.md"
    path.write_text(changed("= 0.186816$$", "= 0.186861$$"), encoding="utf-8")
    return path


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


def test_json_keeps_its_contract(wrong: Path) -> None:
    """The JSON report has the keys programs rely on, lines and columns from 1."""
    result = _run(wrong, "--spec", SPEC, "--format", "json")
    assert result.exit_code == 1
    report = json.loads(result.output)
    assert report["schema"] == 1
    (document,) = report["documents"]
    assert document["claims"] == sum(document["counts"].values())
    (finding,) = [f for f in document["findings"] if f["verdict"] == "wrong"]
    assert (finding["line"], finding["written"], finding["expected"]) == (18, "0.186861", "0.186816")
    assert set(finding) == {"line", "column", "verdict", "written", "expected", "rule", "message"}


@pytest.mark.parametrize("form", sorted(FORMATS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_format_shows_the_finding(wrong: Path, form: str, language: str) -> None:
    """Each format and language names the wrong number and the right one."""
    output = _run(wrong, "--spec", SPEC, "--format", form, "--lang", language).output
    assert "0.186861" in output
    assert "0.186816" in output


def test_sarif_has_a_result_with_a_region(wrong: Path) -> None:
    """SARIF names the rule and the region of each finding."""
    log = json.loads(_run(wrong, "--spec", SPEC, "--format", "sarif").output)
    results = log["runs"][0]["results"]
    (error,) = [r for r in results if r["level"] == "error"]
    region = error["locations"][0]["physicalLocation"]["region"]
    assert log["version"] == "2.1.0"
    assert error["ruleId"] == "digits-swapped"
    assert region["startLine"] == 18
    assert region["endColumn"] - region["startColumn"] == len("0.186861")


def test_the_caret_stands_under_the_number(wrong: Path) -> None:
    """The text report shows the line and carets as wide as the number."""
    lines = _run(wrong, "--spec", SPEC).output.splitlines()
    at = next(k for k, line in enumerate(lines) if "0.186861 should be" in line)
    assert lines[at + 1][lines[at + 2].index("^") :].startswith("0.186861")
    assert lines[at + 2].count("^") == len("0.186861")


def test_colour_says_what_the_words_say(wrong: Path) -> None:
    """With colour, "wrong" and its carets are bold and red; without the colours the report is the plain one."""
    report = report_of(verified(wrong.read_text("utf-8"), load(SPEC)), "en")
    coloured, plain = written([report], "en", color=True), written([report], "en", color=False)
    assert "\x1b[31m\x1b[1mwrong\x1b[0m: " in coloured
    assert "\x1b" not in plain
    assert unstyle(coloured) == plain


def test_fix_changes_the_number_and_nothing_else(wrong: Path) -> None:
    """--diff shows one changed line and leaves the file; --fix makes it the right transcript again."""
    before = wrong.read_text(encoding="utf-8")
    diff = _run(wrong, "--spec", SPEC, "--diff").output
    assert [line for line in diff.splitlines() if line.startswith("+$$")] == [
        "+" + before.splitlines()[17].replace("0.186861", "0.186816")
    ]
    assert wrong.read_text(encoding="utf-8") == before
    _run(wrong, "--spec", SPEC, "--fix")
    assert wrong.read_text(encoding="utf-8") == before.replace("0.186861", "0.186816")


def test_fix_keeps_permissions_and_links(wrong: Path, tmp_path: Path) -> None:
    """A corrected file is readable by those it was readable by; a link to it stays a link."""
    wrong.chmod(0o600)
    link = tmp_path / "link.md"
    link.symlink_to(wrong)
    _run(link, "--spec", SPEC, "--fix")
    assert link.is_symlink()
    assert "0.186861" not in wrong.read_text(encoding="utf-8")
    assert wrong.stat().st_mode & 0o777 == 0o600


def test_exit_status(tmp_path: Path) -> None:
    """0 when nothing is wrong, 2 when a file or a value cannot be used, with one sentence and no traceback."""
    good = tmp_path / "good.md"
    good.write_text("$x = 2$\n", encoding="utf-8")
    assert _run(good).exit_code == 0
    for arguments in ((tmp_path / "none.md",), (good, "--given", "b"), (good, "--spec", tmp_path / "none.toml")):
        result = _run(*arguments)
        assert result.exit_code == 2
        assert "Traceback" not in result.output


def test_html_escapes_what_documents_hold(tmp_path: Path) -> None:
    """A document's own markup is shown, never run."""
    path = tmp_path / "x.md"
    path.write_text("<script>alert(1)</script> $1 + 1 = 3$\n", encoding="utf-8")
    assert "<script>alert" not in _run(path, "--format", "html").output


@pytest.mark.parametrize("form", sorted(FORMATS))
@pytest.mark.parametrize(
    ("language", "done", "right"),
    [
        ("en", "step was added instead of subtracted", "0.0821670406"),
        ("zh", "更新量应减去", "0.0821670406"),
    ],
)
def test_a_mistake_is_told_with_its_numbers(tmp_path: Path, form: str, language: str, done: str, right: str) -> None:
    """Every format says what was done and what is right, the gradient with it, and lists other causes by title."""
    path = tmp_path / "ascent.md"
    path.write_text("$w_5^+ = 0.441083520$\n", encoding="utf-8")
    output = _run(path, "--spec", SPEC, "--format", form, "--lang", language).output
    assert done in output
    assert right in output
    assert {"en": "sign of the error signal", "zh": "误差信号符号错误"}[language] in output
    assert "error-signal-sign" not in output


OPEN = r"""Take $i_1 = 0.05$, $i_2 = 0.10$, $w_1 = 0.15$ and $w_2 = 0.20$.

$$net_{h1} = w_1 i_1 + w_2 i_2 + b_1 = 0.3775$$

$$w_1^+ = w_1 - \eta \cdot 0.2 = 0.05$$
"""


@pytest.fixture
def open_(tmp_path: Path) -> Path:
    """A transcript that never says what the bias and the learning rate are."""
    path = tmp_path / "open.md"
    path.write_text(OPEN, encoding="utf-8")
    return path


@pytest.mark.parametrize("form", sorted(FORMATS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_missing_is_asked_for_by_name(open_: Path, form: str, language: str) -> None:
    """Each format names the quantity without a number and the line it is used on."""
    output = _run(open_, "--format", form, "--lang", language).output
    if form == "json":
        (document,) = json.loads(output)["documents"]
        assert document["missing"] == [{"name": "b_1", "line": 3}, {"name": "eta", "line": 5}]
        return
    plain = output.replace("\\", "")  # Markdown marks signs of its own
    assert {"en": "b_1 is used on line 3", "zh": "第 3 行用到 b_1"}[language] in plain
    assert "--given b_1=" in plain


@pytest.mark.parametrize("bias", ["b_1", "b1", "b_{1}"])
@pytest.mark.parametrize("rate", ["\\eta", "lr", "η", "eta"])
def test_given_numbers_bind_by_spelling(open_: Path, bias: str, rate: str) -> None:
    """The right bias and rate make every claim right, however they are spelled; another bias makes one wrong."""
    good = _run(open_, "--given", f"{bias}=0.35", "--given", f"{rate}=0.5", "--format", "json")
    counts = json.loads(good.output)["documents"][0]["counts"]
    assert good.exit_code == 0
    assert counts["undecided"] == counts["wrong"] == 0
    assert _run(open_, "--given", f"{bias}=0.36").exit_code == 1


def test_a_given_number_counts_before_the_description(tmp_path: Path) -> None:
    """With a description, --given replaces one of its numbers."""
    path = tmp_path / "net.md"
    path.write_text("$net_{h1} = 0.3875$\n", encoding="utf-8")
    assert _run(path, "--spec", SPEC).exit_code == 1
    assert _run(path, "--spec", SPEC, "--given", "b1=0.36").exit_code == 0


def test_a_name_nobody_uses_is_said(open_: Path) -> None:
    """A number given for a name that does not occur is no silent mistake."""
    assert "--given q: the document does not use that name" in _run(open_, "--given", "q=1").stderr


def test_the_binding_is_explained(open_: Path) -> None:
    """--explain-binding lists each name of the document with what it was taken for."""
    table = dict(line.split(maxsplit=1) for line in _run(open_, "--explain-binding").stderr.splitlines())
    assert table["b_1"] == "b_1"
    assert table["\\eta"] == "eta"
    assert table["net_{h1}"] == "net_h1"
    described = _run(open_, "--spec", SPEC, "--explain-binding").stderr
    assert dict(line.split(maxsplit=1) for line in described.splitlines())["w_2"] == "W_h[1, 2]"


@pytest.mark.parametrize("form", sorted(FORMATS))
@pytest.mark.parametrize(("language", "said"), [("en", "no description given"), ("zh", "未给出网络描述")])
def test_a_network_taken_from_an_example_is_disclosed(tmp_path: Path, form: str, language: str, said: str) -> None:
    """Where figures are recognized as those of a known example, every format says whose numbers were used."""
    path = tmp_path / "figures.md"
    path.write_text(
        "$net_{h1} = 0.3775$, $out_{h1} = 0.593269992$, $out_{h2} = 0.596884378$, $net_{o1} = 1.105905967$, "
        "$out_{o1} = 0.751365070$, $E_{total} = 0.298371109$\n",
        encoding="utf-8",
    )
    plain = _run(path, "--format", form, "--lang", language).output.replace("\\", "")
    assert said in plain
    assert "Mazur" in plain
    assert said not in _run(path, "--spec", SPEC, "--format", form, "--lang", language).output


def test_fix_leaves_what_follows_from_an_error(tmp_path: Path) -> None:
    """A wrong number alone on its line is corrected; a value worked out from it and a line with two errors are not."""
    path = tmp_path / "chain.md"
    text = (
        "$$net_{h1} = 0.3757$$\n\n$$out_{h1} = \\frac{1}{1 + e^{-0.3757}} = 0.592836$$\n\n"
        "$$out_{o1} = 0.715365$$ and $$out_{o2} = 0.779428$$\n"
    )
    path.write_text(text, encoding="utf-8")
    _run(path, "--spec", SPEC, "--fix")
    assert path.read_text(encoding="utf-8") == text.replace("net_{h1} = 0.3757", "net_{h1} = 0.3775")


def test_fix_leaves_what_stands_behind_a_wrong_formula(tmp_path: Path) -> None:
    """The number a wrong formula gives is right for that formula: neither is touched."""
    path = tmp_path / "formula.md"
    text = "$$net_{h1} = w_1 i_1 + w_2 i_2\n= 0.0275$$\n"
    path.write_text(text, encoding="utf-8")
    assert _run(path, "--spec", SPEC, "--fix").exit_code == 1
    assert path.read_text(encoding="utf-8") == text


def test_fix_leaves_a_file_with_bytes_it_would_lose(wrong: Path) -> None:
    """A document that is no UTF-8 throughout is refused in one sentence, and stays as it was."""
    before = wrong.read_bytes() + b"\xff\xfe \x81\n"
    wrong.write_bytes(before)
    result = _run(wrong, "--spec", SPEC, "--fix")
    assert result.exit_code == 2
    assert "would be lost" in result.output
    assert wrong.read_bytes() == before


def test_the_diff_goes_where_it_is_asked_to(wrong: Path, tmp_path: Path) -> None:
    """-o with --diff writes the diff, prints nothing, and leaves no other file."""
    output = tmp_path / "changes.diff"
    result = _run(wrong, "--spec", SPEC, "--diff", "-o", output)
    assert (result.exit_code, result.output) == (1, "")
    assert output.read_text(encoding="utf-8").startswith("--- ")
    assert {p.name for p in tmp_path.iterdir()} == {"changes.diff", wrong.name}


def test_sarif_is_valid(wrong: Path, open_: Path, tmp_path: Path) -> None:
    """Logs of findings of every kind, of notes on whole documents and of nothing agree with the published schema."""
    schema = json.loads(find("sarif-2.1.0-rtm.5.json").read_text("utf-8"))
    check = Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)
    (unread := tmp_path / "unread.md").write_text("$x = \\frac{1}{ = 3$\n", encoding="utf-8")
    (nothing := tmp_path / "nothing 100 %.md").write_text("Words.\n", encoding="utf-8")
    for documents in ((wrong, "--spec", SPEC), (wrong, open_, unread), (nothing,)):
        log = json.loads(_run(*documents, "--format", "sarif").output)
        assert [error.message for error in check.iter_errors(log)] == []
    assert [error.validator for error in check.iter_errors({**log, "version": "2.2"})] == ["enum"]


def test_sarif_has_the_parts_the_standard_requires(wrong: Path, open_: Path) -> None:
    """Required properties, enumerations and index references of SARIF 2.1.0 (its sections 3.13 to 3.58) hold."""
    log = json.loads(_run(wrong, open_, "--format", "sarif").output)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert set(log) == {"$schema", "version", "runs"}
    assert set(run) == {"tool", "invocations", "columnKind", "results"}
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["kind"] == "fail" or result["level"] == "none"
        region = result["locations"][0]["physicalLocation"]["region"]
        assert all(isinstance(place, int) and place >= 1 for place in region.values())
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
    for invocation in run["invocations"]:
        assert isinstance(invocation["executionSuccessful"], bool)
        assert all(note["message"]["text"] for note in invocation["toolExecutionNotifications"])


@pytest.mark.parametrize("lines", [[0], [3], [0, 7], [0, 8], [4, 5, 12], [19], [1, 3, 9, 17, 19], []])
def test_a_diff_is_what_a_library_makes_of_it(lines: list[int]) -> None:
    """Hunks have three lines around what changes, and are joined where these meet."""
    old = [f"line {k}\n" for k in range(19)] + ["the last"]
    new = [f"other {k}\n" if k in lines else line for k, line in enumerate(old)]
    document = read_text("".join(old), "sheet.md")
    theirs = difflib.unified_diff(old, [*new[:-1], new[-1].strip()], "sheet.md", "sheet.md")
    expected = "".join(line if line.endswith("\n") else line + "\n" for line in theirs)
    assert difference(document, "".join([*new[:-1], new[-1].strip()])) == expected
