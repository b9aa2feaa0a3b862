"""Whether two formulas of a document's own network are about the same things, so that a difference is an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.arrays import scalars
from bpsym.verify.meaning.denote import FUNCTION
from bpsym.verify.meaning.einstein import names_outside_sums
from bpsym.verify.meaning.keys import Key, free_letters, is_word, key
from bpsym.verify.tree import Application, BigSum, Call, Derivative, Differential, Expr, Name, Node, Norm, walk

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sympy import Expr as Atom

    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.network import Network
    from bpsym.verify.meaning.symbolic import Definition

_ENTRY = re.compile(r"_\d+(,\d+)*")
WORDY = 4  # letters of a word in brackets that is no index
MOST_NAMES = 200  # followed through names for formulas
SUMMED = ("1", "2", "3")  # values of an index of a sum that are looked at for the names under it


def comparable(left: Expr, right: Expr, state: State, place: Indices) -> bool:
    """Whether two formulas of a document's own network rest on the same open names: a difference is an error."""
    network = state.scope.network
    if network is None or not network.is_own:
        return True
    if any(_is_abstract(node) for tree in (left, right) for node in walk(tree)):
        return False
    given = any(_is_slope_of_loss(node, state) for node in walk(right))
    if network.any_loss and _is_slope_of_loss(left, state) and (not given or _ends_in_signals(network)):
        return False  # the document may know its loss
    ours, theirs = _open_names(left, state, place), _open_names(right, state, place)
    if state.scope.laws:
        ours, theirs = _wholes(ours), _wholes(theirs)
        if network.loss is not None and any(_is_slope_of_loss(node, state) for node in walk(left)):
            return theirs <= ours | _wholes(network.unsettled((network.loss,)))
    if isinstance(left, Derivative) and not _loose_letters(left, right):
        # what is differentiated may depend on more than its derivative, not on less
        return theirs <= ours and (bool(state.scope.laws) or not _strangers(left, right, state, place))
    return ours == theirs


def _is_abstract(node: Node) -> bool:
    """Whether it is a norm, or a function by a word that nobody defines: `Var(z) = n Var(w)` says what it is like.

    So is the expectation of a word, `E[output] = p · a`, which is another one wherever it is taken.
    """
    if isinstance(node, Name) and node.base == "E" and node.bracketed == "[":
        return any(len(part) >= WORDY and part.isalpha() for part in node.layer)
    return isinstance(node, Norm) or (isinstance(node, Application) and is_word(node.head, FUNCTION))


def _wholes(names: frozenset[object]) -> frozenset[object]:
    """Of entries, the vectors and matrices they belong to: an entry of a product depends on others than it names."""
    return frozenset(_ENTRY.sub("", str(name).partition("[")[0]) for name in names)


def _strangers(left: Derivative, right: Expr, state: State, place: Indices) -> bool:
    """Whether a formula names what the differentiated quantity does not depend on, as far as the document says."""
    network = state.scope.network
    above = state.scope.atoms(key(left.of, place)) if isinstance(left.of, Name) else None
    if network is None or above is None or network.expansion.step(scalars(above)[0]) is None:
        return False
    known = {atom for step in network.expansion.order(scalars(above)) for atom in (step.out, *step.uses)}
    at = {**{letter: "1" for sum_ in walk(right) if isinstance(sum_, BigSum) for letter in sum_.index}, **place}
    for node in walk(right):
        if isinstance(node, Name) and (atoms := state.scope.atoms(key(node, at))) is not None:
            strange = [atom for atom in scalars(atoms) if atom not in known]
            if any(_is_apart(atom, known, network) for atom in strange):
                return True
    return False


def _is_apart(atom: Atom, known: AbstractSet[Atom], network: Network) -> bool:
    """Whether a quantity has nothing to do with the `known` ones, or is made for the loss of nothing but what is given.

    With label smoothing a document goes on with the loss of q_i = (1 - ε) y_i + ε/K, and may not say so in a formula.
    """
    shared = known & _behind(atom, network)
    is_of_loss = network.loss in known and network.expansion.step(atom) is not None
    return not shared or (is_of_loss and all(network.expansion.step(other) is None for other in shared))


def _behind(atom: Atom, network: Network) -> set[Atom]:
    """What a quantity is computed from."""
    return {used for step in network.expansion.order((atom,)) for used in step.uses}


def _ends_in_signals(network: Network) -> bool:
    """Whether the last quantities are error signals: δ = ŷ - y is a slope of the loss, which is not made of it."""
    step = None if network.loss is None else network.expansion.step(network.loss)
    made_of = () if step is None else step.uses
    return any(atom in network.called and network.called[atom].name.base == "delta" for atom in made_of)


def _is_slope_of_loss(tree: Node, state: State) -> bool:
    """Whether it is the derivative of the loss by something."""
    network = state.scope.network
    if isinstance(tree, Derivative) and isinstance(tree.of, Name) and network is not None:
        return state.scope.atoms(key(tree.of)) == network.loss
    return isinstance(tree, Differential) or (isinstance(tree, Name) and tree.base == "delta")


def _loose_letters(left: Expr, right: Expr) -> frozenset[str]:
    """Index letters free on the right alone: a sum over them may be meant."""
    free = [
        {
            letter
            for node, inside in names_outside_sums(tree)
            for letter, _ in free_letters(node, dict.fromkeys(inside, ""))
        }
        for tree in (left, right)
    ]
    return frozenset(free[1] - free[0])


def _constants(function: Definition) -> list[Name]:
    """The α of `f(x) = α x`."""
    return [n for n in walk(function.body) if isinstance(n, Name) and key(n) != function.parameter]


def _open_names(tree: Expr, state: State, place: Indices) -> frozenset[object]:
    """Atoms without a number and functions nobody defines."""
    found: set[object] = set()
    stack: list[Expr] = [tree]
    seen: set[Key] = set()
    met: set[str] = set()  # functions the document defines
    for _ in range(MOST_NAMES):
        if not stack:
            break
        tree = stack.pop()
        sums = [node for node in walk(tree) if isinstance(node, BigSum)]
        bound = {letter for node in sums for letter in node.index}
        ends = {id(name) for node in sums for end in (node.lower, node.upper) if end is not None for name in walk(end)}
        for node in walk(tree):
            if (
                isinstance(node, Call)
                and known_function(node) is None
                and node.function.base not in ("sigma", "max", "min")
            ) and node.function.base not in state.scope.functions:
                found.add(node.function.base)
            if isinstance(node, Call) and node.letter not in met and node.letter in state.scope.functions:
                met.add(node.letter)
                stack += _constants(state.scope.functions[node.letter])
            if not isinstance(node, Name) or id(node) in ends:
                continue
            letters = [letter for letter, _ in free_letters(node, {}) if letter in bound]
            for number in SUMMED if letters else ("",):
                wanted = key(node, {**place, **dict.fromkeys(letters, number)})
                atoms = state.scope.atoms(wanted)
                if atoms is not None and state.scope.network is not None:
                    found |= state.scope.network.unsettled(scalars(atoms))
            if atoms is None and wanted in state.scope.macros and wanted not in seen:
                seen.add(wanted)
                stack.append(state.scope.macros[wanted])
    return frozenset(found)
