"""`--given NAME=VALUE`: numbers a document leaves out, bound to its names however these are spelled.

`b1`, `b_1` and `b_{1}` are one name, as are `lr`, `\\eta` and `η`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from bpsym.notation import Name as PrintedName
from bpsym.program import Role
from bpsym.spec import Description
from bpsym.spec.values import Entries, Tensor
from bpsym.verify.meaning.arrays import Array
from bpsym.verify.meaning.followed import followed
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.read import read
from bpsym.verify.tree import Document, Name, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flint import fmpq
    from sympy import Expr

    from bpsym.expand import Expansion
    from bpsym.program import Program
    from bpsym.verify.meaning.indices import Indices
    from bpsym.verify.meaning.scope import Scope

RATES = frozenset(["eta", "lr", "alpha", "learningrate", "rate"])


@dataclass(frozen=True, eq=False)
class Completed(Description):
    """A description with some of its numbers replaced."""

    completed: Description
    replaced: Mapping[Expr, fmpq]

    @property
    def whole(self) -> Description:
        """The description itself."""
        return self.completed

    @property
    def program(self) -> Program:
        """The network, with its derivatives."""
        return self.completed.program

    @property
    def expansion(self) -> Expansion:
        """The same entry by entry."""
        return self.completed.expansion

    @cached_property
    def values(self) -> Entries[fmpq]:
        """The description's numbers, those replaced as they are now."""
        own = self.completed.values.tensors
        return Entries({name: Tensor(t.quantity, t.shape, self._flat(t)) for name, t in own.items()})

    def _flat(self, tensor: Tensor[fmpq]) -> tuple[fmpq, ...]:
        entries = Entries({"": tensor})
        return tuple(self.replaced.get(entry, number) for entry, number in zip(entries, tensor.flat, strict=True))


@dataclass(frozen=True)
class Givens:
    """Numbers by the letters and digits of their names."""

    numbers: Mapping[str, fmpq] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Mapping[str, fmpq]) -> Givens:
        """Numbers by names as people type them."""
        return cls({_typed(name): value for name, value in given.items()})

    def __bool__(self) -> bool:
        """Whether anything is given."""
        return bool(self.numbers)

    def get(self, name: Key) -> fmpq | None:
        """The number given for a name; None where there is none, or the name stands for what comes after an update."""
        wanted = _folded(name.text)
        return None if name.new else self.numbers.get("eta" if wanted in RATES else wanted)

    def described(self, description: Description) -> Description:
        """A description with the numbers given in the place of its own."""
        known = followed(description)
        expansion = known.network.expansion
        roles = (Role.WEIGHT, Role.BIAS, Role.INPUT, Role.TARGET, Role.RATE, Role.DECAY, Role.STATE)
        inputs = {e for q in expansion.program.inputs if q.role in roles for e in expansion.entries(q.name)}
        replaced = {}
        for wanted, candidates in known.spellings.items():
            number = self.get(wanted)
            atom = candidates[0] if candidates else None
            if number is not None and atom is not None and not isinstance(atom, Array) and atom in inputs:
                replaced[atom] = number
        return Completed(description.spec, description.name, description, replaced)


def unused(given: Mapping[str, fmpq], document: Document) -> Iterator[str]:
    """Names given that the document does not use."""
    names = {_folded(name.text) for name in names_of(document)}
    for name in given:
        wanted = _typed(name)
        if wanted not in names and not (wanted == "eta" and RATES & names):
            yield name


def names_of(document: Document) -> dict[Key, Name]:
    """Every name of a document with its first use, in order."""
    found: dict[Key, Name] = {}
    for statement in document.statements:
        for term in statement.terms:
            for node in walk(term):
                if isinstance(node, Name):
                    found.setdefault(key(node), node)
    return found


def names_at(document: Document, scope: Scope, at: Indices) -> dict[Expr, PrintedName]:
    """What a document calls the entries of its network: one of a list by its place, one at `at` by its letters."""
    found: dict[Expr, PrintedName] = {}
    parts: dict[Expr, PrintedName] = {}
    for wanted, name in names_of(document).items():
        value = None if wanted.new else scope.atoms(key(name, at))
        if isinstance(value, Array):
            axes = [[str(k) for k in range(1, n + 1)] if n > 1 else [""] for n in value.shape]
            for place, atom in zip(product(*axes), value.items, strict=True):
                parts.setdefault(atom, _printed(wanted, tuple(filter(None, place))))
        elif value is not None:
            found.setdefault(value, _printed(wanted))
    return {**parts, **found}


def _printed(name: Key, place: tuple[str, ...] = ()) -> PrintedName:
    sub = (*name.sub, *place)
    return PrintedName(name.base, tuple(part for k in sub for part in (",", k))[1:], name.layer)


def _typed(name: str) -> str:
    """The letters and digits of a name as the reader understands it."""
    statements = read(f"${name} = 1$".encode(), "given.md").statements
    first = statements[0].terms[0] if statements else None
    text = _folded(key(first).text if isinstance(first, Name) else name)
    return "eta" if text in RATES else text


def _folded(text: str) -> str:
    return "".join(c for c in text if c.isalnum())
