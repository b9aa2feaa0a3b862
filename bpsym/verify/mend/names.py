"""Edits of one name: an index, a layer, another quantity, a function or the mark of its derivative."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.grammar.cursor import OPENERS, matching
from bpsym.verify.lexing.lexer import Flavour, tokens
from bpsym.verify.meaning.patterns import substituted
from bpsym.verify.mend.around import Around, Edit, Patch
from bpsym.verify.source import whole
from bpsym.verify.tree import Application, Call, Expr, Name, Product, Span, Sum

if TYPE_CHECKING:
    from collections.abc import Iterator

_COUNTED = re.compile(r"([a-zA-Z]|)(?:([+-]?)(\d+))?")
STEPS = frozenset("ltkLT")  # letters of layers and of steps in time
MOST_EXCHANGED = 4  # indices of a formula, of which two are exchanged


def indices(around: Around) -> Iterator[Edit]:
    """`w_kj` for `w_jk`, `z_i` for `z_j`, `a^{l-1}` for `a^l`: the names of the document first."""
    for alike in (True, False):
        for name in around.own_names:
            for other in around.names:
                same = other.base == name.base and other.marks == name.marks and canonical(other) != canonical(name)
                if same and _is_like(name, other) is alike:
                    yield _by_name(around, name, other, _rule(name, other))
    for name in around.own_names:
        for sub in _other_indices(name, around.indices):
            new = replace(name, sub=sub)
            yield Edit(_rule(name, new), name, new, name.span, _respelled(around, name, new))
        for new in _shifted(name):
            yield Edit("layer-or-step", name, new, name.span, _respelled(around, name, new))


def index_throughout(around: Around) -> Iterator[Edit]:
    """One index for another in every name: `h1` for `o1`."""
    written = tuple(dict.fromkeys(part for name in around.own_names for part in name.sub))
    wanted = dict.fromkeys(part for name in around.names for part in name.sub)
    for old in written:
        changed = [name for name in around.own_names if old in name.sub]
        for index in wanted if len(changed) > 1 else ():
            if index == old or index in written:
                continue
            tree: Expr = around.right
            patches: list[Patch] = []
            for name in changed:
                new = replace(name, sub=tuple(index if part == old else part for part in name.sub))
                tree = substituted(tree, name, new)
                patches += _respelled(around, name, new)
            complete = tuple(patches) if len(patches) == len(changed) else ()
            yield Edit("index", around.right, tree, around.span, complete)


def indices_exchanged(around: Around) -> Iterator[Edit]:
    """`δ_j x_i` for `δ_i x_j`: two indices each in the other's place, throughout."""
    written = tuple(dict.fromkeys(part for name in around.own_names for part in name.sub if part.isalpha()))
    for one, other in combinations(written[:MOST_EXCHANGED], 2):
        turn = {one: other, other: one}
        tree, patches = around.right, list[Patch]()
        changed = [name for name in around.own_names if turn.keys() & set(name.sub)]
        for name in changed:
            new = replace(name, sub=tuple(turn.get(part, part) for part in name.sub))
            tree = substituted(tree, name, new)
            patches += _respelled(around, name, new)
        if len(changed) > 1:
            complete = tuple(patches) if len(patches) == len(changed) else ()
            yield Edit("indices-swapped", around.right, tree, around.span, complete)


def other_names(around: Around) -> Iterator[Edit]:
    """`y` for `t`, `z` for `a`, one gate for another: a name with the same indices, or as many."""
    for alike in (2, 1):
        for name in around.own_names:
            for other in around.names:
                if _are_of_other_kinds(name, other):
                    same = (other.sub, other.layer) == (name.sub, name.layer)
                    if same + _is_like(name, other) == alike and (same or name is not around.right):
                        yield _by_name(around, name, other, "other-name")


def distant_names(around: Around) -> Iterator[Edit]:
    """A name with more or fewer indices than the one in its place."""
    for name in (n for n in around.own_names if n is not around.right):
        for other in around.names:
            if _are_of_other_kinds(name, other) and not _is_like(name, other):
                yield _by_name(around, name, other, "other-name")


def _are_of_other_kinds(name: Name, other: Name) -> bool:
    return (other.base, other.marks) != (name.base, name.marks)


def name_throughout(around: Around) -> Iterator[Edit]:
    """`z (1 - z)` for `a (1 - a)`: one name for another wherever it stands."""
    for first in dict.fromkeys(canonical(name) for name in around.own_names):
        changed = [name for name in around.own_names if canonical(name) == first]
        for other in around.names if len(changed) > 1 else ():
            if canonical(other) != first and _is_like(changed[0], other):
                tree: Expr = around.right
                for name in changed:
                    tree = substituted(tree, name, other)
                rule = "index" if other.base == changed[0].base else "other-name"
                patches = tuple(Patch(around.place(name), around.quote(other)) for name in changed)
                span = Span(patches[0].span.start, patches[-1].span.end)
                outer = around.span if around.text.count("(", *span) != around.text.count(")", *span) else span
                yield Edit(rule, around.right, tree, outer, patches)


def _is_like(name: Name, other: Name) -> bool:
    """Whether names have as many indices."""
    return (len(other.sub), len(other.layer)) == (len(name.sub), len(name.layer))


def functions(around: Around) -> Iterator[Edit]:
    """`f'` for `f`, `f` for `f'`, another function, a function forgotten or too much."""
    for node in around.nodes:
        if isinstance(node, Application) and len(node.arguments) == 1:
            new: Expr = Call(node.span, replace(node.head, marks=("prime",)), node.arguments)
            yield Edit("activation-for-derivative", node, new, node.span, _primed(around, node.head))
        if isinstance(node, Call):
            yield from _of_call(around, node)


def marks(around: Around, call: Call) -> Iterator[Edit]:
    """A function with the mark of its derivative, or without it."""
    function = call.function
    if "prime" in function.marks:
        new = replace(call, function=replace(function, marks=tuple(m for m in function.marks if m != "prime")))
        yield Edit("derivative-for-activation", call, new, call.span, _unprimed(around, function))
    else:
        new = replace(call, function=replace(function, marks=(*function.marks, "prime")))
        yield Edit("activation-for-derivative", call, new, call.span, _primed(around, function))


def _of_call(around: Around, call: Call) -> Iterator[Edit]:
    yield from marks(around, call)
    function = call.function
    told = {canonical(function)}
    for letter in (other.function for other in around.calls):
        if canonical(letter) not in told:
            told.add(canonical(letter))
            rule = "wrong-activation-derivative" if "prime" in letter.marks else "wrong-function"
            patch = Patch(function.span, around.quote(letter))
            yield Edit(rule, call, replace(call, function=letter), call.span, (patch,))
    if len(call.arguments) == 1:
        patch = Patch(call.span, around.quote(call.arguments[0]))
        yield Edit("function-too-much", call, call.arguments[0], call.span, (patch,), around.quote(function))


def functions_forgotten(around: Around) -> Iterator[Edit]:
    """f(z) for z, where the document has f(z)."""
    for node in around.nodes:
        for call in around.calls if isinstance(node, (Name, Sum, Product)) else ():
            if len(call.arguments) == 1 and canonical(call.arguments[0]) == canonical(node):
                yield Edit("function-forgotten", node, call, node.span, (Patch(node.span, around.quote(call)),))


def _by_name(around: Around, name: Name, other: Name, rule: str) -> Edit:
    place = around.place(name)
    return Edit(rule, name, other, place, (Patch(place, around.quote(other)),))


def _rule(name: Name, new: Name) -> str:
    if name.sub != new.sub and sorted("".join(name.sub)) == sorted("".join(new.sub)) and name.layer == new.layer:
        return "indices-swapped"
    if name.sub != new.sub and len(name.sub) != len(new.sub):
        return "index"
    parts = [(a, b) for a, b in zip((*name.sub, *name.layer), (*new.sub, *new.layer), strict=False) if a != b]
    is_step = name.sub == new.sub or all(_letter(a) == _letter(b) != "" or (a[:1] in STEPS) for a, b in parts)
    return "layer-or-step" if is_step else "index"


def _letter(part: str) -> str:
    match = _COUNTED.fullmatch(part)
    return match[1] if match and match[1] in STEPS else ""


def _other_indices(name: Name, known: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The indices of a name, two of them swapped or one of them another."""
    sub = name.sub
    for k in range(len(sub) - 1):
        if sub[k] != sub[k + 1]:
            yield (*sub[:k], sub[k + 1], sub[k], *sub[k + 2 :])
    if len(sub) == 1 and len(sub[0]) == 2 and sub[0].isalpha() and sub[0][0] != sub[0][1]:
        yield (sub[0][::-1],)
    for k, part in enumerate(sub):
        yield from ((*sub[:k], other, *sub[k + 1 :]) for other in known if other != part)


def _shifted(name: Name) -> Iterator[Name]:
    """A name one layer or one step up or down."""
    for step in (-1, 1):
        for k, part in enumerate(name.layer):
            if moved := _moved(part, step, letters_only=False):
                yield replace(name, layer=(*name.layer[:k], moved, *name.layer[k + 1 :]))
        for k, part in enumerate(name.sub):
            if moved := _moved(part, step, letters_only=True):
                yield replace(name, sub=(*name.sub[:k], moved, *name.sub[k + 1 :]))


def _moved(part: str, step: int, *, letters_only: bool) -> str:
    match = _COUNTED.fullmatch(part)
    if match is None or (match[1] and match[1] not in STEPS) or (letters_only and not match[1]):
        return ""
    if not match[1]:
        return "" if match[2] or not match[3] or int(match[3]) + step < 0 else str(int(match[3]) + step)
    number = int((match[2] or "+") + match[3]) if match[3] else 0
    moved = number + step
    return f"{match[1]}{moved:+d}" if moved else match[1]


def _respelled(around: Around, name: Name, new: Name) -> tuple[Patch, ...]:
    """How a name is written with other indices: the document's spelling with single signs exchanged; else not told."""
    written = around.cut(name.span)
    if name.sub == new.sub:
        return _relayered(around, name, new)
    before, after = ["".join(part) for part in (name.sub, new.sub)] if name.layer == new.layer else ("", "")
    if not before or len(before) != len(after):
        return ()
    wanted = dict(zip(before, after, strict=True))
    if any(wanted[a] != b for a, b in zip(before, after, strict=True)):
        return ()
    found = tokens(whole(written), Flavour(tex=around.tex))
    first = next((k for k, token in enumerate(found) if token.kind == "sub"), None)
    if first is None:
        return ()
    patches, seen = [], ""
    for token in found[first + 1 :]:
        signs = written[token.start : token.end]
        if seen != before and before.startswith(seen + signs):
            seen += signs
            start = name.span.start + token.start
            text = "".join(wanted[sign] for sign in signs)
            patches.append(Patch(name.span._replace(start=start, end=start + len(signs)), text))
    if seen != before:
        return ()
    spelled = list(written)
    for patch in patches:
        spelled[patch.span.start - name.span.start : patch.span.end - name.span.start] = list(patch.text)
    return (Patch(name.span, "".join(spelled)),)


def _relayered(around: Around, name: Name, new: Name) -> tuple[Patch, ...]:
    """How a name is written with another layer."""
    found = tokens(whole(around.cut(name.span)), Flavour(tex=around.tex))
    at = next((k for k, token in enumerate(found) if token.kind == "sup"), None)
    if at is None or at + 1 >= len(found) or len(name.layer) != 1:
        return ()
    first, last = found[at + 1], found[at + 1]
    text = new.layer[0]
    if first.kind in OPENERS:
        last = found[matching(found, at + 1, len(found) - 1)]
        inner = found[at + 2 :]
        if inner[0].kind in OPENERS:  # ^{(l)}, ^{[l]}
            text = f"{inner[0].text}{text}" + {"(": ")", "[": "]"}.get(inner[0].text, "")
    braces = ("{", "}") if around.tex else ("(", ")")
    if last is not first:
        braces = (first.text, last.text)
    if last is not first or len(text) > 1:
        text = f"{braces[0]}{text}{braces[1]}"
    start = name.span.start
    return (Patch(name.span._replace(start=start + first.start, end=start + last.end), text),)


def _primed(around: Around, function: Name) -> tuple[Patch, ...]:
    """A prime behind the letter of a function, before its index."""
    at = function.span.start + len(around.head(function))
    return (Patch(function.span._replace(start=at, end=at), "'"),)


def _unprimed(around: Around, function: Name) -> tuple[Patch, ...]:
    """A function without the sign of its derivative."""
    match = re.search(r"\^\{?\s*\\prime\s*\}?|'|′|’", around.quote(function))
    if match is None:
        return ()
    start = function.span.start
    return (Patch(function.span._replace(start=start + match.start(), end=start + match.end()), ""),)
