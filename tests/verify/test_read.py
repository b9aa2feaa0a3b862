"""Files in every dress: encodings, notebooks, HTML, tables, listings; and hostile ones."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpsym.errors import BpsymError
from bpsym.verify.canonical import canonical, statement
from bpsym.verify.read import read, read_text
from bpsym.verify.run import verify
from confined import SECONDS, reading_seconds

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor
    from pathlib import Path

    from bpsym.verify.tree import Document


def shown(document: Document) -> list[str]:
    """The statements in canonical form."""
    return [statement(chain) for chain in document.statements]


def lines(document: Document) -> list[int]:
    """The lines they stand on."""
    return [document.place(chain.span).line for chain in document.statements]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
def test_encodings(encoding: str) -> None:
    """The same Chinese text reads the same in every encoding people save it in."""
    data = "总误差：\r\n$E = 0.298$，学习率 η=0.5\r\n".encode(encoding)
    document = read(data, "x.md")
    assert shown(document) == ["E = 0.298", "eta = 0.5"]
    assert [document.place(chain.span)[:2] for chain in document.statements] == [(2, 2), (2, 17)]


def test_line_ends() -> None:
    """Lines count alike with \\n, \\r\\n and \\r."""
    for end in ("\n", "\r\n", "\r"):
        document = read_text(f"a{end}b{end}$x = 1${end}")
        assert document.place(document.statements[0].span) == (3, 2, 3, 7)


def test_a_fence_with_windows_line_ends() -> None:
    """A fenced block without a language is no programme because its lines end in \\r\\n."""
    assert shown(read_text("```\r\nnet_1 = 0.3775\r\nout_1 ≈ 0.59327\r\n```\r\n")) == [
        "net_1 = 0.3775",
        "out_1 ≈ 0.59327",
    ]


def test_missing_file() -> None:
    """A file that is not there is one sentence."""
    with pytest.raises(BpsymError, match=r"nowhere\.md: No such file"):
        read("nowhere.md")


@pytest.mark.parametrize("data", [b"%PDF-1.7 ...", b"PK\x03\x04" + bytes(99), bytes(range(256)) * 40])
def test_binary(data: bytes) -> None:
    """What is no text is refused in one sentence."""
    with pytest.raises(BpsymError, match=r"x\.md: not a text"):
        read(data, "x.md")


def test_path(tmp_path: Path) -> None:
    """A path is read, and named as it was given."""
    path = tmp_path / "a.tex"
    path.write_text("\\begin{equation}\nC = \\frac12 \\label{eq:1}\n\\end{equation} % E = 3\n", encoding="utf-8")
    document = read(path)
    assert (document.path, shown(document), lines(document)) == (str(path), ["C = 1/2"], [2])


def test_notebook() -> None:
    """A notebook's cells are read, its outputs too, and places are those of the JSON file."""
    cells = [
        {
            "cell_type": "markdown",
            "source": ["# Forward\n", "\n", "$$z_1 = \\begin{bmatrix} 4.3 \\\\ 5.3 \\end{bmatrix}$$\n"],
        },
        {
            "cell_type": "code",
            "source": ["lr = 0.5\n", "nn.train([0.05, 0.1], [0.01, 0.99])\n"],
            "outputs": [{"output_type": "stream", "text": ["z1 = [[4.3 5.3]]\n"]}],
        },
    ]
    document = read(json.dumps({"cells": cells, "nbformat": 4}, indent=1).encode(), "x.ipynb")
    assert shown(document) == ["z_1 = [4.3; 5.3]", "lr = 0.5", "z_1 = [4.3, 5.3;]"]
    assert [chain.context.kind for chain in document.statements] == ["display", "code", "output"]
    first = document.place(document.statements[0].span)
    assert document.text.splitlines()[first.line - 1][first.column - 1 :].startswith("z_1 = \\\\begin")
    assert [call.function for call in document.calls] == ["nn.train"]


def test_html() -> None:
    """MathJax, KaTeX's annotation, MathML and plain text each give their formula once; scripts give nothing."""
    page = r"""<!DOCTYPE html><html><head><title>a = 1</title><script>var b = 2;</script></head><body>
<p>\(w_1 = 0.2\) and i<sub>1</sub> = 0.4</p>
<script type="math/tex; mode=display">E = \frac{1}{2}</script>
<span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>o</mi></mrow>
<annotation encoding="application/x-tex">out_{h1} = 0.59</annotation></semantics></math></span>
<span class="katex-html">outh1=0.59</span></span>
<math><mfrac><mrow><mo>&#x2202;</mo><mi>E</mi></mrow><mrow><mo>∂</mo><msub><mi>w</mi><mn>5</mn></msub></mrow></mfrac><mo>=</mo><mn>0.08</mn></math>
<table><tr><th>name</th><th>old</th></tr><tr><td>$w_5$</td><td>0.4</td></tr></table>
</body></html>"""
    document = read_text(page, "x.html")
    assert shown(document) == ["w_1 = 0.2", "i_1 = 0.4", "E = 1/2", "out_h1 = 0.59", "[∂E/∂w_5] = 0.08", "w_5"]
    assert lines(document) == [2, 2, 3, 5, 7, 8]


def test_formulas_glued_to_their_own_source() -> None:
    """A formula copied with its letters and its source is read once, in a sentence as on a line of its own."""
    text = (
        "Take v1=−0.6v_1=-0.6, η=0.5\\eta=0.5 and y^=0.2\\hat{y}=0.2; here c=0.3 and d=0.3 stand once.\n\n"
        "q=tanh⁡(s)=0.604q = \\tanh(s) = 0.604\n\nThe slope ∂E∂q=q−t\\frac{\\partial E}{\\partial q} = q - t is left.\n"
    )
    assert shown(read_text(text)) == [
        "v_1 = -0.6",
        "eta = 0.5",
        "y.hat = 0.2",
        "c = 0.3",
        "d = 0.3",
        "q = tanh(s) = 0.604",
        "[∂E/∂q] = q - t",
    ]


def test_session() -> None:
    """What an interpreter prints is the value of what was typed, in Python, IPython and MATLAB."""
    text = """Typed in class:

>>> import numpy as np
>>> u = np.array([0.5, -1.0])
>>> V = np.array([[0.2, 0.4],
...               [0.6, -0.8]]); t = 1.0
>>> s = np.dot(V, u)
>>> r = np.tanh(s)
>>> r
array([-0.29131261,  0.80049902])
>>> V @ u
array([-0.3,  1.1])
>>> print("first:", r.sum(), t)
first: 0.5091864 1.0
>>> for k in range(10): V = V - 0.1 * V
>>> V
array([[0.1, 0.2], [0.3, 0.4]])

```
In [1]: q = 0.25

In [2]: g = 1/(1 + math.exp(-q))

In [3]: g
Out[3]: 0.5621765008857981
```

```matlab
>> A = [1 -2; 0 3]; c = [2; 1];
>> y = A*c

y =

     0
     3

>> n = c'.*2
```
"""
    assert shown(read_text(text)) == [
        "u = [0.5, -1.0]",
        "V = [0.2, 0.4; 0.6, -0.8]",
        "t = 1.0 = 1.0",
        "s = V @ u",
        "r = tanh(s) = [-0.29131261, 0.80049902]",
        "V @ u = [-0.3, 1.1]",
        "sum(r) = 0.5091864",
        "q = 0.25",
        "g = 1/(1 + exp(-q)) = 0.5621765008857981",
        "A = [1, -2; 0, 3]",
        "c = [2; 1]",
        "y = A * c = [0; 3]",
        "n = cᵀ ⊙ 2",
    ]


def test_table() -> None:
    """Cells are expressions; a formula in a cell knows its row and column."""
    document = read_text(
        "| weight | old | gradient | new |\n|---|---|---|---|\n"
        "| $w_5$ | 0.40 | −0.082 | $w_5^+ = 0.36$ |\n| W₂[2][0] | `1` | words of many | |\n"
    )
    (grid,) = document.tables
    assert [cell.text for cell in grid.head] == ["weight", "old", "gradient", "new"]
    assert [canonical(cell.expr) if cell.expr else None for cell in grid.rows[0]] == ["w_5", "0.40", "-0.082", None]
    assert [canonical(cell.expr) if cell.expr else None for cell in grid.rows[1]] == ["W_2,2,0", "1", None, None]
    cell = document.statements[1]
    assert (statement(cell), cell.context.kind, cell.context.row, cell.context.column) == (
        "w_5⁺ = 0.36",
        "cell",
        "$w_5$",
        "new",
    )


def test_training_claims_in_prose() -> None:
    """Figures in sentences are kept with their words, single ones and lists."""
    document = read_text(
        "总误差E(total)由0.298371109下降至0.291027924。"
        "迭代10000次后，总误差为0.000035085，输出为[0.015912196, 0.984065734]\n"
    )
    first, second = document.prose
    assert [canonical(value) for value in first.values] == ["0.298371109", "0.291027924"]
    assert [canonical(value) for value in second.values] == ["10000", "0.000035085", "[0.015912196, 0.984065734]"]
    assert "迭代" in second.text
    english = read_text("After 10,000 iterations the error is 0.0000351; it was 0.298 before.\n")
    assert [canonical(value) for sentence in english.prose for value in sentence.values] == [
        "10000",
        "0.0000351",
        "0.298",
    ]


def test_listing_with_its_line_numbers_run_in() -> None:
    """Calls in a listing give up their literal arguments even where the line numbers were copied into it."""
    source = (
        "```\n183 nn = Network(2, weights=[0.15,\n0.2], bias=0.35)184for i in range(9):185    nn.train([0.05,\n"
        "0.1], [0.01, 0.09])186print(i)\n```\n"
    )
    document = read_text(source)
    network, train = document.calls
    assert [(argument.keyword, argument.value and canonical(argument.value)) for argument in network.arguments] == [
        ("", "2"), ("weights", "[0.15, 0.2]"), ("bias", "0.35"),
    ]  # fmt: skip
    target = train.arguments[1]
    assert (document.quote(target.span), document.place(target.span).line) == ("[0.01, 0.09]", 4)


def test_scraped_page() -> None:
    """Letters set one below the other are skipped, the source between them is read."""
    document = read_text(
        "输出为\no\nu\nt\no\n1\n=\n0.75\nout_{o1} =0.75\nouto1?=0.75, 与目标相差很远。\n?\nE\n/\n?\nw\n? E/?w\n"
    )
    assert shown(document)[:1] == ["out_o1 = 0.75"]
    assert lines(document)[0] == 9
    assert shown(document)[1:] == ["[∂E/∂w]"]


def test_context() -> None:
    """A statement knows its heading and the words before and behind it."""
    chain = read_text("# Update\n\nThe new weight $w_5^+ = 0.36$ (with η)\n").statements[0]
    assert (chain.context.heading, chain.context.before, chain.context.after) == (
        "Update",
        "The new weight",
        "(with η)",
    )


BACKSLASH = "\\"
HOSTILE = {
    "nested braces": "$$" + "{" * 100_000 + "x" + "}" * 100_000 + "$$",
    "nested braces in one formula": "$$a = " + "{" * 5_000 + "x" + "}" * 5_000 + "$$",
    "nested brackets": "$$a = " + "(" * 5_000 + "x" + ")" * 5_000 + "$$",
    "nested calls": "$$x = " + "a(" * 39 + "2" + ")" * 39 + "$$",
    "nested fractions": "$$x = " + "x^\\frac{1}{" * 39 + "2" + "}" * 39 + "$$",
    "towers": "$x = 9^{9^{9^9}} = 9^9^9^9 = 10^{99999999} = 1e999999999$",
    "a long number": "$x = " + "1" * 1_000_000 + "$",
    "a number below the caps of text": "$$x = " + "1" * 50_000 + "$$",
    "signs": "$$x = " + "-" * 11_000 + "1$$",
    "commas": "$$x = " + "a," * 5_900 + "1$$",
    "displays": "$$ x" * 100_000,
    "dollars": "$" * 100_000,
    "open displays": "\\[ x=1 " * 100_000,
    "open environments": "\\begin{align}" * 20_000,
    "comments": "<!-- " * 100_000,
    "assignments": "w1=0.5\n" * 60_000,
    "long lines": ("w1=0.5," * 2_000 + "\n") * 60,
    "letters in a column": "a\n" * 100_000,
    "a list of no names typed": ">>> a = 1\n>>> 2, *b = 3, 4\n>>> (, = = ,\n>>> b = np.dot(\n" * 500,
    "doubled lines": ("ab_c" * 140 + "\n") * 2_000,
    "tables": "| a | b |\n" * 30_000,
    "a macro that calls itself": "\\def\\a{\\b\\b}\n\\def\\b{\\a\\a}\n" + "$\\a = 1$\n" * 300,
    "a macro bomb": "".join(
        f"\\newcommand{{\\{chr(97 + k)}x}}{{{(BACKSLASH + chr(98 + k) + 'x ') * 10}}}\n" for k in range(20)
    )
    + "$\\ax = 1$\n" * 200,
    "a page of tags": "<html>" + "<div>" * 100_000,
    "open MathML": "<html><math>" + "<mfrac>" * 100_000,
    "a notebook of brackets": '{"cells": [' + "[" * 100_000,
    "a large notebook": '{"cells":[{"cell_type":"markdown","source":["' + "$x=1$\\n" * 40_000 + '"]}]}',
    "a rule of dashes": "| a | b |\n|" + "-" * 500 + "x|\n" + "| 1 | 2 |\n" * 5,
    "numbers in an open bracket": "[1  " * 400 + "2  3  4  5  6  7  8  9  10  11  12  13  14  15  16  17  18  x = 1",
    "blanks behind two letters": "ab" + " " * 1_000_000 + "= 1",
    "a notebook of quotes": '{"cells": [{"cell_type": "' + BACKSLASH + ('"' + BACKSLASH) * 400_000,
    "open comments of a page": "<html>" + "<!-- " * 300_000,
    "open quotes of a page": "<html>" + '<a"' * 400_000,
    "open calls of a listing": "```\n" + "f([1]," * 60_000 + "\n```",
    "open definitions": "\\def\\a{" * 150_000,
    "blanks in a definition": ("\\newcommand\\a" + " " * 5_000) * 200,
    "letters without end": "\\frac " + "a" * 19_000 + " = 1",
    "brackets in a list": "$$x = " + "[" * 30 + "1, " * 3_000 + "]" * 30 + "$$",
    "dots behind dots": "$x = 0.3..... . 3...... = 1,03......$",
    "addresses": "http://tex.latex?x " * 50_000,
}  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="the bound on memory is Linux's")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile(text: str, cell: ProcessPoolExecutor) -> None:
    """No document keeps the processor busy for long or costs half a gigabyte."""
    assert cell.submit(reading_seconds, text).result() < SECONDS


def test_caps_are_told() -> None:
    """A number too long and a formula too deep are reported with their place."""
    document = read_text("$x = " + "1" * 200 + "$ and $y = " + "(" * 60 + "1" + ")" * 60 + "$")
    assert [gap.why[:20] for gap in document.unreadable] == ["a number of 200 char", "nested more than 40 "]
    assert document.unreadable[0].span.end - document.unreadable[0].span.start == 200


def test_pictures_do_not_make_a_document_too_long() -> None:
    """Pictures attached to a notebook's cells, in base64, are no text of it; what stands below is read."""
    picture = {"a.svg": {"image/svg+xml": "PHN2Zy" * 200_000}}
    cells = [
        {"cell_type": "markdown", "attachments": picture, "source": ["A plot."]},
        {"cell_type": "markdown", "source": ["$a = 0.5$"]},
    ]
    document = read_text(json.dumps({"cells": cells, "nbformat": 4}), "x.ipynb")
    assert shown(document) == ["a = 0.5"]
    assert document.unreadable == ()
    drawing = "\\begin{tikzpicture}\n" + "\\path (444.54,47.42) -- (441.76,154.93);\n" * 4_000 + "\\end{tikzpicture}\n"
    unclosed = "\\begin{tikzpicture} $b = 0.4$\n"
    document = read_text(4 * drawing + unclosed + "\\[ a = 0.5 \\]\n", "x.tex")
    assert shown(document) == ["b = 0.4", "a = 0.5"]
    assert document.unreadable == ()


def test_a_worked_sheet_of_thousands_of_lines_is_read_to_its_end() -> None:
    """Who works every step of a large network by hand writes a hundred thousand signs."""
    step = r"\[ v_{11}^{+} = v_{11} - \eta \cdot \frac{\partial E_{\mathrm{total}}}{\partial v_{11}} = 0.49 - 1"
    document = read_text(900 * f"{step} \\cdot 0.08 = 0.41 \\]\n\n", "x.tex")
    assert (len(document.statements), document.unreadable) == (900, ())


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    """Arbitrary bytes are a document or one clear error."""
    try:
        read(data, "x")
    except BpsymError as error:
        assert str(error).startswith("x: ")  # noqa: PT017 - either outcome is right


def test_a_table_with_windows_line_ends() -> None:
    """The titles of a pipe table are its titles whatever ends its lines: a name beside its value is a claim."""
    table = "| quantity | value |\r\n|---|---|\r\n| $net_1$ | 0.3775 |\r\n"
    assert shown(read_text(table)) == ["net_1 = 0.3775"]


def test_words_with_accents_are_words() -> None:
    """The é of `cachée z1` leaves no e to be multiplied with, and what is a sigmoid may be a sigmoïde."""
    text = "couche cachée z1 = w1*x + b1, coût : C = (a2 - y)^2. s = sigmoïde\n"
    assert shown(read_text(text, "notes.txt")) == ["z_1 = w_1 * x + b_1", "C = (a_2 - y)^2", "s = sigmoid"]
    assert shown(read_text("ŷ1 = 2*x\n", "notes.txt")) == ["y_1.hat = 2 * x"]


@pytest.mark.parametrize("line", [r"5\*5\*4 = 100", r"0.5 \* 0.2 + 0.3 \*0.1 = 0.13", r"$0.5\*0.2 = 0.1$"])
def test_a_star_kept_from_markdown(line: str) -> None:
    """A star behind a backslash, so that it begins no emphasis, is a times."""
    (judgement,) = verify(read_text(f"The size is {line} here.\n")).judgements
    assert str(judgement.verdict) == "right"


def test_what_is_written_in_a_drawing() -> None:
    """The title of a drawing is no text of it, and what is drawn behind it is."""
    page = "<p>Two inputs.</p><svg><title>x = 9</title><circle r='2'/><text x='4'>x₁ = 2</text></svg><p>$y = 1$</p>"
    assert shown(read_text(page, "page.html")) == ["x_1 = 2", "y = 1"]


def test_a_display_from_a_chat() -> None:
    r"""Markdown has taken `\\` for an escaped backslash, `\(` for a parenthesis."""
    text = "[\nW = \\begin{bmatrix} 1 & 2 \\ 3 & 4 \\end{bmatrix}\n]\n\nThe rate is (\\eta = 0.1).\n"
    assert shown(read_text(text)) == ["W = [1, 2; 3, 4]", "eta = 0.1"]


def test_a_table_of_latex_has_rows_and_columns() -> None:
    """Between the lines that are drawn; an ampersand in a formula sets no column apart."""
    text = (
        "\\begin{tabular}{|c|c|}\n\\hline\n$w_{13}$ & $\\theta_3$ \\\\ \\hline\n"
        "0.2 & $-0.5$ \\\\[2pt]\n\\cline{1-2}\n"
        "7 \\& 8 & $\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}$ \\\\\n\\end{tabular}\n"
    )
    (table,) = read_text(text, "sheet.tex").tables
    assert [cell.text for cell in table.head] == ["$w_{13}$", "$\\theta_3$"]
    assert [cell.text for cell in table.rows[0]] == ["0.2", "$-0.5$"]
    assert [cell.text for cell in table.rows[1]] == ["7 \\& 8", "$\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}$"]
