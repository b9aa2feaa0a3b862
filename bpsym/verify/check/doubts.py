"""Signs that a difference is no error: the document was not read as it is meant.

Of documents that are their own description only. A derivative nobody would take, because what is differentiated does
not depend on the other; `J(W)` read as a product; a number where a list should be; a name of several meanings, as
`meaning.ambiguous` tells them.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from bpsym.verify.check.symbols import equal, place_apart
from bpsym.verify.check.terms import Kind, kind_of, touches
from bpsym.verify.check.values import values
from bpsym.verify.effort import spend
from bpsym.verify.meaning.ambiguous import given_by, stepped
from bpsym.verify.meaning.arrays import Array, scalars
from bpsym.verify.meaning.families import NameFamily, family
from bpsym.verify.meaning.keys import LOSS_NAMES, Key, key
from bpsym.verify.meaning.network import PASSED
from bpsym.verify.tree import (
    Application,
    Call,
    Derivative,
    Differential,
    Expr,
    Name,
    Negative,
    Node,
    Number,
    Product,
    Sum,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpsym.verify.check.chain import Chain
    from bpsym.verify.check.state import State
    from bpsym.verify.meaning.ambiguous import BySection
    from bpsym.verify.meaning.indices import Indices

MANY = 4  # different figures, of which a formula explains one by chance or in one example only


def formula_doubt(left: Expr, right: Expr, chain: Chain) -> str:
    """Why nothing can be said of two formulas that differ; "" where one is in error."""
    state, scope, heading = chain.state, chain.state.scope, chain.statement.context.heading
    if scope.described:
        return ""
    place = place_apart(left, right, state)
    nodes = [node for tree in (left, right) for node in walk(tree)]
    if any(_is_product_by_chance(node, state, place) for node in nodes):
        return "call"
    if any(leads_nowhere(node, state, place) for node in nodes) or _differ_in_kind(left, right, state, place):
        return "misread"
    ambiguous = scope.ambiguous
    contested = {name for name, sections in ambiguous.contested.items() if not _is_plain(sections, heading, state)}
    doubtful = contested | ambiguous.functions | ambiguous.numbered
    whole = {name._replace(sub=()) for name in doubtful if name.sub == ("#",)}
    return "several-meanings" if any(family(k) in doubtful | whole for k in _behind(nodes, state, place)) else ""


def figure_doubt(chain: Chain, term: Expr) -> str:
    """Why a figure that differs from what the formulas before it come to is no error; "" where it is one."""
    state, ambiguous = chain.state, chain.state.scope.ambiguous
    before = list(takewhile(lambda other: other is not term, chain.statement.terms))
    if any(kind_of(other) in (Kind.NUMERIC, Kind.NUMBER) for other in before):
        return ""
    if not state.scope.described and _is_called_with_numbers(chain.statement.terms[0]):
        return "call"
    if not (ambiguous.functions or ambiguous.numbered):
        return ""
    nodes = [node for tree in before for node in walk(tree)]
    calls = {family(key(node.head)) for node in nodes if isinstance(node, Application)}
    calls |= {family(key(node.function)) for node in nodes if isinstance(node, Call)}
    calls |= {family(key(node.of)) for node in nodes if isinstance(node, Derivative) and isinstance(node.of, Name)}
    moving = any(NameFamily(k.base, k.sub, k.layer) in ambiguous.numbered for k in _behind(nodes, state, {}))
    return "several-meanings" if moving or calls & ambiguous.functions else ""


def is_setting(chain: Chain) -> bool:
    """Whether a statement gives a name one of several figures, and no more is said of it.

    Such a figure is nobody's result. It is not held against a formula the document has for the name elsewhere, unless
    that explains one of the figures: then the others are slips, if they are few.
    """
    figures = chain.state.scope.ambiguous.settings.get(chain.subject) if isinstance(chain.subject, Key) else None
    given = given_by(chain.statement)
    if figures is None or given is None or given.figure is None:
        return False
    explained = any(touches(right, f.cut()) for f in figures for value in chain.truth for right in scalars(value))
    return not explained or len({figure.value for figure in figures}) >= MANY


def is_condition(chain: Chain, term: Expr) -> bool:
    """Whether `∇J = Xᵀ(X w - y) = 0` asks for the place where it holds, the slope being another where the document is.

    A sum that is set to 0 has such a place; a product comes to 0 by an input or a dead unit, which is a claim.
    """
    first, *between, last = chain.statement.terms
    is_zero = last is term and isinstance(term, Number) and term.value == 0 and term.places <= 0
    if not is_zero or not between or not isinstance(first, (Derivative, Differential)):
        return False
    return kind_of(between[-1]) is Kind.SYMBOLIC and any(isinstance(node, Sum) for node in walk(between[-1]))


def is_of_several_methods(chain: Chain) -> bool:
    """Whether a statement is about what several optimizers move or keep, each by a rule of its own."""
    name = chain.subject
    return isinstance(name, Key) and stepped(name) in chain.state.scope.ambiguous.methods


def _is_plain(sections: BySection, heading: str, state: State) -> bool:
    """Whether a section is the first to define a name, and this is how the name is read."""
    return heading == next(iter(sections)) and equal(*sections[heading], state) is True


def leads_nowhere(node: Node, state: State, place: Indices) -> bool:
    """Whether it is the derivative of something that does not depend on what it is differentiated by."""
    if not isinstance(node, Derivative) or node.wrt is None:
        return False
    found = [next(iter(values(node, state, point, place)), None) for point in state.anywhere]
    return all(value is not None and all(item == 0 for item in scalars(value)) for value in found)


def _is_product_by_chance(node: Node, state: State, place: Indices) -> bool:
    """Whether `J(W)` was taken for J times W: nobody says that it is."""
    if not isinstance(node, Application) or len(node.arguments) != 1 or not isinstance(node.arguments[0], Name):
        return False
    head, word = key(node.head, place), node.arguments[0]
    return state.scope.atoms(head._replace(sub=(*head.sub, word.base + "".join(word.sub)))) is None


def _is_called_with_numbers(tree: Expr) -> bool:
    """Whether it is `J(0)`, what J comes to there: as a product nobody writes it so."""
    match tree:
        case Product(factors=(Name(), Number() | Negative()), operators=("",)):
            return True
        case Application(arguments=arguments):
            return all(kind_of(argument) is Kind.NUMBER for argument in arguments)
    return False


def _sides(value: Array) -> int:
    """How many sides of a list or a matrix are longer than 1."""
    return sum(side > 1 for side in value.shape)


def _differ_in_kind(left: Expr, right: Expr, state: State, place: Indices) -> bool:
    """Whether a loss was taken for a list beside a number, or for a number beside a list, in every reading."""
    loss = left.of if isinstance(left, Derivative) else left
    if isinstance(loss, Name) and loss.base in LOSS_NAMES:
        least = 1
    elif isinstance(left, Derivative):
        least = 2  # ∂(w + x)/∂w = I, where w was taken for a number
    else:
        return False
    found = [list(values(tree, state, state.anywhere[0], place)) for tree in (left, right)]
    kinds = [{isinstance(v, Array) and _sides(v) >= least for v in several} for several in found]
    return bool(kinds[0] and kinds[1]) and not kinds[0] & kinds[1]


def _behind(nodes: Iterable[Node], state: State, place: Indices) -> Iterator[Key]:
    """The names formulas speak of, those of their functions, and all that these are computed from."""
    network = state.scope.network
    spoken = [key(node, place) for node in nodes if isinstance(node, Name)]
    macros = [macro for name in spoken if (macro := state.scope.macros.get(name)) is not None]
    spoken += [key(node, place) for macro in macros for node in walk(macro) if isinstance(node, Name)]
    yield from spoken
    atoms = {atom for name in spoken if (found := state.scope.atoms(name)) is not None for atom in scalars(found)}
    if network is None or not atoms:
        return
    order = network.expansion.order(tuple(atoms))
    spend(PASSED * (2 * len(order) + len(state.scope.table)))
    behind = {used for step in order for used in (step.out, *step.uses)}
    for wanted, readings in state.scope.table.items():
        if readings and any(atom in behind for atom in scalars(readings[0])):
            yield wanted
