"""Documents of laws, read for what they are about: which are, what they speak of, and what is uncertain in them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.meaning.ambiguous import contested, redefinitions
from bpsym.verify.meaning.keys import LOSS_NAMES, Key, key
from bpsym.verify.meaning.lettered import of_several_layers
from bpsym.verify.meaning.wording.letters import STEP_BEFORE
from bpsym.verify.meaning.wording.plain import is_loss
from bpsym.verify.tree import Call, Derivative, Differential, Name, Norm, Product, Transpose, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bpsym.verify.tree import Document, Node, Span, Statement

MOST_STATEMENTS = 400
_LAST = frozenset(["L", "nl", "n_l"])  # layer


def is_numeric(statement: Statement) -> bool:
    """Whether it works in numbers: not the size of a layer, n_h = 2, nor a slope that is 1."""
    first = statement.terms[0]
    plain = (isinstance(first, Name) and first.base in "nmN" and first.sub) or isinstance(first, Derivative)
    kinds = (Kind.NUMERIC,) if plain and getattr(statement.terms[-1], "places", 1) == 0 else (Kind.NUMBER, Kind.NUMERIC)
    return any(kind_of(term) in kinds for term in statement.terms[1:])


def is_of_laws(document: Document) -> bool:
    """Whether it differentiates or transposes, and has no more formulas than a chapter has."""
    statements = document.statements
    if len(statements) > MOST_STATEMENTS:
        return False
    found = nodes(statements)
    return any(
        isinstance(n, (Derivative, Differential, Transpose, Norm))
        or (isinstance(n, Call) and "prime" in n.function.marks)
        or (isinstance(n, Product) and "⊙" in n.operators)
        for n in found
    ) or any(relation.kind == "∈" for s in statements for relation in s.relations)


def is_one_problem(document: Document) -> bool:
    """Whether a document speaks of one loss, and no other name of something new: else its letters may be two problems'.

    A loss that is given another formula later is one.
    """
    derivatives = (n for n in nodes(document.statements) if isinstance(n, Derivative))
    losses = {n.of.base for n in derivatives if isinstance(n.of, Name) and n.of.base in LOSS_NAMES}
    for statement in document.statements:  # J = L + s
        first = statement.terms[0]
        if statement.may_define and isinstance(first, Name) and first.base in losses:
            losses -= {n.base for n in walk(statement.terms[1]) if isinstance(n, Name) and n.base != first.base}
    again = redefinitions(document).names
    return len(losses) <= 1 and all(isinstance(name, Key) and name.base in LOSS_NAMES for name in again)


def is_timed(statements: Sequence[Statement]) -> bool:
    """Whether an index counts steps in time, each of which is a network of its own."""
    names = (n for n in nodes(statements) if isinstance(n, Name))
    parts = {part for name in names for part in (*name.sub, *name.layer)}
    return STEP_BEFORE in parts or any(part.startswith(("t-", "t+")) for part in parts)


def goes_far(statement: Statement) -> bool:
    """Whether it speaks of derivatives of the loss, through all of the network: most work, so done last."""
    return any(
        isinstance(node, Differential)
        or (isinstance(node, Derivative) and isinstance(node.of, Name) and node.of.base in LOSS_NAMES)
        for node in nodes([statement])
    )


def definitions(statements: Iterable[Statement]) -> Iterator[Span]:
    """The formulas that say what a name or a function is: they hold on any instance."""
    known: set[Key | str] = set()
    for statement in statements:
        first = statement.terms[0]
        new: Key | str | None = None
        if isinstance(first, Name):
            new = key(first)
        elif isinstance(first, Call):
            new = first.function.base
        if new is not None and new not in known and statement.relations:
            known.add(new)
            yield statement.terms[1].span


def has_layout(node: Node) -> bool:
    """Whether it is the derivative of a list, perhaps by a list, which people lay out two ways."""
    of = node.of if isinstance(node, Derivative) else None
    return of is not None and not (isinstance(of, Name) and (of.sub or of.base in LOSS_NAMES))


def uncertain(statements: Sequence[Statement]) -> set[Span]:
    """The formulas nothing is certain of where letters are not read as layers: δ_j is not δ_k there."""
    bases = of_several_layers(statements)
    return {
        term.span
        for s in statements
        if any(isinstance(n, Name) and n.base in bases for n in nodes([s]))
        for term in s.terms
    }


def disputed(document: Document) -> set[Span]:
    """The formulas that speak of a letter to which another section of a document has given its meaning."""
    first = {name.base: next(iter(meant)) for name, meant in contested(document).items()}
    about = (
        s
        for s in document.statements
        if any(isinstance(n, Name) and first.get(n.base, s.context.heading) != s.context.heading for n in nodes([s]))
    )
    return {term.span for s in about for term in s.terms}


def of_any_loss(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """What a document with several losses says of any of them: no formula of a loss, nothing of the last layer."""
    losses = Counter(s.terms[0].base for s in statements if s.may_define and is_loss(s.terms[0]))
    several = {base for base, count in losses.items() if count > 1}
    if not any(_LAST & {*n.layer} for n in nodes(statements) if isinstance(n, Name)):
        return ()
    return tuple(s for s in statements if _is_of_any_loss(s, several)) if len(several) == 1 else ()


def _is_of_any_loss(statement: Statement, losses: set[str]) -> bool:
    """Whether it says the same whichever formula these have: a rule of any layer."""
    found = list(nodes([statement]))
    names = [n for n in found if isinstance(n, Name)]
    others = any(isinstance(n, Derivative) and is_loss(n.of) and n.of.base not in losses for n in found)
    return not (others or is_loss(statement.terms[0]) or any(_LAST & {*n.layer, *n.sub} for n in names))


def of_other_meanings(document: Document) -> set[Span]:
    """The formulas behind the place from which a letter of theirs means something else."""
    again = redefinitions(document)
    return {term.span for s in document.statements if again.are_behind(s) for term in s.terms}
