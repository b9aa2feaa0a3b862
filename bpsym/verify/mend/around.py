"""What stands around a formula: the names, functions and factors its document has, the nearest first."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.mend.spelling import form, reread
from bpsym.verify.tree import (
    Call,
    Case,
    Derivative,
    Expr,
    Name,
    Number,
    Product,
    Quotient,
    Span,
    Statement,
    Sum,
    Transpose,
    children,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Tree = TypeVar("Tree", bound=Expr)

MOST_NAMES = 40  # of a document that are put in the place of one
MOST_CALLS = 24
MOST_FACTORS = 40
MOST_STATEMENTS = 60  # around a formula whose names are looked at
MOST_BRACKETS = 4  # around a piece of a formula
WIDEST = 24  # characters of an opening bracket with its commands
_OPENING = re.compile(r"(?:\\left\s*|\\[bB]igg?l?\s*)?([(\[])\s*\Z")
_CLOSING = re.compile(r"\s*(?:\\right\s*|\\[bB]igg?r?\s*)?([)\]])")
_PARTNERS = {"(": ")", "[": "]"}
_FONT = re.compile(r"\\(?:mathbf|boldsymbol|bm|mathrm|mathcal|pmb)\s*(\{\s*)?\Z")
_TRANSPOSED = re.compile(r"\^\{?\s*\\?(?:T|top|intercal|mathsf\{T\}|mathrm\{T\})\b\s*\}?|ᵀ|\.T\b|'")


class Patch(Struct, frozen=True):
    """Text of the document, and what should stand in its place."""

    span: Span
    text: str


class Edit(Struct, frozen=True):
    """One small change to a formula: a node of its tree, what should stand there, and how that is written."""

    rule: str  # what was wrong
    old: Expr
    new: Expr
    span: Span  # the piece that is wrong
    patches: tuple[Patch, ...]  # in the source; none where there is no telling how to write it
    what: str = ""  # the factor or the term the rule speaks of, as it is written


class Around(Struct, dict=True):
    """A formula that is wrong, and its document."""

    left: Expr  # what it should be equal to
    right: Expr
    statement: Statement
    statements: Sequence[Statement]  # of the document
    text: str  # of the document

    def quote(self, tree: Expr) -> str:
        """How a piece of a formula is written."""
        return self.cut(self.place(tree))

    def head(self, function: Name) -> str:
        """How the letter of a function is written, without its index."""
        return self.quote(function).partition("_")[0].rstrip()

    def cut(self, span: Span) -> str:
        """A stretch of the document."""
        return self.text[span.start : span.end]

    def place(self, tree: Expr) -> Span:
        """Where a piece of a formula stands, with the command for the type of its first letter."""
        start, end = tree.span
        font = _FONT.search(self.text, max(start - WIDEST, 0), start)
        braced = font is not None and bool(font[1])
        if font is None or (braced and self.text[end : end + 1] != "}") or (not braced and self.text[start] != "{"):
            return tree.span
        return Span(font.start(), end + 1 if font[1] else end)

    def outer(self, tree: Expr) -> Span:
        """Where a piece of a formula stands, with the brackets around it."""
        start, end = self.place(tree)
        for _ in range(MOST_BRACKETS):
            before = _OPENING.search(self.text, max(start - WIDEST, 0), start)
            after = _CLOSING.match(self.text, end)
            if not before or not after or _PARTNERS[before[1]] != after[1]:
                break
            start, end = before.start(), after.end()
        return Span(start, end)

    @cached_property
    def tex(self) -> bool:
        """Whether the formula is written in TeX."""
        return "\\" in self.text[self.statement.span.start : self.statement.span.end] or "\\frac" in self.text

    @cached_property
    def span(self) -> Span:
        """Where the formula stands."""
        return self.place(self.right)

    @cached_property
    def written(self) -> Expr | None:
        """The formula as it is written, without what it was taken to mean; None where it cannot be read by itself."""
        return self._read(self.cut(self.span))

    def _read(self, text: str) -> Expr | None:
        names = [node for node in walk(self.right) if isinstance(node, Name)]
        layers = {name.base for name in names if name.layer and not name.bracketed}
        return reread(text, self.span.start, layers, tex=self.tex)

    @cached_property
    def nodes(self) -> tuple[Expr, ...]:
        """What an edit may change: every node that is written, but the letters of functions."""
        found = [self.right, *self._below(self.right)]
        letters = {id(node.function) for node in found if isinstance(node, Call)}
        named = frozenset[Span]()
        if self.written is not None and form(self.written) != form(self.right):
            named = frozenset(node.span for node in walk(self.written) if isinstance(node, Name))
        return tuple(n for n in found if id(n) not in letters and (isinstance(n, Name) or n.span not in named))

    @cached_property
    def own_names(self) -> tuple[Name, ...]:
        """The names an edit may change."""
        return tuple(node for node in self.nodes if isinstance(node, Name))

    def _below(self, tree: Expr) -> Iterator[Expr]:
        """The nodes below one that are written there, not put in for a name of the document."""
        for child in children(tree):
            is_put_in = child.span == tree.span and not isinstance(tree, (Transpose, Call))
            if isinstance(child, Case) or is_put_in or not _lies_in(child.span, self.span):
                continue
            yield child
            yield from self._below(child)

    def says(self, edit: Edit, tree: Expr) -> bool:
        """Whether the patches of an edit make of the formula's text what its tree has become."""
        before = self.written
        if before is None or not edit.patches or not all(_lies_in(patch.span, self.span) for patch in edit.patches):
            return False
        after = self._read(patched(self.text, self.span, edit.patches))
        if after is None or canonical(after) == canonical(before):
            return False
        if form(before) == form(self.right):
            return form(after) == form(tree)
        return len(form(after)) - len(form(before)) == len(form(tree)) - len(form(self.right))

    @cached_property
    def near(self) -> tuple[Statement, ...]:
        """The statements of the document, this one first, then those next to it."""
        here = self.statement.span.start
        others = sorted(self.statements, key=lambda s: (s.span != self.statement.span, abs(s.span.start - here)))
        return (self.statement, *others[:MOST_STATEMENTS])

    def _each(self) -> Iterator[Expr]:
        for statement in self.near:
            for term in statement.terms:
                yield from (node for node in walk(term) if not hasattr(node, "words"))

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The names of the document."""
        letters = {id(node.function) for node in self._each() if isinstance(node, Call)}
        found = (node for node in self._each() if isinstance(node, Name) and id(node) not in letters)
        return _first(found, MOST_NAMES)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The functions of the document with what they are taken of."""
        return _first((node for node in self._each() if isinstance(node, Call)), MOST_CALLS)

    @cached_property
    def factors(self) -> tuple[Expr, ...]:
        """What the document multiplies with or divides by, and the slopes of its functions."""
        return _first(self._factors(), MOST_FACTORS)

    def _factors(self) -> Iterator[Expr]:
        for node in self._each():
            if isinstance(node, Product):
                yield from (factor for factor in node.factors if not isinstance(factor, Number))
            elif isinstance(node, (Call, Name)) or (isinstance(node, Quotient) and isinstance(node.denominator, Name)):
                yield node

    @cached_property
    def terms(self) -> tuple[Expr, ...]:
        """What the document adds up, and its derivatives."""
        found = self._each()
        kept = (t for node in found for t in (node.terms if isinstance(node, Sum) else (node,)))
        return _first((t for t in kept if isinstance(t, (Product, Derivative, Name))), MOST_FACTORS)

    @cached_property
    def indices(self) -> tuple[str, ...]:
        """The indices that stand in the statement."""
        trees = (self.left, *self.statement.terms)
        names = [node for tree in trees for node in walk(tree) if isinstance(node, Name)]
        return tuple(dict.fromkeys(part for name in names for part in name.sub))

    @cached_property
    def transpose(self) -> str:
        """How the document marks a transpose."""
        for node in self._each():
            if isinstance(node, Transpose) and (mark := self.unmarked(node).end) < node.span.end:
                return self.text[mark : node.span.end].lstrip(")]} ")
        return "^T" if self.tex else "ᵀ"

    def unmarked(self, tree: Transpose) -> Span:
        """Where what is transposed stands, without the mark."""
        span = tree.operand.span
        if span.end < tree.span.end:
            return span
        marks = list(_TRANSPOSED.finditer(self.text, span.start, span.end))
        return Span(span.start, marks[-1].start()) if marks and marks[-1].end() == span.end else span

    @cached_property
    def multiplies_arrays(self) -> bool:
        """Whether it is written with the products of vectors and matrices."""
        return any(isinstance(node, Transpose) or "⊙" in getattr(node, "operators", ()) for node in self._each())


def _first(found: Iterable[Tree], most: int) -> tuple[Tree, ...]:
    """The first of each kind, so many of them."""
    kept: dict[str, Tree] = {}
    for tree in found:
        kept.setdefault(canonical(tree), tree)
        if len(kept) >= most:
            break
    return tuple(kept.values())


def _lies_in(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start <= inner.end <= outer.end


def bracketed(edit: Edit) -> Edit:
    """An edit with what it puts in written in brackets: the square of `(tanh(c))` is none of c."""
    return replace(edit, patches=tuple(replace(patch, text=f"({patch.text})") for patch in edit.patches))


def patched(text: str, span: Span, patches: Sequence[Patch]) -> str:
    """A stretch of text with its patches."""
    found, at = "", span.start
    for patch in sorted(patches, key=lambda patch: patch.span):
        found += text[at : patch.span.start] + patch.text
        at = patch.span.end
    return found + text[at : span.end]
