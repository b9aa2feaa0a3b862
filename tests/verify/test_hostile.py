"""Documents nobody can judge to their end, and shapes of formulas nobody foresaw: verdicts, and in time."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING

import pytest

from bpsym.verify import effort, limits
from bpsym.verify.canonical import canonical
from bpsym.verify.read import read_text
from bpsym.verify.run import verify
from bpsym.verify.tree import Application, Sum, with_parts
from confined import SECONDS, verifying_seconds
from transcripts import RIGHT, described, found, verified

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

FRAMES = 600  # of the thousand Python has

SLOPE = "$\n\n$x = 0.01$\n\n$\\frac{\\partial y}{\\partial x} = 3$\n"

HOSTILE = {
    "functions of functions": "$f(x) = x (x + 1)$\n\n$y = " + "f(" * 12 + "x" + ")" * 12 + SLOPE,
    "tanh of tanh": "$y = " + "\\tanh(" * 12 + "x" + ")" * 12 + SLOPE,
    "the larger of the larger": "$y = " + "\\max(a x + " * 12 + "x" + ", b x)" * 12 + SLOPE,
    "a matrix times itself": "$A = [[a, x], [c, d]]$\n\n$y = " + "A " * 50 + SLOPE,
    "a great matrix times itself": f"W = {[[0.5] * 27] * 27}\ny = W * W = {[[0.5] * 27] * 27}\n",
    "powers of powers": "$y = (2 x)" + "^{64}" * 50 + SLOPE,
    "roots of squares": "$y = " + r"\sqrt{(b + " * 6 + "x" + ")^2}" * 6 + SLOPE,
    "tanh of sigmoids": "$y = " + r"\tanh(\frac{1}{1 + e^{-" * 6 + "x" + "}})" * 6 + SLOPE,
    "the larger of tanh of tanh": "$y = " + r"\max(0, \sin(\frac{1}{\tanh^2(" * 4 + "x" + ")}))" * 4 + SLOPE,
    "broken powers of powers": "$y = " + "(" * 14 + "x" + ")^{3/2}" * 14 + SLOPE,
    "roots of fractions": "$y = " + r"\sqrt{\frac{1}{b + \tanh(" * 5 + "x" + ")}}" * 5 + SLOPE,
    "a loss of names of roots": "$y_{0} = x + b$\n\n"
    + "".join(f"$y_{{{k + 1}}} = \\sqrt{{(\\tanh(y_{{{k}}}) + b)^2}}$\n\n" for k in range(6))
    + "$E = \\frac{1}{2} (t - y_6)^2$\n\n$\\frac{\\partial E}{\\partial b} = 3 b$\n\n$x = 0.5$\n",
    "the larger of what is larger": "$y = " + r"\sqrt{\max(0, " * 3 + r"e^{-\sqrt{b}}" + " + x)^2}" * 3 + SLOPE,
    "tanh below tanh below tanh": r"$t = 1$, $y = (t - \tanh(1 - 1/(2 - \tanh(1/(1 - 1/\tanh^2(x)))^2))^2)^2" + SLOPE,
    "powers of two": "$y = x" + "^2" * 50 + SLOPE,
    "brackets that close nothing": "y = 1" + " x)" * 6_000,
    "brackets never closed": "so (y) (" * 2_000 + "y = 1",
    "case after case": "f = " + "{1 if x > 0; 0} " * 400,
    "arrow after arrow": "$y = 1" + " → dy/dx = 1" * 400 + "$",
    "the logarithm of the logarithm": "$y = " + "\\log " * 3_000 + SLOPE,
    "each given by the next": "".join(f"$a_{{{k}}} = a_{{{k + 1}}} + 1$\n" for k in range(400)) + "$a_{400} = 1$\n",
    "each the larger of the next": "".join(f"$a_{{{k}}} = \\max(0, \\max(0, a_{{{k + 1}}}))$\n" for k in range(100)),
    "a tower of powers above a letter": "$x = 0.5$, $y = " + "0.5^{" * 9 + "x" + "}" * 9 + " = 0.7$",
    "a sum of sums of sums": "$x_i = i$ and $w_i = 0.5$\n\n$$y = " + r"\sum_{i=1}^{9} " * 6 + "w_i x_i = 1$$",
    "lists without end": "The outputs are [0.1, 0.2] here.\n" * 800 + "x = 0.5 * 0.3 = 0.16\n" * 800,
    "each the square of the one before": "$x_{0} = 0.5$\n"
    + "".join(f"$x_{{{k + 1}}} = x_{{{k}}} \\cdot x_{{{k}}}$\n" for k in range(40)),
    "names defined again and again": "".join(
        f"$a = b + {k} c_{{{k}}}$ and $b = {k} a d_{{{k}}}$\n" for k in range(150)
    ),
    "the tanh of a power of many digits": "$\\frac{\\partial E}{\\partial w_1} = b = e^{-w_2}$\n\n"
    "$$b = \\tanh(\\eta + n^{0.256 + 0.163680871}) = \\sqrt{w_2}$$\n",
    "the tanh of a logarithm times a power": "$\\frac{\\partial E}{\\partial n} = b$, $E = b^2$\n\n"
    "$$b = \\tanh(\\ln(n) e^{0.419680871 m}) = \\sqrt{w_2}$$\n",
    "the slope of an absolute value that may be no real number": "$w_1 = 0.5$, $x_1 = 0.3$, $b = 0.1$\n"
    "$$\\frac{d}{dx_1} \\left|\\sigma(\\sigma(\\sigma((w_1 x_1 + b)^{3/2})))\\right| = 0.3$$\n",
    "a product of a thousand names": "".join(f"$w_{{{k}}} = z$\n" for k in range(1_200))
    + "\n$y = "
    + " * ".join(f"w_{{{k}}}" for k in range(1_200))
    + "$\n",
    "superscript of digits": "$z^l = W^l a^{l-1}$, $a^l = f(z^l)$\n\n"
    "$g = \\delta^l (a^{l-1})^\\t" + "9" * 5_000 + "op$\n",
    "steps without number": "Then $w = 0.5$ and " + "9" * 9_000 + ".1234 after " + "9" * 9_000 + " more steps.\n",
    "the same again and again": "$x = x + 1$\n" * 800,
    "a chain of ones": "$(a + b)" + " = 1" * 900 + "$",
    "the logarithms of a number": "x = " + "\\log " * 12 + "0.3 + w_5",
    "each of sigmoids of the two before": "".join(
        f"$h_{{{k}}} = \\sigma(w h_{{{k - 1}}} + b h_{{{k - 2}}})$\n" for k in range(2, 500)
    ),
    "figures in error, each from the next": "".join(f"$a_{{{k}}} = a_{{{k + 1}}} + 1 = 0.5$\n" for k in range(1_500)),
    "products of products": "$x_i = i$ and $w_i = 0.5$\n\n$$y = " + r"\prod_{i=1}^{n} " * 10 + "w_i x_i = 1$$",
    "many pieces of code in a line": "w = `x` and " * 1_600,
    "one chain of many sums": "Z = "
    + " = ".join(f"0.{k} * 0.{k} + 0.2 * (-0.3) + 0.{k} * 0.4" for k in range(11, 199)),
    "two givens that never settle": "".join(f"$x = 0.{k}$\n\n$y = x + 0.{k} = 0.5$\n\n" for k in range(10, 200)),
}


@pytest.mark.skipif(sys.platform != "linux", reason="the bound on memory is Linux's")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile(text: str, cell: ProcessPoolExecutor) -> None:
    """No document keeps the processor busy for long or costs half a gigabyte, whatever its formulas ask for."""
    assert cell.submit(verifying_seconds, text).result() < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        r"$x = \begin{bmatrix} \begin{bmatrix} a \\ b \end{bmatrix} \\ \begin{bmatrix} c \end{bmatrix} \end{bmatrix}$",
        r"$w = [[1, 2], [3]]$ and $w = [[1, 2], [3]]$",
        r"""$o = e^{-0} = (t)(\eta)^{(5 - d)}^{0} = 0.094$ and $o = \ln y = d o = \sum_{i=1}^{3} \sqrt{0.09652}$""",
        "\\newcommand{\\a}{\\b{#1}}\n\\newcommand{\\b}[2]{#2}\n$\\a$",
        "|--|\n|--|\n| 1 |\n",
        "w12=(2)d/dw12`d=E=n`eta=E,3",
        "$x = 9^{9^{4}}$ and $x = 0.5$",
        "$W[:] = 0.5$ and $x_1[:] y = 0.2$",
        "$y = \\max(0, w x) + b$ and $E = y^2$ and $\\frac{\\partial E}{\\partial w} = y = 2 w$",
        f"$x = [1, 2]$, $x_{{{'7' * 5_001}}} = 3$, $x{'7' * 5_001} = 3$ and $x^{{({'7' * 5_001})}} = 3$",
        f"$\\mu = [1, 2]$, $\\mu{'7' * 5_001} = 3$ and μ{'7' * 5_001} = 3",
        "$x = [1, 2]$, $x_{\u24fa} = 3$ and $x^{(\u2460)} = 3$",
        "$w = 2$, $b = 0.1$\n$$\\frac{d}{db} \\max(0, \\max(0, (\\max(0, w))^{-1})) = (w)^{w}$$",
        "$x = 1" + "^2" * 3_000 + "$ and $y = 1" + " / 3" * 3_000 + "$",
    ],
    ids=[
        "matrices of columns",
        "rows of different length",
        "broken and begun again",
        "a macro at the end",
        "rules",
        "two rates",
        "powers",
        "a bracket with a colon",
        "a bend",
        "an index of thousands of digits",
        "a Greek letter with thousands of digits",
        "an index in a circle",
        "compared with what may be infinite",
        "tall",
    ],
)
def test_no_shape_raises(text: str) -> None:
    """Whatever a formula or a table looks like, there are verdicts."""
    verify(read_text(text))


def test_what_is_applied_stays_a_name() -> None:
    """Whatever its arguments become: nothing else has a letter to be told by."""
    (statement,) = read_text("$a + b = y(x)$").statements
    added, applied = statement.terms
    assert isinstance(added, Sum)
    assert isinstance(applied, Application)
    changed = with_parts(applied, lambda _: added)
    assert canonical(changed) == canonical(applied).replace("x", canonical(added))


def test_a_formula_too_tall_is_told() -> None:
    """What is divided again and again is reported with its place, and the rest of the document judged."""
    verified_ = verified("$y = 1" + " / 3" * 3_000 + "$\n\n$x = 0.5 \\cdot 0.3 = 0.16$\n")
    assert [gap.why for gap in verified_.document.unreadable] == ["more than 60 operations one in the other"]
    assert found(verified_, "wrong") == [(3, "0.16", "digit-mistyped")]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_formulas_stay_far_from_the_limit_of_python(text: str) -> None:
    """How deep formulas stand in one another is counted, so verdicts depend on no limit of the interpreter's stack."""
    verify(read_text("$x = 1$"))  # imports everything
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + FRAMES)
    try:
        verify(read_text(text))
    finally:
        sys.setrecursionlimit(before)


def test_one_formula_does_not_take_it_all() -> None:
    """A formula that asks for too much is left open, and says so; lines before and behind are judged."""
    text = "$a = 0.2 \\cdot 0.3 = 0.06$\n\n" + HOSTILE["a sum of sums of sums"] + "\n\n$x = 0.5 \\cdot 0.3 = 0.15$\n"
    judgements = verify(read_text(text)).judgements
    assert str(judgements[-1].verdict) == "right"
    assert "effort" in [j.details.get("why") for j in judgements]


def test_the_bound_does_not_depend_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is counted: with little of it granted the first lines are judged, the rest is open, twice the same."""
    verified(RIGHT)  # what is kept of the network it works costs nothing again
    monkeypatch.setattr(limits, "WORK", 0)
    monkeypatch.setattr(limits, "JUDGED", 4_000)
    first, second = verified(RIGHT), verified(RIGHT)
    assert first.judgements == second.judgements
    verdicts = [str(j.verdict) for j in first.judgements]
    assert "right" in verdicts
    assert verdicts[-1] == "undecided"
    assert "wrong" not in verdicts


def test_no_bound_is_hit_by_what_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no work left for naming causes a wrong figure is blamed all the same, and nothing is raised."""
    monkeypatch.setattr(limits, "WORK", 0)
    monkeypatch.setattr(limits, "DIAGNOSED", 0)
    assert [str(j.verdict) for j in verified("$x = 0.5 \\cdot 0.3 = 0.16$\n").judgements] == ["right", "wrong"]


def test_work_is_counted_inside_out() -> None:
    """What an inner bound spends is spent outside, and no inner bound grants more than is left."""
    with effort.bounded(10):
        with effort.bounded(6):
            effort.spend(5)
        with pytest.raises(effort.TooMuchWork), effort.bounded(100):
            effort.spend(6)
    effort.spend(10**9)  # where nobody bounds it


def test_training_runs_without_end() -> None:
    """A page that speaks of very many training runs has those made that there is time for; the rest is told."""
    text = RIGHT + "".join(f"After {1_000 * k} iterations the error is 0.{k}12345.\n" for k in range(1, 20))
    found_ = verified(text, described()).judgements
    assert "long-run" in [j.details.get("why") for j in found_]
    assert "right" in [str(j.verdict) for j in found_]


@pytest.mark.parametrize(
    "text",
    [
        r"\begin{align}\begin{cases}$\begin{cases}$\begin{cases}$$\end{cases}$\end{cases}$\end{cases} &= 1\end{align}",
        r"$w = -2$, $h = \max(0, \log(w))$, $E = h^2$, $\frac{\partial E}{\partial w} = 3$",
    ],
    ids=["cases without a case", "a maximum of what has no order"],
)
def test_what_has_no_value_is_no_crash(text: str) -> None:
    """Such documents get verdicts."""
    assert verified(text).judgements
