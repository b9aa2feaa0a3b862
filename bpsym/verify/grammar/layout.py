"""Rows and pieces: from the tokens of one formula to the chains written in it.

Alignment environments, `\\\\`, commas, `\\quad`, arrows and words between formulas end here; what is left of each
piece is
`term relation term relation term`.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.grammar.cursor import CLOSERS, OPENERS, has_relation, matching, split
from bpsym.verify.symbols import CASE_ENVIRONMENTS, LAYOUT_ENVIRONMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpsym.verify.lexing.lexer import Token

_BARE_LABEL = re.compile(r"\(?[A-Z]{0,3}\d{1,3}[a-z]?\)?")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_TIMES = frozenset("*×·x⊙@⊗•/")
_ROWS = frozenset(["begin", "end", "row"])  # what may begin a new row
_CUTS = frozenset(["implies", "tag", "note", "colon", "separator", "space", "amp"])  # what may end a piece of a row


class Piece(Struct):
    """A chain before it is parsed."""

    tokens: list[Token]
    label: str = ""
    words: list[str] = []
    row: int = 0
    chained: bool = False  # has a relation outside all brackets

    def relates(self) -> bool:
        """Is there a relation outside all brackets?"""
        return has_relation(self.tokens)


def pieces(found: list[Token], text: str) -> list[Piece]:
    """The chains of one formula, those that continue a row of the same formula already joined to it."""
    out: list[Piece] = []
    rows = _rows(_cut_at_blank_lines(found, text))
    hangs = False
    for number, row in enumerate(rows):
        hangs = number > 0 and _hangs(rows[number - 1], row, hangs=hangs)
        for piece in _row_pieces(row, text, 0):
            piece.row = number
            if out and _continues_row(out[-1], piece, hangs=hangs):
                out[-1].tokens += piece.tokens
                out[-1].label = out[-1].label or piece.label
            elif piece.tokens:
                out.append(piece)
    return out


def _hangs(above: Sequence[Token], row: Sequence[Token], *, hangs: bool) -> bool:
    """Is a row set below the right-hand side of the row above it: nothing left of its `&`, and no relation right of it?

    The row above has something there, or goes on itself: `a &= b`, `&= b`, or `& - b` where that one hangs as well.
    """
    ours = [token.kind for token in row if token.kind != "space"][:2]
    theirs = [token.kind for token in above if token.kind != "space"][:2]
    return ours == ["amp", "operator"] and bool(theirs) and (theirs[0] != "amp" or theirs[1:] == ["relation"] or hangs)


def _continues_row(last: Piece, piece: Piece, *, hangs: bool) -> bool:
    """A row that starts with an operator, or follows one that ends with an operator."""
    if not piece.tokens or not last.tokens:
        return False
    first, end = piece.tokens[0], last.tokens[-1]
    if end.kind in ("operator", "relation") and piece.row > last.row:
        return True
    if first.kind == "relation":
        return True
    if first.kind != "operator":
        return False
    if first.text == "-":
        return piece.row > last.row and (hangs or not piece.relates())
    return first.text == "+" or first.text in _TIMES


def _cut_at_blank_lines(found: list[Token], text: str) -> list[Token]:
    """A row ends at a blank line outside all brackets, where TeX allows none and people set equations apart."""
    if not found or not _BLANK_LINE.search(text, found[0].start, found[-1].end):
        return found
    cut: list[Token] = []
    depth = 0
    for before, token in pairwise([*found[:1], *found]):
        if depth == 0 and _BLANK_LINE.search(text, before.end, token.start):
            cut.append(replace(token, kind="row", text="", end=token.start))
        depth += (token.kind in OPENERS) - (token.kind in CLOSERS)
        cut.append(token)
    return cut


def _rows(found: list[Token]) -> list[list[Token]]:
    """Cut at `\\\\` outside matrices and cases, the environments that only lay out taken away."""
    if _ROWS.isdisjoint(token.kind for token in found):
        return [_closed(found)]
    kept: list[Token] = []
    skip: set[int] = set()
    for position, token in enumerate(found):
        if position in skip:
            continue
        if token.kind == "begin":
            close = matching(found, position, len(found))
            braced = bool(kept) and kept[-1].kind == "open" and kept[-1].text == "{"
            inside = found[position + 1 : close]
            if token.text in CASE_ENVIRONMENTS and not kept and _first_cells_relate(inside):
                skip.add(close)
                continue
            layout = token.text in LAYOUT_ENVIRONMENTS or (token.text in ("array", "tabular") and _lays_out(inside))
            if close >= len(found):
                if layout:
                    continue
            elif braced and token.text not in ("cases", "dcases") and len(kept) > 1 and kept[-2].kind == "relation":
                kept[-1] = replace(token, text="cases")
                continue
            elif layout:
                if braced:
                    kept.pop()
                skip.add(close)
                continue
        elif token.kind == "end" and token.text in LAYOUT_ENVIRONMENTS:
            continue
        kept.append(token)
    return [list(row) for row in split(_closed(kept), frozenset(["row"]))]


def _lays_out(inside: Sequence[Token]) -> bool:
    """Does an array hold equations, not entries?"""
    return any(has_relation(row) for row in split(inside, frozenset(["row"])))


def _first_cells_relate(inside: Sequence[Token]) -> bool:
    """Does every row begin with an equation?"""
    rows = [row for row in split(inside, frozenset(["row"])) if row]
    return all(has_relation(split(row, frozenset(["amp"]))[0]) for row in rows)


def _closed(found: list[Token]) -> list[Token]:
    """Without brackets that are never closed or never opened: one stray brace must not swallow the rest."""
    stack: list[int] = []
    stray: set[int] = set()
    for position, token in enumerate(found):
        if token.kind in OPENERS:
            stack.append(position)
        elif token.kind in CLOSERS:
            pair = {"close": "open", "end-group": "begin-group", "end": "begin"}[token.kind]
            if stack and found[stack[-1]].kind == pair:
                stack.pop()
            elif any(found[earlier].kind == pair for earlier in stack[-4:]):
                while stack and found[stack[-1]].kind != pair:
                    stray.add(stack.pop())
                stack.pop()
            else:
                stray.add(position)
    stray.update(stack)
    if not stray:
        return found
    return [token for position, token in enumerate(found) if position not in stray]


def _row_pieces(row: Sequence[Token], text: str, depth: int) -> list[Piece]:
    if _CUTS.isdisjoint(token.kind for token in row):
        return _chains(_unwrapped(Piece(list(row), chained=has_relation(row)), text, depth)) if row else []
    row = _without_alignment(row)
    cutting = _Cutting(text, depth)
    level = 0
    ahead = _ahead(row)
    for position, token in enumerate(row):
        if token.kind in OPENERS:
            level += 1
        elif token.kind in CLOSERS:
            level -= 1
        following = row[position + 1].text if position + 1 < len(row) else ""
        if level > 0 or token.kind in CLOSERS or (token.kind == "colon" and following == "="):
            cutting.current.tokens.append(token)
        else:
            cutting.take(token, ahead[position], is_first=position == 0)
    cutting.flush()
    if cutting.words and cutting.out:
        cutting.out[-1].words.extend(cutting.words)
    return _chains(cutting.out)


class _Cutting:
    """A row on its way to pieces."""

    def __init__(self, text: str, depth: int) -> None:
        self.text = text
        self.depth = depth
        self.out: list[Piece] = []
        self.current = Piece([])
        self.words: list[str] = []  # said before the current piece

    def take(self, token: Token, ahead: str, *, is_first: bool) -> None:
        """One token outside all brackets; `ahead`: what comes next there, of what matters."""
        current = self.current
        if token.kind == "implies":
            self.flush()
            if token.text in "∴∵":
                self.words.append(token.text)
        elif token.kind == "tag":
            current.label = current.label or token.text
        elif token.kind == "note":
            if token.text.endswith((":", "：")) and not current.chained:
                self.say(_label_of(current, self.text))
            elif current.chained or is_first:
                self.flush()
            else:
                self.say(current.label)  # a formula inside words (`损失函数对 a_o 求导`) is part of the words
            self.words.append(token.text)
        elif token.kind == "colon" and not current.chained:
            self.say(_label_of(current, self.text))
        elif token.kind == "colon" or (token.kind in ("separator", "space") and self.ends(ahead)):
            self.flush()
        else:
            current.chained = current.chained or token.kind == "relation"
            current.tokens.append(token)

    def ends(self, ahead: str) -> bool:
        """Whether a comma or a wide space ends a chain: if another one follows it."""
        if ahead == "relation":
            return self.current.chained
        return bool(ahead) or not self.current.tokens

    def flush(self) -> None:
        """The current piece is done."""
        if self.current.tokens:
            self.current.words = [*self.words, *self.current.words]
            self.out.extend(_unwrapped(self.current, self.text, self.depth))
            self.words.clear()
        self.current = Piece([])

    def say(self, label: str) -> None:
        """The current piece is words; the next one has a label."""
        self.words.extend(_said(self.current, self.text))
        self.current = Piece([], label=label)


def _chains(out: list[Piece]) -> list[Piece]:
    """Without the mere mentions beside chains: these are words."""
    related = [piece for piece in out if piece.relates()] if len(out) > 1 else []
    return related if related and any(piece.words for piece in out) else out


def _said(piece: Piece, text: str) -> list[str]:
    return [text[piece.tokens[0].start : piece.tokens[-1].end]] if piece.tokens else []


def _label_of(piece: Piece, text: str) -> str:
    """What stands before a colon, if it is a label: ①, ①+②, R1, (3)."""
    if not piece.tokens:
        return piece.label
    written = text[piece.tokens[0].start : piece.tokens[-1].end]
    if all(token.kind in ("label", "operator") for token in piece.tokens):
        return "".join(token.text for token in piece.tokens)
    return written if _BARE_LABEL.fullmatch(written) else piece.label


def _ahead(row: Sequence[Token]) -> list[str]:
    """For each token, what comes next outside all brackets: a relation, something that stops a chain, or nothing."""
    out = [""] * len(row)
    coming = ""
    level = 0
    for position in range(len(row) - 1, -1, -1):
        out[position] = coming
        kind = row[position].kind
        if kind in CLOSERS:
            level += 1
        elif kind in OPENERS:
            level -= 1
        elif level <= 0:
            if kind == "relation":
                coming = "relation"
            elif kind in ("implies", "note"):
                coming = "stop"
    return out


def _without_alignment(row: Sequence[Token]) -> list[Token]:
    """Turn `&` into nothing, or into a separator between two equations side by side."""
    out: list[Token] = []
    depth = 0
    since = 0
    for position, token in enumerate(row):
        if token.kind in OPENERS:
            depth += 1
        elif token.kind in CLOSERS:
            depth -= 1
        elif token.kind == "amp" and depth <= 0:
            following = row[position + 1 :]
            if (
                has_relation(out[since:])
                and out[-1].kind not in ("relation", "operator")
                and has_relation(following)
                and following
                and following[0].kind not in ("relation", "operator")
            ):
                out.append(replace(token, kind="separator", text=";"))
                since = len(out)
            continue
        out.append(token)
    return out


def _unwrapped(piece: Piece, text: str, depth: int) -> list[Piece]:
    """Trim a piece; a bracket around whole equations is opened: `[out_{o1}=…, out_{o2}=…]`, `\\boxed{a = b}`."""
    found = piece.tokens
    while found and found[0].kind in ("separator", "space", "amp", "dot"):
        found = found[1:]
    while found and found[-1].kind in ("separator", "space", "amp", "dot", "colon"):
        found = found[:-1]
    found, label = _numbered(found, text)
    piece.label = piece.label or label
    if found and found[0].kind in ("open", "begin-group") and depth < 4:
        close = matching(found, 0, len(found))
        inside = found[1:close]
        entries = (
            [part for part in split(inside, frozenset(["separator", "colon"])) if part]
            if close == len(found) - 1
            else []
        )
        if any(_wraps_relation(entry) for entry in entries) and not has_relation(inside):
            listed = [inner for entry in entries for inner in _row_pieces(entry, text, depth + 1)]
            return [inner for inner in listed if inner.relates()]
        if close == len(found) - 1 and has_relation(inside) and inside[0].kind != "relation":
            inner = _row_pieces(inside, text, depth + 1)
            if inner:
                inner[0].words = piece.words + inner[0].words
                inner[0].label = inner[0].label or piece.label
            return inner
    piece.tokens = list(found)
    return [piece] if found else []


def _wraps_relation(entry: Sequence[Token]) -> bool:
    """Is a list's entry a whole equation in brackets?"""
    return entry[0].kind == "open" and matching(entry, 0, len(entry)) == len(entry) - 1 and has_relation(entry[1:-1])


def _numbered(found: list[Token], text: str) -> tuple[list[Token], str]:
    """A label in front (`①`, `(2)`, `①:`) or an equation number behind (`\\qquad (12)`)."""
    label = ""
    if (
        len(found) > 1
        and found[0].kind == "label"
        and found[1].kind not in ("operator", "relation", "sup", "separator")
    ):
        label = found[0].text
        found = found[2:] if found[1].kind in ("colon", "dot") else found[1:]
    kinds = [token.kind for token in found[:4]]
    numbered = kinds[:3] == ["open", "number", "close"] and found[0].text == "(" and found[1].text.isdigit()
    if numbered and kinds[3:] and kinds[3] in ("word", "diff", "frac", "label") and has_relation(found):
        label = label or text[found[0].start : found[2].end]
        found = found[3:]
    if _has_dashed_number(found, text):
        label = label or text[found[-3].start : found[-1].end]
        found = found[:-4]
    if len(found) > 4 and [token.kind for token in found[-4:]] == ["space", "open", "number", "close"]:
        label = label or text[found[-3].start : found[-1].end]
        found = found[:-4]
    return found, label


def _has_dashed_number(found: Sequence[Token], text: str) -> bool:
    """Whether an equation's number stands behind a dash, set apart from the formula: `& -(14)`, `\\ -(11)`."""
    if len(found) < 5 or [token.kind for token in found[-4:]] != ["operator", "open", "number", "close"]:
        return False
    dash, sign, number, _ = found[-4:]
    apart = text[found[-5].end : dash.start]
    whole = dash.text == "-" and sign.text == "(" and not sign.gap and number.text.isdigit()
    return whole and ("&" in apart or "\\" in apart)
