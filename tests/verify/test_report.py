"""Reports in every format say the same; --fix changes numbers alone."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bpsym.cli import main
from bpsym.verify.report import FORMATS
from transcripts import SPEC, changed


@pytest.fixture
def wrong(tmp_path):  # noqa: ANN001, ANN201
    """A transcript with one digit swapped, as a file."""
    path = tmp_path / "by-hand.md"
    path.write_text(changed("= 0.186816$$", "= 0.186861$$"), encoding="utf-8")
    return path


def _run(*arguments: object):  # noqa: ANN202
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


def test_json_keeps_its_contract(wrong) -> None:  # noqa: ANN001
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
def test_every_format_shows_the_finding(wrong, form: str, language: str) -> None:  # noqa: ANN001
    """Each format and language names the wrong number and the right one."""
    output = _run(wrong, "--spec", SPEC, "--format", form, "--lang", language).output
    assert "0.186861" in output
    assert "0.186816" in output


def test_sarif_has_a_result_with_a_region(wrong) -> None:  # noqa: ANN001
    """SARIF names the rule and the region of each finding."""
    log = json.loads(_run(wrong, "--spec", SPEC, "--format", "sarif").output)
    results = log["runs"][0]["results"]
    (error,) = [r for r in results if r["level"] == "error"]
    region = error["locations"][0]["physicalLocation"]["region"]
    assert log["version"] == "2.1.0"
    assert error["ruleId"] == "digits-swapped"
    assert region["startLine"] == 18
    assert region["endColumn"] - region["startColumn"] == len("0.186861")


def test_the_caret_stands_under_the_number(wrong) -> None:  # noqa: ANN001
    """The text report shows the line and carets as wide as the number."""
    lines = _run(wrong, "--spec", SPEC).output.splitlines()
    at = next(k for k, line in enumerate(lines) if "0.186861 should be" in line)
    assert lines[at + 1][lines[at + 2].index("^") :].startswith("0.186861")
    assert lines[at + 2].count("^") == len("0.186861")


def test_fix_changes_the_number_and_nothing_else(wrong) -> None:  # noqa: ANN001
    """--diff shows one changed line and leaves the file; --fix makes it the right transcript again."""
    before = wrong.read_text(encoding="utf-8")
    diff = _run(wrong, "--spec", SPEC, "--diff").output
    assert [line for line in diff.splitlines() if line.startswith("+$$")] == [
        "+" + before.splitlines()[17].replace("0.186861", "0.186816")
    ]
    assert wrong.read_text(encoding="utf-8") == before
    _run(wrong, "--spec", SPEC, "--fix")
    assert wrong.read_text(encoding="utf-8") == before.replace("0.186861", "0.186816")


def test_exit_status(tmp_path) -> None:  # noqa: ANN001
    """0 when nothing is wrong, 2 when a file or a value cannot be used, with one sentence and no traceback."""
    good = tmp_path / "good.md"
    good.write_text("$x = 2$\n", encoding="utf-8")
    assert _run(good).exit_code == 0
    for arguments in ((tmp_path / "none.md",), (good, "--given", "b"), (good, "--spec", tmp_path / "none.toml")):
        result = _run(*arguments)
        assert result.exit_code == 2
        assert "Traceback" not in result.output


def test_html_escapes_what_documents_hold(tmp_path) -> None:  # noqa: ANN001
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
def test_a_mistake_is_told_with_its_numbers(tmp_path, form: str, language: str, done: str, right: str) -> None:  # noqa: ANN001
    """Every format says what was done and what is right, the gradient with it, and lists other causes by title."""
    path = tmp_path / "ascent.md"
    path.write_text("$w_5^+ = 0.441083520$\n", encoding="utf-8")
    output = _run(path, "--spec", SPEC, "--format", form, "--lang", language).output
    assert done in output
    assert right in output
    assert {"en": "sign of the error signal", "zh": "误差信号符号错误"}[language] in output
    assert "error-signal-sign" not in output
