"""Letters of laws that are no indices, and indices that say nothing: iterations, samples, the h of a hidden unit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.meaning.keys import LOSS_NAMES, UPDATABLE, Key, key
from bpsym.verify.meaning.mapped import mapped
from bpsym.verify.meaning.wording.plain import is_loss, is_plain
from bpsym.verify.tree import Application, BigSum, Derivative, Name, Power, Product, nodes, walk

if TYPE_CHECKING:
    from bpsym.verify.meaning.wording.plain import Statements
    from bpsym.verify.tree import Expr, Statement

_STEP = re.compile(r"[tT]([-+].*)?|tau")
HEADS = 3  # names at least that are written with an iteration
_SAMPLES = "dnkp"
_ELL = "l"
_SPARE = ("C", "E", "J", "Loss")  # names of losses
_USUAL = "ijkmnpqrs"  # letters of indices that are read as such
_OTHERWISE = "tx"  # of time and of samples
_NOW, _BEFORE = "t", "t-1"
STEP_NOW, STEP_BEFORE = "now", "before"  # where there are only these two


def with_loss(statements: Statements) -> Statements:
    """The ℓ that derivatives are of is a loss as J and C are; in `l = 1, …, L` and a^l it counts layers."""
    found = list(nodes(statements))
    if not any(isinstance(n, Derivative) and is_plain(n.of, _ELL) for n in found):
        return statements
    others = {n.of.base for n in found if isinstance(n, Derivative) and is_loss(n.of)}
    others -= {s.terms[0].base for s in statements if is_loss(s.terms[0]) and _names(s, _ELL)}
    taken = {n.base for n in found if isinstance(n, Name)}
    spare = next((base for base in _SPARE if base not in taken), None)
    if spare is None or others:  # L for all samples, beside ℓ for one
        return statements

    def renamed(tree: Any) -> Any:
        return replace(tree, base=spare) if is_plain(tree, _ELL) else tree

    def change(tree: Any) -> Any:
        if isinstance(tree, Derivative):
            return replace(tree, of=renamed(tree.of))
        return replace(tree, head=renamed(tree.head)) if isinstance(tree, Application) else tree

    return tuple(
        replace(s, terms=(renamed(s.terms[0]), *s.terms[1:])) if _is_formula(s) else s
        for s in mapped(statements, change)
    )


def _is_formula(statement: Statement) -> bool:
    """Whether a name is given a formula of what has an index, or of a whole layer: no range of numbers."""
    indexed = (n for term in statement.terms[1:] for n in walk(term) if isinstance(n, Name) and (n.sub or n.layer))
    return statement.may_define and next(indexed, None) is not None


def _names(statement: Statement, letter: str) -> bool:
    """Whether a formula names a letter, by itself or with its arguments."""
    found = (n.head if isinstance(n, Application) else n for term in statement.terms[1:] for n in walk(term))
    return any(is_plain(n, letter) for n in found)


def with_index(statements: Statements) -> Statements:
    """An index letter for the h, the l or the w that is summed over; it is a word, or a layer, elsewhere."""
    for letter in _summed(statements):
        statements = _with_letter(statements, letter)
    return statements


def _summed(statements: Statements) -> list[str]:
    """The letters sums run over that are none of the usual ones, and nowhere a name, a layer, a time or a sample."""
    found = list(nodes(statements))
    names = [n for n in found if isinstance(n, Name)]
    pairs = {part for n in names if n.base in ("w", "v") for part in n.sub}
    letters = {n.index[0] for n in found if isinstance(n, BigSum) and len(n.index) == 1 and len(n.index[0]) == 1}
    letters -= {*_USUAL, *_OTHERWISE, *(part for n in names for part in n.layer), *(n.base for n in names)}
    if any(len(p) == 2 and "h" in p and set(p) & set("ijk") for p in pairs):
        letters.add("h")
    return sorted(letters)


def _with_letter(statements: Statements, letter: str) -> Statements:
    """The statements with a spare index letter for another."""
    found = list(nodes(statements))
    letters = {c for n in found if isinstance(n, Name) for part in (*n.sub, *n.layer) for c in part}
    letters |= {c for n in found if isinstance(n, BigSum) for c in n.index} | {n.base for n in found if is_plain(n)}
    spare = next((c for c in "qprsm" if c not in letters), None)
    if spare is None:
        return statements

    def change(tree: Any) -> Any:
        if isinstance(tree, Name) and tree.sub:
            pairs = (part.replace(letter, spare) if letter in part and len(part) < 3 else (part,) for part in tree.sub)
            return replace(tree, sub=tuple(c for pair in pairs for c in pair))
        if isinstance(tree, BigSum):
            return replace(tree, index=tuple(spare if c == letter else c for c in tree.index))
        return tree

    return mapped(statements, change)


def of_their_step(statements: Statements) -> Statements:
    """The i of `i = σ(W_i x + U_i h_{t-1})` is i_t: what the step before decides is of each step."""
    names = [n for n in nodes(statements) if isinstance(n, Name)]
    timed = {
        s.terms[0].base
        for s in statements
        if s.may_define
        and is_plain(s.terms[0])
        and any(isinstance(n, Name) and n.sub == (_BEFORE,) for n in nodes([s]))
    }
    timed -= {n.base for n in names if n.sub or n.layer}

    def change(tree: Any) -> Any:
        if isinstance(tree, Name) and tree.base in timed and not (tree.sub or tree.layer):
            return replace(tree, sub=(_NOW,))
        return tree

    return mapped(statements, change) if timed else statements


def with_gates(statements: Statements) -> Statements:
    """The r of W_r and of a^r_t, beside a gate r_t, is a word and no index letter."""
    names = [n for n in nodes(statements) if isinstance(n, Name)]
    timed = {n.base for n in names if n.sub and n.sub[-1] in ("t", "t-1", "t+1")}
    gates = {n.sub[0] for n in names if len(n.sub) == 1 and len(n.sub[0]) == 1 and n.base in ("W", "U", "b")}
    gates &= timed & set("ijklmnpqrs")
    if not gates:
        return statements

    def change(tree: Any) -> Any:
        if isinstance(tree, Name):
            sub = tuple(f"gate{part}" if part in gates else part for part in tree.sub)
            return replace(tree, sub=sub, layer=tuple(f"gate{part}" if part in gates else part for part in tree.layer))
        return tree

    return mapped(statements, change)


def of_one_step(statements: Statements) -> Statements:
    """A document that speaks of one step in time alone: what the step before leaves is handed in, as an input is."""
    found = list(nodes(statements))
    names = [n for n in found if isinstance(n, Name)]
    timed = {n.base for n in names if n.sub == (_BEFORE,)} & {n.base for n in names if n.sub == (_NOW,)}
    other = any(_STEP.fullmatch(part) for n in names for part in n.sub if part not in (_NOW, _BEFORE))
    numbered = any(n.base in timed and n.sub not in ((_NOW,), (_BEFORE,)) for n in names)
    summed = any(isinstance(n, BigSum) and _NOW in n.index for n in found)
    goes_back = any(isinstance(n, Derivative) and isinstance(n.of, Name) and n.of.sub == (_BEFORE,) for n in found)
    if not timed or other or numbered or summed or goes_back:
        return statements
    plain = {_NOW: STEP_NOW, _BEFORE: STEP_BEFORE}

    def change(tree: Any) -> Any:
        is_timed = isinstance(tree, Name) and tree.sub[:1] in ((_NOW,), (_BEFORE,))
        return replace(tree, sub=(plain[tree.sub[0]],)) if is_timed else tree

    return mapped(statements, change)


def without_iteration(statements: Statements) -> Statements:
    """`e_j(n)` is e_j."""
    heads: dict[str, set[Key]] = {}
    for node in nodes(statements):
        if isinstance(node, Application) and len(node.arguments) == 1 and is_plain(node.arguments[0]):
            heads.setdefault(node.arguments[0].base, set()).add(key(node.head))
    letters = [letter for letter in ("n", "k", "t", "p") if len(heads.get(letter, ())) >= HEADS]
    if not letters:
        return statements
    letter = letters[0]

    def change(tree: Any) -> Any:
        if isinstance(tree, Application) and len(tree.arguments) == 1 and is_plain(tree.arguments[0], letter):
            return replace(tree.head, span=tree.span)
        if isinstance(tree, Product):
            kept: list[tuple[str, Expr]] = [("", tree.factors[0])]
            for sign, factor in zip(tree.operators, tree.factors[1:], strict=True):
                before = kept[-1][1]
                called = isinstance(before, Name) or (isinstance(before, Power) and isinstance(before.base, Name))
                if not (called and not sign and is_plain(factor, letter)):
                    kept.append((sign, factor))
            if len(kept) == 1:
                return replace(kept[0][1], span=tree.span)
            return replace(tree, factors=tuple(f for _, f in kept), operators=tuple(s for s, _ in kept[1:]))
        return tree

    return mapped(statements, change)


def of_any_sample(statements: Statements) -> Statements:
    """E_d of the one sample d is the loss, and y_{dk} what it is of that sample."""
    losses = {key(n.of) for n in nodes(statements) if isinstance(n, Derivative) and is_loss(n.of)}
    samples = {k.sub[0] for k in losses if len(k.sub) == 1 and not k.layer and k.sub[0] in _SAMPLES}
    if len(samples) != 1:
        return statements
    (sample,) = samples
    indices = {node.index for node in nodes(statements) if isinstance(node, BigSum)}
    is_index = (sample,) in indices
    weights = {n.sub for n in nodes(statements) if isinstance(n, Name) and n.base in UPDATABLE}
    if any(sample in "".join(sub) for sub in weights):
        return statements

    def change(tree: Any) -> Any:
        if not isinstance(tree, Name):
            return tree
        if tree.base in LOSS_NAMES and not (tree.layer or tree.marks):
            if tree.sub == (sample,):
                return replace(tree, sub=())
            return replace(tree, base="total") if not tree.sub and is_index else tree
        sub = tuple(short for part in tree.sub if (short := _less(part, sample)))
        return replace(tree, sub=sub, layer=tuple(part for part in tree.layer if part != sample))

    return mapped(statements, change)


def _less(part: str, sample: str) -> str:
    """A subscript without the sample: k of nk."""
    return part.replace(sample, "", 1) if part == sample or (len(part) == 2 and part[0] == sample) else part
