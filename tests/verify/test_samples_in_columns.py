"""Samples side by side in a matrix, with numbers: x^{(i)} is a column of X, and dZ is of each sample's own loss."""

from __future__ import annotations

from transcripts import found, verified

UNIT = r"""
$m = 3$, $X = \begin{bmatrix} 2 & -1 & 1 \\ 0.5 & 1 & -2 \end{bmatrix}$, $Y = \begin{bmatrix} 1 & 0 & 0 \end{bmatrix}$,
$w = \begin{bmatrix} 0.3 \\ 0.5 \end{bmatrix}$, $b = -0.2$, $\alpha = 0.6$.

$$Z = w^T X + b = \begin{bmatrix} 0.65 & 0 & -0.9 \end{bmatrix}$$

$$A = \sigma(Z) = \begin{bmatrix} 0.6570 & 0.5 & 0.2891 \end{bmatrix}$$

$$J = -\frac{1}{m} \sum_{i=1}^{m} \left( y^{(i)} \log a^{(i)} + (1 - y^{(i)}) \log(1 - a^{(i)}) \right) = 0.4848$$

$$\frac{dL}{da} = -\frac{y}{a} + \frac{1 - y}{1 - a}$$

$$dZ = A - Y = \begin{bmatrix} -0.3430 & 0.5 & 0.2891 \end{bmatrix}$$

$$dw = \frac{1}{m} X\, dZ^T = \begin{bmatrix} -0.2990 \\ -0.0832 \end{bmatrix}$$

$$db = \frac{1}{m} \sum_{i=1}^{m} dz^{(i)} = 0.1487$$
"""


def test_a_right_step_over_samples_in_columns() -> None:
    """Figures by a loop over the samples: J 0.48479, dw -0.29898 and -0.08320, db 0.14869."""
    counts = verified(UNIT).counts
    assert counts["wrong"] == counts["carried"] == counts["undecided"] == 0


def test_slips_in_a_step_over_samples_in_columns() -> None:
    """The 1/m left out of one entry of dw, the sign of dL/da, and that of dZ."""
    for right, wrong, piece in (
        ("-0.0832", "-0.2496", "-0.2496"),
        (r"-\frac{y}{a} + \frac", r"\frac{y}{a} - \frac", r"\frac{y}{a} - \frac{1 - y}{1 - a}"),
        ("A - Y =", "Y - A =", "Y - A"),
    ):
        assert [said for _, said, _ in found(verified(UNIT.replace(right, wrong)), "wrong")] == [piece]
