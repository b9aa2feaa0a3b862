"""The names of bpsym's own sheets, made by `bpsym.notation`: of entries, of entries at index letters, of matrices.

At index letters the letter tells the layer: `out_j` is a hidden unit's, `out_k` an output's. A described document whose
names are those of one family is read by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from sympy import Expr, Indexed, Integer, Symbol

from bpsym.notation import NOTATIONS, Notation
from bpsym.notation import Name as Printed
from bpsym.program import Quantity, Role, Step, head
from bpsym.verify.meaning.arrays import Array, Value
from bpsym.verify.meaning.keys import Key, key
from bpsym.verify.tree import BigSum, Document, Name, Span, nodes, walk
from bpsym.verify.tree import Expr as Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bpsym.expand import Expansion

LEAD = ("s", "t")  # sample and time stay indices where the rest is a column or a matrix
MOST_PLACES = 96  # combinations of index letters that are tried
ENOUGH = 0.8  # of a document's names


@dataclass(frozen=True)
class Family:
    """One family of names for one network."""

    expansion: Expansion
    names: Mapping[Key, Value]  # without index letters
    lettered: Mapping[Key, tuple[Quantity, tuple[Expr, ...]]]  # the quantity, and its indices from the first on
    sizes: Mapping[Key, int]
    _letters: dict[Key, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)
    _found: dict[tuple[Key, tuple[str, ...]], Value | None] = field(default_factory=dict, repr=False, compare=False)

    def atoms(self, name: Name, indices: Mapping[str, str]) -> Value | None:
        """What a name with index letters stands for, once each letter has a number; None for another name."""
        wanted = key(name)
        if wanted not in self.lettered:
            return None
        place = tuple(indices.get(letter, "") for letter in self.letters(wanted))
        if (wanted, place) not in self._found:
            self._found[wanted, place] = self._at(wanted, place)
        return self._found[wanted, place]

    def letters(self, wanted: Key) -> tuple[str, ...]:
        """The index letters of a name."""
        if wanted not in self._letters:
            _, at = self.lettered[wanted]
            letters = (letter for index in at for letter in sorted(index.free_symbols, key=str))
            self._letters[wanted] = tuple(dict.fromkeys(map(str, letters)))
        return self._letters[wanted]

    def places(self, trees: tuple[Tree, ...]) -> Iterator[dict[str, str]]:
        """What the free index letters of formulas may stand for: all entries, as far as these are few."""
        nodes = [node for tree in trees for node in walk(tree)]
        bound = {letter for node in nodes if isinstance(node, BigSum) for letter in node.index}
        ranges: dict[str, int] = {}
        for wanted in (key(node) for node in nodes if isinstance(node, Name)):
            if wanted in self.lettered:
                quantity, at = self.lettered[wanted]
                for index, length in zip(at, self.expansion.shape(quantity), strict=False):
                    if isinstance(index, Symbol) and str(index) not in bound:
                        ranges[str(index)] = length
        numbers = product(*(map(str, range(1, length + 1)) for length in ranges.values()))
        for _, place in zip(range(MOST_PLACES), numbers, strict=False):
            yield dict(zip(ranges, place, strict=True))

    def _at(self, wanted: Key, place: tuple[str, ...]) -> Value | None:
        quantity, at = self.lettered[wanted]
        if not all(number.isdecimal() for number in place):
            return None
        numbers = {Symbol(k): Integer(v) for k, v in zip(self.letters(wanted), place, strict=True)}
        first = [int(index.subs({s: numbers[Symbol(s.name)] for s in index.free_symbols})) for index in at]
        shape = self.expansion.shape(quantity)
        if quantity.initial and first and first[0] == int(quantity.axes[0].lower) - 1:
            quantity, first, shape = self.expansion.program.get(quantity.initial), first[1:], shape[1:]
        if any(not 1 <= index <= length for index, length in zip(first, shape, strict=False)):
            return None
        rest = shape[len(first) :]
        entries = tuple(
            self.expansion.entry(quantity, tuple(map(Integer, (*first, *more))))
            for more in product(*(range(1, length + 1) for length in rest))
        )
        return Array(rest, entries) if rest else entries[0]


def families(expansion: Expansion) -> tuple[Family, ...]:
    """What each notation calls the quantities of a network."""
    generics = tuple(dict.fromkeys(entry for step in expansion.program.steps for entry in _generics(step)))
    return tuple(_family(name, expansion, generics) for name in NOTATIONS)


def family_of(document: Document, families: tuple[Family, ...]) -> Family | None:
    """The family a document's names are of; None where they are of none."""
    names = {key(n) for n in nodes(document.statements) if isinstance(n, Name)}
    best, most = None, 0.0
    bases = {name.base for family in families for name in (*family.names, *family.lettered)}
    names = {name for name in names if name.base in bases and (name.sub or name.layer)}
    for family in families:
        known = sum(name in family.names or name in family.lettered or name in family.sizes for name in names)
        if known > most:
            best, most = family, known
    return best if best is not None and most >= ENOUGH * len(names) else None


def _family(name: str, expansion: Expansion, generics: Sequence[Expr]) -> Family:
    program = expansion.program
    numbered, lettered = Notation(name, program, expansion), Notation(name, program)
    names: dict[Key, Value] = {}
    patterns: dict[Key, tuple[Quantity, tuple[Expr, ...]]] = {}
    for quantity in program.quantities.values():
        if _is_named(program.quantities, quantity):
            for entry in expansion.entries(quantity.name):
                wanted = _key(numbered.name(entry))
                names.setdefault(wanted, entry)
                if wanted.layer:  # in code: out_o1_2
                    names.setdefault(wanted._replace(sub=(*wanted.sub, *wanted.layer), layer=()), entry)
    for entry in generics:
        quantity = program.get(head(entry))
        if not _is_named(program.quantities, quantity):
            continue
        indices = tuple(entry.indices) if isinstance(entry, Indexed) else ()
        if any(index.free_symbols for index in indices):
            patterns.setdefault(_key(lettered.name(entry)), (quantity, indices))
        lead = tuple(i for i, axis in zip(indices, quantity.axes, strict=True) if str(axis.index) in LEAD)
        whole = _key(_matrix(lettered, program.quantities, quantity, lead))
        if any(index.free_symbols for index in lead):
            patterns.setdefault(whole, (quantity, lead))
        elif quantity.axes and len(quantity.axes) <= 2:
            names.setdefault(whole, Array(expansion.shape(quantity), expansion.entries(quantity.name)))
    sizes = {_key(lettered.name(symbol)): number for symbol, number in expansion.sizes.items()}
    return Family(expansion, names, patterns, sizes)


def _is_named(quantities: Mapping[str, Quantity], quantity: Quantity) -> bool:
    """Whether it has a name: the adjoint of a net input is delta, any other a fraction."""
    return quantity.role is not Role.ADJOINT or quantities[quantity.of].role is Role.NET


def _generics(step: Step) -> Iterator[Expr]:
    """Every entry at index letters that is printed in an equation."""
    shown = [step.out, step.expr, *(form.expr for form in step.forms)]
    shown += [e for term in step.terms for e in (term.upstream, term.local, term.of, term.wrt)]
    for expr in shown:
        yield from expr.atoms(Indexed)
    if not isinstance(step.out, Indexed):
        yield step.out


def _matrix(
    notation: Notation, quantities: Mapping[str, Quantity], quantity: Quantity, lead: tuple[Expr, ...]
) -> Printed:
    if quantity.role is not Role.ADJOINT:
        return notation.matrix(quantity, lead)
    own = notation.matrix(quantities[quantity.of], lead)
    return Printed("delta", own.sub, own.sup)


def _key(name: Printed) -> Key:
    """The key a reader makes of a printed name."""
    below = "".join(name.sub).replace(" ", "")
    above = tuple(part.strip("()").replace(" ", "") for part in name.sup if part != "+")
    marks = ("+",) if "+" in name.sup else ()
    return key(Name(Span(0, 0), name.base, tuple(below.split(",")) if below else (), above, marks))
