"""Every mistake rule: its conventions, its executed examples, and its figures against formulas computed by hand."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flint import fmpq

import bpsym.mistakes
from bpsym.backprop import backprop
from bpsym.evaluate import Environment
from bpsym.expand import Expansion
from bpsym.mistakes import LANGUAGES, Rule, rules, wrongs
from bpsym.mistakes.candidates import Mistake
from bpsym.mistakes.values import Mistakes
from bpsym.mistakes.words import say
from bpsym.networks import Layer, convolutional, dense, recurrent
from bpsym.networks.equations import size
from bpsym.update import with_update
from mistakes.by_hand import BY_HAND, NETWORKS, RIGHT

if TYPE_CHECKING:
    from types import ModuleType

    from sympy import Expr

    from bpsym.program import Program
    from bpsym.rounding import Value

SHARED = {"bias": "shared"}
WH, WO = "0.15 0.20 0.25 0.30", "0.40 0.45 0.50 0.55"
DENSE = {"x": "0.05 0.10", "target": "0.01 0.99", "W_h": WH, "W_o": WO, "b_h": "0.35", "b_o": "0.60", "eta": "0.5"}
WIDE = {**DENSE, "target": "0 1 0", "W_o": WO + " -0.30 0.20"}
SOFT = {**WIDE, "target": "0.1 0.7 0.2"}
BATCH = {**DENSE, "x": "0.05 0.10 0.10 0.05", "target": "0.01 0.99 0.99 0.01"}
SIZES = {"i": 2, "h": 2, "o": 2}


def two_layers(hidden: str, output: str, loss: str, **options: bool | str) -> Program:
    """A network with a shared bias in each layer."""
    return dense([Layer("h", hidden, **SHARED), Layer("o", output, **SHARED)], loss, **options)  # type: ignore[arg-type]  # options are dense's own


# name -> program, sizes, given values in the order of their indices
DESCRIBED: dict[str, tuple[Program, dict[str, int], dict[str, str]]] = {
    "2-2-2": (two_layers("sigmoid", "sigmoid", "half-squared-error"), SIZES, DENSE),
    "cross-entropy": (two_layers("sigmoid", "sigmoid", "binary-cross-entropy"), SIZES, DENSE),
    "softmax": (two_layers("sigmoid", "softmax", "cross-entropy"), {**SIZES, "o": 3}, SOFT),
    "three-outputs": (two_layers("sigmoid", "sigmoid", "half-squared-error"), {**SIZES, "o": 3}, WIDE),
    "tanh": (two_layers("tanh", "identity", "mean-squared-error"), SIZES, DENSE),
    "batch": (
        two_layers("sigmoid", "sigmoid", "half-squared-error", batch=True, reduction="mean"),
        {**SIZES, "s": 2},
        BATCH,
    ),
    "decay": (two_layers("sigmoid", "sigmoid", "half-squared-error", decay=True), SIZES, {**DENSE, "lambda": "0.1"}),
    "recurrent": (
        recurrent(Layer("h", "tanh", **SHARED), Layer("o", "identity", **SHARED), "half-squared-error"),
        {"i": 1, "h": 1, "o": 1, "t": 3},
        {
            "x": "0.5 0.1 0.9", "target": "0.2 0.4 0.6", "W_h": "0.3", "V_h": "-0.4", "W_o": "0.7",
            "b_h": "0.1", "b_o": "0.2", "start_h": "0.3", "eta": "0.5",
        },
    ),
    "convolution": (
        convolutional(Layer("h", "relu", **SHARED), Layer("o", "sigmoid", **SHARED), "mean-squared-error"),
        {"i": 4, "h": 1, "q": 2, "o": 1},
        {"x": "0.1 0.2 0.3 0.4", "target": "1", "W_h": "0.5 -0.2", "W_o": "0.4 0.3 0.2", "b_h": "0.1", "b_o": "0.2",
         "eta": "0.5"},
    ),
}  # fmt: skip

EXAMPLE = re.compile(r"^    (Good|Bad): (.+?) = (-?[\d.]+)(?:, from (.+) on)?$")
NETWORK = re.compile(r"^On the network (.+):$")


@cache
def network(name: str) -> Mistakes:
    """The mistakes of one network with its numbers."""
    program, sizes, given = DESCRIBED[name]
    expansion = Expansion(with_update(backprop(program)), {size(layer): n for layer, n in sizes.items()})
    values: dict[Expr, fmpq] = {}
    for quantity, numbers in given.items():
        digits = [fmpq(int(n.replace(".", "")), 10 ** len(n.partition(".")[2])) for n in numbers.split()]
        values |= dict(zip(expansion.entries(quantity), digits, strict=True))
    return Mistakes.of(Environment(expansion, values))


def entry(name: str, written: str) -> Expr:
    """The entry a test writes as `W_o[1, 2]`."""
    head, _, indices = written.partition("[")
    places = tuple(int(index) for index in indices.rstrip("]").split(",")) if indices else ()
    return network(name).environment.expansion.program.get(head)[places]


def module_of(rule: Rule) -> ModuleType:
    """The file a rule stands in."""
    return import_module(rule.wrong.__module__)


def examples(rule: Rule) -> list[tuple[str, str, str, str, str]]:
    """The examples of a rule's file: network, Good or Bad, entry, figure, and where the mistake is made."""
    found, name = [], ""
    for line in (module_of(rule).__doc__ or "").splitlines():
        if heading := NETWORK.match(line):
            name = heading[1]
        elif example := EXAMPLE.match(line):
            found.append((name, example[1], example[2], example[3], example[4] or example[2]))
    return found


def figures(name: str, rule: Rule, written: str, place: str) -> list[Value]:
    """What every way to break the rule at `place` makes of an entry."""
    there = network(name)
    made = [mistake for mistake in there.candidates.at(entry(name, place)) if mistake.rules == (rule,)]
    return [value for mistake in made if (value := there.value(mistake, entry(name, written))) is not None]


def shown(value: Value) -> str:
    """Nine places."""
    return f"{float(value):.9f}"


EVERY = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)


def test_every_file_is_registered() -> None:
    """The registry lists each file with a rule once, and ids are unique."""
    folder = Path(bpsym.mistakes.__file__).parent
    parts = ("forward", "loss", "backward", "update")
    files = [path.stem for part in parts for path in (folder / part).glob("[a-z]*.py")]
    assert sorted(rule.id.replace("-", "_") for rule in rules()) == sorted(files)


@EVERY
def test_conventions(rule: Rule) -> None:
    """The id is the file's name, both languages say something of their own, and the file shows an example."""
    assert module_of(rule).__name__.rpartition(".")[2] == rule.id.replace("-", "_")
    assert set(rule.texts) == set(LANGUAGES)
    assert 0 < rule.specificity < 100
    chinese = rule.texts["zh"]
    for part in (chinese.title, chinese.done, chinese.fix):
        assert re.search("[一-鿿]", part)
    assert chinese.done.endswith("。")
    assert rule.texts["en"].done.endswith(".")
    assert {kind for _, kind, *_ in examples(rule)} == {"Good", "Bad"}


@EVERY
def test_examples_run(rule: Rule) -> None:
    """The Good figures of a file are what the network gives, the Bad ones what the rule makes of it."""
    for name, kind, written, figure, place in examples(rule):
        right = shown(network(name).environment[entry(name, written)])
        if kind == "Good":
            assert right == figure
        else:
            assert figure in [shown(value) for value in figures(name, rule, written, place)]
            assert figure != right


@EVERY
def test_examples_agree_with_hand_formulas(rule: Rule) -> None:
    """Every figure in a file is what a formula written by hand gives in plain floats."""
    for name, kind, written, figure, _ in examples(rule):
        formula = RIGHT[name, written] if kind == "Good" else BY_HAND[rule.id, name, written]
        assert formula(NETWORKS[name]) == pytest.approx(float(figure), abs=6e-10, rel=0)


def test_every_hand_formula_is_an_example() -> None:
    """No hand formula is left unused."""
    used = {(rule.id, name, written) for rule in rules() for name, kind, written, *_ in examples(rule) if kind == "Bad"}
    assert used == set(BY_HAND)


# Rules whose figure is the right one at some entry of a network, and why.
UPDATES = {"gradient-ascent", "learning-rate-forgotten", "learning-rate-twice", "not-updated"}
HIDDEN = {
    "three-outputs": {"wrong-target"},  # two targets are alike
    "softmax": {"bias-gradient-times-input", *UPDATES},  # error signals add up to 0, and so to a shared bias's gradient
    "convolution": {  # every net input is positive, where a rectifier does nothing
        "activation-forgotten",
        "wrong-activation",
        "net-for-out",
        "activation-derivative-forgotten",
        "wrong-activation-derivative",
        "derivative-of-another-unit",
    },
}


@pytest.mark.parametrize("name", DESCRIBED)
def test_wrong_differs_from_right(name: str) -> None:
    """Wherever a rule applies its figure is not the right one, save where the numbers hide it."""
    there = network(name)
    hidden = {
        rule.id
        for step in there.environment.expansion.steps()
        for rule, _, value in there.local(step.out)
        if shown(value) == shown(there.environment[step.out])
    }
    assert hidden == HIDDEN.get(name, set())


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_have_every_field(rule: Rule, language: str) -> None:
    """On every network the texts find all their fields, and leave no brace behind."""
    said = 0
    for name in DESCRIBED:
        expansion = network(name).environment.expansion
        for step in expansion.steps():
            for wrong in rule.wrong(expansion, step):
                words = say(rule, wrong, step, language, str, lambda _: "0.5")
                for part in (words.title, words.done, words.fix, words.right):
                    assert part
                    assert not set("{}") & set(part)
                said += 1
    assert said > 0


def test_words() -> None:
    """A forgotten derivative is told with its formula and its number, in both languages."""
    there = network("2-2-2")
    step = there.environment.expansion.step(entry("2-2-2", "d_net_o[1]"))
    assert step is not None
    rule, wrong = next(each for each in wrongs(there.environment.expansion, step) if each[0].id.endswith("-forgotten"))

    def number(expr: Expr) -> str:
        return shown(there.environment.of(expr))

    english, chinese = (say(rule, wrong, step, language, str, number) for language in LANGUAGES)
    assert english.done == (
        "The derivative of the activation, (1 - out_o[1])*out_o[1] = 0.186815602, was left out."
    )
    assert chinese.done == "漏乘了激活函数的导数 (1 - out_o[1])*out_o[1] = 0.186815602。"
    assert english.right.startswith("d_net_o[1] = ")
    assert english.right.endswith(" = 0.138498562")


def test_single_mistake_has_one_rule() -> None:
    """A mistake at one step knows its rule, its step and how specific it is."""
    there = network("2-2-2")
    mistake = there.candidates.at(entry("2-2-2", "d_net_o[1]"))[0]
    assert isinstance(mistake, Mistake)
    assert [rule.id for rule in mistake.rules] == ["activation-derivative-forgotten"]
    assert list(mistake.steps) == [entry("2-2-2", "d_net_o[1]")]
    assert mistake.specificity == mistake.rules[0].specificity
