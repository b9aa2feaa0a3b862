"""Names to quantities by a description; `own` does without one."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from bpsym.verify.check.state import State, new_state
from bpsym.verify.check.terms import Kind, kind_of, leaves, touches
from bpsym.verify.effort import TooMuchWork, unbounded
from bpsym.verify.givens import names_at
from bpsym.verify.meaning.arrays import Array, Value, scalars, transposed
from bpsym.verify.meaning.conventions import has_kronecker, said_equal
from bpsym.verify.meaning.described import is_turned
from bpsym.verify.meaning.followed import followed, role_of, shallower
from bpsym.verify.meaning.functions import definitions_of
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.loosely import COUNTED_UNITS
from bpsym.verify.meaning.network import NO_VALUES
from bpsym.verify.meaning.printed import Family, family_of
from bpsym.verify.meaning.scope import Scope
from bpsym.verify.tree import Document, Expr, Name, Product, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bpsym.evaluate import Environment
    from bpsym.spec import Description
    from bpsym.verify.givens import Givens
    from bpsym.verify.meaning.described import Table


class Told(NamedTuple):
    """What the numbers of a document tell of its names: which quantities they are, and the formulas of others."""

    names: Table
    formulas: Mapping[Key, Expr]
    through: bool = False  # units are numbered through: no letter counts those of a layer


def bind(document: Document, description: Description | None, given: Givens, told: Told | None = None) -> State:
    """Everything needed to judge a document's first line."""
    names = None if told is None else told.names
    if description is None:
        return _own(document, given)
    known = followed(description)
    network = known.network.for_document()
    more = {} if names is None else known.loosely
    spellings = dict(known.spellings)
    for wanted, values in more.items():
        spellings[wanted] = [*spellings.get(wanted, ()), *values]
    for wanted, values in (names or {}).items():
        spellings[wanted] = [*values, *(v for v in spellings.get(wanted, ()) if v not in values)]
    scope = Scope(network, spellings, described=True, sizes=_sizes(description))
    for name, formula in told.formulas.items() if told is not None else ():
        scope.table.pop(name, None)
        scope.macros[name] = formula
    scope.kronecker = has_kronecker(document)
    scope.said_equal = said_equal(document)
    scope.letters = frozenset(description.letters.values())
    environment = network.environment()
    scope.printed = family_of(document, known.families)
    if scope.printed is not None and not _means_the_same(scope.printed, names or {}):
        scope.printed = None
    if scope.printed is None:
        _choose(scope, document, environment, more, {name: [1] for name in names or {}})
    else:
        _tell_outputs(scope, document)
        for wanted, value in scope.printed.names.items():
            scope.table[wanted] = [value, *(v for v in scope.table.get(wanted, ()) if v != value)]
    _number_outputs(scope, document, environment, known.by_output)
    definitions_of(document, scope)
    state = new_state(scope, network, environment, known.exact)
    state.shallower = lru_cache(maxsize=8)(lambda depth: _shallower(description, depth))
    state.own = lru_cache(maxsize=1)(lambda: _own(document, given))
    state.names = partial(names_at, document, scope)
    state.document = document
    return state


def _means_the_same(printed: Family, names: Table) -> bool:
    """Whether the names of bpsym's own sheets that are told by numbers are told so."""
    return all(printed.names.get(wanted, values[0]) == values[0] for wanted, values in names.items())


def _own(document: Document, given: Givens) -> State:
    from bpsym.verify.alone.own import own_state  # much that a described document makes no use of

    return own_state(document, given)


def bound(document: Document, description: Description | None, given: Givens, told: Told | None = None) -> State:
    """The same; of a document with too much in it, for one which says nothing."""
    try:
        return bind(document, description, given, told)
    except TooMuchWork:
        with unbounded():
            return bind(replace(document, statements=()), description, given)


def _shallower(description: Description, depth: int) -> State | None:
    """The same kind of network with fewer hidden layers: rules are often stated for one before the example has more."""
    known = shallower(description.whole, depth)
    if known is None:
        return None
    network = known.network.for_document()
    sizes = {**_sizes(description), "layers": depth}
    scope = Scope(network, dict(known.spellings), described=True, sizes=sizes)
    return new_state(scope, network, network.environment(), frozenset())


def _sizes(description: Description) -> dict[str, int]:
    """Letters for counts: n outputs, m samples, the number of layers."""
    by_name = {symbol.name: number for symbol, number in description.sizes.items()}
    depth = len(description.layers)
    letters = {
        letter: description.sizes[symbol]
        for symbol, letter in description.letters.items()
        if symbol in description.sizes
    }
    if letters:
        return {**letters, "layers": depth}
    return {"n": by_name.get("n_o", 1), "m": by_name.get("n_s", 1), "N": by_name.get("n_s", 1), "layers": depth}


def _choose(
    scope: Scope, document: Document, environment: Environment, more: Table, votes: dict[Key, list[int]]
) -> None:
    """Let the document's numbers choose between the readings of a name; units are counted as in `more` or not.

    `votes`: for names that are told already.
    """
    for statement in document.statements:
        first = statement.terms[0]
        if not isinstance(first, Name):
            continue
        wanted = key(first)
        candidates = scope.table.get(wanted, [])
        if len(candidates) < 2 or wanted in votes:
            continue
        for term in statement.terms[1:]:
            if kind_of(term) is Kind.NUMBER:
                votes[wanted] = [_likeness(value, term, environment) for value in candidates]
    for wanted, scores in votes.items():
        best = scores.index(max(scores))
        if max(scores) > 0 and best:
            values = scope.table[wanted]
            scope.table[wanted] = [values[best], *values[:best], *values[best + 1 :]]
    _lay_alike(scope, votes, _rows_first(document))
    _index_alike(scope, votes)
    _name_alike(scope, votes)
    units = {k: values for k, values in more.items() if k.base in COUNTED_UNITS}
    told = {k for k, scores in votes.items() if max(scores) > 0}
    if any(scope.table[k][0] in units.get(k, ()) for k in told):
        for wanted in units.keys() - told:
            scope.table[wanted] = [*units[wanted], *scope.table[wanted]]
    _tell_outputs(scope, document)


def _number_outputs(scope: Scope, document: Document, environment: Environment, by_output: Table) -> None:
    """Where a figure says that δ_1 is that of the first output, δ_2 is that of the second."""

    def told(wanted: Key, term: Expr) -> bool:
        usual = scope.table.get(wanted, [])[:1]
        if kind_of(term) is not Kind.NUMBER or any(_likeness(value, term, environment) for value in usual):
            return False
        return any(_likeness(value, term, environment) for value in by_output[wanted])

    named = [(key(s.terms[0]), s.terms[1:]) for s in document.statements if isinstance(s.terms[0], Name)]
    bases = {k.base for k, terms in named if k in by_output and any(told(k, term) for term in terms)}
    for wanted, values in by_output.items():
        if wanted.base in bases:
            scope.table[wanted] = [*values, *scope.table.get(wanted, ())]


def _tell_outputs(scope: Scope, document: Document) -> None:
    """Where y - t is formed, t is the target and y the output; o is it beside t or y."""
    for output, target in (("Y", "T"), ("y", "t"), ("y", "d"), ("o", "t"), ("o", "y")):
        if any(
            {output, target} <= {term.base for term in node.terms if isinstance(term, Name)}
            for statement in document.statements
            for tree in statement.terms
            for node in walk(tree)
            if isinstance(node, Sum)
        ):
            for wanted, values in scope.table.items():
                if wanted.base == output:
                    scope.table[wanted] = sorted(values, key=lambda value: role_of(value) != "out")


def _name_alike(scope: Scope, votes: Mapping[Key, list[int]]) -> None:
    """A letter that was seen to mean outputs means outputs elsewhere too."""
    roles: dict[str, Counter[str]] = {}
    for wanted, scores in votes.items():
        if max(scores) > 0:
            roles.setdefault(wanted.base, Counter())[role_of(scope.table[wanted][0])] += 1
    for wanted, values in scope.table.items() if roles else ():
        usual = roles.get(wanted.base)
        if usual and wanted not in votes and len(values) > 1:
            scope.table[wanted] = sorted(values, key=lambda value: -usual[role_of(value)])


def _likeness(value: Value, term: Expr, environment: Environment) -> int:
    shown = [s for s in leaves(term) if s is not None]
    items = scalars(value)
    if len(items) != len(shown):
        return 0
    score = 0
    for atom, number in zip(items, shown, strict=True):
        try:
            score += touches(environment[atom], number.half())
        except NO_VALUES:
            return 0
    if isinstance(value, Array) and len(value.shape) == 2 and _rows_of(term) == value.shape:
        score += 1
    return score


def _rows_of(term: Expr) -> tuple[int, int] | None:
    from bpsym.verify.tree import Matrix

    return (len(term.rows), len(term.rows[0])) if isinstance(term, Matrix) else None


def _rows_first(document: Document) -> int:
    """How much more often a vector stands before a weight matrix than behind it: x W rather than W x."""
    score = 0
    for statement in document.statements:
        for tree in statement.terms:
            for node in walk(tree):
                if isinstance(node, Product):
                    for left, right in zip(node.factors, node.factors[1:], strict=False):
                        if isinstance(left, Name) and isinstance(right, Name):
                            score += (right.base == "W") - (left.base == "W") if "W" in (left.base, right.base) else 0
    return score


def _lay_alike(scope: Scope, votes: Mapping[Key, list[int]], turned: int) -> None:
    """Where the document lays its matrices the other way round, all of them lie so."""
    for wanted in votes:
        values = scope.table[wanted]
        for other in values[1:]:
            if isinstance(values[0], Array) and isinstance(other, Array) and transposed(other) == values[0]:
                turned += 1 if _was_second(scope, wanted) else -1
    if turned <= 0:
        return
    for wanted, values in scope.table.items():
        if wanted in votes or wanted.base not in "wW":
            continue
        if (
            len(values) >= 2
            and isinstance(values[0], Array)
            and isinstance(values[1], Array)
            and transposed(values[0]) == values[1]
        ):
            scope.table[wanted] = [values[1], values[0], *values[2:]]


def _index_alike(scope: Scope, votes: Mapping[Key, list[int]]) -> None:
    """Where the numbers say that w_21 is the weight from 2 to 1, it is so for every layer, and for w_ij."""
    turned = sum(is_turned(wanted, scope.table[wanted][0]) for wanted, scores in votes.items() if max(scores) > 0)
    for wanted, values in scope.table.items() if turned > 0 else ():
        if wanted not in votes and len(values) > 1 and is_turned(wanted, values[1]) == -is_turned(wanted, values[0]):
            scope.table[wanted] = sorted(values, key=partial(is_turned, wanted), reverse=True)


def _was_second(scope: Scope, wanted: Key) -> bool:
    """Whether the reading chosen is the transpose of how the program lays the matrix."""
    first = scope.table[wanted][0]
    if not isinstance(first, Array) or len(first.items) < 2:
        return False
    one, two = first.items[0], first.items[1]
    return bool(len(first.shape) == 2 and getattr(one, "indices", ())[:1] != getattr(two, "indices", ())[:1])
