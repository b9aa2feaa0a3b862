"""A document that is its own description: what its givens and definitions amount to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.errors import BpsymError
from bpsym.verify.check.afresh import samples_of
from bpsym.verify.check.samples import rows_of
from bpsym.verify.check.state import State, new_state
from bpsym.verify.givens import names_at
from bpsym.verify.meaning.arrays import Array, mapped, scalars
from bpsym.verify.meaning.collecting import said_in
from bpsym.verify.meaning.denote import denote
from bpsym.verify.meaning.functions import definitions_of
from bpsym.verify.meaning.gathered import gather
from bpsym.verify.meaning.keys import Key
from bpsym.verify.meaning.layered import layered
from bpsym.verify.meaning.network import FAILURES
from bpsym.verify.meaning.ran import as_it_ran
from bpsym.verify.meaning.reading import reading
from bpsym.verify.meaning.scope import Point, Scope
from bpsym.verify.meaning.signals import name_rate, name_signals
from bpsym.verify.meaning.subjects import has_derivatives

if TYPE_CHECKING:
    from bpsym.evaluate import Environment
    from bpsym.verify.givens import Givens
    from bpsym.verify.meaning.families import Instance
    from bpsym.verify.meaning.sources import Said
    from bpsym.verify.tree import Document

MOST_ERAS = 6  # places at which names mean something else than before, that are told apart


def own_state(document: Document, given: Givens, instance: Instance | None = None) -> State:
    """The state at the top of a document that is its own description; `instance`: where it gives no numbers."""
    said = said_in(document)
    state = _own_state(said, given, None, instance)
    ran = as_it_ran(said, state.scope, state.truth.environment)
    if ran is not said:
        said, state = ran, _own_state(ran, given, None, instance)
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
    state.rows, state.samples = rows_of(document), samples_of(document)
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
    state = new_state(scope, network, environment, network.exact_values())
    state.document = said.document
    return state


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
            except FAILURES:
                scope.table[wanted] = found


def described_by_itself(document: Document, own: State) -> State | None:
    """The document read by the description its own equations amount to; None where they are no such network."""
    found = None if own.scope.network is None else layered(own.scope.network)
    if found is None:
        return None
    table = dict(found.spellings)
    for wanted, values in own.scope.table.items():
        if all(atom in found.entries for atom in scalars(values[0])):
            table[wanted] = [mapped(found.entries.__getitem__, values[0])]
    scope = Scope(found.network, table, described=True, sizes=dict(own.scope.sizes))
    scope.kronecker, scope.said_equal = own.scope.kronecker, own.scope.said_equal
    definitions_of(document, scope)
    environment = found.network.environment()
    state = new_state(scope, found.network, environment, found.network.exact_values())
    state.names = partial(names_at, document, scope)
    return state
