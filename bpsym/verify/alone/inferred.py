"""The description a document's own numbers amount to, where they fill a fully connected network.

Most who work an example write down the formula of one unit, and of the others only figures. Where the weights, biases,
inputs and targets a document gives are those of a network of some size, and the figures it prints are figures of that
network, it is read by its description.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from flint import fmpq
from msgspec.structs import replace

from bpsym.errors import BpsymError
from bpsym.networks import layer_names
from bpsym.networks.equations import NONE
from bpsym.program import Role, head
from bpsym.rounding import ends
from bpsym.spec.api import Network
from bpsym.verify.alone.known import figures_of
from bpsym.verify.alone.structures import NETS, decimal, given_as, structures, without_entries
from bpsym.verify.alone.typical import functions_of
from bpsym.verify.bind import Told
from bpsym.verify.check.culprit import stands_for
from bpsym.verify.check.terms import Kind, kind_of, leaves, middle, touches
from bpsym.verify.check.verdicts import BAD, PROVED, Verdict, by_statement
from bpsym.verify.effort import spend
from bpsym.verify.givens import Completed
from bpsym.verify.meaning.arrays import scalars
from bpsym.verify.meaning.collecting import said_in
from bpsym.verify.meaning.described import LOSSES
from bpsym.verify.meaning.followed import followed
from bpsym.verify.meaning.keys import RATES, SIGNALS, Key, key
from bpsym.verify.meaning.network import NO_VALUES
from bpsym.verify.meaning.signals import slope_by
from bpsym.verify.tree import Name, Span, covering, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sympy import Expr as Atom

    from bpsym.spec import Description
    from bpsym.verify.alone.structures import Structure
    from bpsym.verify.check.verdicts import Judgement
    from bpsym.verify.meaning.arrays import Scalar
    from bpsym.verify.meaning.described import Table
    from bpsym.verify.tree import Document, Expr, Statement

MOST_STRUCTURES = 4
MOST_FORMULAS = 1  # that are wrong by a network, and right by the document: more mean that its names are others
DIGITS = 3  # of a figure that tells
SLACK = fmpq(3, 2)  # units of its last digit it may be off
ENOUGH = 4  # figures a document shares with its network
TRIAL = 5_000  # units of work to try a network on the figures, its structure built before
_WORDS = re.compile(
    r"(?P<sigmoid>sigmo[iï]d|logisti[ck]|сигмоид|シグモイド|시그모이드)|(?P<tanh>tanh|双曲正切)|(?P<relu>\brelu\b)"
    r"|(?P<softmax>\bsoftmax\b)",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"(?:learning[ -]rate|step size|lernrate|schrittweite|(?:taux|pas) d['’]apprentissage|tasa de aprendizaje"
    r"|taxa de aprendiza(?:do|gem)|скорость обучения|学[习習]率|學習率|학습률)[^\d\n.;]{0,24}(\d*[.,]?\d+)",
    re.IGNORECASE,
)
_SQUARED = ("half-squared-error", "mean-squared-error")
_LOSSES = {"softmax": ("cross-entropy",), "sigmoid": (*_SQUARED, "binary-cross-entropy")}


class Trial(NamedTuple):
    """A network the document may be about."""

    structure: Structure
    activations: tuple[str, ...]
    loss: str
    rate: Decimal | None
    biases: str = "frozen"  # what becomes of them


class Inferred(NamedTuple):
    """The network a document works, and what its names mean."""

    network: Description
    told: Told


class Figures(NamedTuple):
    """What a document's figures may stand for."""

    telling: list[tuple[fmpq, fmpq]]  # those with digits enough, of people who round at each step too
    exact: frozenset[fmpq]  # all of them, as they stand: 1.5 tells that a unit is shown where it is just that


class Explained(NamedTuple):
    """What of a document a network accounts for."""

    figures: int
    units: bool  # half the units of every layer
    behind: bool  # something of the loss, or of its derivatives


Best = tuple[Trial, "Description", Explained]


def inferred(document: Document) -> Inferred | None:
    """The network a document works, by its own numbers; None where these make none, or the figures are not its own."""
    sources = said_in(document).sources
    given = without_entries({k: found for k in sources.numbers if (found := given_as(k, sources)) is not None})
    figures = _figures(document)
    rates = (Key(base) for base in RATES if Key(base) not in sources.several)
    rate = next((decimal(given[name].numbers[0]) for name in rates if name in given), None)
    sized = islice(structures(given), MOST_STRUCTURES)
    each = [(structure, names) for structure in sized for names in _activations(document, structure)]
    by_loss = ([Trial(s, names, loss, rate) for s, names in each for loss in _losses(names)[k:][:1]] for k in range(2))
    plain = next((best for trials in by_loss if (best := _best(trials, figures)) is not None), None)
    if plain is None:
        return None
    structure, names = plain[0].structure, plain[0].activations
    kinds = ("frozen",) if structure.bias == NONE else ("frozen", "updated")
    steps = (rate,) if rate or sources.several & {Key(base) for base in RATES} else (None, *_said_rate(document.text))
    best = _best([Trial(structure, names, *rest) for rest in product(_losses(names), steps, kinds)], figures)
    if best is not None and best[0].biases == "frozen" and best[0].rate and len(kinds) > 1:
        best = _moved_too(best, figures) or best
    if best is None or not best[2].behind:
        return None
    opposite = _opposite_signals(document, best[1], structure.names)
    meant = {name: values for name, values in structure.names.items() if name not in opposite}
    return Inferred(best[1], Told(meant, opposite, structure.through))


def _opposite_signals(document: Document, network: Description, names: Table) -> dict[Key, Expr]:
    """The δ among some names as -∂E/∂net, where more of their figures say so than say the contrary."""
    environment = followed(network).network.environment()
    score = 0
    for statement in document.statements:
        first, last = statement.terms[0], statement.terms[-1]
        values = names.get(key(first)) if isinstance(first, Name) and first.base in SIGNALS else None
        shown = list(leaves(last)) if kind_of(last) is Kind.NUMBER else []
        if values and len(shown) == 1 and shown[0] is not None:
            value = environment[scalars(values[0])[0]]
            score += touches(value, shown[0].near()) - touches(-value, shown[0].near())
    units = [name for name in names if name.base in SIGNALS] if score < 0 else []
    loss = Name(Span(0, 0), LOSSES[0])
    return {name: slope_by(loss, Key(NETS[0], name.sub), -1) for name in units}


def _losses(names: Sequence[str]) -> Sequence[str]:
    return _LOSSES.get(names[-1], _SQUARED)


def _said_rate(text: str) -> tuple[Decimal, ...]:
    """The learning rate where words alone tell it, and only one."""
    found = {Decimal(match[1].replace(",", ".")) for match in _RATE.finditer(text)}
    return tuple(found) if len(found) == 1 else ()


def _best(trials: Sequence[Trial], figures: Figures) -> Best | None:
    """The network that explains most figures, the first of equals; None where none has enough of them."""
    best = None
    most = ENOUGH - 1
    for trial in trials:
        spend(TRIAL)
        units, bias, numbers, *_ = trial.structure
        training = {"rate": trial.rate, "biases": trial.biases} if trial.rate else None
        try:
            network = Network(
                *units, activation=list(trial.activations), bias=bias, loss=trial.loss, given=numbers, training=training
            )
        except BpsymError:  # softmax of one unit
            continue
        found = _explained(network, figures)
        if found.units and found.figures > most:
            best, most = (trial, network, found), found.figures
    return best


def _moved_too(found: Best, figures: Figures) -> Best | None:
    """The same with its biases updated, where that has more figures of the pass after the step; None where it has not.

    New biases are often left to code, or to words.
    """
    trial, frozen, _ = found
    moving = _best([trial._replace(biases="updated")], figures)
    if moving is None:
        return None
    before = _outcome(frozen)
    left = [figure for figure in figures.telling if not any(touches(value, figure) for value in before)]
    still, moved = (_outcome(stepped(network)) for network in (frozen, moving[1]))
    hits = [sum(any(touches(value, figure) for figure in left) for value in values) for values in (still, moved)]
    return moving if hits[1] > hits[0] else None


def _outcome(network: Description) -> list[Scalar]:
    """The outputs of the last layer, and the loss."""
    environment = followed(network).network.environment()
    outputs = f"out_{layer_names(len(network.layers))[-1]}"
    values: list[Scalar] = []
    for step in environment.expansion.steps():
        if step.step.section == "loss" or str(head(step.out)) == outputs:
            with suppress(*NO_VALUES):
                values.append(environment[step.out])
    return values


def stepped(network: Description) -> Description:
    """The same network after one step of gradient descent."""
    known = followed(network).network
    environment, program = known.environment(), known.expansion.program
    replaced: dict[Atom, fmpq] = dict(network.replaced) if isinstance(network, Completed) else {}
    for quantity in program.inputs:
        for entry in known.expansion.entries(quantity.name) if quantity.role in (Role.WEIGHT, Role.BIAS) else ():
            new = known.updated(entry)
            if new is not None:
                try:
                    replaced[entry], _ = ends(middle(environment[new]))
                except NO_VALUES:
                    continue
    whole = network.whole
    return Completed(whole.spec, whole.name, whole, replaced)


def _figures(document: Document) -> Figures:
    every = {(s.value, s.ulp, s.number.digits) for s in figures_of(document.statements)}
    telling = {(value, ulp) for value, ulp, digits in every if digits >= DIGITS}
    ranges = [(value - SLACK * ulp, value + SLACK * ulp) for value, ulp in telling]
    return Figures(ranges, frozenset(value for value, _, _ in every))


def _explained(network: Description, figures: Figures) -> Explained:
    environment = followed(network).network.environment()
    explained: set[tuple[fmpq, fmpq]] = set()
    shown: Counter[str] = Counter()
    for step in environment.expansion.steps():
        with suppress(*NO_VALUES):
            value = environment[step.out]
            found = [figure for figure in figures.telling if touches(value, figure)]
            explained.update(found)
            shown[str(head(step.out))] += bool(found) or (isinstance(value, fmpq) and value in figures.exact)
    layers = [
        (max(shown[f"net_{name}"], shown[f"out_{name}"]), int(layer.units))
        for name, layer in zip(layer_names(len(network.layers)), network.spec.network.layers, strict=True)
    ]
    behind = any(hits for name, hits in shown.items() if not name.startswith(("net_", "out_")))
    return Explained(len(explained), all(2 * hits >= units for hits, units in layers), behind)


def _activations(document: Document, structure: Structure) -> Iterator[tuple[str, ...]]:
    """What the units may be: the functions a document names, the same throughout first."""
    named = [name for s in document.statements for t in s.terms for name in functions_of(t)]
    named += [found.lastgroup or "" for found in _WORDS.finditer(document.text)]
    named += ["sigmoid", "softmax"] if "e" in named else []
    known = [name for name in ("sigmoid", "tanh", "relu", "softmax") if name in named] or ["sigmoid"]
    inner = [name for name in known if name != "softmax"]
    for hidden in inner or ("identity",):
        for last in dict.fromkeys((hidden, *known, "identity")):
            yield (hidden,) * (len(structure.units) - 2) + (last,)


def agreed(
    document: Document, own: Sequence[Judgement], theirs: Sequence[Judgement], *, steps: bool
) -> list[Judgement] | None:
    """The claims of a description, those it leaves open as the document by itself has them; no others of the document.

    `steps`: whether it knows the learning rate. None where it calls something wrong that the document proves: its names
    stand for something else.
    """
    judged = {j.span: j for j in own}
    grouped = [*zip(document.statements, by_statement(document.statements, theirs), strict=True)]
    said = {claim.span: statement for statement, claims in grouped for claim in claims}
    shown = covering([s.span for s, claims in grouped if _comes_to_what_it_should(s, claims)])
    found: list[Judgement] = []
    formulas: set[Span] = set()
    for claim in theirs:
        if claim.rule == "operand" and stands_for(claim.details["truth"][0], claim.details["shown"]):
            continue  # as far as its digits go, it is what ought to stand there
        before, statement = judged.get(claim.span, claim), said.get(claim.span)
        is_new = claim.verdict in BAD and before.verdict not in BAD
        is_open = is_new and not steps and statement is not None and _is_step(statement)
        if is_open or claim.verdict is Verdict.UNDECIDED:
            found.append(before)
        elif claim.verdict is Verdict.WRONG and before.verdict in PROVED and not _is_first(statement, claim):
            return None
        elif is_new and statement is not None and kind_of(statement.terms[1]) is Kind.NUMBER:
            found.append(replace(claim, details={**claim.details, "only by figures": True}))
        else:
            found.append(claim)
            is_told = shown(claim.span.start) and before.verdict not in PROVED
            if is_new and "left" in claim.details and not is_told:
                formulas.add(claim.span)
    if len(formulas) <= MOST_FORMULAS:
        return found
    if any(judged[span].verdict in PROVED for span in formulas & judged.keys()):
        return None
    return [judged.get(j.span, j) if j.span in formulas else j for j in found]  # laws of another network


def _comes_to_what_it_should(statement: Statement, claims: Sequence[Judgement]) -> bool:
    """Whether the figures a statement ends with are right: what it is about is no other quantity."""
    last = statement.terms[-1].span
    figures = [j.verdict for j in claims if last.start <= j.span.start < last.end]
    return kind_of(statement.terms[-1]) is Kind.NUMBER and bool(figures) and all(v in PROVED for v in figures)


def _is_first(statement: Statement | None, claim: Judgement) -> bool:
    """Whether a claim is of the first thing that is said of a name: by itself that is right whatever stands there."""
    if statement is None or not isinstance(statement.terms[0], Name):
        return False
    return statement.terms[1].span.start <= claim.span.start < statement.terms[1].span.end


def _is_step(statement: Statement) -> bool:
    """Whether it says what becomes of a parameter: w⁺ = …, or w = w - …."""
    first, *others = statement.terms
    names = {key(node) for term in others for node in walk(term) if isinstance(node, Name)}
    return isinstance(first, Name) and (key(first).new or key(first) in names)
