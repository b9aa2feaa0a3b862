"""Families of hostile documents that grow with a size: each makes a text of about so many characters, or bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

OPENINGS: Final = tuple(
    (pair.partition("…")[0], pair.partition("…")[2])
    for pair in (
        r"{…}‖(…)‖[…]‖|…|‖\frac{1}{…}‖\frac{…}{2}‖\sqrt{…}‖x_{…}‖x^{…}‖\left(…\right)‖\begin{pmatrix}…\end{pmatrix}‖"
        r"\text{…}‖\hat{…}‖\underbrace{…}_{1}‖<div>…</div>‖<sub>…</sub>‖> …‖- …‖**…**‖`…`‖$…$‖$$…$$‖\(…\)‖\[…\]‖"
        r"<mrow>…</mrow>‖<mfrac>…</mfrac>‖f(…)‖\sum_{i=1}^{…}‖-…‖not …‖1/(…)‖np.array([…])‖"
        r"<table><tr><td>…</td></tr></table>‖\begin{cases}…\end{cases}‖\frac{\partial …}{\partial x}‖\log …‖σ(…)‖（…）‖"
        r"'…"
    ).split("‖")
)
WRAPPERS: Final = (
    "{}",
    "${}$",
    "$${}$$",
    "${} = 0.5$",
    "x = {}",
    "```\nx = {}\n```\n",
    r"\begin{{align}}{} &= 1\end{{align}}",
)
SMALL: Final = 120  # characters: no more than one unit is worked out in a document of so many
ACTIVATIONS: Final = (r"\sigma", r"\tanh", r"\max(0, ", "")
TWO_BY_TWO: Final = """x1 = 0.05, x2 = 0.10, w1 = 0.15, w2 = 0.20, w3 = 0.25, w4 = 0.30, b1 = 0.35
w5 = 0.40, w6 = 0.45, w7 = 0.50, w8 = 0.55, b2 = 0.60, t1 = 0.01, t2 = 0.99, eta = 0.5
net_h1 = w1*x1 + w2*x2 + b1 = 0.3775
net_h2 = w3*x1 + w4*x2 + b1 = 0.3925
out_h1 = 1/(1 + exp(-net_h1)) = 0.593270
out_h2 = 1/(1 + exp(-net_h2)) = 0.596884
net_o1 = w5*out_h1 + w6*out_h2 + b2 = 1.105906
net_o2 = w7*out_h1 + w8*out_h2 + b2 = 1.224921
out_o1 = 1/(1 + exp(-net_o1)) = 0.751365
out_o2 = 1/(1 + exp(-net_o2)) = 0.772928
E = 1/2*(t1 - out_o1)^2 + 1/2*(t2 - out_o2)^2 = 0.298371
w5_new = w5 - eta*dE/dw5 = 0.358916
"""
ONE_UNIT: Final = """x = 0.5, w = 0.4, b = 0.1, t = 1, eta = 0.5
y = 1/(1 + exp(-(w*x + b)))
E = 1/2*(t - y)^2 = 0.090550
"""


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=max(count, 1)))


def _number(random: Random) -> str:
    return random.choice(["0.5", "1", "-2", "0.05", "3", "1e9", "1e-30", "0", "10", f"{random.uniform(-1, 1):.6f}"])


def deep(random: Random, size: int) -> str:
    """Something nested, closed or not."""
    pairs = random.choices(OPENINGS, k=random.choice((1, 1, 2)))
    opening, closing = "".join(p[0] for p in pairs), "".join(p[1] for p in reversed(pairs))
    count = max(1, size // max(len(opening) + len(closing), 1))
    shut = random.choice((0, count, count, count // 2, count + 1))
    return random.choice(WRAPPERS).format(opening * count + random.choice(("1", "x", "", "0.3 + w_5")) + closing * shut)


def towers(random: Random, size: int) -> str:
    """Powers of powers, exponentials of exponentials, factorials, roots."""
    opening, closing = random.choice(
        (
            ("9^{", "}"),
            ("9^", ""),
            ("2**", ""),
            ("(1+", ")^{99}"),
            ("(", ")^2"),
            ("e^{", "}"),
            (r"\exp(", ")"),
            ("10^{-", "}"),
            ("exp(-", ")"),
            ("", "!"),
            (r"\sqrt{", "}"),
            ("(", ")**9"),
            (r"\frac{1}{1+e^{-", "}}"),
            ("tanh(", ")"),
            ("0.5^{", "}"),
        )
    )
    count = random.randint(1, max(1, min(size // max(len(opening + closing), 1), random.choice((5, 30, 45, 10**6)))))
    text = opening * count + random.choice(("9", "2", "0.1", "1000", "x", "1/3")) + closing * count
    return random.choice(WRAPPERS).format(random.choice((text, f"{text} = {text}", f"x = 0.5$, $y = {text} = 0.7")))


def numbers(random: Random, size: int) -> str:
    """Numerals too long, too great, too small."""
    long = _digits(random, size // random.choice((1, 2, 10)))
    one = (
        long,
        f"0.{long}",
        f"0.{'0' * len(long)}1",
        f"{long}.{long}",
        f"1e{long[:12]}",
        f"1e-{long[:12]}",
        f"1{'0' * len(long)}",
    )
    two = (f"{long}e{long[:5]}", f"1/{long}", f"{long}%", ",".join(long), " ".join(long), f"{long[:9]}^{{{long[:9]}}}")
    three = (
        f"1.5\\times 10^{{{long[:9]}}}",
        long.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        ".".join(long),
    )
    text = random.choice(one + two + three)
    left = random.choice(("x", f"x = 2 \\cdot {long[:40]}", "0.5 \\cdot 0.3", "w_1 = 0.5$ and $y = w_1"))
    return random.choice((f"${left} = {text}$", f"{left} = {text}", f"$$\\frac{{{text}}}{{{text}}} = {text}$$"))


def macros(random: Random, size: int) -> str:
    """Macros that grow, call themselves or each other, or are many."""
    letters = "abcdefghij"
    fan = random.randint(1, 12)
    lines = []
    for k, letter in enumerate(letters[: random.randint(1, 10)]):
        body = f"\\{letters[(k + 1) % random.choice((10, 11, k + 1))]}x" if k < 9 else "1"
        define = random.choice((f"\\newcommand{{\\{letter}x}}", f"\\def\\{letter}x", f"\\renewcommand\\{letter}x[2]"))
        lines.append(define + "{" + random.choice((body, body + "{#1#1}", body + "+")) * fan + "}")
    lines += [f"\\newcommand{{\\m{'x' * k}}}{{{_number(random)}}}" for k in range(min(500, size // 500))]
    use = random.choice((r"$\ax = 1$", r"$\ax{1}{2} + \bx = \cx$", r"$$\ax\ax\ax$$", r"\ax", r"$\mx = \mxx$"))
    return "\n".join(lines) + "\n" + f"{use}\n" * max(1, size // 12)


def tables(random: Random, size: int) -> str:
    """Long and wide tables in Markdown, HTML and LaTeX."""
    columns = min(random.choice((1, 2, 5, 30, 400)), max(2, size // 8))
    heads = [
        random.choice(("w_1", "$x$", "net", "δ", "\\eta", "sample", "E", "", "权重", "$w_5$ new"))
        for _ in range(columns)
    ]
    cells = [random.choice(("0.5", "$0.3$", "", "x = 1", "-", "0.1 + 0.2 = 0.3", "—", "1e9")) for _ in range(columns)]
    rows = max(1, size // max(1, sum(map(len, cells)) + 4 * columns))
    kind = random.choice(("md", "md", "html", "latex", "bare", "tabs"))
    if kind == "md":
        return f"| {' | '.join(heads)} |\n|{'---|' * columns}\n" + f"| {' | '.join(cells)} |\n" * rows
    if kind == "html":
        row = (
            "<tr>"
            + "".join(f"<td{random.choice(('', ' colspan=99999', ' rowspan=2'))}>{c}</td>" for c in cells)
            + "</tr>"
        )
        return "<html><table><tr>" + "".join(f"<th>{h}</th>" for h in heads) + "</tr>" + row * rows + "</table>"
    if kind == "latex":
        array = random.choice(("array", "tabular", "pmatrix", "cases", "aligned"))
        return f"$$\\begin{{{array}}}" + (" & ".join(cells) + r" \\ ") * rows + f"\\end{{{array}}} = 1$$"
    return (
        ("\t" if kind == "tabs" else "  ").join(heads)
        + "\n"
        + (("\t" if kind == "tabs" else "  ").join(cells) + "\n") * rows
    )


def chains(random: Random, size: int) -> str:
    """Equalities, sums, products and lists without end, on a line or on many."""
    piece = random.choice(
        (
            "= 1 ",
            "+ 1 ",
            r"\cdot 0.5 ",
            "+ w_1 ",
            "= x ",
            "= 0.5 * 0.3 ",
            "* 0.9 ",
            "- 0.1 * 0.2 ",
            "/ 3 ",
            ", 1 ",
            "+ (a+b)^2 ",
            "+ x^2 ",
            r"\times w_5 x ",
            "= a = b ",
            "< 1 ",
            r"\\ = 1 ",
            "&= 2 ",
            "+ \\frac{1}{3}",
            "(1+x)",
            "(a+b+c)",
            "(1 - x) * ",
            "+ e^{-x}",
            "* exp(0.1) ",
            r"\Rightarrow x = 1 ",
            "≈ 0.3 ",
            "+ 0.1 x_1 ",
            "\n= 1",
            "\n\n$$= 0.5$$",
            "^2",
            "_1",
            "'",
            " x",
        )
    )
    head = random.choice(("x = 1 ", "x", "1 ", "$w_1 = 0.5$ $x", r"\frac{\partial E}{\partial w} ", "(a+b)"))
    text = head + piece * max(1, size // len(piece)) + random.choice(("", " = 1", "= 0.123", "1", "x"))
    return random.choice(WRAPPERS).format(text)


def givens(random: Random, size: int) -> str:
    """Very many quantities, and formulas that use them all, or names nobody gave."""
    count = max(1, size // 24)
    name = random.choice(("x_{%d}", "x%d", "w_{%d}", "w_{1%d}", "net_{h%d}", "a^{(%d)}", "q%dz", "权%d"))
    give = random.choice(("$%s = 0.5$\n", "%s = 0.1, ", "- $%s$: 0.3\n", "%s = 0.5 * 0.3 = 0.15\n", "$%s = z$ "))
    order = [name % k for k in range(count)]
    use = random.choice((" + ", " * ", r" \cdot ", ", ", " - ", " = ")).join(order[: random.choice((3, 50, count))])
    text = "".join(give % each for each in (order if random.random() < 0.8 else order[::-1]))
    return text + random.choice(("", f"\n\n$$y = {use} = 0.7$$\n", f"\ny = {use}\n"))


def cycles(random: Random, size: int) -> str:
    """Quantities given by themselves, by each other or by the one before, once or squared."""
    count = max(2, min(size // 20, 3000))
    kind = random.randint(0, 7)
    if kind == 0:
        return "$x = x + 1$\n" * (size // 12 + 1)
    if kind == 1:
        return "".join(f"$a_{{{k}}} = a_{{{(k + 1) % count}}} + 1 = 0.5$\n" for k in range(count))
    if kind == 2:  # each twice the length of the one before
        op = random.choice((" + ", " * ", r" \cdot ", " - 2 ", " / "))
        first = random.choice(("$x_{0} = 0.5$\n", ""))
        end = random.choice(("", f"$x_{{{count}}} = 0.3$", f"$\\frac{{\\partial x_{{{count}}}}}{{\\partial x_0}} = 1$"))
        return first + "".join(f"$x_{{{k + 1}}} = x_{{{k}}}{op}x_{{{k}}}$\n" for k in range(count)) + end
    if kind == 3:
        last = 10 ** random.randint(1, 12)
        return f"$h_0 = 0$, $h_t = \\tanh(0.5 h_{{t-1}} + x_t)$, $x_t = 1$\n\n$h_{{{last}}} = 0.4$\n"
    if kind == 4:
        return f"$f_n = f_{{n-1}} + f_{{n-2}}$, $f_0 = 0$, $f_1 = 1$, $f_{{{random.choice((9, 99, 10**6))}}} = 34$\n"
    if kind == 5:
        body = "".join(f"$$h_{{{k + 1}}} = \\sigma(w h_{{{k}}} + b h_{{{max(k - 1, 0)}}})$$\n" for k in range(count))
        return body + f"$$\\frac{{\\partial h_{{{count}}}}}{{\\partial w}} = 0.5$$\n$w = 0.1$, $b = 0.2$, $h_0 = 1$\n"
    if kind == 6:
        return "$a = b$ $b = c$ $c = a$ " * (size // 24 + 1) + "$a = 0.5$ $b = 0.6$"
    return "".join(f"y{k + 1} = y{k}**2 + y{k} + 1\n" for k in range(count)) + "y0 = 0.3\n" + f"y{count} = 0.5\n"


NESTS: Final = tuple(  # functions of one place and of two, as TeX and as plain text
    (in_tex, in_text)
    for pair in (
        r"\max(0, …)‖max(0, …)",
        r"\max(…, \min(…, x_2))‖max(…, min(…, x2))",
        r"\tanh(…)‖tanh(…)",
        r"\tanh^2(…)‖tanh(…)^2",
        r"e^{…}‖exp(…)",
        r"e^{-(…)^2}‖exp(-(…)^2)",
        r"\ln(1 + …)‖ln(1 + …)",
        r"\log …‖log(…)",
        r"\sqrt{…}‖sqrt(…)",
        r"\sqrt{(…)^2 + 1}‖sqrt((…)^2 + 1)",
        r"\sqrt[3]{…}‖(…)**(1/3)",
        r"(…)^2‖(…)**2",
        r"(…)^{3/2}‖(…)**1.5",
        r"(…)^{-1}‖(…)**-1",
        r"(…)^{w_2}‖(…)**w2",
        r"\frac{1}{…}‖1/(…)",
        r"\frac{…}{1 + …}‖(…)/(1 + (…))",
        r"\frac{1}{1 + e^{-(…)}}‖1/(1 + exp(-(…)))",
        r"\sigma(…)‖sigmoid(…)",
        r"\left|…\right|‖abs(…)",
        r"(w_1 … + b)‖(w1*(…) + b)",
        r"(… - …)‖((…) - (…))",
        r"\sin(…)‖sin(…)",
        r"f(…)‖f(…)",
    )
    for in_tex, _, in_text in (pair.partition("‖"),)
)
LEAVES: Final = (("x_1", "w_1 x_1", "0.5", "w_2", "2", "z"), ("x1", "w1*x1", "0.5", "w2", "2", "z"))


def _nest(random: Random, depth: int, kind: int) -> str:
    """Functions one in the other; those of two places take the same twice as long as that is short."""
    text = random.choice(LEAVES[kind])
    few = random.sample(NESTS, random.choice((1, 2, 3, 8)))
    for _ in range(depth):
        function, other = random.choice(few)[kind], text if len(text) < 400 else random.choice(LEAVES[kind])
        text = function.replace("…", other, function.count("…") - 1).replace("…", text)
    return text


def nested(random: Random, size: int) -> str:
    """Roots of powers, fractions of exponentials, maxima of tanh: as laws, with numbers, in a loss differentiated."""
    kind, lines, length = random.choice((0, 0, 1)), list[str](), 0
    w, x, target, given = (("w_1", "x_1", "t", "$w_1 = 0.5$, $x_1 = 0.3$, $w_2 = 2$, $b = 0.1$, $t = 1$"),
                           ("w1", "x1", "t", "w1 = 0.5\nx1 = 0.3\nw2 = 2\nb = 0.1\nt = 1"))[kind]  # fmt: skip
    most = random.choice((2, 4, 8, 15, 40))
    while length < size:
        depth = random.randint(1, most)
        a, b = _nest(random, depth, kind), _nest(random, random.choice((1, depth)), kind)
        by = random.choice((w, x, "z", "b"))
        slope = rf"\frac{{\partial E}}{{\partial {by}}}" if kind == 0 else f"dE/d{by}"
        inner = rf"\frac{{d}}{{d{by}}} {a}" if kind == 0 else f"d({a})/d{by}"
        half = r"\frac{1}{2}" if kind == 0 else "1/2*"
        line = random.choice(
            (
                f"y = {a}",
                f"y = {a} = {b}",
                f"z = {a}",
                f"y = {a} = 0.{_digits(random, 4)}",
                f"E = {half}({target} - {a})^2",
                f"E = {half}(y - {target})^2 = {a}",
                f"{slope} = {a}",
                f"{slope} = {a} = 0.{_digits(random, 4)}",
                f"{inner} = {b}",
                f"f(x) = {a.replace(x, 'x')}",
                f"f'(x) = {b.replace(x, 'x')}",
                f"{a} = {a}",
                f"{a} = {b}",
            )
        )
        lines.append(f"$${line}$$" if kind == 0 else line)
        length += len(lines[-1])
    lines.insert(random.choice((0, len(lines))), random.choice((given, "")))
    return "\n".join(lines)


def layers(random: Random, size: int) -> str:
    """A network written out in full: every path through it leads from the loss to every weight."""
    units = random.randint(1, 6 if size > SMALL else 2)
    depth = max(1, min(40, size // (units * (12 * units + 30))))
    lines = [f"$a^{{(0)}}_{{{k}}} = 0.{k + 1}$" for k in range(units)]
    for layer in range(1, depth + 1):
        for unit in range(units):
            terms = " + ".join(f"w^{{({layer})}}_{{{unit}{k}}} a^{{({layer - 1})}}_{{{k}}}" for k in range(units))
            lines.append(f"$$a^{{({layer})}}_{{{unit}}} = {random.choice(ACTIVATIONS)}({terms})$$")
            if random.random() < 0.5:
                lines.append(" ".join(f"$w^{{({layer})}}_{{{unit}{k}}} = {_number(random)}$" for k in range(units)))
    loss = " + ".join(f"(y_{k} - a^{{({depth})}}_{{{k}}})^2" for k in range(units))
    lines.append(f"$$E = \\frac{{1}}{{2}}({loss}) = 0.3$$")
    lines += [
        f"$$\\frac{{\\partial E}}{{\\partial w^{{({n})}}_{{00}}}} = {_number(random)}$$" for n in range(1, depth + 1)
    ]
    return "\n\n".join(lines)


def matrices(random: Random, size: int) -> str:
    """Giant matrices, as LaTeX, as lists, and by their shape alone."""
    side = max(1, int((size / 5) ** 0.5))
    row = " & ".join(["0.5"] * side) + r" \\ "
    matrix = r"\begin{bmatrix}" + row * side + r"\end{bmatrix}"
    rows = "[" + ", ".join(["[" + ", ".join(["0.5"] * side) + "]"] * side) + "]"
    great = 10 ** random.randint(2, 12)
    return random.choice(
        (
            f"$$W = {matrix}$$ $$W x = {matrix}$$ $$W W = {matrix}$$",
            f"W = {rows}\ny = W * W = {rows}\n",
            f"W = np.array({rows})\nprint(W @ W)\n{rows}\n",
            f"$W \\in \\mathbb{{R}}^{{{great} \\times {great}}}$, $x \\in \\mathbb{{R}}^{{{great}}}$\n\n$y = W x$",
            f"W = np.zeros(({great}, {great}))\nx = np.ones({great})\ny = W @ x\n",
            "$$" + random.choice((" ", r" \odot ", r"^T ")).join([matrix[: size // 8 + 60]] * 5) + " = 1$$",
            f"$x = [{', '.join(['1'] * (size // 3))}]$, $y = x^T x = {size // 3}$",
            r"$$\begin{pmatrix}" + r"\begin{pmatrix}1 & 2\end{pmatrix} & " * (size // 40) + r"\end{pmatrix}$$",
        )
    )


def ranges(random: Random, size: int) -> str:
    """Sums, products and lists over index ranges nobody could write out."""
    great = random.choice(
        (str(10 ** random.randint(1, 30)), "10^9", "10^{12}", "9" * min(size, 50), "n", "-1", "0.5", r"\infty")
    )
    sign = random.choice((r"\sum", r"\prod", r"\bigcup", r"\int", r"\max"))
    nest = "".join(f"{sign}_{{{index}=1}}^{{{great}}} " for index in "ijklmnpqrs"[: random.randint(1, 10)])
    return random.choice(
        (
            f"${nest}x_i = 0.5$",
            f"$x_i = i$\n\n$$y = {nest} w_i x_i = 1$$\n\n$w_i = 0.5$",
            f"$x_1, x_2, \\ldots, x_{{{great}}} = 1$\n\n$y = x_1 + \\cdots + x_{{{great}}} = 3$",
            f"$w_{{{great}}} = 0.5$ and $w_{{{great},{great}}} x^{{({great})}} = 0.2$",
            f"$\\sum_{{i={great}}}^{{1}} i = \\sum_{{i \\in S}} i = \\sum i$",
            f"for i = 1, 2, ..., {great}: $x_i = 2 x_{{i-1}}$, $x_0 = 1$, $x_{{{great}}} = 4$",
            f"y = sum(x[i]*w[i] for i in range({great})) = 0.5\n",
            f"$E = \\frac{{1}}{{{great}}}\\sum_{{s=1}}^{{{great}}} \\frac12 (t_s - y_s)^2$, $t_1 = 1$, $y_1 = 0.2$",
            f"${nest}" + " + ".join(f"{sign}_{{i=1}}^{{{great}}} a_i" for _ in range(size // 30)) + " = 1$",
        )
    )


def training(random: Random, size: int) -> str:
    """Figures after training runs that would never end."""
    runs = str(10 ** random.randint(1, 15) + random.randint(0, 3))
    steps = random.choice(("iterations", "epochs", "steps", "rounds of training", "updates"))
    text = random.choice(
        (
            f"After {runs} {steps} the error is 0.000035085 and out_o1 = 0.015912196, out_o2 = 0.984065734.\n",
            f"迭代 {runs} 次后，误差为 0.000035085。\n",
            f"for epoch in range({runs}):\n    w5 = w5 - eta*dE/dw5\nprint(E)  # 0.0000351\n",
            f"| {steps} | E |\n|---|---|\n"
            + "".join(f"| {runs}{k} | 0.00{k} |\n" for k in range(min(200, size // 20))),
            f"$E^{{({runs})}} = 0.3$ after {runs} {steps}.\n",
        )
    )
    network = TWO_BY_TWO if size > SMALL else ONE_UNIT
    return (
        network.replace("0.5\n", f"{_number(random)}\n", 1)
        + "\n"
        + text * random.choice((1, 1, 3, max(1, size // 200)))
    )


def notebooks(random: Random, size: int) -> str:
    """Notebooks that are deep, large, cut off, or swell when unpacked."""
    line = random.choice(
        ("$x = 1$\n", "x = 0.5\n", "\\u4e2d" * 9, "a\\", '"', "\ud800", "\u0000", "$$\\frac{1}{2}$$", "\n")
    )
    source = [line] * max(1, size // 8)
    kind = random.choice(("markdown", "code", "raw", "", "other"))
    outputs = [
        {"output_type": "stream", "text": source[:99]},
        {"data": {"image/png": "A" * size, "text/plain": source[:9]}},
    ]
    cell = {"cell_type": kind, "source": random.choice((source, "".join(source), 5, None, [[]])), "outputs": outputs}
    text = json.dumps({"cells": [cell] * random.choice((1, 1, 3)), "nbformat": 4})
    return random.choice(
        (
            text,
            text[: random.randint(0, len(text))],
            '{"cells": ' + "[" * size,
            '{"cells": ' + '{"a":' * (size // 5) + "1",
            '{"cells": [{"cell_type": "markdown", "source": ["' + "\\u0024x=1\\u0024\\n" * (size // 16) + '"]}]}',
            text.replace(":", ",", random.randint(1, 5)),
        )
    )


def pages(random: Random, size: int) -> str:
    """HTML with tags, entities, comments and MathML without end."""
    piece = random.choice(
        (
            "<",
            "&",
            "&amp;",
            "&#x24;",
            "&#99999999999;",
            "<!--",
            "-->",
            "<a href='",
            '"',
            "<p>x=1",
            "</p>",
            "<script>",
            "<![CDATA[",
            "<math><mn>1</mn>",
            "<msup><mi>x</mi>",
            "<mo>=</mo>",
            "<annotation>x=1</annotation>",
            "<sub>1",
            "<td>0.5",
            "<br>",
            "<pre>",
            '<span class="katex">',
            '<script type="math/tex">x=1</script>',
            "\\(x = 1\\)",
            "<mtable><mtr><mtd>",
            "<li>",
            "<h1>a",
        )
    )
    return random.choice(("<html><body>", "<!DOCTYPE html>", "", "<math>")) + piece * max(1, size // len(piece))


def codes(random: Random, size: int) -> str:
    """Listings: assignments, calls, strings and comments by the thousand."""
    line = random.choice(
        (
            "w1 = 0.5\n",
            "print(w1 * x1)\n",
            "x = [[1, 2], [3, 4]]\n",
            "y = f(f(x))\n",
            "# w1 = 0.5\n",
            "'''\n",
            '"',
            "def f(x): return x\n",
            "x += 1\n",
            "a, b = 0.1, 0.2\n",
            ">>> x\n0.5\n",
            "In [1]: x = 1\nOut[1]: 1\n",
            "w = np.array([0.1, 0.2])\n",
            "\\\n",
            "x = (\n",
            "net = sum([w*x for w, x in zip(ws, xs)])\n",
            "double w[2][2] = {{0.1,0.2},{0.3,0.4}};\n",
            "E = 0.5*(t-o)**2 # 0.3\n",
        )
    )
    fence = random.choice(("```python\n", "```\n", "    ", "", "~~~\n"))
    return fence + line * max(1, size // len(line)) + random.choice(("", fence.strip()))


FAMILIES: Final[dict[str, Callable[[Random, int], str]]] = {
    "deep nesting": deep,
    "towers of powers": towers,
    "long numbers": numbers,
    "macros": macros,
    "tables": tables,
    "chains": chains,
    "many givens": givens,
    "cycles and recursion": cycles,
    "nested formulas": nested,
    "layers in full": layers,
    "matrices": matrices,
    "index ranges": ranges,
    "training runs": training,
    "notebooks": notebooks,
    "pages": pages,
    "listings": codes,
}
