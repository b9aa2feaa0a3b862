"""Formula against formula: equal at random points of the network, or not."""

from __future__ import annotations

from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING

from flint import arb, fmpq
from msgspec.structs import replace

from bpsym.verify.check.state import State, values
from bpsym.verify.meaning.activations import known_function
from bpsym.verify.meaning.arrays import Array, Scalar, ShapeError, Value, aligned, is_vector, scalars
from bpsym.verify.meaning.einstein import names_outside_sums, with_sums
from bpsym.verify.meaning.keys import NO_TIME, Key, free_letters, key
from bpsym.verify.tree import BigSum, Call, Derivative, Differential, Expr, Name, Node, Product, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sympy import Expr as Atom

    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.network import Network
    from bpsym.verify.meaning.scope import Point

LARGEST = 6  # values tried for a free index
MOST_NAMES = 200  # followed through names for formulas
READINGS = 4  # of one letter
SUMMED = ("1", "2", "3")  # values of an index of a sum that are looked at for the names under it
PLACES = 24  # combinations tried
SHARP = fmpq(1, 10**12)  # a ball wider than this proves nothing


def equal(left: Expr, right: Expr, state: State, *, flipped: bool = False) -> bool | None:
    """Whether two formulas agree; None where that cannot be told."""
    if not flipped and printed_equal(left, right, state):
        return True
    found = _equal_everywhere(left, right, state, flipped=flipped)
    if not found and (meant := with_sums(left, right, _bound(state))) is not right:
        return _equal_everywhere(left, meant, state, flipped=flipped)
    return found


def _bound(state: State) -> Mapping[str, str]:
    return {} if state.scope.timed else NO_TIME


def _equal_everywhere(left: Expr, right: Expr, state: State, *, flipped: bool) -> bool | None:
    """Whether two formulas agree at every place and point that is tried, sums as they are written."""
    verdicts: list[bool] = []
    apart: list[bool] = []  # where index letters that differ stand for different units
    together: dict[frozenset[str], list[bool]] = {}  # and where two stand for one
    here = _here(state)
    for place in places(left, right, state):
        verdict = _equal_at(left, right, state, state.anywhere, place, flipped=flipped)
        if verdict is None:
            verdict = _equal_at(left, right, state, state.positive, place, flipped=flipped)
        if verdict is not False and _equal_at(left, right, state, here, place, flipped=flipped) is False:
            if verdict:
                return False
            verdict = False
        if verdict is False:
            plain = [replace(point, plain=True) for point in state.anywhere] if _has_letters(left, right) else []
            total = [replace(point, total=True) for point in state.anywhere] if _has_slopes(left, right) else []
            passed = _through_new(left, right, state)
            old = [replace(point, with_old=True) for point in state.anywhere] if passed else []
            for points in ([*state.nearby, *here], [*state.specialised, *here], plain, total, old):
                if points != here and _equal_at(left, right, state, points, place, flipped=flipped):
                    verdict = True
        if verdict is False and not _comparable(left, right, state, place):
            verdict = None
        if verdict is None:
            continue
        verdicts.append(verdict)
        same = _same_letters(place)
        for pair in same:
            together.setdefault(pair, []).append(verdict)
        if not same:
            apart.append(verdict)
        if verdict is False and not (same or _is_conditional(place, state)):
            return False
    if False in verdicts:
        return bool(apart and all(apart)) or any(all(together.get(pair, [False])) for pair in state.scope.said_equal)
    return True if verdicts or _chain_rule(left, right) else None


def _here(state: State) -> list[Point]:
    """The numbers of the description: a dead unit elsewhere may hide what differs here."""
    network = state.scope.network
    return [state.truth] if state.scope.described and network is not None and network.values else []


def _same_letters(place: Indices) -> list[frozenset[str]]:
    """The pairs of index letters that stand for the same unit."""
    return [frozenset(pair) for pair in combinations(place, 2) if place[pair[0]] == place[pair[1]]]


def _is_conditional(place: Indices, state: State) -> bool:
    """Whether the document speaks of the case that two of these letters are equal."""
    return any(pair <= set(place) for pair in state.scope.said_equal)


def printed_equal(left: Expr, right: Expr, state: State) -> bool:
    """Whether formulas agree, anywhere, with index letters as bpsym's own sheets mean them."""
    family = state.scope.printed
    if family is None:
        return False
    points = [replace(point, printed=family) for point in (*state.anywhere, *_here(state))]
    verdicts = [_equal_at(left, right, state, points, place, flipped=False) for place in family.places((left, right))]
    return True in verdicts and False not in verdicts


def _comparable(left: Expr, right: Expr, state: State, place: Indices) -> bool:
    """Whether two formulas of a document's own network rest on the same open names: a difference is an error."""
    network = state.scope.network
    if network is None or not network.is_own:
        return True
    given = any(_is_slope_of_loss(node, state) for node in walk(right))
    if network.any_loss and _is_slope_of_loss(left, state) and not given:
        return False  # the document may know its loss
    ours, theirs = _open_names(left, state, place), _open_names(right, state, place)
    if isinstance(left, Derivative) and not _loose_letters(left, right):
        # what is differentiated may depend on more than its derivative, not on less
        return theirs <= ours and not _strangers(left, right, state, place)
    return ours == theirs


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
            if any(not known & _behind(atom, network) for atom in strange):
                return True
    return False


def _behind(atom: Atom, network: Network) -> set[Atom]:
    """What a quantity is computed from."""
    return {used for step in network.expansion.order((atom,)) for used in step.uses}


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


def _open_names(tree: Expr, state: State, place: Indices) -> frozenset[object]:
    """Atoms without a number and functions nobody defines."""
    found: set[object] = set()
    stack: list[Expr] = [tree]
    seen: set[Key] = set()
    for _ in range(MOST_NAMES):
        if not stack:
            break
        tree = stack.pop()
        bound = {letter for node in walk(tree) if isinstance(node, BigSum) for letter in node.index}
        for node in walk(tree):
            if (
                isinstance(node, Call)
                and known_function(node) is None
                and node.function.base not in ("sigma", "max", "min")
            ) and node.function.base not in state.scope.functions:
                found.add(node.function.base)
            if not isinstance(node, Name):
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


def by_another_reading(left: Expr, right: Expr, state: State) -> bool:
    """Whether a letter that may mean several things has a meaning under which the formulas agree."""
    letters: dict[str, int] = {}
    for tree in (left, right):
        for node in walk(tree):
            if isinstance(node, Name) and node.base not in ("w", "W", "delta"):
                count = len(state.scope.table.get(key(node, dict.fromkeys("ijkmnpq", "1")), ()))
                letters[node.base] = max(letters.get(node.base, 0), count)
    for letter, count in letters.items():
        for choice in range(1, min(count, READINGS)):
            points = [replace(point, choice=(letter, choice)) for point in state.anywhere]
            for place in places(left, right, state):
                found = _equal_at(left, right, state, points, place, flipped=False)
                if found is not None:
                    if found:
                        return True
                    break
    return False


def follows_from_own_function(left: Expr, right: Expr, state: State) -> bool:
    """Whether formulas agree once functions are what the document wrongly says they are."""
    if not state.scope.restated:
        return False
    points = [replace(point, own_functions=True) for point in state.anywhere]
    verdicts = [_equal_at(left, right, state, points, place, flipped=False) for place in places(left, right, state)]
    return True in verdicts and False not in verdicts


def _has_slopes(left: Expr, right: Expr) -> bool:
    return any(isinstance(node, Derivative) for tree in (left, right) for node in walk(tree))


def _has_letters(left: Expr, right: Expr) -> bool:
    return any(
        isinstance(node, Call) and node.function.base == "sigma" for tree in (left, right) for node in walk(tree)
    )


def _through_new(left: Expr, right: Expr, state: State) -> bool:
    network = state.scope.network
    return network is not None and bool(network.passed_after_update) and _has_slopes(left, right)


def _bare(tree: Expr) -> bool:
    """A whole vector where one of its entries is meant."""
    return isinstance(tree, Name)


def _equal_at(
    left: Expr, right: Expr, state: State, points: list[Point], place: Indices, *, flipped: bool
) -> bool | None:
    """Whether one reading of the two formulas agrees at every point; None where they cannot be compared."""
    alive: set[tuple[int, int]] | None = None
    told = False
    for point in points:
        at = replace(point, flipped=flipped) if flipped else point
        ours = [value for value in values(left, state, at, place) if _is_finite(value)]
        theirs = [value for value in values(right, state, at, place) if _is_finite(value)] if ours else []
        if not theirs:
            return None
        same = {
            (a, b): _same_or_bare(x, y, right)
            for a, x in enumerate(ours)
            for b, y in enumerate(theirs)
            if alive is None or (a, b) in alive
        }
        told = told or False in same.values()
        alive = {pair for pair, verdict in same.items() if verdict}
        if not alive:
            return False if told else None
    return None if alive is None else True


def _same_or_bare(left: Value, right: Value, written: Expr) -> bool | None:
    if _bare(written) and isinstance(right, Array) and not isinstance(left, Array):
        return False
    return _same(left, right)


def _same(left: Value, right: Value) -> bool | None:
    if not isinstance(left, Array) and isinstance(right, Array) and is_vector(right) and len(right.items) > 1:
        return any(same_scalar(left, item) for item in right.items)  # an index left out: target for target_o1
    try:
        return all(same_scalar(a, b) for a, b in aligned(left, right))
    except ShapeError:
        return None


def _is_finite(value: Value) -> bool:
    """Whether every entry has a value: none is the root of a negative number."""
    return all(isinstance(item, fmpq) or bool(item.is_finite()) for item in scalars(value))


def same_scalar(a: Scalar, b: Scalar) -> bool:
    """Whether two numbers may be equal."""
    difference = a - b
    if isinstance(difference, fmpq):
        return difference == 0
    return bool(0 in difference) and bool(arb(difference).rad() < SHARP * (1 + abs(arb(a).mid())))


def places(left: Expr, right: Expr, state: State) -> Iterator[dict[str, str]]:
    """What the free index letters of a claim may stand for."""
    bound = {
        letter for tree in (left, right) for node in walk(tree) if isinstance(node, BigSum) for letter in node.index
    }
    letters: dict[str, bool] = {}
    units = _mentioned_units((left, right), bound)
    for tree in (left, right):
        for node, inside in names_outside_sums(tree):
            if state.scope.described and state.scope.atoms(key(node)) is not None:
                continue  # Y_t: all targets, not the t-th
            for letter, counts_layers in free_letters(node, _bound(state)):
                if letter not in inside:
                    letters[letter] = letters.get(letter, False) or counts_layers
    letters.update(dict.fromkeys(units, False))
    if not letters:
        yield {}
        return
    depth = state.scope.sizes.get("layers", 0)
    ranges = []
    for letter, counts_layers in letters.items():
        if letter in units:
            ranges.append(units[letter])
        elif letter in state.scope.sizes and (not state.scope.described or letter in state.scope.letters):
            ranges.append([str(state.scope.sizes[letter])])
        elif letter == "L" and counts_layers:
            ranges.append([str(depth)] if depth else _last_layer((left, right), letters, state))
        elif counts_layers and depth:
            ranges.append([str(k) for k in range(depth, 0, -1)])
        else:
            ranges.append([str(k) for k in range(1, LARGEST + 1)])
    for count, place in enumerate(product(*ranges)):
        if count >= PLACES * 4:
            return
        yield dict(zip(letters, place, strict=True))


def _last_layer(trees: tuple[Expr, ...], letters: Mapping[str, bool], state: State) -> list[str]:
    """The highest number at which every name of layer L is known."""
    names = [n for tree in trees for n in walk(tree) if isinstance(n, Name) and "L" in n.layer]
    for number in map(str, range(LARGEST, 0, -1)):
        place = {**dict.fromkeys(letters, "1"), "L": number}
        if all(state.scope.atoms(key(name, place)) is not None for name in names):
            return [number]
    return []


def _mentioned_units(trees: tuple[Expr, ...], bound: set[str]) -> dict[str, list[str]]:
    """For the h of `w_{ho}` in a claim about out_h1: h1."""
    names = [node for tree in trees for node in walk(tree) if isinstance(node, Name)]
    pairs = {part for name in names for part in name.sub if part in ("ho", "oh", "ih", "hi")}
    units = {
        part.lower()
        for name in names
        if name.base.lower() in ("out", "net", "a", "z")
        for part in name.sub
        if part[:1] in "hH" and part[1:].isdigit()
    }
    wanted = {letter for pair in pairs for letter in pair if letter not in bound} & {"h"}
    return {letter: sorted(units) for letter in wanted if len(units) == 1}


def _chain_rule(left: Expr, right: Expr) -> bool:
    """`dy/dx = dy/dg · dg/dh · dh/dx`: right for any functions."""
    from bpsym.verify.canonical import canonical

    if not isinstance(left, Derivative) or not isinstance(right, Product) or left.wrt is None:
        return False
    factors = right.factors
    if not all(isinstance(f, Derivative) and f.wrt is not None and f.order == 1 for f in factors):
        return False
    links = [(canonical(f.of), canonical(f.wrt)) for f in factors if isinstance(f, Derivative) and f.wrt is not None]
    ends = (canonical(left.of), canonical(left.wrt))
    return (
        all(a[1] == b[0] for a, b in pairwise(links))
        and (links[0][0], links[-1][1]) == ends
        and all("⟨" not in end for end in ends)
    )
