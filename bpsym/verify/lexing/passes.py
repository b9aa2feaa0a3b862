"""What can be settled only when all tokens of a formula are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bpsym.verify.symbols import CONNECTIVES, SPACED_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bpsym.verify.lexing.pen import Token


def bare_scripts(found: list[Token]) -> list[Token]:
    """`\\delta{_2}` is `\\delta_2`: braces around a script alone say nothing."""
    pairs: set[int] = set()
    opened: list[int] = []
    for position, token in enumerate(found):
        if token.kind == "begin-group":
            opened.append(position)
        elif token.kind == "end-group" and opened:
            first = opened.pop()
            if (
                found[first + 1].kind in ("sub", "sup")
                and first
                and found[first - 1].kind in ("word", "end-group", "close")
            ):
                pairs |= {first, position}
    return [token for position, token in enumerate(found) if position not in pairs] if pairs else found


def spaced_words(found: list[Token]) -> list[Token]:
    """Join `n e t` to `net` where the letters stand apart and spell a word we know."""
    letters = [place for place, token in enumerate(found) if len(token.text) == 1 and token.kind == "word"]
    apart = {place for place in letters if found[place].gap}
    out: list[Token] = []
    done = 0  # tokens before are in `out`
    for place in letters:
        if place + 1 in apart and place >= done and (joined := _spaced_word_at(found, place)) is not None:
            out += [*found[done:place], joined]
            done = place + len(joined.text)
    return out + found[done:] if done else found


def _spaced_word_at(found: list[Token], position: int) -> Token | None:
    first = found[position]
    for word in SPACED_WORDS:
        if word[0] != first.text:
            continue
        run = found[position : position + len(word)]
        if (
            len(run) == len(word)
            and all(token.kind == "word" and token.text == letter for token, letter in zip(run, word, strict=True))
            and all(token.gap for token in run[1:])
            and not any(token.tail for token in run[:-1])
        ):
            return replace(first, text=word, end=run[-1].end, tail=run[-1].tail)
    return None


def cases_in_a_line(found: list[Token]) -> list[Token]:
    """`{1 if z > 0; 0 otherwise}` as a case distinction."""
    out: list[Token] = []
    done = 0  # tokens before are in `out`
    for first, last in _braces_around(found, "if"):
        out += found[done:first]
        out.append(replace(found[first], kind="begin", text="cases"))
        for part in found[first + 1 : last]:
            words = part.kind == "note" or part.text == "otherwise"
            if words and part.text != "if":
                out.append(replace(part, kind="amp", text="&"))
            kind = "amp" if part.text == "if" else "row" if part.text == ";" else "note" if words else part.kind
            out.append(replace(part, kind=kind))
        out.append(replace(found[last], kind="end", text="cases"))
        done = last + 1
    return out + found[done:] if done else found


def _braces_around(found: Sequence[Token], word: str) -> Iterator[tuple[int, int]]:
    """The places of the nearest braces around a word, each pair once."""
    opened: int | None = None
    inside = False
    for place, token in enumerate(found):
        if token.text == "{":
            opened, inside = (opened, True) if inside else (place, False)
        elif token.text == "}":
            if inside and opened is not None:
                yield opened, place
            opened, inside = None, False
        elif token.text == word and token.kind in ("note", "word"):
            inside = inside or opened is not None


_EDGES: Final = frozenset(
    ["operator", "relation", "open", "close", "begin-group", "end-group", "sub", "sup", "separator", "row", "amp"]
)


def names_from_notes(found: list[Token]) -> list[Token]:
    """Words that stand where an operand must stand are a name: `总误差 = 0.29`, `(目标 - 输出)^2`."""

    def marks(token: Token | None) -> bool:
        return token is None or token.kind in _EDGES

    def operates(token: Token | None) -> bool:
        return token is not None and token.kind in ("operator", "relation", "sub", "sup")

    for position, token in enumerate(found):
        if (
            token.kind != "note"
            or len(token.text) > 16
            or re.search(r"[:：,，。;；]", token.text)
            or token.text in CONNECTIVES
        ):
            continue
        before = found[position - 1] if position else None
        after = found[position + 1] if position + 1 < len(found) else None
        if marks(before) and marks(after) and (operates(before) or operates(after)):
            found[position] = replace(token, kind="word")
    return found


_OPTIONS: Final = frozenset(["axis", "dim", "keepdims", "keepdim"])


def sums_along_axes(found: list[Token]) -> list[Token]:
    """`np.sum(dZ, axis=1, keepdims=True)` in a formula is a Σ whose index is the axis."""
    out: list[Token] = []
    position = 0
    while position < len(found):
        behind = next((n for n in (1, 3, 4) if _is_numpy_sum(found[position : position + n + 1])), 0)
        close = _closing(found, position + behind) if behind else 0
        if not close:
            out.append(found[position])
            position += 1
            continue
        first = found[position]
        kept, axis = _without_options(found[position + behind : close])
        index = [("sub", "_"), ("begin-group", "{"), ("word", f"axis{axis}"), ("end-group", "}")] if axis else []
        out += [replace(first, kind=kind, text=text) for kind, text in (("big", "Σ"), *index)]
        out += [*kept, found[close]]
        position = close + 1
    return out


def _is_numpy_sum(run: Sequence[Token]) -> bool:
    name = "".join("sum" if token.kind == "big" else token.text for token in run[:-1])
    return name == "np.sum" and run[-1].kind == "open"


def _closing(found: Sequence[Token], opened: int) -> int:
    """The place of the bracket that closes one, 0 if there is none."""
    depth = 0
    for position in range(opened, len(found)):
        depth += (found[position].kind == "open") - (found[position].kind == "close")
        if depth == 0:
            return position
    return 0


def _without_options(inside: Sequence[Token]) -> tuple[list[Token], str]:
    """The arguments of a call without those called axis and keepdims, and which axis it is."""
    names = [k for k, token in enumerate(inside) if token.text in _OPTIONS and inside[k - 1].kind == "separator"]
    wanted = (inside[k + 2] for k in names if inside[k].text in ("axis", "dim") and len(inside) > k + 2)
    axis = next((token.text for token in wanted if token.kind == "number"), "")
    return list(inside[: names[0] - 1] if names else inside), axis
