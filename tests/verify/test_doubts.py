"""What texts from the wild write and nobody would call an error: no line of these is blamed, beside slips that are."""

from __future__ import annotations

import pytest

from bpsym.verify.canonical import canonical
from bpsym.verify.read import read
from bpsym.verify.run import verify


def blamed(text: str) -> list[str]:
    """The pieces of a text that are blamed, or told to be right in all but the last digit."""
    verified = verify(read(text.encode(), "text.md"))
    return [
        verified.document.quote(j.span)
        for j in verified.judgements
        if str(j.verdict) in ("wrong", "last-digit", "carried")
    ]


def formulas(text: str) -> list[str]:
    """What the reader makes of a text."""
    return [canonical(term) for statement in read(text.encode(), "text.md").statements for term in statement.terms]


EXAMPLES = r"""
## 一元函数

函数 $f(x) = x^3$ 的导数 $f'(x) = 3x^2$，在 $x = 2$ 处 $f(x) = 8$。

## 二元函数

设 $f(x,y) = x^2 e^{3y}$，则
$$\frac{\partial f}{\partial x}(x,y) = 2x e^{3y}, \qquad \frac{\partial f}{\partial y}(x,y) = 3x^2 e^{3y}.$$

## 另一例

设 $f(x,y) = \frac{x^2}{4} + \frac{y^2}{9}$，椭圆 $f(x,y) = 1$ 上有
$$\frac{\partial f}{\partial x}(x,y) = \frac{x}{2}.$$
"""
LAYERS = r"""
# Das Neuron

$$z = w_1 x_1 + w_2 x_2 + b, \qquad \hat{y} = f(z)$$

# Ein Netz

$$z^{(1)} = W^{(1)} x + b^{(1)}, \quad a^{(1)} = \sigma(z^{(1)})$$
$$z^{(2)} = W^{(2)} a^{(1)} + b^{(2)}, \quad \hat{y} = \sigma(z^{(2)})$$
$$L = \frac{1}{2} (y - \hat{y})^2$$

$$\frac{d\hat{y}}{dz^{(2)}} = \hat{y}(1 - \hat{y})$$
$$\delta^{(2)} = \frac{\partial L}{\partial z^{(2)}} = (\hat{y} - y)\, \hat{y}(1 - \hat{y})$$
$$\frac{\partial L}{\partial b^{(2)}} = \delta^{(2)}$$
"""
SLOPES = r"""
函数 $J = 3v$，$v = a + u$，$u = bc$。取 $a = 5$，$b = 3$，$c = 2$，于是 $u = 6$，$v = 11$，$J = 33$。

若把 $a$ 增加到 $a = 5.001$，则 $v = 11.001$，$J = 33.003$。再看 $b = 3.001$，则 $v = 11.002$，$J = 33.006$。
"""
TWO_LOSSES = r"""
二次代价：$E = \frac{1}{2}(t-y)^2$，故 $\frac{\partial E}{\partial y} = y - t$。

交叉熵：$E(t,y) = -[t \ln y + (1-t) \ln(1-y)]$，故 $\frac{\partial E}{\partial y} = \frac{y-t}{y(1-y)}$。
"""
RISK = r"""
Задача: $MSE(C) = \frac{1}{n} \sum_{i=1}^n (C - y_i)^2$, тогда
$$\frac{\partial MSE(C)}{\partial C} = \frac{2}{n} \sum_{i=1}^n (C - y_i).$$
"""
LABELS = r"""
逻辑回归的输出为 $y = \sigma(wx + b)$。三个类别分别用 $y=1$、$y=2$ 和 $y=3$ 表示；训练结束后 $y=0$。
"""
GATES = "“与”：令w1 = w2 = 1，θ = 2，则 y = f(w1·x1 + w2·x2 - θ)；“非”：令w1 = -0.6，w2 = 0，θ = -0.5。"
STEPS = r"""
Entrada $x = 0.5$, peso $w = 0.3$, objetivo $t = 1$, tasa $\eta = 0.5$.

$$a = wx = 0.3 \cdot 0.5 = 0.15$$
$$\frac{\partial E}{\partial w} = (a - t) x = (0.15 - 1) \cdot 0.5 = -0.425$$

Con los pesos actualizados la salida es $a = 0.2563$.
"""
KRONECKER = r"""
$A = \begin{bmatrix} 1 & 2 \\ 0 & 1 \end{bmatrix}$, $v = \begin{bmatrix} 3 \\ 4 \\ 5 \end{bmatrix}$,
$A \otimes v = \begin{bmatrix} 3 & 6 \\ 4 & 8 \\ 5 & 10 \\ 0 & 3 \\ 0 & 4 \\ 0 & 5 \end{bmatrix}$
"""
STANDARDISED = r"""
$y = \gamma \hat{x} + \beta$. If $\gamma = \sigma_B$ and $\beta = \mu_B$, nothing changes.

Here $\gamma = 1.5$, $\beta = 0.5$.

$\mu_B = \frac{1 + 5 + 3 + 7}{4} = 4$

| $x_i$ | $x_i - \mu_B$ | $\hat{x}_i = (x_i - \mu_B)/2.2361$ |
|---|---|---|
| 1 | -3 | -1.3416 |
| 5 | 1 | 0.4472 |
| 3 | -1 | -0.4472 |
| 7 | 3 | 1.3416 |
"""  # a column of values, not of indices


@pytest.mark.parametrize("text", [EXAMPLES, LAYERS, SLOPES, TWO_LOSSES, RISK, LABELS, GATES, STEPS, STANDARDISED])
def test_names_with_several_meanings_blame_nobody(text: str) -> None:
    """Each example has its own f, each section its own ŷ, each case its own numbers."""
    assert blamed(text) == []


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        (LAYERS.replace(r"\hat{y} = f(z)", "o = f(z)").replace(r"\hat{y}(1 - \hat{y})$$", r"\hat{y}(1 + \hat{y})$$", 1),
         r"+ \hat{y}"),
        (STEPS.replace("-0.425", "-0.245"), "-0.245"),
        (SLOPES.replace("$J = 33$", r"$J = 3 \cdot 11 = 35$"), "35"),
    ],
)  # fmt: skip
def test_slips_beside_them_are_blamed(text: str, slip: str) -> None:
    """A name with one meaning, and a computation in numbers, are held to what they say."""
    assert slip in blamed(text)


@pytest.mark.parametrize(
    "text",
    [
        r"En cada época $n = n + 1$.",
        r"행렬의 크기는 (2,2)(2,1) = (2,1)이다.",
        r"La fonction $x \mapsto f(x)$ où $f(x) = x^2$.",
        "Une ellipse d'équation $x^2 + 4y^2 = 1$, un cercle d'équation $x^2 + y^2 = 1$, avec $x = 0.3$ et $y = 0.2$.",
        r"从时刻 $t=\tau-1$ 到 $t=1$ 反向迭代。",
        r"Шаг $\eta = 0.1$ (например,~$\eta = 0.01$) даёт $w - \eta g$.",
        KRONECKER,
        '> <circle cx="10" cy="90" r="5" fill="red" />\n> <circle cx="90" cy="10" r="5" fill="red" />\n',
    ],
)
def test_what_is_no_claim_is_not_judged(text: str) -> None:
    """Counting up, shapes of matrices, curves, ranges, an example of a number; and Kronecker's product, which holds."""
    assert blamed(text) == []


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (r"$y = \left[ \begin{matrix} {y}_1 \\ {y}_2 \\\end{matrix} \right]$", "[y_1; y_2]"),
        (r"$$a = b c ~~~~ (3)$$", "b c"),
        (r"$$e = \-y_1 + a_1$$", "-y_1 + a_1"),
        (r"$$p = \prod_{t=3}^{4} (1 - h_t^2) W x_3$$", "Π{t=3..4}(1 - h_t^2) W x_3"),
        (r"$$p = \prod_{t=3}^{4} c\,h_t$$", "Π{t=3..4}(c h_t)"),
    ],
)
def test_spellings_of_the_wild_are_read(text: str, read_as: str) -> None:
    """A matrix closed behind its last row, an equation's number behind ties, a product as far as its index."""
    assert read_as in formulas(text)


@pytest.mark.parametrize("text", ["$3! = 3 × 2 × 1$", r"$\sigma(x) = 1+e^{-x}1$"])
def test_what_cannot_be_read_is_said_so(text: str) -> None:
    """A factorial, and what a careless copy leaves of a fraction, are no products."""
    verified = verify(read(text.encode(), "text.md"))
    assert "unreadable" in {str(j.verdict) for j in verified.judgements} <= {"unreadable", "right"}
