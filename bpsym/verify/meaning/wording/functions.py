"""Functions of laws: which activation a letter is, that of each layer, and what its argument is called."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.meaning.keys import key
from bpsym.verify.meaning.mapped import mapped
from bpsym.verify.meaning.wording.letters import STEP_BEFORE
from bpsym.verify.meaning.wording.plain import NOWHERE
from bpsym.verify.tree import Application, Call, Name, Power, Sum, nodes, walk

if TYPE_CHECKING:
    from bpsym.verify.meaning.wording.plain import Statements
    from bpsym.verify.tree import Statement

_ACTIVATIONS = frozenset(["tanh", "sigma", "relu", "sigmoid"])

_OVER = (("hat",), ("tilde",), ("bar",))
_STEPS = (("t-1",), (STEP_BEFORE,))


def with_functions(statements: Statements) -> Statements:
    """`h(a)` is a function where h has a slope: any, where nobody says which. `φ_j(v_j) = …` says what φ is."""
    found = list(nodes(statements))
    letters = {n.function.base for n in found if isinstance(n, Call) and "prime" in n.function.marks}
    letters -= {n.base for n in found if isinstance(n, Name) and not n.marks and n.base in "aeinxyz"}
    said = {base for s in statements if (base := _function_said(s, letters)) is not None}
    spare = next((letter for letter in ("f", "g", "psi") if letter not in said), "f")
    unknown = {letter for letter in letters - said if len(letter) == 1 and letter not in "fg"}
    if _is_tanh(statements, letters - said):
        unknown, spare = {letter for letter in letters - said if len(letter) == 1 or letter in ("phi", "psi")}, "tanh"

    def change(tree: Any) -> Any:
        if isinstance(tree, Application) and tree.head.base in letters and len(tree.arguments) == 1:
            tree = Call(tree.span, tree.head, tree.arguments)
        if isinstance(tree, Call) and tree.function.base in unknown:
            return replace(tree, function=replace(tree.function, base=spare))
        return tree

    return tuple(_of_a_number(s, letters) for s in mapped(statements, change))


def _is_tanh(statements: Statements, letters: set[str]) -> bool:
    """Whether an activation nobody defines is tanh: it is the only one there is, or the slope is said to be 1 - h²."""
    named = {n.function.base for n in nodes(statements) if isinstance(n, Call)}
    if "tanh" in named and not named & {"sigma", "sigmoid"}:
        return True
    for statement in statements:
        first = statement.terms[0]
        if isinstance(first, Call) and "prime" in first.function.marks and first.function.base in letters:
            for term in statement.terms[1:]:
                if isinstance(term, Sum) and term.signs == (1, -1) and isinstance(term.terms[1], Power):
                    return True
    return False


def _function_said(statement: Statement, letters: set[str]) -> str | None:
    """The function a statement says the formula of."""
    first = statement.terms[0]
    head = getattr(first, "head", getattr(first, "function", None))
    if not isinstance(head, Name) or head.base not in letters or head.marks or not statement.relations:
        return None
    return None if any(_is_of(n, head.base) for n in walk(statement.terms[1])) else head.base


def _is_of(tree: Any, base: str) -> bool:
    head = getattr(tree, "head", getattr(tree, "function", None))
    return isinstance(head, Name) and head.base == base


def _of_a_number(statement: Statement, letters: set[str]) -> Statement:
    """`φ_j(v_j) = 1/(1 + e^{-v_j})` as `φ(v) = 1/(1 + e^{-v})`."""
    first = statement.terms[0]
    if _function_said(statement, letters) is None or not isinstance(first, Call) or len(statement.terms) != 2:
        return statement
    argument = first.arguments[0]
    others = {n.base for n in walk(statement.terms[1]) if isinstance(n, Name) and n.sub and n != argument}
    if not isinstance(argument, Name) or not argument.sub or argument.base in others:
        return statement
    wanted = key(argument)

    def change(tree: Any) -> Any:
        if isinstance(tree, Name) and key(tree) == wanted:
            return replace(tree, sub=(), layer=())
        if isinstance(tree, Call) and tree.function.base in letters:
            return replace(tree, function=replace(tree.function, sub=(), layer=()))
        return tree

    (plain,) = mapped((statement,), change)
    return plain


def by_layer(statements: Statements) -> Statements:
    """`g^1 = tanh` and `g^L = σ`: what the activation of a layer is."""
    said: dict[str, dict[str, Name]] = {}
    for statement in statements:
        left, right = statement.terms[0], statement.terms[-1]
        if len(statement.terms) != 2 or not isinstance(left, Name) or not isinstance(right, Name):
            continue
        if right.base in _ACTIVATIONS and not right.layer and len(left.layer) == 1:
            said.setdefault(left.base, {})[left.layer[0]] = right
    calls = {n.function.base for n in nodes(statements) if isinstance(n, Call)}
    found = {base: layers for base, layers in said.items() if base in calls}
    if not found:
        return statements
    added = []
    for statement in statements:
        first = statement.terms[0]
        if isinstance(first, Name) and len(first.layer) == 1 and len(first.layer[0]) == 1 and statement.may_define:
            call = statement.terms[1]
            if isinstance(call, Call) and call.function.base in found and call.function.layer == first.layer:
                for layer in found[call.function.base]:
                    (one,) = mapped((statement,), partial(_at_layer, letter=first.layer[0], layer=layer))
                    added.append(replace(one, span=NOWHERE))

    def change(tree: Any) -> Any:
        if isinstance(tree, Call) and tree.function.base in found:
            layers = found[tree.function.base]
            hidden = next((name for layer, name in layers.items() if layer != "L"), None)
            name = layers.get("".join(tree.function.layer), hidden)
            if name is not None:
                return replace(tree, function=replace(tree.function, base=name.base, layer=()))
        return tree

    return mapped((*added, *statements), change)


def _at_layer(tree: Any, letter: str, layer: str) -> Any:
    if isinstance(tree, Name) and letter in tree.layer:
        return replace(tree, layer=tuple(layer if part == letter else part for part in tree.layer))
    if isinstance(tree, Call) and letter in tree.function.layer:
        own = tuple(layer if part == letter else part for part in tree.function.layer)
        return replace(tree, function=replace(tree.function, layer=own))
    return tree


def with_arguments(statements: Statements) -> Statements:
    """a^z_t, or ẑ_t, which nobody defines, is what stands in the σ of `z_t = σ(W_z x_t + …)`."""
    firsts = [s.terms[0] for s in statements if s.relations]
    defined = {(n.base, n.layer, n.marks) for n in firsts if isinstance(n, Name)}
    names = {
        (n.base, n.sub, n.layer, n.marks): n
        for n in nodes(statements)
        if isinstance(n, Name) and (len(n.layer) == 1 or n.marks in _OVER)
    }
    found: list[Statement] = []
    for statement in statements:
        first = statement.terms[0]
        call = statement.terms[1] if statement.may_define else None
        if isinstance(first, Name) and first.sub and isinstance(call, Call) and len(call.arguments) == 1:
            gate = any(isinstance(n, Name) and n.sub in _STEPS for n in walk(call))
            for (base, sub, layer, marks), name in names.items():
                above = layer in ((first.base,), (f"gate{first.base}",)) and base != first.base
                wanted = above or (gate and base == first.base and marks in _OVER and not first.marks)
                wanted = wanted and sub == first.sub and (base, layer, marks) not in defined
                if wanted and not isinstance(call.arguments[0], Name):
                    said = replace(statement, terms=(name, call.arguments[0]), relations=statement.relations[:1])
                    found.append(replace(said, span=NOWHERE))
                    statement = replace(  # noqa: PLW2901 - of its argument by name
                        statement, terms=(first, replace(call, arguments=(name,))), relations=statement.relations[:1]
                    )
                    found.append(replace(statement, span=NOWHERE))
                    break
    return (*found, *statements)


def with_insides(statements: Statements) -> Statements:
    """`h = tanh(W x + b)` as h = tanh(z) where `z = W x + b` is said apart, before it or behind."""
    called = {canonical(a): a for s in statements if s.may_define for a in _insides(s.terms[1])}
    found: dict[str, Name] = {}
    for s in statements if called else ():
        first, text = s.terms[0], canonical(s.terms[1]) if s.may_define else ""
        if text in called and isinstance(first, Name):
            found.setdefault(text, first)
    if not found:
        return statements

    def change(tree: Any) -> Any:
        is_of_one = isinstance(tree, Call) and len(tree.arguments) == 1
        name = found.get(canonical(tree.arguments[0])) if is_of_one else None
        return tree if name is None else replace(tree, arguments=(name,))

    return tuple(m if s.may_define else s for s, m in zip(statements, mapped(statements, change), strict=True))


def _insides(tree: Any) -> list[Any]:
    """What stands in the brackets of functions, where that is no plain name."""
    calls = (n for n in walk(tree) if isinstance(n, Call) and len(n.arguments) == 1)
    return [n.arguments[0] for n in calls if isinstance(n.arguments[0], Sum)]


def with_outputs(statements: Statements) -> Statements:
    """h_{W,b}(x), which nobody defines, is the activation of the last layer."""
    last = {part for n in nodes(statements) if isinstance(n, Name) for part in n.layer if part in ("L", "nl")}
    rules = [
        s.terms[0]
        for s in statements
        if s.may_define and isinstance(s.terms[0], Name) and s.terms[0].layer and isinstance(s.terms[1], Call)
    ]
    if len(last) != 1 or not rules:
        return statements

    def change(tree: Any) -> Any:
        if isinstance(tree, Application) and len(tree.arguments) == 1 and set(tree.head.sub) & {"W", "theta", "w"}:
            return Name(tree.span, rules[0].base, (), tuple(last))
        return tree

    return mapped(statements, change)
