"""Expressions of NumPy, PyTorch and MATLAB in the notation the grammar reads.

`np.dot(W, x)` becomes `(W) @ (x)`, `x.T` and MATLAB's `x'` become `x^T`, an array its rows.  What is left out or put in
keeps its place in the document.  Nothing is evaluated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bpsym.verify.source import Source, inserted, joined
from bpsym.verify.symbols import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

_MODULE: Final = re.compile(r"\b(?:np|numpy|jnp|torch|tf|math|nn|F|functional|linalg|special)\.(?=[A-Za-z])")
_CALL: Final = re.compile(r"(?P<head>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|\))\s*(?P<method>\.[A-Za-z_]\w*)?\(")
_ARRAYS: Final = frozenset(
    ["array", "asarray", "matrix", "tensor", "Tensor", "FloatTensor", "as_tensor", "Parameter", "float64", "float32"]
)
_PRODUCTS: Final = {"outer": "⊗", "dot": "@", "matmul": "@", "mm": "@", "mv": "@", "multiply": "⊙", "mul": "⊙"}
_POWERS: Final = {"transpose": "T", "square": "2"}
_SAME: Final = {"maximum": "max", "minimum": "min"}
_AS_IT_IS: Final = frozenset(["item", "detach", "numpy", "copy", "astype", "float", "clone", "tolist", "squeeze"])
_SPACED: Final = re.compile(r"(?<=[\d.\])])[ \t]*(?:\r?\n)?[ \t]+(?=-?[\d.\[])|(?<=\])\s*(?=\[)")
_NEVER: Final = re.compile(r"[%#\"{}!?&|~\\$:]|//|==|\b(?:if|else|for|in|lambda|and|or|not|True|False|None)\b|\w\[")
_TRANSPOSED: Final = re.compile(r"(?<=[\w)\]])\.?'")
_DOTTED: Final = re.compile(r"\.(?=[*/^])")
_TIMES: Final = re.compile(r"(?<!\*)\*(?!\*)")  # entry by entry, or with a number
_ATTRIBUTE: Final = re.compile(r"(?<=[\w)\]])\.(?:T\b|t\(\))")
_OTHER: Final = re.compile(r"(?<=[A-Za-z_)\]])\.|[A-Za-z_]\w*\.[A-Za-z_]")
_WORDS: Final = re.compile(r"[A-Za-z_0-9.]\s+[A-Za-z_]|[A-Za-z_)]\s+\d")
MOST_CALLS: Final = 40
LONGEST: Final = 2_000


def rewritten(part: Source, *, matlab: bool = False) -> Source | None:
    """An expression as formulas are written; None where it says more than the grammar can."""
    part = part.stripped()
    if not len(part) or len(part) > LONGEST:
        return None
    out = _matlab(part) if matlab else _python(part, 0)
    if out is not None and not matlab:
        out = _without(out, _TIMES, "⊙")
    if out is None or _NEVER.search(out.text) or _OTHER.search(out.text) or _WORDS.search(out.text):
        return None
    return out


def with_commas(part: Source) -> Source:
    """Rows as NumPy prints them: `[[0.1 0.2] [0.3 0.4]]` with commas between the entries."""
    pieces, position = [], 0
    for match in _SPACED.finditer(part.text):
        pieces += [
            part[position : match.start()],
            inserted(", ", part.span(match.start(), max(match.end(), match.start() + 1))),
        ]
        position = match.end()
    flat = joined([*pieces, part[position:]])
    return Source(re.sub(r"[\r\n]", " ", flat.text), flat.starts, flat.ends)


def matrix(rows: list[Source]) -> Source:
    """MATLAB's rows, of entries with blanks or commas between, as a list of lists."""
    at = rows[0].span(0, 1)
    listed = [inserted("[", at)]
    for number, row in enumerate(rows):
        begun = "[" if not number else ", ["
        listed += [
            inserted(begun, row.span(0, 1)),
            with_commas(row.stripped()),
            inserted("]", row.span(len(row) - 1, len(row))),
        ]
    return joined([*listed, inserted("]", rows[-1].span(len(rows[-1]) - 1, len(rows[-1])))])


def closing(text: str, start: int) -> int:
    """Where the bracket that opens at `start` is closed, -1 if it is not."""
    depth = 0
    for position in range(start, min(len(text), start + 20 * LONGEST)):
        depth += (text[position] in "([{") - (text[position] in ")]}")
        if depth == 0:
            return position
    return -1


def split(part: Source, sign: str) -> Iterator[Source]:
    """What stands between the signs outside of brackets and strings."""
    depth, start, quote = 0, 0, ""
    for position, character in enumerate(part.text):
        if quote:
            quote = "" if character == quote else quote
        elif character == '"' or (character == "'" and not part.text[max(0, position - 1) : position].isalnum()):
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == sign and depth == 0:
            yield part[start:position].stripped()
            start = position + 1
    yield part[start:].stripped()


def _python(part: Source, depth: int) -> Source | None:
    """Its calls one by one, from the left; what is in their brackets likewise."""
    part = _without(part, _MODULE, "")
    done: list[Source] = []
    for _ in range(MOST_CALLS):
        match = _CALL.search(part.text)
        if match is None:
            return _without(joined([*done, part]), _ATTRIBUTE, "^T") if done or len(part) else part
        end = closing(part.text, match.end() - 1)
        found = None if end < 0 or depth > MOST_CALLS else _call(part, match, end, depth)
        if found is None:
            return None
        done += [part[: match.start()], found]
        part = part[end + 1 :]
    return None


def _call(part: Source, match: re.Match[str], end: int, depth: int) -> Source | None:
    """One call."""
    name = match.group("head")
    if name == ")" or match.group("method"):
        return None
    subject, _, name = name.rpartition(".")
    at = part.span(match.start(), match.end())
    arguments = [a for a in split(part[match.end() : end], ",") if len(a)]
    positional = [a for a in arguments if not re.match(r"[A-Za-z_]\w*\s*=(?!=)", a.text)]
    plain = len(positional) == len(arguments)
    if name in _ARRAYS and not subject and positional:
        return with_commas(positional[0])
    if subject:
        head = part[match.start() : match.start() + len(subject)]
        if name in _AS_IT_IS:
            return head
        if not plain or "." in subject:
            return None
        positional = [head, *positional]
    inner = [_python(argument, depth + 1) for argument in positional]
    kept = [argument for argument in inner if argument is not None]
    if len(kept) < len(positional) or not plain or not kept:
        return None
    last = part.span(end, end + 1)
    bracketed = [joined([inserted("(", at), argument, inserted(")", at)]) for argument in kept]
    two = len(kept) == len(("left", "right"))
    if name in _PRODUCTS and two:
        return joined(
            [inserted("(", at), bracketed[0], inserted(f" {_PRODUCTS[name]} ", at), bracketed[1], inserted(")", last)]
        )
    if name in _POWERS and len(kept) == 1:
        return joined([bracketed[0], inserted(f"^{_POWERS[name]}", last)])
    if name in ("pow", "power") and two:
        return joined([bracketed[0], inserted("^", at), bracketed[1]])
    name = _SAME.get(name, name)
    if name not in FUNCTIONS or name == "dot":
        return None
    separated = [piece for argument in kept for piece in (inserted(", ", at), argument)][1:]
    return joined([inserted(name + "(", at), *separated, inserted(")", last)])


def _matlab(part: Source) -> Source | None:
    if part.text.startswith("[") and closing(part.text, 0) == len(part) - 1:
        rows = [row for row in split(part[1:-1], ";") if len(row)]
        if rows and not re.search(r"[A-Za-z'()]", part.text):
            return matrix(rows) if len(rows) > 1 or len(with_commas(rows[0]).text.split(",")) > 1 else rows[0]
    part = _without(part, _TRANSPOSED, "^T")
    pieces, position = [], 0
    for match in _DOTTED.finditer(part.text):
        product = part.text[match.end()] == "*"
        pieces += [
            part[position : match.start()],
            inserted("⊙" if product else "", part.span(match.start(), match.end())),
        ]
        position = match.end() + product
    return joined([*pieces, part[position:]])


def _without(part: Source, pattern: re.Pattern[str], instead: str) -> Source:
    """With `instead` in the place of each match."""
    pieces, position = [], 0
    for match in pattern.finditer(part.text):
        pieces += [part[position : match.start()], inserted(instead, part.span(match.start(), match.end()))]
        position = match.end()
    return joined([*pieces, part[position:]]) if pieces else part
