"""A mistake in the method told in words: what was done, what is right, with the document's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.errors import BpsymError
from bpsym.notation import NET_OUT, Z_A, Notation
from bpsym.verify.check.terms import Shown
from bpsym.verify.meaning.keys import Key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sympy import Expr as Atom

    from bpsym.evaluate import Environment
    from bpsym.mistakes.rule import Rule, Wrong
    from bpsym.notation import Name
    from bpsym.rounding import Rounding
    from bpsym.verify.check.state import State
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.meaning.indices import Indices

DIGITS = 6  # significant digits of a number told beside a formula that shows none
MOST_DIGITS = 15


class Explanation(Struct, frozen=True):
    """The wrong steps that give what is written, and the numbers of the network they were made in."""

    made: tuple[tuple[Rule, Wrong], ...]
    environment: Environment
    notation: str  # the family of names the document uses
    names: Mapping[Atom, Name]  # what it calls its quantities

    @classmethod
    def of(cls, made: tuple[tuple[Rule, Wrong], ...], state: State, at: Indices) -> Explanation:
        """An explanation in the document's names, those with index letters at some indices, and in its numbers."""
        bases = _bases(state)
        family = Z_A if {"z", "a"} <= bases and not {"net", "out"} & bases else NET_OUT
        return cls(made, state.truth.environment, family, state.names(at))


def _bases(state: State) -> set[str]:
    """What the names begin with that the document has given a value."""
    found: set[str] = set()
    for subject in state.said.shown:
        parts = (subject,) if isinstance(subject, Key) else subject[1:]
        found |= {part.base for part in parts if isinstance(part, Key)}
    return found


def explained(judgement: Judgement, language: str) -> tuple[str, str]:
    """The mistakes' titles, and the sentences on what was done and what is right; empty where no mistake is known."""
    explanation = judgement.details.get("explanation")
    if not isinstance(explanation, Explanation):
        return "", ""
    titles, sentences = [], []
    for title, sentence in _told(explanation, _rounding(judgement), language):
        titles.append(title)
        sentences.append(sentence)
    joined = "；" if language == "zh" else "; "
    space = "" if language == "zh" else " "
    return joined.join(dict.fromkeys(titles)), space.join(dict.fromkeys(sentences))


def _told(explanation: Explanation, rounding: Rounding, language: str) -> Iterator[tuple[str, str]]:
    from bpsym.mistakes.words import say  # the printers and the mistakes are needed for few documents
    from bpsym.printing.syntax import PLAIN
    from bpsym.printing.writer import OTHERWISE, Writer

    environment = explanation.environment
    expansion = environment.expansion
    notation = Notation(explanation.notation, expansion.program, expansion, explanation.names)
    writer = Writer(notation, otherwise=OTHERWISE[language])

    def formula(expr: Atom) -> str:
        return PLAIN.write(writer.formula(expr))

    def number(expr: Atom) -> str:
        try:
            return environment.numeral(expr, rounding).text
        except BpsymError:  # nobody gave the numbers
            return formula(expr)

    space = "" if language == "zh" else " "
    told: set[str] = set()
    for rule, wrong in explanation.made:  # a habit is told of once, where it was first followed
        right = expansion.step(wrong.step.out)
        if right is None or rule.id in told:
            continue
        told.add(rule.id)
        said = say(rule, wrong, right, language, formula, number)
        end = "。" if language == "zh" else "."
        yield said.title, f"{said.done}{space}{said.fix}{space}{said.right}{end}"


def _rounding(judgement: Judgement) -> Rounding:
    """As many digits as the figure shows."""
    from bpsym.rounding import Rounding

    shown = judgement.details.get("shown")
    digits = shown.number.digits if isinstance(shown, Shown) else DIGITS
    return Rounding(None, significant=min(max(digits, DIGITS), MOST_DIGITS))
