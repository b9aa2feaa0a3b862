"""Formulas to statements: chains over several lines joined, each term parsed on its own.

A term that cannot be read costs that term, not the chain.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.grammar.cursor import CLOSERS, OPENERS, Reading, UnreadError, outside, split
from bpsym.verify.grammar.expressions import expression
from bpsym.verify.grammar.layout import Piece, pieces
from bpsym.verify.grammar.numerals import rounded
from bpsym.verify.grammar.several import said
from bpsym.verify.lexing.lexer import Flavour, Token, tokens
from bpsym.verify.symbols import CONNECTIVES, WORDS
from bpsym.verify.tree import (
    Annotation,
    Context,
    Expr,
    Missing,
    Name,
    Negative,
    Number,
    Product,
    Relation,
    Row,
    Span,
    Statement,
    Unknown,
    Unreadable,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bpsym.verify.source import Source

TOO_MUCH = "more mathematics than one document may hold; the rest was not read"
_BEFORE_OPERATOR = frozenset("+*×·x⊙@⊗•/")
# Where two of these count layers by their superscripts, all of them do.
_LAYERED = frozenset(["W", "w", "b", "z", "a", "h", "A", "Z", "delta"])
_RAISED = frozenset(["e", "beta"])  # what a superscript is an exponent of, as in 1 - β_1^t
_COMMAND = re.compile(r"\\[A-Za-z]+")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
_BLANK = frozenset(["?", "_", "\\_"])
_BLANKS = ' \t\r\n`=>*-"\\,n'  # with Markdown's marks, and the quotes and line ends of a notebook's JSON


class Formula(Struct, frozen=True):
    """A stretch of mathematics a reader found."""

    source: Source
    context: Context
    flavour: Flavour
    alone: bool = True  # on a line of its own: `= 0.3775` there continues the formula before
    guessed: bool = False  # found in prose: what does not read is no mathematics, and nobody is told


class _Chain(Struct):
    """A piece on its way to a statement."""

    formula: Formula
    piece: Piece


def statements(formulas: Iterable[Formula], text: str) -> tuple[list[Statement], list[Unreadable]]:
    """Everything the formulas say, in order, and what could not be read."""
    unreadable: list[Unreadable] = []
    with bounded(limits.STATED / 2):
        chains = _chains(formulas, text, unreadable)
    layers, delta_is_d = _layers(chains), _delta_is_d(chains)
    out: list[Statement] = []
    for chain in chains:
        if len(out) >= limits.STATEMENTS:
            unreadable.append(Unreadable(_span(chain.piece.tokens), f"more than {limits.STATEMENTS} statements"))
            break
        reading = Reading(text, layers, chain.formula.flavour.tex, delta_is_d)
        try:
            out.extend(_statements_of(chain, reading, unreadable))
        except TooMuchWork:
            unreadable.append(Unreadable(_span(chain.piece.tokens), TOO_MUCH))
            break
    return out, unreadable[: limits.WARNINGS]


def _chains(formulas: Iterable[Formula], text: str, unreadable: list[Unreadable]) -> list[_Chain]:
    chains: list[_Chain] = []
    for formula in formulas:
        source, where = formula.source, formula.source.span(0, len(formula.source))
        if len(source) > limits.FORMULA_CHARACTERS:
            unreadable.append(Unreadable(where, f"a formula of more than {limits.FORMULA_CHARACTERS} characters"))
            continue
        try:
            found = tokens(source, formula.flavour)
        except TooMuchWork:
            unreadable.append(Unreadable(where, TOO_MUCH))
            break
        if len(found) > limits.FORMULA_TOKENS:
            unreadable.append(Unreadable(where, f"a formula of more than {limits.FORMULA_TOKENS} signs"))
            continue
        for number, piece in enumerate(pieces(found, text)):
            if chains and number == 0 and _continues(chains[-1], formula, piece, text):
                chains[-1].piece.tokens += piece.tokens
                chains[-1].piece.label = chains[-1].piece.label or piece.label
                chains[-1].formula = replace(chains[-1].formula, alone=formula.alone)
            else:
                chains.append(_Chain(formula, piece))
    return chains


def _continues(last: _Chain, formula: Formula, piece: Piece, text: str) -> bool:
    """Does a formula go on where the one before stopped?"""
    first = piece.tokens[0]
    same = (
        formula.alone
        and len(piece.tokens) > 1
        and last.formula.context.heading == formula.context.heading
        and (last.formula.context.kind == "code") == (formula.context.kind == "code")
        and last.formula.flavour.tex == formula.flavour.tex
        and len(last.piece.tokens) + len(piece.tokens) <= limits.FORMULA_TOKENS
        and last.piece.relates()
        and last.piece.tokens[0].kind != "relation"
    )
    if not same or not piece.tokens:
        return False
    between = text[last.piece.tokens[-1].end : piece.tokens[0].start]
    if not formula.flavour.tex and (not last.formula.alone or between.strip(_BLANKS)):
        return False
    if formula.context.kind == "inline" and _names_another(between.rpartition("\n")[2]):
        return False
    if last.piece.tokens[-1].kind == "relation" and first.kind != "relation" and not piece.relates():
        return True
    if first.kind == "relation":
        return True
    return first.kind == "operator" and first.text in _BEFORE_OPERATOR


def _names_another(words: str) -> bool:
    """`Sum $\\approx 32.3$`: the words before a relation say what it is about, which is not what stood above."""
    return any(word.lower() not in CONNECTIVES for word in _WORD.findall(_COMMAND.sub(" ", words)))


def _layers(chains: Sequence[_Chain]) -> frozenset[str]:
    """Bases whose bare superscripts count layers: seen with ^1, ^0, ^l, ^L, or differentiated under a superscript."""
    found: set[str] = set()
    for chain in chains:
        sequence = chain.piece.tokens
        if any(token.kind == "diff" and after.kind == "sup" for token, after in pairwise(sequence)):
            continue  # a second derivative
        for position, token in enumerate(sequence[:-1]):
            if token.kind != "sup" or position == 0:
                continue
            base = _base_before(sequence, position)
            if base is None:
                continue
            following = sequence[position + 1]
            if (
                following.kind == "begin-group"
                and position + 3 < len(sequence)
                and sequence[position + 3].kind == "end-group"
            ):
                following = sequence[position + 2]
            elif following.kind == "begin-group" and position + 2 < len(sequence):
                following = sequence[position + 2]
                if following.text not in ("l", "L"):
                    continue
            before = sequence[base - 1] if base else None
            number = following.kind == "number" and following.text.isdigit()
            if following.text in ("0", "1", "l", "L") or (
                before is not None and before.kind == "diff" and before.text in "∂dΔ" and number
            ):
                found.add(sequence[base].text)
    if len(found & _LAYERED) > 1:
        found |= _LAYERED
    return frozenset(found - _RAISED)


def _delta_is_d(chains: Sequence[_Chain]) -> bool:
    """Whether equations say what `δ a_t` is, and none what δ is."""
    begun = [chain.piece.tokens for chain in chains if len(chain.piece.tokens) > 1 and chain.piece.relates()]
    heads = ((first.text + first.tail, second.kind) for (first, second, *_) in begun if first.kind == "word")
    behind = {kind for head, kind in heads if head == "delta"}
    return "word" in behind and "relation" not in behind


def _base_before(sequence: Sequence[Token], position: int) -> int | None:
    """The word a superscript at `position` hangs on, its subscript skipped."""
    at = position - 1
    if sequence[at].kind == "end-group":
        depth = 0
        while at >= 0:
            depth += (sequence[at].kind in CLOSERS) - (sequence[at].kind in OPENERS)
            if depth == 0:
                break
            at -= 1
        at -= 1
        if at < 1 or sequence[at].kind != "sub":
            return None
        at -= 1
    elif at >= 2 and sequence[at - 1].kind == "sub":
        at -= 2
    return at if at >= 0 and sequence[at].kind == "word" else None


def _statements_of(chain: _Chain, reading: Reading, unreadable: list[Unreadable]) -> list[Statement]:
    found = chain.piece.tokens
    guessed = chain.formula.guessed
    if guessed and len(found) > 1 and found[0].text == "-" and found[1].gap:
        found = found[1:]  # a dash before an item of a list
    terms: list[Expr] = []
    relations: list[Relation] = []
    failures: list[Unreadable] = []
    slices, between = _cut(found)
    lost: list[Expr] = []
    for part in slices:
        try:
            terms.append(_term(part, reading))
        except UnreadError as error:
            span = _span(part)
            failures.append(Unreadable(span, str(error)))
            guessed = guessed and not error.certain
            if guessed and not any(token.kind == "number" for token in part):
                return []
            lost.append(Unknown(span, reading.text[span.start : span.end][:200]))
            terms.append(lost[-1])
    if not terms:  # brackets around nothing
        return []
    for term in terms:
        failures.extend(
            Unreadable(node.span, f"“{node.text}” is no sign we know")
            for node in walk(term)
            if isinstance(node, Unknown) and not any(node is gone for gone in lost)
        )
    for token, (left, right) in zip(between, pairwise(terms), strict=True):
        is_value = isinstance(right, (Number, Negative)) and not (_is_count(left) and _is_count(right))
        kind = "≈" if token.text == "~" and is_value else token.text
        relations.append(Relation(Span(token.start, token.end), kind))
    for place, relation in enumerate(relations, 1):
        if relation.kind == "≈":
            terms[place] = rounded(terms[place])
    continued = isinstance(terms[0], Missing) and bool(relations)
    if continued and guessed and not chain.formula.alone:
        return []
    if all(isinstance(term, (Unknown, Missing)) for term in terms):
        if relations and not guessed and _mathematical(found):
            unreadable.extend(failures)
        return []
    if failures:
        if guessed and (
            chain.formula.flavour.code or isinstance(terms[0], Unknown) or len(failures) == len(terms) - continued
        ):
            return []
        unreadable.extend(failures)
    if relations and relations[0].kind == "→" and isinstance(terms[0], Product) and _with_old_value(terms[0]):
        reading.notes.append(Annotation(terms[0].factors[1].span, terms[0].factors[0], "", terms[0].factors[1]))
        terms[0] = terms[0].factors[0]
    if not reading.tex and isinstance(terms[0], Product):
        terms[0] = _without_words(terms[0])
    context = chain.formula.context
    words = " ".join(chain.piece.words).strip()
    if words:
        context = replace(context, before=f"{context.before} {words}".strip()[-300:])
    whole = Statement(
        _span(found), tuple(terms), tuple(relations), context, chain.piece.label, continued, words, tuple(reading.notes)
    )
    return said(whole)


def _is_count(tree: Expr) -> bool:
    """Whether it is a whole number: `(5) ~ (8)` are numbers of equations."""
    return isinstance(tree, Number) and tree.places <= 0


def _with_old_value(tree: Product) -> bool:
    """`w5 (0.40) -> 0.358`: a name with its value, not a product."""
    return (
        tree.operators == ("",)
        and isinstance(tree.factors[0], Name)
        and isinstance(tree.factors[1], (Number, Negative))
    )


def _without_words(tree: Product) -> Expr:
    """`learning rate α` is α."""
    *front, last = tree.factors
    words = all(isinstance(f, Name) and f.base in WORDS and len(f.base) > 3 and not f.sub for f in front)
    return last if words and isinstance(last, Name) and not any(tree.operators) else tree


def _mathematical(found: Sequence[Token]) -> bool:
    """Is a formula that did not read worth a word?  Not if it is a lone sign."""
    return len(found) > 2 and any(token.kind in ("number", "word", "diff", "frac") for token in found)


def _cut(found: Sequence[Token]) -> tuple[list[Sequence[Token]], list[Token]]:
    """Terms and the relations between them; a doubled relation counts once, one at the end is dropped."""
    slices: list[Sequence[Token]] = []
    between: list[Token] = []
    start = 0
    for position, token in outside(found):
        if token.kind == "relation":
            part = _trimmed(found[start:position])
            if part or not slices:
                slices.append(part)
                between.append(token)
            start = position + 1
    last = _trimmed(found[start:])
    if last:
        slices.append(last)
    else:
        between = between[: len(slices) - 1]
    return slices, between


def _trimmed(part: Sequence[Token]) -> Sequence[Token]:
    while part and part[0].kind in ("space", "separator", "colon", "amp"):
        part = part[1:]
    while part and part[-1].kind in ("space", "separator", "colon", "dot", "amp"):
        part = part[:-1]
    if all(token.kind in ("begin-group", "end-group") or token.text in _BLANK for token in part):
        return []  # an empty box, or `w_7 = ?`, for the reader to fill in
    return part


def _term(part: Sequence[Token], reading: Reading) -> Expr:
    """One term; values beside each other with commas are a list."""
    if not part:
        return Missing(Span(0, 0))
    kept = [token for token in part if token.kind not in ("space", "tag")]
    items = [item for item in split(kept, frozenset(["separator"])) if item]
    if len(items) <= 1:
        return expression(items[0] if items else kept, reading)
    return Row(_span(kept), tuple(expression(item, reading) for item in items), "")


def _span(found: Sequence[Token]) -> Span:
    if not found:
        return Span(0, 0)
    return Span(min(token.start for token in (found[0], found[-1])), max(token.end for token in (found[0], found[-1])))
