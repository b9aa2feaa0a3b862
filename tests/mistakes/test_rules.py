"""Every mistake rule: its conventions, its executed examples, and its figures against formulas computed by hand."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bpsym.mistakes
from bpsym.mistakes import Rule, rules, wrongs
from bpsym.mistakes.candidates import Mistake
from bpsym.mistakes.words import say
from bpsym.spec.schema import LANGUAGES
from mistakes.by_hand import BY_HAND, NETWORKS, RIGHT
from mistakes.described import DESCRIBED, entry, network, shown

if TYPE_CHECKING:
    from types import ModuleType

    from sympy import Expr

    from bpsym.rounding import Value

EXAMPLE = re.compile(r"^    (Good|Bad): (.+?) = (-?[\d.]+)(?:, from (.+) on)?$")
NETWORK = re.compile(r"^On the network (.+):$")


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
    assert english.done == ("The derivative of the activation, (1 - out_o[1])*out_o[1] = 0.186815602, was left out.")
    assert chinese.done == "漏乘了激活函数的导数 (1 - out_o[1])*out_o[1] = 0.186815602。"
    assert english.right.startswith("d_net_o[1] = ")
    assert english.right.endswith(" = 0.138498562")


@pytest.mark.parametrize("name", DESCRIBED)
def test_kinds_tell_ways_apart(name: str) -> None:
    """Two ways to break a rule at one step never have the same kind."""
    for step in network(name).environment.expansion.steps():
        keys = [mistake.key for mistake in network(name).candidates.at(step.out)]
        assert len(keys) == len(set(keys))


def test_single_mistake_has_one_rule() -> None:
    """A mistake at one step knows its rule, its step and how specific it is."""
    there = network("2-2-2")
    mistake = there.candidates.at(entry("2-2-2", "d_net_o[1]"))[0]
    assert isinstance(mistake, Mistake)
    assert [rule.id for rule in mistake.rules] == ["activation-derivative-forgotten"]
    assert list(mistake.steps) == [entry("2-2-2", "d_net_o[1]")]
    assert mistake.specificity == mistake.rules[0].specificity
