"""Spellings to keys: two spellings of one name have one key.

`out_{01}`, `out_{o1}` and `out_{O1}` are one name, as are `w_5^+`, `w_5^{new}` and `w_5'`. What a key stands for is for
`scope` to say.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from bpsym.verify.symbols import FUNCTION_LETTERS, GREEK, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpsym.verify.tree import Name


class Key(NamedTuple):
    """A name without its spelling."""

    base: str
    sub: tuple[str, ...] = ()
    layer: tuple[str, ...] = ()
    new: bool = False  # the value after an update

    @property
    def text(self) -> str:
        """For messages: w_1,2^2⁺."""
        sub = "_" + ",".join(self.sub) if self.sub else ""
        layer = "^" + ",".join(self.layer) if self.layer else ""
        return f"{self.base}{sub}{layer}{'⁺' if self.new else ''}"


class Called(NamedTuple):
    """What a document calls an atom: by a name of its own, or as an entry of a list or a matrix."""

    name: Key
    place: tuple[int, ...] = ()  # counted from 1

    @property
    def text(self) -> str:
        """For messages: w_1, W[1,2]."""
        return f"{self.name.text}[{','.join(map(str, self.place))}]" if self.place else self.name.text


def cases(base: str) -> tuple[str, ...]:
    """A letter as it stands, then as that of a matrix and of one of its entries: ŷ of Ŷ, x of X, w of W."""
    first, rest = base[:1], base[1:]
    return tuple(dict.fromkeys((base, base.upper(), base.lower(), first.upper() + rest, first.lower() + rest)))


IDENTITY = Key("I")  # of a matrix, where a document calls nothing else so
_NEW = frozenset(["+", "new"])
_TOTAL = frozenset(["total", "tot", "Total", "all", "sum", "总"])
LOSS_NAMES = frozenset(["E", "L", "J", "C", "Loss", "loss", "Error", "error", "cost", "Cost", "MSE"])
SIGNALS = ("delta", "Err", "err", "error", "Error")  # the letters of error signals
_UNIT = re.compile(r"[hHoOiI]\d+")
_ZERO_FOR_O = re.compile(r"0[1-9]\d?")
_LETTERED = re.compile(r"([A-Za-z]{1,3})([A-Za-z])")
_CROSSED = frozenset(["ho", "ih"])  # w_{ho}: from h to o
_SHIFTED = re.compile(r"(.+)([+-])(\d+)")
_GREEK = frozenset(GREEK.values())
RATES = ("eta", "alpha", "lr")  # bases of the learning rate
# two letters at least, and a plus: the i-j of w_{i-j} may be no difference
_ARITHMETIC = re.compile(r"(?=.*\+)[i-t](?:[+-](?:[i-t]|\d+))*[+-][i-t](?:[+-](?:[i-t]|\d+))*")
_TERM = re.compile(r"([+-]?)([i-t]|\d+)")
UPDATABLE = frozenset(["w", "W", "b", "B", "v", "V", "theta", "U", "u", "bias", "Bias", "weight"])
_PARAMETERS = UPDATABLE | frozenset(["k", "K", "gamma", "beta"])  # of a kernel, of a normalisation
_GATED = re.compile(r"[wWuUvVb][a-z]")  # wz, uh, bf: a gate's


def is_word(name: Name, letters: int) -> bool:
    """Whether a name is a word of so many letters at least, and none for a quantity: `Answer`, `Var`."""
    plain = not name.sub and len(name.base) >= letters and name.base.isalpha()
    return plain and name.base not in WORDS and name.base not in _GREEK


def is_parameter(base: str) -> bool:
    """Whether a name may be moved by gradient descent; a prime marks the new value of fewer."""
    return base in _PARAMETERS or _GATED.fullmatch(base) is not None


def key(name: Name, indices: Mapping[str, str] | None = None) -> Key:
    """The key of a name, with what the index letters stand for put in."""
    written = name.base, name.sub, name.layer, name.marks
    if not indices or not any(letter in part for part in (*name.sub, *name.layer) for letter in indices):
        return _key(*written)
    return _key(*written, *indices.items())


@lru_cache(maxsize=8192)  # asked for at each place and point a formula is tried at
def _key(
    base: str, sub: tuple[str, ...], layer: tuple[str, ...], marks: tuple[str, ...], *place: tuple[str, str]
) -> Key:
    indices = dict(place)
    if "hat" in marks or "hat" in sub:  # y_hat in code
        base, sub = f"{base}hat", tuple(part for part in sub if part != "hat")
    if "bar" in marks or "tilde" in marks:
        base += "bar"
    if "star" in marks:
        base += "star"  # the best w, not w after a step
    if (base in FUNCTION_LETTERS or base in LOSS_NAMES) and "prime" in marks:
        base += "'"  # σ' is no σ, L' the slope of L
    sub = tuple(part for written in sub for part in _part(written, indices))
    if base in LOSS_NAMES:
        sub = tuple(part for part in sub if part not in _TOTAL)
    raised = layer[1:] if len(layer) > 1 and layer[0] == "x" else layer  # a^{x,l}: of sample x
    layer = tuple(_shifted(written, indices) for written in raised)
    new = any(mark in _NEW for mark in marks) or ("prime" in marks and base in UPDATABLE)
    return Key(base, sub, layer, new)


def _part(written: str, indices: Mapping[str, str]) -> Iterator[str]:
    """One subscript, or two where letters of two indices stand side by side."""
    if written in indices:
        yield indices[written]
        return
    if _ZERO_FOR_O.fullmatch(written):
        yield "o" + written[1:]
        return
    if _UNIT.fullmatch(written):
        yield written.lower()
        return
    if len(written) == 2 and written in _CROSSED and all(letter in indices for letter in written):
        yield from (indices[letter] for letter in written[::-1])
        return
    if len(written) == 2 and written.isalpha() and all(letter in indices for letter in written):
        yield from (indices[letter] for letter in written)
        return
    match = _LETTERED.fullmatch(written)
    if match and match[2] in indices:
        value = indices[match[2]]
        yield (match[1] + value).lower() if value.isdecimal() else match[1] + value
        return
    yield _shifted(written, indices)


def _shifted(written: str, indices: Mapping[str, str]) -> str:
    """`l+1` with l = 2 is `3`, `i+k-1` with i = k = 2 too."""
    if written in indices:
        return indices[written]
    if _ARITHMETIC.fullmatch(written):
        terms = [(sign, indices.get(term, term)) for sign, term in _TERM.findall(written)]
        if all(term.isdecimal() for _, term in terms):
            return str(sum(-int(term) if sign == "-" else int(term) for sign, term in terms))
        return written
    match = _SHIFTED.fullmatch(written)
    if match:
        left = indices.get(match[1], match[1])
        if left.isdecimal():
            number = int(left) + (int(match[3]) if match[2] == "+" else -int(match[3]))
            return str(number)
    return written


def is_off(name: Name, place: Key) -> bool:
    """Whether a computed index of a name, the j-k+1 of y_{j-k+1}, comes to less than 1 at a place."""
    return any(
        _ARITHMETIC.fullmatch(written) and not (at.isdecimal() and int(at) > 0)
        for written, at in zip(name.sub, place.sub, strict=False)
    )


NO_TIME = {"t": ""}  # where t is a word for the target, no index


def free_letters(name: Name, bound: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """The index letters of a name nobody has bound, and whether each counts layers."""
    for written in name.sub:
        yield from ((letter, False) for letter in _letters(written) if letter not in bound)
    for written in name.layer:
        yield from ((letter, True) for letter in _letters(written) if letter not in bound)


@lru_cache(maxsize=4096)
def _letters(written: str) -> tuple[str, ...]:
    if re.fullmatch(r"[ijklmnpqrstL]", written):
        return (written,)
    if re.fullmatch(r"[ijkmnq]{2}", written):
        return tuple(written)
    if _ARITHMETIC.fullmatch(written):
        return tuple(letter for _, letter in _TERM.findall(written) if letter.isalpha())
    match = re.fullmatch(r"([lLkt])[+-]\d+", written)
    return (match[1],) if match else ()
