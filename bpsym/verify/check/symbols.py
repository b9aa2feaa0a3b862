"""Formula against formula: equal at random points of the network, or not."""

from __future__ import annotations

from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING

from flint import arb, fmpq
from msgspec.structs import replace

from bpsym.verify.check.comparable import comparable
from bpsym.verify.check.putin import with_givens
from bpsym.verify.check.state import SEEDS, State
from bpsym.verify.check.values import values
from bpsym.verify.meaning.activations import WITH_SLOPE, known_function
from bpsym.verify.meaning.arrays import (
    Array,
    Scalar,
    ShapeError,
    Value,
    aligned,
    diagonal,
    is_finite,
    is_vector,
    scalars,
)
from bpsym.verify.meaning.einstein import multiplied_out, names_outside_sums, with_sums
from bpsym.verify.meaning.keys import NO_TIME, Key, free_letters, key
from bpsym.verify.meaning.scope import Point
from bpsym.verify.tree import Application, BigSum, Call, Derivative, Expr, Name, Product, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpsym.verify.meaning.indices import Indices

LARGEST = 6  # values tried for a free index
READINGS = 4  # of one letter
PLACES = 24  # combinations tried
SHARP = fmpq(1, 10**12)  # a ball wider than this proves nothing


def equal(left: Expr, right: Expr, state: State, *, flipped: bool = False) -> bool | None:
    """Whether two formulas agree; None where that cannot be told."""
    if not flipped and printed_equal(left, right, state):
        return True
    found = _equal_everywhere(left, right, state, flipped=flipped)
    if not found and (meant := with_sums(left, right, _bound(state))) is not right:
        found = _equal_everywhere(left, meant, state, flipped=flipped)
        whole = multiplied_out(right, meant) if found is False else None
        return found if whole is None else _equal_everywhere(left, whole, state, flipped=flipped) or found
    return found


def _bound(state: State) -> Mapping[str, str]:
    return {} if state.scope.timed else NO_TIME


def _equal_everywhere(left: Expr, right: Expr, state: State, *, flipped: bool) -> bool | None:
    """Whether two formulas agree at every place and point that is tried, sums as they are written."""
    told = False  # whether they could be compared anywhere
    apart: list[bool] = []  # the verdicts where index letters that differ stand for different units
    together: dict[frozenset[str], list[bool]] = {}  # and those where two stand for one
    here = _here(state)
    for place in places(left, right, state):
        verdict = _equal_in_general(left, right, state, place, flipped=flipped)
        if verdict is not False and _equal_at(left, right, state, here, place, flipped=flipped) is False:
            if verdict:
                return False
            verdict = False
        if verdict is False:
            verdict = _equal_after_all(left, right, state, place, flipped=flipped)
        if verdict is None:
            continue
        told = True
        same = _same_letters(place)
        for pair in same:
            together.setdefault(pair, []).append(verdict)
        if not same:
            apart.append(verdict)
        if verdict is False and not (same or _is_conditional(place, state)):
            return False
    if all(apart) and all(all(verdicts) for verdicts in together.values()):
        return True if told or _chain_rule(left, right) else None
    return bool(apart and all(apart)) or any(all(together.get(pair, [False])) for pair in state.scope.said_equal)


def place_apart(left: Expr, right: Expr, state: State) -> Indices:
    """The first place at which two formulas differ in general, where there is one; else the first of all."""
    tried = list(places(left, right, state))
    differ = (p for p in tried if _equal_in_general(left, right, state, p, flipped=False) is False)
    return next(differ, tried[0] if tried else {})


def _equal_in_general(left: Expr, right: Expr, state: State, place: Indices, *, flipped: bool) -> bool | None:
    """Whether formulas agree at random points, where they have values there at all."""
    verdict = _equal_at(left, right, state, state.anywhere, place, flipped=flipped)
    if verdict is None:
        verdict = _equal_at(left, right, state, state.positive, place, flipped=flipped)
    if verdict is None and state.scope.laws and _has_slopes(left, right):
        through = [replace(point, total=True) for point in state.anywhere]
        verdict = _equal_at(left, right, state, through, place, flipped=flipped)
    return verdict


def _equal_after_all(left: Expr, right: Expr, state: State, place: Indices, *, flipped: bool) -> bool | None:
    """Whether formulas that differ at random points agree as they may be meant; None where they cannot be compared."""
    here = _here(state)
    plain = [replace(point, plain=True) for point in state.anywhere] if _has_letters(left, right) else []
    total = [replace(point, total=True) for point in state.anywhere] if _has_slopes(left, right) else []
    straight = [replace(point, straight=True) for point in state.anywhere] if total else []
    passed = _through_new(left, right, state)
    old = [replace(point, with_old=True) for point in state.anywhere] if passed else []
    put_in = with_givens(right, state)
    known = ([*state.nearby, *here], [*state.specialised, *here], [*state.normalised, *here])
    for points in (*known, plain, total, straight, old, put_in):
        if points != here and _equal_at(left, right, state, points, place, flipped=flipped):
            return True
    if not comparable(left, right, state, place) or _agree_below_zero(left, right, state, place):
        return None
    return None if _is_of_one_side(left, right, state, place) else False


def _is_of_one_side(left: Expr, right: Expr, state: State, place: Indices) -> bool:
    """Whether it is the slope on one side of a loss with a kink, y x of max(0, 1 - y w·x), which has another beyond."""
    network = state.scope.network
    if network is None or not network.loss_has_kinks:
        return False
    points = (*state.anywhere, *state.positive)
    return any(_equal_at(left, right, state, [point], place, flipped=False) for point in points)


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
    network = state.scope.network
    here = [] if network is None or network.is_smooth else _here(state)
    points = [replace(point, printed=family) for point in (*state.anywhere, *here)]
    verdicts = [_equal_at(left, right, state, points, place, flipped=False) for place in family.places((left, right))]
    return True in verdicts and False not in verdicts


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


def _agree_below_zero(left: Expr, right: Expr, state: State, place: Indices) -> bool:
    """Whether formulas agree on the lower side of a function in pieces, `α e^z = ELU(z) + α`, and are not just 0 there.

    On the upper side most of these functions are not there at all, which is how they are forgotten, too.
    """
    calls = [node for tree in (left, right) for node in walk(tree) if isinstance(node, Call)]
    if state.scope.network is None or not any(known_function(call) in WITH_SLOPE for call in calls):
        return False
    points = [Point(state.scope.network.negative(seed)) for seed in SEEDS]
    found = [value for point in points for value in values(left, state, point, place)]
    is_zero = any(0 in arb(item) for value in found for item in scalars(value))
    return not is_zero and _equal_at(left, right, state, points, place, flipped=False) is True


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
        ours = [value for value in values(left, state, at, place) if is_finite(value)]
        theirs = [value for value in values(right, state, at, place) if is_finite(value)] if ours else []
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
    if _bare(written) and isinstance(right, Array) and len(right.items) > 1 and not isinstance(left, Array):
        return False
    return same(left, right)


def same(left: Value, right: Value) -> bool | None:
    """Whether two values may be equal; None where they are not of a kind."""
    if not isinstance(left, Array) and isinstance(right, Array) and is_vector(right) and len(right.items) > 1:
        return any(same_scalar(left, item) for item in right.items)  # an index left out: target for target_o1
    try:
        return all(same_scalar(a, b) for a, b in aligned(left, right))
    except ShapeError:
        return True if _is_its_diagonal(left, right) or _is_its_diagonal(right, left) else None


def _is_its_diagonal(matrix: Value, vector: Value) -> bool:
    """Whether a matrix is zero but for its diagonal, and that is the vector: a Jacobian of f(z), element by element."""
    if not isinstance(matrix, Array) or not isinstance(vector, Array) or not is_vector(vector):
        return False
    if matrix.shape != (len(vector.items),) * 2:
        return False
    return all(same_scalar(a, b) for a, b in zip(matrix.items, diagonal(vector).items, strict=True))


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
                if letter not in inside and not _is_label(letter, node, state):
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
            ranges.append([str(k) for k in range(1, (state.scope.units if state.scope.laws else LARGEST) + 1)])
    for count, place in enumerate(product(*ranges)):
        if count >= PLACES * 4:
            return
        yield dict(zip(letters, place, strict=True))


def _is_label(letter: str, name: Name, state: State) -> bool:
    """Whether a letter before an index is part of the name of a vector the document has: δ_{s,j} is an entry of δ_s."""
    if not name.sub[1:] or name.sub[0] != letter:
        return False
    whole = state.scope.table.get(Key(name.base, (letter,), name.layer))
    return whole is not None and any(isinstance(value, Array) for value in whole[:1])


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
        if part[:1] in "hH" and part[1:].isdecimal()
    }
    wanted = {letter for pair in pairs for letter in pair if letter not in bound} & {"h"}
    return {letter: sorted(units) for letter in wanted if len(units) == 1}


def is_chain_rule_of_calls(left: Expr, right: Expr) -> bool:
    """`d/dx f(g(x)) = df(u)/du · du/dx`: right for any functions f and g, with u for g(x)."""
    from bpsym.verify.canonical import canonical

    if not isinstance(left, Derivative) or not isinstance(right, Product) or len(right.factors) != 2:
        return False
    outer, inner = right.factors
    if not isinstance(outer, Derivative) or not isinstance(inner, Derivative) or left.order != 1:
        return False
    if not isinstance(left.of, (Call, Application)) or not isinstance(outer.of, (Call, Application)):
        return False
    ends = (left.wrt, outer.wrt, inner.of, inner.wrt)
    if outer.order != 1 or inner.order != 1 or not all(isinstance(end, (Name, Call, Application)) for end in ends):
        return False
    (argument, *more), names = left.of.arguments, [canonical(end) for end in ends if end is not None]
    heads = [canonical(tree.function if isinstance(tree, Call) else tree.head) for tree in (left.of, outer.of)]
    is_linked = names[0] == names[3] and names[1] == names[2] == canonical(outer.of.arguments[0])
    is_nested = isinstance(argument, (Call, Application)) and [canonical(a) for a in argument.arguments] == names[:1]
    return not more and heads[0] == heads[1] and is_linked and is_nested


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
