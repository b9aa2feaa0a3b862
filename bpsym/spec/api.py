"""A description from Python instead of TOML: the same keys, the same checks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bpsym.errors import DescriptionError
from bpsym.spec.check import checked
from bpsym.spec.errors import Wrong, sentence
from bpsym.spec.text import convert

if TYPE_CHECKING:
    from bpsym.spec.describe import Description

Size = int | str


def Network(
    inputs: Size,
    *units: Size,
    activation: str | list[str] = "sigmoid",
    bias: str | list[str] = "unit",
    title: str | Mapping[str, str] = "",
    sizes: Mapping[str, int] | None = None,
    given: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    sheet: Mapping[str, Any] | None = None,
    **network: Any,
) -> Description:
    """Describe a network: `Network(2, 2, 2, bias="shared", given={"inputs": [0.1, 0.2], ...}, training={"rate": 1})`.

    `units` are those of each layer, the output layer last; `activation` and `bias` are one name for all layers or a
    list with one for each. Tables and further keywords (family, loss, samples, ...) are those of the TOML text; arrays
    may be lists, tuples or NumPy arrays. A float counts as the decimal it prints as: 0.1 is one tenth.
    Raises DescriptionError for whatever makes no network.
    """
    layers = [
        {"units": number, "activation": each, "bias": kind}
        for number, each, kind in zip(units, _each(activation, units), _each(bias, units), strict=True)
    ]
    tables: dict[str, Mapping[str, Any] | None] = {"sizes": sizes, "given": given, "training": training, "sheet": sheet}
    raw: dict[str, Any] = {"title": title, "network": {"inputs": inputs, "layers": layers, **network}}
    raw |= {key: table for key, table in tables.items() if table is not None}
    try:
        return checked(convert(_plain(raw)), "Network")
    except Wrong as wrong:
        raise DescriptionError(sentence(wrong)) from None


def _each(names: str | list[str], units: tuple[Size, ...]) -> list[str]:
    found = [names] * len(units) if isinstance(names, str) else list(names)
    if len(found) != len(units):
        raise DescriptionError(f"{len(units)} layers need {len(units)} names, not {len(found)}: {', '.join(found)}")
    return found


def _plain(node: Any) -> Any:
    """Lists for arrays and tuples, decimals for floats."""
    if isinstance(node, Mapping):
        return {key: _plain(value) for key, value in node.items()}
    if hasattr(node, "tolist"):  # NumPy
        return _plain(node.tolist())
    if isinstance(node, list | tuple):
        return [_plain(item) for item in node]
    return Decimal(repr(node)) if isinstance(node, float) else node
