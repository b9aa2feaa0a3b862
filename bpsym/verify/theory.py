"""Documents of laws: formulas without a number among them.

Each name is given the shape its formulas ask for, and the claims are tried on an instance of these shapes. What people
agree on without saying so (whether samples stand or lie) is tried both ways. A claim is called wrong only where no such
agreement makes it right, and where the instance proves most of the rest of the document.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify import limits
from bpsym.verify.check.judge import judge
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.check.verdicts import BAD, BESIDE_NUMBERS, GOOD, Judgement, Verdict
from bpsym.verify.effort import TooMuchWork, bounded
from bpsym.verify.givens import Givens
from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.ambiguous import contested, redefinitions
from bpsym.verify.meaning.families import MATRIX, SCALAR, SIDE, Instance, family
from bpsym.verify.meaning.instance import instance
from bpsym.verify.meaning.keys import LOSS_NAMES, Key, key
from bpsym.verify.meaning.lettered import is_of_other_letters, lettered, of_several_layers
from bpsym.verify.meaning.shapes import shapes_of
from bpsym.verify.meaning.wording import reworded
from bpsym.verify.meaning.wording.letters import STEP_BEFORE
from bpsym.verify.meaning.wording.plain import NOWHERE
from bpsym.verify.own import own_state
from bpsym.verify.tree import (
    Call,
    Derivative,
    Differential,
    Matrix,
    Name,
    Negative,
    Norm,
    Product,
    Quotient,
    Row,
    Transpose,
    nodes,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bpsym.verify.tree import Document, Expr, Node, Span, Statement

FEW = 2  # units of a layer, where a letter is one
FIGURES = 3  # statements with numbers: the document works an example
MOST_STATEMENTS = 400
SHARE = 0.7  # of the other claims, proved right on the instance that calls one wrong
ENOUGH = 4  # of them, at least
OPEN = 2  # claims left open by a document for which its laws alone, or its sections are asked
TELLING = 2  # of these, at least, that are no definitions


def settled_by_theory(document: Document, found: Sequence[Judgement], work: float = limits.LAWS) -> list[Judgement]:
    """Judgements with those replaced that an instance decides within so much work; none where all is right.

    Where numbers are worked with too, what the formulas without any blame has to be mended to be believed.
    """
    laws = tuple(s for s in document.statements if not _numeric(s))
    if len(document.statements) - len(laws) < FIGURES:
        return _settled_laws(document, found, work) if _is_of_laws(document) else list(found)
    document = replace(document, statements=laws)
    terms = {term.span for s in laws for term in s.terms}
    is_open = {j.span for j in found if j.verdict is Verdict.UNDECIDED and j.span in terms}
    if len(is_open) < OPEN or not _is_of_laws(document):
        return list(found)
    settled = _settled_laws(document, [j for j in found if j.span in is_open], work)
    decided = {j.span: j for j in settled if j.verdict in GOOD}
    layouts = {term.span for s in laws for term in s.terms if any(map(_has_layout, walk(term)))}
    for j in (j for j in settled if j.verdict is Verdict.WRONG and j.span not in layouts):
        decided[j.span] = replace(j, details={**j.details, BESIDE_NUMBERS: True})
    return [decided.get(j.span, j) for j in found]


def _has_layout(node: Node) -> bool:
    """Whether it is the derivative of a list, perhaps by a list, which people lay out two ways."""
    of = node.of if isinstance(node, Derivative) else None
    return of is not None and not (isinstance(of, Name) and (of.sub or of.base in LOSS_NAMES))


def _settled_laws(document: Document, found: Sequence[Judgement], work: float) -> list[Judgement]:
    """The judgements of a document of laws with those replaced that an instance decides, within so much work."""
    is_open = frozenset(j.span for j in found if j.verdict not in GOOD)
    if not is_open:
        return list(found)
    renewed = _of_other_meanings(document)
    plain = document
    decided: dict[Span, Judgement] = {}
    with suppress(TooMuchWork), bounded(work):
        with suppress(TooMuchWork), bounded(limits.LETTERED):
            plain = replace(document, statements=reworded(document.statements))
            of_several = _contested(plain)
            by_letters = _by_letters(plain, renewed)
            decided = {s: j for s, j in by_letters.items() if j.verdict in GOOD or s not in of_several}
        if is_open - decided.keys():
            wrong = frozenset(j.span for j in found if j.verdict in BAD)
            doubtful = _doubtful(plain.statements)
            for better in _decided(plain, is_open, wrong, renewed):
                certain = {span: j for span, j in better.items() if j.verdict in GOOD or span not in doubtful}
                decided = certain | decided
            left = is_open - wrong - {span for span, j in decided.items() if j.verdict in GOOD}
            if len(left) >= OPEN:
                for proved in _by_sections(plain, left):
                    decided = proved | decided
    # what is right of plain numbers, for which no order and no transpose matters, is wrong if nothing else is
    alone = len({document.place(span).line for span, j in decided.items() if j.verdict in BAD}) == 1
    settled = [_settled(j, decided, alone=alone) for j in found]
    if all(j.verdict not in BAD for j in settled):
        return settled
    doubtful = _doubtful(plain.statements) - decided.keys()
    return [replace(j, verdict=Verdict.UNDECIDED) if j.verdict in BAD and j.span in doubtful else j for j in settled]


def _doubtful(statements: Sequence[Statement]) -> set[Span]:
    """The formulas nothing is certain of where letters are not read as layers: δ_j is not δ_k there."""
    bases = of_several_layers(statements)
    return {
        term.span
        for s in statements
        if any(isinstance(n, Name) and n.base in bases for n in nodes([s]))
        for term in s.terms
    }


def _contested(document: Document) -> set[Span]:
    """The formulas that speak of a letter to which another section of a document has given its meaning."""
    first = {name.base: next(iter(meant)) for name, meant in contested(document).items()}
    about = (
        s
        for s in document.statements
        if any(isinstance(n, Name) and first.get(n.base, s.context.heading) != s.context.heading for n in nodes([s]))
    )
    return {term.span for s in about for term in s.terms}


def _is_of_laws(document: Document) -> bool:
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


def _settled(before: Judgement, decided: Mapping[Span, Judgement], *, alone: bool) -> Judgement:
    """What is to be said of a claim: what is open is decided, and what holds on an instance is not wrong."""
    now = decided.get(before.span, before)
    if before.verdict is Verdict.UNDECIDED or now.verdict in GOOD or _is_slip(before, decided, alone=alone):
        return now
    return before


def _by_letters(document: Document, renewed: set[Span]) -> dict[Span, Judgement]:
    """What holds, and what does not, where index letters are layers: in the network, or with a layer as its last."""
    tried: list[_Tried] = []
    for statements in lettered(document.statements):
        statements, depth = instance(statements)  # noqa: PLW2901 - with all of an instance put in
        for shapes in shapes_of(statements)[:1]:
            units = FEW if set(shapes.values()) <= {SCALAR} else SIDE
            world = _Tried(replace(document, statements=statements), Instance(shapes, depth, units=units))
            known = {span for other in tried for span in other.proved()}
            asked = [s for s in statements if any(term.span not in known for term in s.terms[1:])]
            world.judge([s for s in asked if not is_of_other_letters(s)])
            tried.append(world)
    proved = {span: j for world in tried for span, j in world.proved().items()}
    refuted = {span: j for world in tried[::-1] for span, j in world.verdicts.items() if j.verdict in BAD}
    refuted = {span: j for span, j in refuted.items() if span not in proved and span not in renewed}
    telling = proved.keys() - set(_definitions(document.statements))
    if len(proved) < max(ENOUGH, SHARE * (len(proved) + len(refuted))) or len(telling) < TELLING:
        return {}
    return proved | refuted


def _of_other_meanings(document: Document) -> set[Span]:
    """The formulas behind the place from which a letter of theirs means something else."""
    again = redefinitions(document)
    return {term.span for s in document.statements if again.are_behind(s) for term in s.terms}


def _is_slip(before: Judgement, decided: Mapping[Span, Judgement], *, alone: bool) -> bool:
    """Whether a claim right of plain numbers is the only one wrong of matrices."""
    now = decided.get(before.span)
    return alone and now is not None and now.verdict is Verdict.WRONG and before.verdict is Verdict.RIGHT


def _decided(
    document: Document, is_open: frozenset[Span], wrong: frozenset[Span], renewed: set[Span]
) -> Iterator[dict[Span, Judgement]]:
    """What instances say of a document's claims: first what they prove, then with what they refute.

    What was found wrong before, only the usual agreement makes right. What is `renewed` may speak of something else.
    """
    statements, depth = instance(document.statements)
    assignments = shapes_of(statements)
    if not assignments:
        return
    document = replace(document, statements=statements)
    asked = sorted((s for s in statements if any(term.span in is_open for term in s.terms)), key=_goes_far)
    others = [s for s in statements if s not in asked]
    units = FEW if _is_timed(statements) else SIDE
    usual, *conventions = _instances(statements, [Instance(shapes, depth, units=units) for shapes in assignments])
    first = best = _Tried(document, usual)
    first.judge(asked)
    yield first.proved()
    first.judge(others)
    refuted = first.bad()
    doubted = [s for s in statements if any(term.span in refuted for term in s.terms)]
    for agreed in _telling(conventions, usual, doubted) if refuted else ():
        other = _Tried(document, agreed)
        other.judge(doubted)
        refuted &= other.bad()
        if len(other.proved()) > sum(span in first.bad() for span in best.proved()):
            best = other
        yield first.proved() | best.proved(first.bad() & wrong)
    if best is not first and refuted:
        best.judge([s for s in statements if s not in doubted])
    if best is not first:
        refuted |= _of_another_mind(first, best)
    blamed = {span: best.verdicts[span] for span in refuted - renewed if best.is_sure_of(span, statements)}
    if _is_one_problem(document) and any(j.verdict is Verdict.WRONG for j in blamed.values()):
        yield first.proved() | best.proved(first.bad() & wrong) | blamed


def _by_sections(document: Document, is_open: frozenset[Span]) -> Iterator[dict[Span, Judgement]]:
    """What is proved of the sections of a document, each with what stands before the first: each may be a problem."""
    sections: dict[str, list[Statement]] = {}
    for statement in document.statements:
        sections.setdefault(statement.context.heading, []).append(statement)
    shared = sections.pop("", [])
    for section in sections.values() if len(sections) > 1 else ():
        if any(term.span in is_open for s in section for term in s.terms):
            alone = replace(document, statements=(*shared, *section))
            usual = next(_decided(alone, is_open, frozenset(), set()), {})
            yield {span: j for span, j in usual.items() if span in is_open}


class _Tried:
    """An instance, and what it says of the claims of a document."""

    def __init__(self, document: Document, agreed: Instance) -> None:
        self.state = own_state(document, Givens.of({}), agreed)
        self.verdicts: dict[Span, Judgement] = {}

    def judge(self, statements: Sequence[Statement]) -> None:
        """Judge statements, as far as they can be."""
        for statement in statements:
            if statement.span == NOWHERE:
                continue
            claims = _is_quantity(statement.terms[0]) and not _is_of_an_example(statement)
            claims = claims and not self.of_any_function(statement.terms[0])
            for j in judge(statement, self.state):
                if j.verdict in GOOD or (j.verdict in BAD and claims):  # Xᵀ X w = Xᵀ y may be there to be solved
                    self.verdicts[_whole(j.span, statement)] = j

    def of_any_function(self, tree: Expr) -> bool:
        """Whether it is the slope of a function of which the document does not say which it is: tanh, perhaps."""
        if not isinstance(tree, Call) or "prime" not in tree.function.marks:
            return False
        own = tree.function.base in self.state.scope.functions
        return not own and known_function(tree) is None and tree.function.base not in ("sigma", "Sigma")

    def bad(self) -> frozenset[Span]:
        """The claims that do not hold on it."""
        return frozenset(span for span, j in self.verdicts.items() if j.verdict in BAD)

    def proved(self, apart: frozenset[Span] = frozenset()) -> dict[Span, Judgement]:
        """The claims that hold on it, but for some."""
        return {span: j for span, j in self.verdicts.items() if j.verdict in GOOD and span not in apart}

    def is_sure_of(self, claim: Span, statements: Sequence[Statement]) -> bool:
        """Whether enough of all else holds for a claim that does not to be blamed."""
        others = self.verdicts.keys() - {claim}
        right = others - self.bad()
        telling = right - set(_definitions(statements))
        return len(right) >= max(ENOUGH, SHARE * len(others)) and len(telling) >= TELLING


def _of_another_mind(usual: _Tried, best: _Tried) -> frozenset[Span]:
    """The one claim that goes by the usual agreement where the document goes by another: dW without the 1/m."""
    others = [span for span in best.proved() if span in usual.bad()]
    alone = best.bad() & usual.proved().keys()
    return frozenset(alone) if len(alone) == 1 and len(others) > 1 else frozenset()


_UNIT = re.compile(r"[a-zA-Z]\d|\d\d")


def _is_of_an_example(statement: Statement) -> bool:
    """Whether it speaks of single units by number, or of lists of them: of a network of a certain size."""
    found = list(nodes([statement]))
    return any(
        isinstance(n, (Row, Matrix)) or (isinstance(n, Name) and any(_UNIT.fullmatch(part) for part in n.sub))
        for n in found
    )


def _is_quantity(tree: Expr) -> bool:
    """Whether a formula is a name or a derivative, or a meaning put in for a name, which has derivatives in it."""
    if isinstance(tree, (Name, Derivative, Differential, Call)):
        return True
    return isinstance(tree, (Negative, Product)) and any(isinstance(n, Derivative) for n in walk(tree))


def _instances(statements: Sequence[Statement], plain: Sequence[Instance]) -> Iterator[Instance]:
    """What a document may tacitly agree on, the usual first."""
    first, *others = plain
    yield first
    names = {n.function.base.lower() for n in nodes(statements) if isinstance(n, Call)}
    if "softmax" in names and MATRIX in first.shapes.values():
        yield replace(first, rows=True)
    found = list(nodes(statements))
    shared = any(isinstance(n, Quotient) and isinstance(n.denominator, Name) for n in found)
    if shared and any(isinstance(n, Differential) for n in found):
        yield replace(first, mean=True)
    yield from others


def _telling(others: Iterable[Instance], usual: Instance, doubted: Sequence[Statement]) -> Iterator[Instance]:
    """The agreements that may make doubtful statements right: not those only about shapes of what they don't name."""
    named = {family(key(n)) for n in nodes(doubted) if isinstance(n, Name)}
    for other in others:
        same_way = (other.rows, other.mean) == (usual.rows, usual.mean)
        apart = {k for k in usual.shapes if usual.shapes[k] != other.shapes.get(k)}
        if not same_way or apart & named:
            yield other


def _is_timed(statements: Sequence[Statement]) -> bool:
    """Whether an index counts steps in time, each of which is a network of its own."""
    names = (n for n in nodes(statements) if isinstance(n, Name))
    parts = {part for name in names for part in (*name.sub, *name.layer)}
    return STEP_BEFORE in parts or any(part.startswith(("t-", "t+")) for part in parts)


def _is_one_problem(document: Document) -> bool:
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


def _whole(span: Span, statement: Statement) -> Span:
    """The term of a statement in which a doubtful piece stands."""
    terms = (term.span for term in statement.terms)
    return next((term for term in terms if term.start <= span.start and span.end <= term.end), span)


def _definitions(statements: Iterable[Statement]) -> Iterator[Span]:
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


def _goes_far(statement: Statement) -> bool:
    """Whether it speaks of derivatives of the loss, through all of the network: most work, so done last."""
    return any(
        isinstance(node, Differential)
        or (isinstance(node, Derivative) and isinstance(node.of, Name) and node.of.base in LOSS_NAMES)
        for node in nodes([statement])
    )


def _numeric(statement: Statement) -> bool:
    """Whether it works in numbers: not the size of a layer, n_h = 2, nor a slope that is 1."""
    first = statement.terms[0]
    plain = (isinstance(first, Name) and first.base in "nmN" and first.sub) or isinstance(first, Derivative)
    kinds = (Kind.NUMERIC,) if plain and getattr(statement.terms[-1], "places", 1) == 0 else (Kind.NUMBER, Kind.NUMERIC)
    return any(kind_of(term) in kinds for term in statement.terms[1:])
