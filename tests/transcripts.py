"""Hand derivations written for these tests: the 2-2-2 network, in the words of nobody in particular."""

from __future__ import annotations

from pathlib import Path

from bpsym.spec import Description, load, loads
from bpsym.verify.read import read
from bpsym.verify.run import Verified, verify

SPEC = Path(__file__).parent / "data" / "documents" / "01-bilingual.toml"

RIGHT = r"""
# One step by hand

Take $i_1 = 0.05$, $i_2 = 0.10$, the targets $target_{o1} = 0.01$ and $target_{o2} = 0.99$.

$$net_{h1} = w_1 i_1 + w_2 i_2 + b_1 = 0.15 \cdot 0.05 + 0.20 \cdot 0.10 + 0.35 = 0.3775$$

$$out_{h1} = \frac{1}{1 + e^{-net_{h1}}} = \frac{1}{1 + e^{-0.3775}} = 0.59327$$

$$out_{h2} = 0.596884$$

$$net_{o1} = w_5 out_{h1} + w_6 out_{h2} + b_2 = 1.105906$$

$$out_{o1} = \sigma(net_{o1}) = 0.751365$$

$$\frac{\partial E}{\partial out_{o1}} = out_{o1} - target_{o1} = 0.751365 - 0.01 = 0.741365$$

$$\frac{\partial out_{o1}}{\partial net_{o1}} = out_{o1} (1 - out_{o1}) = 0.186816$$

$$\frac{\partial E}{\partial w_5} = \frac{\partial E}{\partial out_{o1}} \cdot
\frac{\partial out_{o1}}{\partial net_{o1}} \cdot
\frac{\partial net_{o1}}{\partial w_5} = 0.741365 \cdot 0.186816 \cdot 0.59327 = 0.082167$$

$$w_5^+ = w_5 - \eta \frac{\partial E}{\partial w_5} = 0.4 - 0.5 \cdot 0.082167 = 0.3589165$$
"""


def described() -> Description:
    """The network of the transcripts."""
    return load(SPEC)


def in_a_row(
    *units: tuple[float, str], given: float, target: float, rate: float = 0.5, loss: str = "half-squared-error"
) -> Description:
    """A network of one unit a layer, without biases: of each unit its weight and its activation."""
    layers = [f'{{ units = 1, activation = "{activation}", bias = "none" }}' for _, activation in units]
    return loads(
        f"""
        [network]
        inputs = 1
        loss = "{loss}"
        layers = [{", ".join(layers)}]
        [given]
        inputs = [{given}]
        targets = [{target}]
        weights = {[weight for weight, _ in units]}
        [training]
        rate = {rate}
        """
    )


def verified(text: str, description: Description | None = None) -> Verified:
    """A text judged."""
    return verify(read(text.encode(), "transcript.md"), description)


def changed(old: str, new: str) -> str:
    """The right transcript with one piece in another's place; the piece must be there once."""
    assert RIGHT.count(old) == 1, old
    return RIGHT.replace(old, new)


def found(verified_: Verified, verdict: str) -> list[tuple[int, str, str]]:
    """Line, quoted piece and cause of every claim with a verdict."""
    document = verified_.document
    return [
        (document.place(j.span).line, document.quote(j.span), j.rule)
        for j in verified_.judgements
        if j.verdict == verdict
    ]
