"""Which mistakes could have led to an entry: at its own step, at an earlier one, out of habit, or two at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, count
from typing import TYPE_CHECKING

from bpsym.mistakes import wrongs
from bpsym.program import head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sympy import Expr

    from bpsym.expand import Expansion, ScalarStep
    from bpsym.mistakes.rule import Rule, Wrong

FAR = 200  # steps looked back over for a single mistake
NEAR = 4  # ... for two at once: the factors of one product
LARGE = 64  # entries in a step nobody writes out by hand: no slip is looked for in it, save where it is asked about


@dataclass(frozen=True)
class Mistake:
    """Steps gone wrong: one; several in the same way (a habit); or two in different ways."""

    made: tuple[tuple[Rule, Wrong], ...]  # where two are made at one step, the second holds both

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules broken, each once."""
        return tuple({rule.id: rule for rule, _ in self.made}.values())

    @property
    def steps(self) -> dict[Expr, ScalarStep]:
        """The wrong steps by what they define."""
        return {wrong.step.out: wrong.step for _, wrong in self.made}

    @property
    def specificity(self) -> int:
        """That of its least specific rule."""
        return min(rule.specificity for rule, _ in self.made)

    @property
    def key(self) -> tuple[tuple[str, str, Expr], ...]:
        """What tells mistakes of one expansion apart."""
        return tuple((rule.id, wrong.kind, wrong.step.out) for rule, wrong in self.made)


@dataclass(frozen=True)
class Candidates:
    """The mistakes of one expansion, found when asked for and kept."""

    expansion: Expansion
    _at: dict[Expr, tuple[Mistake, ...]] = field(default_factory=dict, repr=False, compare=False)
    _twice: dict[Expr, tuple[list[Mistake], Iterator[Mistake]]] = field(default_factory=dict, repr=False, compare=False)

    def at(self, entry: Expr) -> tuple[Mistake, ...]:
        """Every mistake at the step that defines the entry; none for an input."""
        if entry not in self._at:
            step = self.expansion.step(entry)
            found = wrongs(self.expansion, step) if step is not None else ()
            self._at[entry] = tuple(Mistake((made,)) for made in found)
        return self._at[entry]

    def before(self, entry: Expr, far: int = FAR) -> Iterator[Mistake]:
        """Every mistake at one of the steps the entry rests on, the nearest first."""
        for step in self.nearest(entry, far):
            yield from self.at(step.out)

    def habits(self, entry: Expr, far: int = FAR) -> Iterator[Mistake]:
        """The same mistake at several steps the entry rests on: in all of one quantity, or wherever it can be made."""
        steps = [step.out for step in self.nearest(entry, far)]
        singles = [mistake.made[0] for out in (*steps, entry) for mistake in self.at(out)]
        in_one = _grouped(singles, lambda rule, wrong: (rule.id, wrong.kind, head(wrong.step.out)))
        anywhere = _grouped(singles, lambda rule, wrong: (rule.id, wrong.kind))
        for group in (*in_one, *(g for g in anywhere if len({head(w.step.out) for _, w in g}) > 1)):
            if len({wrong.step.out for _, wrong in group}) == len(group) > 1:
                yield Mistake(tuple(group))

    def one_of_each(self, entry: Expr, far: int = FAR) -> Iterator[Mistake]:
        """The nearest mistake of every rule that bears on the entry: what homework has to tell apart."""
        seen: set[str] = set()
        for mistake in (*self.at(entry), *self.before(entry, far)):
            if mistake.rules[0].id not in seen:
                seen.add(mistake.rules[0].id)
                yield mistake

    def pairs(self, entry: Expr, near: int = NEAR) -> Iterator[Mistake]:
        """Two mistakes at once: both at the entry's own step, or at two of the steps nearest to it."""
        found, rest = self._twice.setdefault(entry, ([], self._two_at(entry)))  # most work, and asked for again
        for place in count():
            if place == len(found):
                following = next(rest, None)
                if following is None:
                    break
                found.append(following)
            yield found[place]
        places = (entry, *(step.out for step in self.nearest(entry, near)))
        for here, there in combinations(places, 2):
            for last in self.at(here):
                yield from (Mistake((*first.made, *last.made)) for first in self.at(there))

    def _two_at(self, entry: Expr) -> Iterator[Mistake]:
        """Two mistakes at the entry's own step."""
        seen = {mistake.made[0][1].expr for mistake in self.at(entry)}
        for first in self.at(entry):
            rule, wrong = first.made[0]
            for second in wrongs(self.expansion, wrong.step):
                if second[0] is not rule and second[1].expr not in seen:
                    seen.add(second[1].expr)
                    yield Mistake((*first.made, second))

    def nearest(self, entry: Expr, count: int) -> list[ScalarStep]:
        """The steps an entry rests on, the last one first; without its own."""
        steps = self.expansion.order((entry,))[-2::-1]
        return [step for step in steps[:count] if len(step.uses) <= LARGE]


def procedure(expansion: Expansion, rule: Rule, kind: str = "") -> Expansion:
    """The expansion in which a mistake is made wherever it can be: what training with it comes to.

    Of several ways to make it at a step the one of that kind is taken. It writes out every step, so it is for networks
    of the size people work by hand.
    """
    return expansion.rewritten(
        wrong.step for step in list(expansion.steps()) for wrong in rule.wrong(expansion, step) if wrong.kind == kind
    )


def _grouped(
    singles: Iterable[tuple[Rule, Wrong]], key: Callable[[Rule, Wrong], tuple[str, ...]]
) -> list[list[tuple[Rule, Wrong]]]:
    groups: dict[tuple[str, ...], list[tuple[Rule, Wrong]]] = {}
    for rule, wrong in singles:
        groups.setdefault(key(rule, wrong), []).append((rule, wrong))
    return list(groups.values())
