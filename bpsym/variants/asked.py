"""What students are asked for, and what each value is called where only letters and digits are possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import Indexed

from bpsym.program import TRAINABLE, Role, head
from bpsym.spec.errors import Wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sympy import Expr

    from bpsym.notation import Notation
    from bpsym.program import Quantity
    from bpsym.spec.schema import Vary

DEFAULT = ("error signals", "updated")
GROUPS = ("net inputs", "outputs", "loss", "error signals", "gradients", "updated")


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that is asked for."""

    name: str  # as it is typed: delta_o1, w5_new; letters, digits and _
    entry: Expr


def asked_items(vary: Vary) -> list[tuple[int, str | list[str]]]:
    """The items of `asked` with their places; a list is a set of which one is drawn."""
    return list(enumerate(vary.asked or DEFAULT))


def asked_entries(notation: Notation, wanted: Sequence[str]) -> tuple[Asked, ...]:
    """The values of groups and single names, in the order of the derivation; raises Wrong for an unknown name."""
    by_group: dict[str, list[Asked]] = {group: [] for group in GROUPS}
    every: dict[str, Asked] = {}
    for quantity, entry in _computed(notation):
        asked = Asked(typed(notation, entry), entry)
        every[asked.name] = asked
        group = _group(notation, quantity)
        if group:
            by_group[group].append(asked)
    found: set[str] = set()
    for item in wanted:
        name = item.replace("+", "_new")
        if item in by_group:
            if not by_group[item]:
                raise Wrong(("vary", "asked"), f"this network has no {item}")
            found |= {asked.name for asked in by_group[item]}
        elif name in every:
            found.add(name)
        else:
            known = ", ".join([*GROUPS, *every])
            raise Wrong(("vary", "asked"), f"{item!r} is no value of this network; known: {known}")
    return tuple(asked for name, asked in every.items() if name in found)


def typed(notation: Notation, entry: Expr) -> str:
    """An entry's name in letters, digits and _: delta_o1, w5_new, dE_dw5."""
    quantity = notation.program.get(head(entry))
    if quantity.role is Role.ADJOINT and notation.program.get(quantity.of).role is not Role.NET:
        owner = notation.program.get(quantity.of)[entry.indices if isinstance(entry, Indexed) else ()]
        loss = notation.name(notation.program.loss.generic).base
        return f"d{loss}_d{typed(notation, owner)}"
    name = notation.name(entry)
    sub = "".join("_" if part == "," else part for part in name.sub)
    joined = name.base + ("_" if sub and not (len(name.base) == 1 and sub.isdigit()) else "") + sub
    above = (("new" if part == "+" else part.strip("()")) for part in name.sup)
    return "_".join([joined, *above])


def _computed(notation: Notation) -> Iterator[tuple[Quantity, Expr]]:
    """Every entry that is computed, in reading order."""
    expansion = notation.expansion
    if expansion is not None:
        for step in notation.program.steps:
            for entry in expansion.entries(step.quantity.name):
                yield step.quantity, entry


def _group(notation: Notation, quantity: Quantity) -> str:
    program = notation.program
    if quantity.role is Role.ADJOINT:
        owner = program.get(quantity.of)
        if owner.role is Role.NET:
            return "error signals"
        trained = {updated.of for updated in program.all(Role.UPDATED)}
        return "gradients" if owner.role in TRAINABLE and (owner.name in trained or not trained) else ""
    by_role = {Role.NET: "net inputs", Role.OUT: "outputs", Role.LOSS: "loss", Role.UPDATED: "updated"}
    return by_role.get(quantity.role, "")
