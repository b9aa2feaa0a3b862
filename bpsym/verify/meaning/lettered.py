"""Index letters that are layers: beside a_j = Σ_i w_ji z_i, δ_k is of the layer above j.

A letter's layer is told by the weights of the forward equations: w_ji goes from i to j, so w_kj goes from j to k. The
names get their layer as a superscript, and a rule said for one layer is said for the others too.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.meaning.keys import LOSS_NAMES, UPDATABLE, key
from bpsym.verify.meaning.mapped import changed, mapped
from bpsym.verify.meaning.wording.plain import NOWHERE
from bpsym.verify.tree import (
    Application,
    BigSum,
    Call,
    Derivative,
    Differential,
    Name,
    Number,
    Product,
    Sum,
    children,
    nodes,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpsym.verify.tree import Statement

_LETTERS = re.compile(r"[h-kp-s]")
_PAIR = re.compile(r"[h-kp-s]{2}")
MOST_LETTERS = 5
TARGETS = frozenset(["t", "d", "y", "T", "target"])  # letters of what is wanted of a unit


def lettered(statements: Sequence[Statement]) -> list[tuple[Statement, ...]]:
    """The statements with layers for letters: all of a network, then with the layer in the middle as its last one."""
    statements = _of_one_sample(_without_samples(statements))
    levels = _levels(_order(statements))
    if not _of_several(statements, levels):
        return []
    statements = _bare(statements, levels)
    found = [_of_layers(statements, levels)]
    top = max(levels.values())
    if top > 2:
        lower = {letter: min(level, top - 1) for letter, level in levels.items()}
        found.append(_of_layers([s for s in statements if not _crosses(s, levels, top)], lower))
    return found


def of_several_layers(statements: Sequence[Statement]) -> frozenset[str]:
    """The quantities whose layer only their index letter tells: the δ of δ_j and δ_k."""
    statements = _without_samples(statements)
    return _of_several(statements, _levels(_order(statements)))


def is_of_other_letters(statement: Statement) -> bool:
    """Whether a name with a layer stands beside one of the same letter without: l is summed over beside net_k^2."""
    names = [n for n in nodes([statement]) if isinstance(n, Name) and len(n.sub) == 1]
    told = {n.base for n in names if n.layer}
    return any(n.base in told and not n.layer and n.sub[0].isalpha() and len(n.sub[0]) == 1 for n in names)


def unit_letters(name: Name) -> tuple[str, ...]:
    """The letters of units among the subscripts of a name: j and i of w_{ji}."""
    return tuple(
        letter
        for part in name.sub
        for letter in (part if _PAIR.fullmatch(part) else (part,))
        if _LETTERS.fullmatch(letter)
    )


def _without_samples(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The y_nk of a document that writes y_k too is that of any sample."""
    names = {(n.base, "".join(n.sub)) for n in nodes(statements) if isinstance(n, Name)}

    def change(tree: Any) -> Any:
        if isinstance(tree, Name) and tree.sub:
            written = "".join(tree.sub)
            if written[0] in "np" and len(written) == 2 and _LETTERS.fullmatch(written[1]) and written[1] != "p":
                known = any((tree.base, letter) in names for letter in "hijkqrs")
                return replace(tree, sub=(written[1],)) if known else tree
        return tree

    return mapped(statements, change)


def _of_one_sample(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Without sums over samples, Σ_s δ^{(s)}, and the formulas that would not hold of several: one sample is enough."""
    sums = {n.index[0] for n in nodes(statements) if isinstance(n, BigSum) and len(n.index) == 1}
    samples = sums & {part for n in nodes(statements) if isinstance(n, Name) for part in n.layer}
    samples -= {part for n in nodes(statements) if isinstance(n, Name) for part in n.sub}
    if not samples:
        return tuple(statements)

    def change(tree: Any) -> Any:
        if isinstance(tree, BigSum) and len(tree.index) == 1 and tree.index[0] in samples:
            return tree.body
        if isinstance(tree, Name) and samples & set(tree.layer):
            return replace(tree, layer=tuple(part for part in tree.layer if part not in samples))
        return tree

    kept = [s for s in statements if len({frozenset(_free(term, samples)) for term in s.terms}) == 1]
    return mapped(kept, change)


def _free(tree: Any, samples: set[str]) -> Iterator[str]:
    """The samples a formula speaks of without summing over them."""
    if isinstance(tree, Name):
        yield from samples & set(tree.layer)
    for below in children(tree):
        yield from (s for s in _free(below, samples) if not isinstance(tree, BigSum) or s not in tree.index)


def _forward(statements: Sequence[Statement]) -> Iterator[tuple[Name, Any, Statement]]:
    """The equations of the forward pass, told by there being no derivative in them."""
    for statement in statements:
        first = statement.terms[0]
        if not statement.may_define or not isinstance(first, Name) or first.base == "delta":
            continue
        for term in statement.terms[1:]:
            inside = walk(term)
            slopes = any(isinstance(n, (Derivative, Differential)) for n in inside)
            primes = any(isinstance(n, Call) and "prime" in n.function.marks for n in inside)
            signals = any(isinstance(n, Name) and n.base == "delta" for n in inside)
            if not (slopes or primes or signals):
                yield first, term, statement


def _order(statements: Sequence[Statement]) -> set[tuple[str, str]]:
    """Pairs of letters, the lower layer first."""
    turned: dict[str, bool] = {}
    for first, term, _ in _forward(statements):
        above = unit_letters(first)
        if len(above) != 1:
            continue
        for node in walk(term):
            if isinstance(node, BigSum) and len(node.index) == 1:
                for name in (n for n in walk(node.body) if isinstance(n, Name)):
                    letters = unit_letters(name)
                    if len(letters) == 2 and set(letters) == {above[0], node.index[0]}:
                        turned.setdefault(name.base, letters[0] != above[0])
    found: Counter[tuple[str, str]] = Counter()
    for node in nodes(statements):
        if isinstance(node, Name) and node.base in turned:
            letters = unit_letters(node)
            if len(letters) == 2 and letters[0] != letters[1]:
                low, high = letters if turned[node.base] else letters[::-1]
                found[low, high] += 1
    return {pair for pair, count in found.items() if count > found[pair[::-1]]}  # one of them may be a slip


def _levels(order: set[tuple[str, str]]) -> dict[str, int]:
    """The layer of each letter, counted from 1; none where the letters go round in a circle."""
    letters = sorted({letter for pair in order for letter in pair})
    if not letters or len(letters) > MOST_LETTERS:
        return {}
    height = dict.fromkeys(letters, 0)
    for _ in range(len(letters) + 1):
        before = dict(height)
        for low, high in order:
            height[low] = max(height[low], height[high] + 1)
        if height == before:
            most = max(height.values())
            return {letter: most - level + 1 for letter, level in height.items()}
    return {}


def _of_several(statements: Sequence[Statement], levels: Mapping[str, int]) -> frozenset[str]:
    """The quantities whose letters stand for several layers; none where a name has a layer written at it."""
    found: dict[str, set[int]] = {}
    for node in nodes(statements):
        if isinstance(node, Name):
            letters = unit_letters(node)
            if len(letters) == 1 and letters[0] in levels:
                if any(part.isalpha() and part in "lL" for part in node.layer):
                    return frozenset()
                found.setdefault(node.base, set()).add(levels[letters[0]])
    return frozenset(base for base, layers in found.items() if len(layers) > 1)


def _crosses(statement: Statement, levels: Mapping[str, int], top: int) -> bool:
    """Whether a statement speaks of the last layer and the one before it."""
    names = [unit_letters(n) for n in nodes([statement]) if isinstance(n, Name)]
    found = {levels[letter] for letters in names for letter in letters if letter in levels}
    return {top, top - 1} <= found


def _bare(statements: Sequence[Statement], levels: Mapping[str, int]) -> tuple[Statement, ...]:
    """Names without the layers their letters tell, and sums over all of a layer without bounds."""

    def change(tree: Any) -> Any:
        if isinstance(tree, Name) and any(letter in levels for letter in unit_letters(tree)):
            sub = tuple(c for part in tree.sub for c in (part if _PAIR.fullmatch(part) else (part,)))
            return replace(tree, sub=sub, layer=())
        if isinstance(tree, BigSum) and len(tree.index) == 1 and tree.index[0] in levels:
            named = isinstance(tree.lower, (Name, Application))
            first = isinstance(tree.lower, Number) and tree.lower.value in (0, 1)
            return replace(tree, lower=None, upper=None) if named or first else tree
        if isinstance(tree, Call) and any(part in levels for part in tree.function.sub):
            return replace(tree, function=replace(tree.function, sub=()))  # φ_j: that of its layer
        return tree

    return mapped(statements, change)


def _with_inputs(statements: Sequence[Statement]) -> Sequence[Statement]:
    """The i-th input x_ji to unit j is x_i."""
    inputs: set[str] = set()
    for _, term, _ in _forward(statements):
        for node in walk(term):
            if isinstance(node, Product):
                pairs = [f for f in node.factors if isinstance(f, Name) and len(unit_letters(f)) == 2]
                weights = [f.sub for f in pairs if f.base in UPDATABLE]
                inputs |= {f.base for f in pairs if f.base not in UPDATABLE and f.sub in weights}

    def change(tree: Any) -> Any:
        if isinstance(tree, Name) and tree.base in inputs and len(unit_letters(tree)) == 2:
            return replace(tree, sub=tree.sub[-1:])
        return tree

    return mapped(statements, change) if inputs else statements


def _through_units(statements: Sequence[Statement], levels: Mapping[str, int]) -> list[Statement]:
    """The inputs to a layer above the first are the outputs of the layer below: x_j is o_j."""
    outputs = {
        levels[unit_letters(first)[0]]: first
        for first, term, _ in _forward(statements)
        if isinstance(term, Call) and len(unit_letters(first)) == 1 and unit_letters(first)[0] in levels
    }
    made = {(first.base, levels.get(letter)) for first, _, _ in _forward(statements) for letter in unit_letters(first)}
    missing: dict[str, Name] = {}
    for _, term, statement in _forward(statements):
        for node in walk(term) if statement.span == NOWHERE else ():
            if isinstance(node, Name) and len(unit_letters(node)) == 1 and node.base not in TARGETS:
                level = levels.get(node.sub[-1], 1)
                if level > 1 and level in outputs and (node.base, level) not in made:
                    missing.setdefault(node.base, node)
    if len(missing) != 1 or not any((base, 1) not in made for base in missing):
        return list(statements)
    (base,) = missing

    def change(tree: Any) -> Any:
        if isinstance(tree, Name) and tree.base == base and len(unit_letters(tree)) == 1:
            output = outputs.get(levels.get(tree.sub[-1], 1))
            return tree if output is None else replace(tree, base=output.base, marks=output.marks)
        return tree

    return list(mapped(statements, change))


def _of_layers(statements: Sequence[Statement], levels: Mapping[str, int]) -> tuple[Statement, ...]:
    """The statements with layers, and what is said of one layer said of all."""
    top = max(levels.values())
    said = _completed(_adjacent(_of_last(_with_inputs(statements), levels, top), levels), levels, top)
    said = _through_units(said, levels)
    return mapped(said, lambda tree: _with_layer(tree, levels))


def _of_last(statements: Sequence[Statement], levels: Mapping[str, int], top: int) -> list[Statement]:
    """With the loss summed over the last layer, whatever the letter it was once summed over."""
    sums = {id(s): _summed(s, levels) for s in statements}
    there = any(top in found for found in sums.values())
    last = max(levels, key=lambda letter: (levels[letter], letter))
    kept = []
    for statement in statements:
        low = [level for level in sums[id(statement)] if level < top]
        if low and not there:
            letters = {letter: last for letter, level in levels.items() if level == low[0]}
            kept.append(_renamed(statement, letters))
        elif not low:
            kept.append(statement)
    return kept


def _summed(statement: Statement, levels: Mapping[str, int]) -> list[int]:
    """The layers an equation for the loss sums over."""
    first = statement.terms[0]
    if not statement.may_define or not isinstance(first, Name) or first.base not in LOSS_NAMES:
        return []
    return [
        levels[node.index[0]]
        for term in statement.terms[1:]
        for node in walk(term)
        if isinstance(node, BigSum) and len(node.index) == 1 and node.index[0] in levels
    ]


def _with_layer(tree: Any, levels: Mapping[str, int]) -> Any:
    if isinstance(tree, Name):
        letters = [letter for letter in unit_letters(tree) if letter in levels]
        if letters:
            level = max(levels[letter] for letter in letters)
            return replace(tree, layer=(str(level),))
    return tree


def _adjacent(statements: Sequence[Statement], levels: Mapping[str, int]) -> list[Statement]:
    """Without equations that skip a layer where another says it from the layer below."""
    spans: dict[Any, list[tuple[int, Statement]]] = {}
    for first, term, statement in _forward(statements):
        letters = [letter for n in walk(term) if isinstance(n, Name) for letter in unit_letters(n) if letter in levels]
        own = [letter for letter in unit_letters(first) if letter in levels]
        if letters and own:
            gap = levels[own[0]] - min(levels[letter] for letter in letters)
            spans.setdefault(key(first), []).append((gap, statement))
    far = [s for said in spans.values() for gap, s in said if gap > 1 and any(other <= 1 for other, _ in said)]
    return [s for s in statements if not any(s is other for other in far)]


def _completed(statements: Sequence[Statement], levels: Mapping[str, int], top: int) -> list[Statement]:
    """The statements, and the rules of one layer for those above it."""
    by_level = {level: letter for letter, level in sorted(levels.items(), reverse=True)}
    known = {
        (first.base, levels.get(unit_letters(first)[0])) for first, _, _ in _forward(statements) if unit_letters(first)
    }
    formulas: dict[int, dict[str, Name]] = {}
    for first, term, _ in _forward(statements):
        own = unit_letters(first)
        if len(own) == 1 and own[0] in levels and isinstance(term, (BigSum, Product)):
            formulas.setdefault(levels[own[0]], {}).setdefault(canonical(term), first)
    rules = [(unit_letters(first), type(term)) for first, term, _ in _forward(statements)]
    own_rules = {(levels.get(letters[0]), kind) for letters, kind in rules if letters}
    named = _named(statements, levels)
    found = list(statements)
    for first, term, statement in _forward(statements):
        own = unit_letters(first)
        if len(own) != 1 or own[0] not in levels:
            continue
        for level in range(2, top + 1):
            shift = level - levels[own[0]]
            renamed = _shifted_letters(levels, by_level, shift)
            if (first.base, level) in known or renamed is None or not shift:
                continue
            known.add((first.base, level))
            alone = replace(statement, terms=(first, term), relations=statement.relations[:1], span=NOWHERE)
            copy = _renamed(alone, renamed)
            there = formulas.get(level, {}).get(canonical(copy.terms[1]))
            is_told = isinstance(term, (Sum, Call)) and (level, type(term)) in own_rules
            if there is None and is_told and (first.base, level) not in named:
                continue  # s_k = Σ v_kj z_j + c_k is what u_j = Σ w_ji x_i + b_j is of the other layer
            found.append(copy)
            if there is not None and there.base != first.base:  # y_k = Σ w_kj z_j, what would be a_k
                other = next(s for s in found if s.terms[0] is there)
                same = replace(
                    other, terms=(other.terms[0], copy.terms[0]), relations=other.relations[:1], span=NOWHERE
                )
                found.insert([s is other for s in found].index(True), same)
    return found


def _named(statements: Sequence[Statement], levels: Mapping[str, int]) -> set[tuple[str, int]]:
    """The quantities a document names, each with the layer its letter tells."""
    names = [n for n in nodes(statements) if isinstance(n, Name)]
    return {(n.base, levels[letter]) for n in names for letter in unit_letters(n) if letter in levels}


def _shifted_letters(levels: Mapping[str, int], by_level: Mapping[int, str], shift: int) -> dict[str, str] | None:
    found = {letter: by_level.get(level + shift, "") for letter, level in levels.items()}
    return {letter: other for letter, other in found.items() if other}


def _renamed(statement: Statement, letters: Mapping[str, str]) -> Statement:
    def change(tree: Any) -> Any:
        if isinstance(tree, Name) and tree.sub:
            sub = tuple(
                "".join(letters.get(c, c) for c in part) if _PAIR.fullmatch(part) else letters.get(part, part)
                for part in tree.sub
            )
            return replace(tree, sub=sub)
        if isinstance(tree, BigSum):
            return replace(tree, index=tuple(letters.get(c, c) for c in tree.index))
        return tree

    return replace(statement, terms=tuple(changed(term, change) for term in statement.terms))
