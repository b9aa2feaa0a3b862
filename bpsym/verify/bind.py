"""Names to quantities: by a description, or by the document's own givens and definitions."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache, partial
from itertools import product
from typing import TYPE_CHECKING

from flint import fmpq
from msgspec.structs import replace

from bpsym.backprop import backprop
from bpsym.errors import BpsymError
from bpsym.expand import Expansion
from bpsym.networks import dense
from bpsym.notation import Name as PrintedName
from bpsym.program import head
from bpsym.update import with_update
from bpsym.verify.check.samples import rows_of
from bpsym.verify.check.state import State, new_state
from bpsym.verify.check.terms import Kind, kind_of, leaves, touches
from bpsym.verify.givens import names_of
from bpsym.verify.meaning.arrays import Array, ShapeError, Value, mapped, scalars, transposed
from bpsym.verify.meaning.conventions import has_kronecker, said_equal
from bpsym.verify.meaning.denote import denote
from bpsym.verify.meaning.described import spellings
from bpsym.verify.meaning.followed import followed
from bpsym.verify.meaning.functions import definitions_of
from bpsym.verify.meaning.gathered import gather
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.meaning.layered import layered
from bpsym.verify.meaning.network import NO_VALUES, Network
from bpsym.verify.meaning.printed import family_of
from bpsym.verify.meaning.reading import reading
from bpsym.verify.meaning.scope import Point, Scope
from bpsym.verify.meaning.signals import name_rate, name_signals
from bpsym.verify.meaning.sources import Said, said_in
from bpsym.verify.meaning.subjects import has_derivatives
from bpsym.verify.tree import Document, Expr, Name, Product, Sum, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sympy import Expr as Atom

    from bpsym.evaluate import Environment
    from bpsym.spec import Description
    from bpsym.verify.givens import Givens
    from bpsym.verify.meaning.families import Instance
    from bpsym.verify.meaning.indices import Indices

MOST_ERAS = 6  # places at which names mean something else than before, that are told apart


def bind(document: Document, description: Description | None, given: Givens) -> State:
    """Everything needed to judge a document's first line."""
    if description is None:
        return own_state(document, given)
    known = followed(description)
    network, table = known.network, known.spellings  # whose lists are every document's: none is changed, only replaced
    scope = Scope(network, dict(table), described=True, sizes=_sizes(description))
    scope.kronecker = has_kronecker(document)
    scope.said_equal = said_equal(document)
    scope.letters = frozenset(description.letters.values())
    environment = network.environment()
    scope.printed = family_of(document, known.families)
    if scope.printed is None:
        _choose(scope, document, environment)
    else:
        for wanted, value in scope.printed.names.items():
            scope.table[wanted] = [value, *(v for v in scope.table.get(wanted, ()) if v != value)]
    definitions_of(document, scope)
    state = new_state(scope, network, environment, _exact_values(network, environment))
    state.shallower = lru_cache(maxsize=8)(lambda depth: _shallower(description, depth))
    state.own = lru_cache(maxsize=1)(lambda: own_state(document, given))
    state.names = partial(_names, document, scope)
    return state


def described_by_itself(document: Document, own: State) -> State | None:
    """The document read by the description its own equations amount to; None where they are no such network."""
    found = None if own.scope.network is None else layered(own.scope.network)
    if found is None:
        return None
    table = spellings(found.network.expansion)
    for wanted, values in own.scope.table.items():
        if all(atom in found.entries for atom in scalars(values[0])):
            table[wanted] = [mapped(found.entries.__getitem__, values[0])]
    scope = Scope(found.network, table, described=True, sizes=dict(own.scope.sizes))
    scope.kronecker, scope.said_equal = own.scope.kronecker, own.scope.said_equal
    definitions_of(document, scope)
    environment = found.network.environment()
    state = new_state(scope, found.network, environment, _exact_values(found.network, environment))
    state.names = partial(_names, document, scope)
    return state


def _names(document: Document, scope: Scope, at: Indices) -> dict[Atom, PrintedName]:
    """What a document calls the entries of its network: one of a list by its place, one at `at` by its letters."""
    found: dict[Atom, PrintedName] = {}
    parts: dict[Atom, PrintedName] = {}
    for wanted, name in names_of(document).items():
        value = None if wanted.new else scope.atoms(key(name, at))
        if isinstance(value, Array):
            axes = [[str(k) for k in range(1, n + 1)] if n > 1 else [""] for n in value.shape]
            for place, atom in zip(product(*axes), value.items, strict=True):
                parts.setdefault(atom, _printed(wanted, tuple(filter(None, place))))
        elif value is not None:
            found.setdefault(value, _printed(wanted))
    return {**parts, **found}


def _printed(name: Key, place: tuple[str, ...] = ()) -> PrintedName:
    sub = (*name.sub, *place)
    return PrintedName(name.base, tuple(part for k in sub for part in (",", k))[1:], name.layer)


def own_state(document: Document, given: Givens, instance: Instance | None = None) -> State:
    """The state at the top of a document that is its own description; `instance`: where it gives no numbers."""
    said = said_in(document)
    state = _own_state(said, given, None, instance)
    built: dict[int, State] = {}
    redefined = said.ambiguous.redefined

    def in_effect(position: int) -> State | None:
        era = redefined.era(position)
        if era and era not in built and len(built) >= MOST_ERAS:
            era = -1  # nothing is known any more
        if era and era not in built:
            known = said if era > 0 else said_in(replace(document, statements=()))
            built[era] = _own_state(known, given, redefined.spans[era - 1].end, instance)
        return built.get(era)

    state.in_effect = in_effect
    state.rows = rows_of(document)
    return state


def _own_state(said: Said, given: Givens, position: int | None, instance: Instance | None) -> State:
    scope = gather(said, given, position, instance)
    network = scope.network
    if network is None:
        raise BpsymError("nothing was gathered")  # gather always sets one
    name_signals(said.document, scope)
    name_rate(said.document, scope)
    environment = network.environment()
    _by_their_formulas(scope, environment)
    return new_state(scope, network, environment, _exact_values(network, environment))


def _by_their_formulas(scope: Scope, environment: Environment) -> None:
    """Let a name with a figure and a formula of derivatives, `δ_f = ∂L/∂f · f(1 - f) = -0.02`, mean the formula."""
    network = scope.network
    for wanted, formula in scope.macros.items():
        if not isinstance(wanted, Key):
            continue
        found = scope.table.get(wanted)
        if network is None or not found or not has_derivatives(formula) or isinstance(found[0], Array):
            continue
        if found[0] in network.opaque and network.expansion.step(found[0]) is None:
            del scope.table[wanted]
            try:
                denote(formula, reading(scope, Point(environment)))
            except (*NO_VALUES, ShapeError, ValueError):
                scope.table[wanted] = found


def _shallower(description: Description, depth: int) -> State | None:
    """The same kind of network with fewer hidden layers: rules are often stated for one before the example has more."""
    layers = description.layers
    if not 0 < depth < len(layers) or description.family != "dense":
        return None
    forward = dense((*layers[: depth - 1], layers[-1]), description.spec.network.loss)
    expansion = Expansion(with_update(backprop(forward)), description.sizes)
    network = Network(expansion, {}, loss=forward.loss.generic)
    scope = Scope(network, spellings(expansion), described=True, sizes={**_sizes(description), "layers": depth})
    if depth == 1:  # the delta rule's letters: h for the net input, t for the target beside y for the output
        for wanted, values in scope.table.items():
            first = {"h": "net", "y": "out"}.get(wanted.base)
            values.sort(key=lambda value: _role(value) != first)
    return new_state(scope, network, network.environment(), set())


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


def _exact_values(network: Network, environment: Environment) -> set[fmpq]:
    """Every value that is known exactly: numerals equal to one are taken at their word."""
    found = {v for v in network.values.values() if isinstance(v, fmpq)}  # type: ignore[redundant-expr]  # balls occur too
    for step in network.expansion.steps():
        try:
            value = environment[step.out]
        except NO_VALUES:
            continue
        if isinstance(value, fmpq):
            found.add(value)
    return found | {-value for value in found}


def _choose(scope: Scope, document: Document, environment: Environment) -> None:
    """Let the document's numbers choose between the readings of a name."""
    votes: dict[Key, list[int]] = {}
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
    _name_alike(scope, votes)
    _tell_outputs(scope, document)


def _tell_outputs(scope: Scope, document: Document) -> None:
    """Where y - t is formed, t is the target and y the output."""
    for output, target in (("Y", "T"), ("y", "t"), ("y", "d")):
        if any(
            {output, target} <= {term.base for term in node.terms if isinstance(term, Name)}
            for statement in document.statements
            for tree in statement.terms
            for node in walk(tree)
            if isinstance(node, Sum)
        ):
            for wanted, values in scope.table.items():
                if wanted.base == output:
                    scope.table[wanted] = sorted(values, key=lambda value: _role(value) != "out")


def _name_alike(scope: Scope, votes: Mapping[Key, list[int]]) -> None:
    """A letter that was seen to mean outputs means outputs elsewhere too."""
    roles: dict[str, Counter[str]] = {}
    for wanted, scores in votes.items():
        if max(scores) > 0:
            roles.setdefault(wanted.base, Counter())[_role(scope.table[wanted][0])] += 1
    for wanted, values in scope.table.items():
        usual = roles.get(wanted.base)
        if usual and wanted not in votes and len(values) > 1:
            scope.table[wanted] = sorted(values, key=lambda value: -usual[_role(value)])


def _role(value: Value) -> str:
    return str(head(scalars(value)[0])).split("_")[0]


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


def _was_second(scope: Scope, wanted: Key) -> bool:
    """Whether the reading chosen is the transpose of how the program lays the matrix."""
    first = scope.table[wanted][0]
    if not isinstance(first, Array) or len(first.items) < 2:
        return False
    one, two = first.items[0], first.items[1]
    return bool(len(first.shape) == 2 and getattr(one, "indices", ())[:1] != getattr(two, "indices", ())[:1])
