"""Names of laws that stand for derivatives, steps and sums over samples, with what they mean put in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.meaning.keys import LOSS_NAMES, RATES, UPDATABLE, key
from bpsym.verify.meaning.mapped import changed, mapped
from bpsym.verify.meaning.wording.plain import NOWHERE, is_loss, is_plain
from bpsym.verify.tree import BigSum, Derivative, Differential, Name, Negative, Product, Sum, nodes, walk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bpsym.verify.meaning.wording.plain import Statements
    from bpsym.verify.tree import Expr, Statement

ASSIGNMENTS = ("=", ":=", "←")


def without_products(statements: Statements) -> Statements:
    """`prod(∂Z/∂Y, ∂Y/∂X)` is ∂Z/∂X."""

    def change(tree: Any) -> Any:
        arguments: tuple[Expr, ...] = getattr(tree, "arguments", ())
        head = getattr(tree, "head", getattr(tree, "function", None))
        if isinstance(tree, Sum) and set(tree.signs) == {1}:  # over every path
            parts = [change(term) for term in tree.terms if getattr(term, "arguments", ())]
            paths = [part for part in parts if isinstance(part, Derivative)]
            if len(paths) == len(tree.terms) and len({canonical(path) for path in paths}) == 1:
                return replace(paths[0], span=tree.span)
        if isinstance(head, Name) and head.base == "prod" and len(arguments) == 2:
            outer, inner = arguments[0], arguments[1]
            if not isinstance(outer, Derivative) or not isinstance(inner, Derivative) or outer.wrt is None:
                return tree
            if canonical(outer.wrt) == canonical(inner.of):
                return replace(outer, wrt=inner.wrt, span=tree.span)
        return tree

    return mapped(statements, change)


def with_signals(statements: Statements) -> Statements:
    """`δ h̃` is a derivative where `δ h = ∂L/∂h`."""
    said = any(
        isinstance(s.terms[0], Differential) and s.terms[0].symbol == "d" and isinstance(s.terms[1], Derivative)
        for s in statements
        if s.relations
    )
    if not said or any(is_plain(s.terms[0], "delta") for s in statements):
        return statements

    def change(tree: Any) -> Any:
        if isinstance(tree, Differential) and tree.symbol == "d" and isinstance(tree.of, Product):
            first, *rest = tree.of.factors  # δa (r ⊙ h)^T
            return replace(tree.of, factors=(replace(tree, of=first), *rest), span=tree.span)
        if not isinstance(tree, Product):
            return tree
        factors: list[Expr] = list(tree.factors)
        operators = list(tree.operators)
        for k in range(len(factors) - 2, -1, -1):
            if is_plain(factors[k], "delta") and not operators[k] and isinstance(factors[k + 1], Name):
                changed = Differential(factors[k + 1].span, factors[k + 1], "d")
                factors[k : k + 2], operators[k : k + 1] = [changed], []
        if len(factors) == 1:
            return factors[0]
        return replace(tree, factors=tuple(factors), operators=tuple(operators))

    return mapped(statements, change)


def with_steps(statements: Statements) -> Statements:
    """`Δw` is −η ∂E/∂w where the document steps so, or adds Δw to w."""
    losses = Counter(node.of for node in nodes(statements) if isinstance(node, Derivative) and is_loss(node.of))
    rates = [node for node in nodes(statements) if is_plain(node) and node.base in RATES]
    if not losses or not rates:
        return statements
    by_key = Counter({key(of): 0 for of in losses})
    for of, count in losses.items():
        by_key[key(of)] += count
    loss = next(of for of in losses if key(of) == by_key.most_common(1)[0][0])
    sign = _direction(statements)
    if sign == 0:
        return statements

    def change(tree: Any) -> Any:
        if isinstance(tree, Differential) and tree.symbol == "Δ" and isinstance(tree.of, Name):
            slope = Derivative(tree.span, loss, tree.of, "∂")
            step = Product(tree.span, (rates[0], slope), ("",))
            return Negative(tree.span, step) if sign < 0 else step
        return tree

    return mapped(statements, change)


def _direction(statements: Statements) -> int:
    """Whether Δw goes down the gradient, -1, or is what a step takes away, +1; 0 where that is not said."""
    found: set[int] = set()
    for statement in statements:
        first = statement.terms[0]
        if not statement.relations or statement.relations[0].kind not in ASSIGNMENTS:
            continue
        for term in statement.terms[1:]:
            if isinstance(first, Differential) and first.symbol == "Δ":
                inner = term.operand if isinstance(term, Negative) else term
                slopes = isinstance(inner, Product) and any(
                    isinstance(f, Derivative) and f.wrt is not None and canonical(f.wrt) == canonical(first.of)
                    for f in inner.factors
                )
                if slopes:
                    found.add(-1 if isinstance(term, Negative) else 1)
                if any(isinstance(n, Differential) and n.symbol == "Δ" for n in walk(term)):
                    return 0  # a sum of changes
            elif isinstance(first, Name) and isinstance(term, Sum) and first.base in UPDATABLE:
                found |= {
                    -sign
                    for sign, part in zip(term.signs, term.terms, strict=True)
                    if isinstance(part, Differential) and part.symbol == "Δ"
                }
    return found.pop() if len(found) == 1 else -1 if -1 in found else 0


def with_meanings(statements: Statements) -> Statements:
    """What is said to be a derivative of the loss, `g_j = -∂E/∂β_j`, put in wherever its name stands.

    Not where it would be by what nobody names: beside `δ_k = ∂E/∂s_k` and z_j = f(u_j), δ_j is by u_j, of its layer.
    """
    meant: dict[tuple[str, int, tuple[str, ...]], tuple[Name, Expr]] = {}
    for statement in statements:
        first = statement.terms[0]
        if not statement.relations or not isinstance(first, Name) or first.base in LOSS_NAMES:
            continue
        if first.base == "delta" and (first.layer or len(first.sub) != 1):
            continue  # of layers: told by what is said of them together
        second = statement.terms[1]
        inside = walk(second)
        slopes = any(isinstance(n, Derivative) and is_loss(n.of) and n.wrt is not None for n in inside)
        own = set(first.sub) | set(first.layer)
        letters = {part for n in inside if isinstance(n, Name) for part in (*n.sub, *n.layer)}
        plain = all(len(part) == 1 and part.isalpha() for part in own) and letters <= own
        if slopes and plain and not any(isinstance(n, BigSum) for n in inside) and not _uses(second, first.base):
            meant.setdefault((first.base, len(first.sub), first.layer), (first, second))
    names = [n for n in nodes(statements) if isinstance(n, Name)] if meant else []
    by = [n for n in nodes(statements) if isinstance(n, Derivative) and is_loss(n.of)]
    meant = {k: found for k, found in meant.items() if k[0] != "delta" or _is_of_one_layer(*found, names, by)}

    def change(tree: Any) -> Any:
        if not isinstance(tree, Name):
            return tree
        found = meant.get((tree.base, len(tree.sub), tree.layer))
        if found is None or tree.marks != found[0].marks:
            return tree
        letters = dict(zip(found[0].sub, tree.sub, strict=True))
        return replace(changed(found[1], lambda part: _of_units(part, letters)), span=tree.span)

    return mapped(statements, change) if meant else statements


def _uses(tree: Expr, base: str) -> bool:
    return any(isinstance(n, Name) and n.base == base for n in walk(tree))


def _is_of_one_layer(signal: Name, meaning: Expr, names: Sequence[Name], slopes: Sequence[Derivative]) -> bool:
    """Whether δ_i, δ_j … are by the s_i, s_j … of a document, which has one wherever it has a δ."""
    (own,) = signal.sub
    written = {(n.base, n.sub) for n in names}
    others = {n.sub[0] for n in names if n.base == "delta" and len(n.sub) == 1 and n.sub[0].isalpha()}
    others &= {sub for slope in slopes for sub in getattr(slope.wrt, "sub", ()) if len(slope.wrt.sub) == 1}  # type: ignore[union-attr]
    inside = [n for n in walk(meaning) if isinstance(n, Name) and n.sub]
    return all((n.base, _of_units(n, {own: other}).sub) in written for n in inside for other in others)


def _of_units(tree: Any, letters: Mapping[str, str]) -> Any:
    if isinstance(tree, Name) and tree.sub:
        return replace(tree, sub=tuple(letters.get(part, part) for part in tree.sub))
    return tree


def turned_names(statements: Statements) -> Statements:
    """`A^L = Ŷ`, where A has a rule and Ŷ none, says what Ŷ is."""
    rules = {
        (first.base, first.sub)
        for s in statements
        if s.relations and isinstance(first := s.terms[0], Name) and not isinstance(s.terms[1], Name)
        if any(part.isalpha() for part in (*first.sub, *first.layer))
    }
    defined = {key(s.terms[0]) for s in statements if s.relations and isinstance(s.terms[0], Name)}

    def turned(statement: Statement) -> Statement:
        if len(statement.terms) != 2 or statement.relations[0].kind != "=":
            return statement
        left, right = statement.terms
        if not isinstance(left, Name) or not isinstance(right, Name) or left.layer == ("0",):
            return statement
        new = key(right) not in defined and (right.base, right.sub) not in rules
        return replace(statement, terms=(right, left)) if new and (left.base, left.sub) in rules else statement

    return tuple(turned(statement) for statement in statements)


def over_samples(statements: Statements) -> Statements:
    """A cost that is the mean over a^L of each sample, of a document that writes dZ for the derivative of its sum."""
    names = {n.base for n in nodes(statements) if isinstance(n, Name)}
    if not any(isinstance(n, Differential) and n.symbol == "d" for n in nodes(statements)):
        return statements
    first_terms = [s.terms[0] for s in statements if s.relations]
    rules = {n.base for n in first_terms if isinstance(n, Name) and n.layer}
    lying = {base for base in names if base.islower() and base.upper() in names and base not in rules}

    def raised(tree: Any) -> Any:
        if isinstance(tree, Name) and tree.base in lying and not tree.sub:
            layer = tuple(part for part in tree.layer if part != "i")
            return replace(tree, base=tree.base.upper(), layer=layer)
        return tree

    def whole(statement: Statement) -> Statement:
        first = statement.terms[0]
        if not statement.may_define or not isinstance(first, Name) or first.base not in LOSS_NAMES:
            return statement
        for node in walk(statement.terms[1]):
            if isinstance(node, BigSum) and node.index == ("i",):
                inside = [n for n in walk(node.body) if isinstance(n, Name)]
                if any("i" in n.layer for n in inside) and any(n.base in lying and n.layer != ("i",) for n in inside):
                    minus = isinstance(statement.terms[1], Negative)
                    body = changed(node.body, _by_entry)
                    body = Negative(node.span, body) if minus else body
                    return replace(statement, terms=(first, body), relations=statement.relations[:1], span=NOWHERE)
        return statement

    found = tuple(whole(s) for s in statements)
    cost = next((a.terms[0] for a, b in zip(found, statements, strict=True) if a is not b), None)
    if cost is None:
        return statements
    known = {n.base for n in first_terms if isinstance(n, Name)}

    def summed(tree: Any) -> Any:
        if isinstance(tree, Derivative) and is_loss(tree.of) and tree.of.base not in known:
            return replace(tree, of=cost)  # of one sample
        return raised(tree)

    return tuple(replace(s, span=NOWHERE) if _sums_samples(s) else s for s in mapped(found, summed))


def _sums_samples(statement: Statement) -> bool:
    """Whether a formula sums over samples that are not told apart in it."""
    sums = [n for term in statement.terms for n in walk(term) if isinstance(n, BigSum) and n.index == ("i",)]
    return any(not any(isinstance(n, Name) and "i" in (*n.sub, *n.layer) for n in walk(s.body)) for s in sums)


def _by_entry(tree: Any) -> Any:
    return replace(tree, operators=("⊙",) * len(tree.operators)) if isinstance(tree, Product) else tree
