"""Subscripts and superscripts: which layer, which unit, old or new."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.grammar.cursor import Reading, UnreadError, matching, span_of
from bpsym.verify.symbols import MARK_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.lexing.lexer import Token
    from bpsym.verify.tree import Name

# Bases that are raised to powers even by letters: Euler's number, decay rates, numbers of things.
_RAISED: Final = frozenset(["e", "beta", "gamma", "rho", "lambda", "pi", "epsilon"])
_INDEX: Final = re.compile(r"[A-Za-z]+\d*([+-]\d+)?|\d+|[lLtTkn][+-][a-z0-9]+|\d+[-+][a-z]")
LONGEST: Final = 40  # signs of a superscript that may be marks and indices: a longer one is an exponent
WORD: Final = 4  # letters of a subscript that has one of its own
_TOO_LONG: Final = re.compile(rf"\d{{{limits.DIGITS + 1}}}")
_APART: Final = ("separator", "dot", "open", "close", "colon", "row", "bar")
_MARK_SIGNS: Final = {"+": "+", "*": "star", "**": "star"}


class Superscript(NamedTuple):
    """What a superscript says; `power` when it is an exponent after all."""

    layer: tuple[str, ...] = ()
    bracketed: str = ""
    marks: tuple[str, ...] = ()
    transposed: bool = False
    power: bool = False


def words(found: Sequence[Token]) -> list[str]:
    """The parts of a script, as text: split at commas, dots and brackets; nested scripts are joined but to words."""
    parts = [""]
    for token in found:
        is_word = len(parts[-1]) >= WORD and parts[-1].isalpha()
        if token.kind in _APART or (token.kind == "sub" and is_word):  # E_{node_i}: the i-th node
            parts.append("")
        elif token.kind in ("sub", "sup", "begin-group", "end-group", "space", "amp"):
            continue
        elif token.kind == "prime":
            parts[-1] += "'"
        elif token.kind == "number" and token.text.count(".") == 1 and not token.text.startswith("0."):
            first, second = token.text.split(".")
            parts[-1] += first
            parts.append(second)
        elif token.kind == "dots":
            parts[-1] += "…"
        else:
            parts[-1] += token.text + token.tail
    _be_short(parts, found)
    return [part for part in parts if part]


def _be_short(parts: Sequence[str], found: Sequence[Token]) -> None:
    """Raise UnreadError where a script has more digits in a row than are read."""
    if any(len(part) > limits.DIGITS and _TOO_LONG.search(part) for part in parts):
        raise UnreadError(f"an index of more than {limits.DIGITS} digits", span_of(found))


def with_subscript(name: Name, found: Sequence[Token]) -> Name:
    """The name with one more subscript."""
    sub: list[str] = list(name.sub)
    marks: list[str] = list(name.marks)
    if len(found) == 1 and found[0].kind == "operator" and found[0].text in _MARK_SIGNS:
        return replace(name, marks=tuple(sorted([*marks, _MARK_SIGNS[found[0].text]])))
    for part in words(found):
        if part in MARK_WORDS:
            marks.append(MARK_WORDS[part])
            continue
        kept = part.rstrip("'")
        marks += ["prime"] * (len(part) - len(kept))
        if kept.endswith("+") and len(kept) > 1:  # w_{5+}
            marks.append("+")
            kept = kept[:-1]
        if kept:
            sub.append(kept)
    return replace(name, sub=tuple(sub), marks=tuple(sorted(marks)))


def superscript(base: Name | None, found: Sequence[Token], reading: Reading) -> Superscript:
    """Tell layers, marks, transposes and exponents apart; `base` is None for anything that is no plain name."""
    content = [token for token in found if token.kind not in ("begin-group", "end-group", "space")]
    if not content:
        return Superscript()
    if len(content) > LONGEST:
        return Superscript(power=True)
    kinds = [token.kind for token in content]
    texts = [token.text + token.tail for token in content]
    _be_short(texts, content)
    if set(kinds) == {"prime"}:
        return Superscript(marks=("prime",) * sum(len(text) for text in texts))
    if len(content) == 1:
        single = _single(base, content[0], reading)
        if single is not None:
            return single
    if kinds[-1] == "word" and texts[-1] in ("T", "top") and len(content) > 1:
        rest = content[:-2] if kinds[-2] == "sup" else content[:-1]
        inner = superscript(base, rest, reading) if rest else Superscript()
        return inner._replace(transposed=True) if not inner.power else Superscript(power=True)
    if kinds[-1] == "prime" and len(content) > 1:
        inner = superscript(base, content[:-1], reading)
        return inner._replace(marks=(*inner.marks, "prime"))
    if kinds[0] == "open":
        return _bracketed(base, content, reading)
    if base is None or base.base in _RAISED:
        return Superscript(power=True)
    parts = words(content)
    if len(parts) > 1 and "separator" in kinds:
        marks = tuple(MARK_WORDS[part] for part in parts if part in MARK_WORDS)
        return Superscript(layer=tuple(part for part in parts if part not in MARK_WORDS), marks=marks)
    if kinds[-1] == "operator" and texts[-1] == "+":
        return superscript(base, content[:-1], reading)._replace(marks=("+",))
    text = "".join(parts)
    if text in MARK_WORDS:
        return Superscript(marks=(MARK_WORDS[text],))
    letters = re.match(r"[A-Za-z]", text) and "operator" in kinds and not {"*", "/", "·"} & set(texts)
    if letters and _INDEX.fullmatch(text):
        return Superscript(layer=(text,))
    return Superscript(power=True)


def _single(base: Name | None, token: Token, reading: Reading) -> Superscript | None:
    text = token.text + token.tail
    if token.kind == "operator" and text in _MARK_SIGNS:
        return Superscript(marks=(_MARK_SIGNS[text],))
    if token.kind == "operator" and text == "⊙":  # x^\circ
        return Superscript()
    if token.kind == "word":
        if text in ("T", "⊤") or (text == "t" and (base is None or base.base[:1].isupper())):
            return Superscript(transposed=True)
        if text in MARK_WORDS:
            return Superscript(marks=(MARK_WORDS[text],))
        if base is not None and base.base not in _RAISED:
            return Superscript(layer=(text,))
        return Superscript(power=True)
    if token.kind == "number":
        if base is not None and base.base in reading.layers and token.text.isdigit():
            return Superscript(layer=(text,))
        return Superscript(power=True)
    return None


def _bracketed(base: Name | None, content: Sequence[Token], reading: Reading) -> Superscript:
    close = matching(content, 0, len(content))
    inside = content[1:close]
    rest = [token for token in content[close + 1 :] if token.kind != "sup"]
    if close >= len(content) and content[-1].kind != "close":
        raise UnreadError("a bracket in a superscript is not closed", span_of(content))
    parts = words(inside)
    if len(parts) == 1 and parts[0] in MARK_WORDS:
        found = Superscript(marks=(MARK_WORDS[parts[0]],))
    elif base is not None and parts and all(_INDEX.fullmatch(part) for part in parts):
        found = Superscript(layer=tuple(parts), bracketed=content[0].text)
    else:
        return Superscript(power=True)
    if rest:
        more = superscript(base, rest, reading)
        if more.power:
            return Superscript(power=True)
        found = found._replace(marks=(*found.marks, *more.marks), transposed=more.transposed)
    return found
