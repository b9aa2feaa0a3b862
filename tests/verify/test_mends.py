"""The small change that makes a wrong formula right: which it is, what is to be written, and that none is made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpsym.verify.mend.search import mend
from bpsym.verify.read import read_text
from bpsym.verify.report.data import Finding, report_of
from bpsym.verify.report.fix import corrected
from bpsym.verify.run import verify

NEURON = r"""
$$z = w x + b, \qquad a = \tanh(z), \qquad L = \frac{1}{2} (a - t)^2$$

$$\frac{\partial L}{\partial a} = a - t$$

$$\frac{\partial a}{\partial z} = 1 - a^2$$

$$\frac{\partial L}{\partial w} = (a - t)(1 - a^2) x$$
"""
UNITS = r"""
$$z_j = \sum_i w_{ji} x_i, \qquad h_j = \sigma(z_j), \qquad o = \sum_j v_j h_j, \qquad E = \frac{1}{2} (o - t)^2$$

$$\frac{\partial E}{\partial v_j} = (o - t) h_j$$

$$\frac{\partial h_j}{\partial z_j} = \sigma'(z_j)$$

$$\frac{\partial E}{\partial w_{ji}} = (o - t) v_j \sigma'(z_j) x_i$$
"""
VECTORS = r"""
$$z = W x, \qquad a = \sigma(z), \qquad y = V a$$

$$\frac{\partial L}{\partial a} = V^\top \frac{\partial L}{\partial y}$$

$$\frac{\partial L}{\partial V} = \frac{\partial L}{\partial y} a^\top$$

$$\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \odot \sigma'(z)$$

$$\frac{\partial L}{\partial W} = \frac{\partial L}{\partial z} x^\top$$
"""
SHORTCUT = r"""
$$u = W x, \qquad y = \tanh(u) + x$$

$$\frac{\partial E}{\partial u} = \frac{\partial E}{\partial y} \odot (1 - \tanh^2(u))$$

$$\frac{\partial E}{\partial x} = \frac{\partial E}{\partial y} + W^T \frac{\partial E}{\partial u}$$

$$\frac{\partial E}{\partial W} = \frac{\partial E}{\partial u} x^T$$
"""
TEXTS = {"neuron": NEURON, "units": UNITS, "vectors": VECTORS, "shortcut": SHORTCUT}


LAWS = Path(__file__).parent.parent / "data" / "laws"


def found(text: str, language: str = "en") -> list[Finding]:
    """What is wrong with a text."""
    return [f for f in report_of(verify(read_text(text, "text.md")), language).findings if f.verdict == "wrong"]


def broken(name: str, right: str, wrong: str) -> str:
    """A text with the last piece of a kind exchanged for a wrong one."""
    front, piece, rest = TEXTS[name].rpartition(right)
    assert piece
    return front + wrong + rest


CASES = [
    # text, what is right, what is written instead; the cause, the piece blamed, what it should be
    ("neuron", "= 1 - a^2", "= 1 + a^2", "sign", "+ a^2", "- a^2"),
    ("neuron", "= a - t", "= t - a", "error-signal-sign", "t - a", "a - t"),
    ("neuron", "(a - t)(1 - a^2) x", "-(a - t)(1 - a^2) x", "error-signal-sign", "-(a - t)(1 - a^2) x",
     "(a - t)(1 - a^2) x"),
    ("shortcut", "+ W^T", "- W^T", "sign", r"- W^T \frac{\partial E}{\partial u}",
     r"+ W^T \frac{\partial E}{\partial u}"),
    ("neuron", "= 1 - a^2", "= 1 - a", "square-forgotten", "1 - a", "1 - a^2"),
    ("neuron", "= 1 - a^2", "= 1 - a^3", "exponent", "a^3", "a^2"),
    ("neuron", "= 1 - a^2", "= a (1 - a)", "wrong-activation-derivative", "a (1 - a)", "(1 - a^2)"),
    ("neuron", "= 1 - a^2", "= 1 - z^2", "other-name", "z", "a"),
    ("neuron", "(1 - a^2) x", "(1 - a^2) b", "other-name", "b", "x"),
    ("vectors", r"x^\top", r"a^\top", "other-name", "a", "x"),
    ("units", r"\sigma'(z_j) x_i", r"\sigma'(h_j) x_i", "other-name", "h_j", "z_j"),
    ("units", r"\sigma'(z_j) x_i", r"\sigma(z_j) x_i", "activation-for-derivative", r"\sigma(z_j)", r"\sigma'(z_j)"),
    ("units", "(o - t) h_j", r"(o - t) \sigma'(z_j)", "derivative-for-activation", r"\sigma'(z_j)", r"\sigma(z_j)"),
    ("units", r"\sigma'(z_j) x_i", "x_i", "activation-derivative-forgotten", "(o - t) v_j x_i",
     r"\sigma'(z_j) (o - t) v_j x_i"),
    ("units", "v_j ", "", "factor-missing", r"(o - t) \sigma'(z_j) x_i", r"(o - t) \sigma'(z_j) x_i v_j"),
    ("neuron", "(1 - a^2) x", "(1 - a^2) x w", "factor-too-much", "(a - t)(1 - a^2) x w", "(a - t)(1 - a^2) x"),
    ("neuron", "(a - t)(1 - a^2) x", r"\frac{(a - t)(1 - a^2)}{x}", "multiplier", r"\frac{(a - t)(1 - a^2)}{x}",
     "(a - t)(1 - a^2) x"),
    ("neuron", "(1 - a^2) x", "(1 - a^2)", "input-forgotten", "(a - t)(1 - a^2)", "(a - t)(1 - a^2) x"),
    ("neuron", "(a - t)(1 - a^2) x", r"\frac{1}{2} (a - t)(1 - a^2) x", "loss-convention",
     r"\frac{1}{2} (a - t)(1 - a^2) x", "(a - t)(1 - a^2) x"),
    ("shortcut", r"\frac{\partial E}{\partial y} + W^T", "W^T", "term-missing", r"W^T \frac{\partial E}{\partial u}",
     r"W^T \frac{\partial E}{\partial u} + \frac{\partial E}{\partial y}"),
    ("shortcut", "+ W^T", "+ x + W^T", "term-too-much",
     r"\frac{\partial E}{\partial y} + x + W^T \frac{\partial E}{\partial u}",
     r"\frac{\partial E}{\partial y} + W^T \frac{\partial E}{\partial u}"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "right", "wrong", "rule", "written", "expected"), CASES)
def test_one_change_is_named(name: str, right: str, wrong: str, rule: str, written: str, expected: str) -> None:
    """A formula with one slip is told which, with the piece that is wrong and what should stand there."""
    ((finding),) = found(broken(name, right, wrong))
    assert (finding.rule, finding.written, finding.expected) == (rule, written, expected)


@pytest.mark.parametrize(("name", "right", "wrong"), [case[:3] for case in CASES[::2]])
def test_what_should_stand_there_makes_it_right(name: str, right: str, wrong: str) -> None:
    """With the expected piece in the place of the written one nothing is wrong any more."""
    text = broken(name, right, wrong)
    ((finding),) = found(text)
    lines = text.splitlines()
    line = lines[finding.line - 1]
    mended = line[: finding.column - 1] + finding.expected + line[finding.end_column - 1 :]
    assert found("\n".join([*lines[: finding.line - 1], mended, *lines[finding.line :]])) == []


@pytest.mark.parametrize(
    ("file", "right", "wrong", "rule", "written", "expected"),
    [
        ("rows-zh.md", r"\frac{\partial L}{\partial Y_{ij}} W_{kj}", r"\frac{\partial L}{\partial Y_{ij}} W_{jk}",
         "indices-swapped", "W_{jk}", "W_{kj}"),
        ("rows-zh.md", r"= X^T \frac{\partial L}{\partial Y}", r"= X \frac{\partial L}{\partial Y}",
         "transposed", "X", "X^T"),
        ("rows-zh.md", r"= X^T \frac{\partial L}{\partial Y}", r"= \frac{\partial L}{\partial Y} X^T",
         "factors-swapped", r"\frac{\partial L}{\partial Y} X^T", r"X^T \frac{\partial L}{\partial Y}"),
        ("two-layers.md", r"= \delta_1 x^T", r"= \delta_1 a_1^T", "other-name", "a_1", "x"),
        ("normalised-batch.md", r"(\sigma^2 + \epsilon)^{-3/2}", r"(\sigma^2 + \epsilon)^{-1/2}", "exponent",
         r"(\sigma^2 + \epsilon)^{-1/2}", r"(\sigma^2 + \epsilon)^{-3/2}"),
        ("four-equations.md", r"\sigma'(z^l_j)", r"\sigma'(z^{l+1}_j)", "layer-or-step", "z^{l+1}_j", "z^l_j"),
        ("softmax-zh.md", "= -p_i p_j$$", "= p_i p_j$$", "sign", "p_i p_j", "-p_i p_j"),
        ("identities.md", "= 2x", "= x", "factor-missing", "x", "2 x"),
    ],
)  # fmt: skip
def test_one_change_to_a_law_is_named(
    file: str, right: str, wrong: str, rule: str, written: str, expected: str
) -> None:
    """So is one in a text without a number: an index, a transpose, an order, a layer, a constant."""
    text = (LAWS / file).read_text(encoding="utf-8")
    assert right in text
    ((finding),) = found(text.replace(right, wrong, 1))
    assert (finding.rule, finding.written, finding.expected) == (rule, written, expected)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("neuron", "(a - t)(1 - a^2) x", "(a + t)(1 + a^2) x"),
        ("neuron", "(a - t)(1 - a^2) x", "a (1 - t^3) z"),
        ("units", r"(o - t) v_j \sigma'(z_j) x_i", r"(o + t) v_j h_j x_i"),
    ],
)
def test_what_needs_more_than_one_change_is_only_called_wrong(name: str, right: str, wrong: str) -> None:
    """Two slips in one formula are not put down to one that would mend neither."""
    text = broken(name, right, wrong)
    ((finding),) = found(text)
    assert (finding.rule, finding.expected) == ("formula", "")
    (judgement,) = [j for j in verify(read_text(text, "text.md")).judgements if str(j.verdict) == "wrong"]
    assert mend(judgement, judgement.details["state"]) is None


@pytest.mark.parametrize(
    ("right", "wrong", "en", "zh"),
    [
        ("(1 - a^2) x", "(1 - a^2) b", "b should be x: another quantity belongs here.", "b 应为 x：此处应为另一个量。"),
        ("(1 - a^2) x", "(1 - a^2) x w",
         "(a - t)(1 - a^2) x w should be (a - t)(1 - a^2) x: the factor w is one too many.",
         "(a - t)(1 - a^2) x w 应为 (a - t)(1 - a^2) x：多写了因子 w。"),
        ("= 1 - a^2", "= 1 - a^3", "a^3 should be a^2: the exponent is wrong.", "a^3 应为 a^2：指数写错了。"),
    ],
)  # fmt: skip
def test_it_is_told_in_both_languages(right: str, wrong: str, en: str, zh: str) -> None:
    """The sentence says what is written, what should be, and why."""
    text = broken("neuron", right, wrong)
    assert [found(text, language)[0].message for language in ("en", "zh")] == [en, zh]


def test_what_cannot_be_spelled_is_said_in_words() -> None:
    """A formula written with the document's own commands is not spelled anew, but told what would be right."""
    text = (LAWS / "softmax-rows.tex").read_text(encoding="utf-8")
    right, wrong = r"\pd{L}{X} &= \pd{L}{Z} W^\top", r"\pd{L}{X} &= \pd{L}{Z} W"
    assert right in text
    findings = report_of(verify(read_text(text.replace(right, wrong), "rows.tex"))).findings
    (finding,) = (f for f in findings if f.verdict == "wrong")
    assert finding.message == r"\pd{L}{Z} W: the transpose is wrong; Wᵀ would be right."
    assert not finding.expected


def test_a_formula_is_never_corrected() -> None:
    """What should stand in a formula is said, and left to its author; so is the number behind it."""
    text = broken("neuron", "= a - t", "= t - a") + "\n$a = 0.5$, $t = 0.2$, $s = a + t = 0.8$\n"
    assert "t - a" in corrected(verify(read_text(text, "text.md")))


def test_a_piece_on_another_line_is_shown_with_its_formula() -> None:
    """A finding begins on the line its formula begins on, wherever in it the slip is."""
    text = broken("neuron", "(a - t)(1 - a^2) x", "(a - t)\n(1 - a^2) b")
    ((finding),) = found(text)
    assert (finding.line, finding.written) == (8, "(a - t) (1 - a^2) b")
    assert finding.expected == "(a - t) (1 - a^2) x"
