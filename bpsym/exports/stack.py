"""STACK questions for Moodle: one input a step, one potential response tree each, with follow-through.

The first node of a tree compares with the right value, the second with what follows from the student's own earlier
values, the others with the known mistakes. A blank or absurd earlier value earns no follow-through: the first is
replaced by the right one, the second switches the node off.
Source of the format: STACK's documentation (Authoring, "Potential response trees", "Answer tests: Numerical") and the
importer of its question type; NumAbsolute is |answer - value| < tolerance, so our tolerances are a hair wider.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bpsym.errors import BpsymError, choices
from bpsym.exports.markup import to_html
from bpsym.exports.model import NumericalKey, NumericalQuestion, Text
from bpsym.exports.numbers import decimal_text
from bpsym.exports.xmlfile import Element, add, document

# What a follow-through formula may call; everything else in it is a number, an earlier step or one of + - * / ^ ( ) ,
FUNCTIONS = frozenset({"exp", "log", "sqrt", "tanh", "erf", "signum", "abs", "max", "min"})
WORDS = frozenset({"if", "then", "else", "and"})
MAX_FORMULA = 4000  # characters

_TOKEN = re.compile(r"\s*(?:([A-Za-z_][A-Za-z0-9_]*)|([0-9]+(?:\.[0-9]+)?)|([-+*/^(),]|[<>]=?))")
_NO_VALUE = "10^30"  # what a formula without a value gives: no student's number is near it


@dataclass(frozen=True)
class StackStep:
    """One number asked for."""

    name: str  # as formulas of later steps call it: a letter, then letters, digits, _
    label: Text  # stands before the input
    key: NumericalKey
    follows: str = ""  # Maxima formula of the value in terms of earlier steps; "" where nothing can follow
    rests: tuple[str, ...] = ()  # earlier steps it rests on, also those not in the formula
    sane: tuple[Fraction, Fraction] | None = None  # bounds of the size of an own value from which later steps follow
    marks: Fraction = Fraction(1)


@dataclass(frozen=True)
class StackQuestion:
    """A derivation asked step by step."""

    id: str
    title: str
    prompt: Text
    steps: tuple[StackStep, ...]  # each follows from those before it
    category: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names: list[str] = []
        if not self.steps:
            raise BpsymError(f"question {self.id!r} has no step")
        for step in self.steps:
            NumericalQuestion(self.id, self.title, step.label, step.key, step.marks, self.category)  # the same checks
            taken = {*names, *FUNCTIONS, *WORDS}
            if not re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,40}", step.name) or step.name in taken:
                raise BpsymError(f"{step.name!r} is no name of a step, or one that is taken")
            if not set(step.rests) <= set(names):
                raise BpsymError(f"step {step.name!r} rests on {', '.join(step.rests)}, not all of which are earlier")
            _translate(step.follows, {name: name for name in names}, step.name)
            names.append(step.name)


def _translate(formula: str, names: dict[str, str], step: str) -> str:
    """`formula` with each step's name replaced; BpsymError for any token that is not allowed."""
    if len(formula) > MAX_FORMULA:
        raise BpsymError(f"the formula of step {step!r} is longer than {MAX_FORMULA} characters")
    written, at = [], 0
    while formula[at:].strip():
        token = _TOKEN.match(formula, at)
        if token is None:
            raise BpsymError(f"the formula of step {step!r} holds {formula[at:].strip()[0]!r}")
        word = token[1]
        if word and word not in names and word not in FUNCTIONS | WORDS:
            raise BpsymError(
                f"step {step!r}: " + choices("earlier step or function", word, [*names, *sorted(FUNCTIONS)])
            )
        spaced = f" {word} " if word in WORDS else word
        written.append(names.get(word, spaced) if word else token[0].strip())
        at = token.end()
    return "".join(written)


def stack_xml(questions: tuple[StackQuestion, ...], title: str) -> bytes:
    """The questions as a Moodle XML file for servers with the STACK plugin, in a category named `title`."""
    root = Element("quiz")
    filed: tuple[str, ...] | None = None
    for question in questions:
        if question.category != filed:
            filed = question.category
            names = "/".join(name.replace("/", "//") for name in (title, *filed))
            add(add(add(root, "question", type="category"), "category"), "text", f"$course$/top/{names}")
        _write_question(root, question)
    return document(root)


def _castext(content: Text) -> str:
    """HTML in which nothing is a block or a variable of STACK's."""
    return to_html(content).replace("[", "&#91;").replace("{@", "&#123;@")


def _html(parent: Element, tag: str, fragment: str) -> None:
    add(add(parent, tag, format="html"), "text", fragment)


def _write_question(root: Element, question: StackQuestion) -> None:
    written = add(root, "question", type="stack")
    add(add(written, "name"), "text", question.title)
    asked = "".join(
        f"<p>{_castext(step.label)} [[input:ans{n}]] [[validation:ans{n}]]</p>"
        for n, step in enumerate(question.steps, 1)
    )
    _html(written, "questiontext", f"<p>{_castext(question.prompt)}</p>{asked}")
    _html(written, "generalfeedback", "")
    add(written, "defaultgrade", decimal_text(sum((step.marks for step in question.steps), Fraction(0))))
    add(written, "penalty", "0.1")
    add(written, "hidden", "0")
    add(written, "idnumber", question.id)
    add(add(written, "stackversion"), "text")
    add(add(written, "questionvariables"), "text")
    shown = "".join(f"[[feedback:prt{n}]]" for n in range(1, len(question.steps) + 1))
    _html(written, "specificfeedback", f"<p>{shown}</p>")
    _html(written, "questionnote", "")
    _html(written, "questiondescription", "")
    for tag, setting in (("questionsimplify", "1"), ("assumepositive", "0"), ("assumereal", "0")):
        add(written, tag, setting)
    for tag in ("prtcorrect", "prtpartiallycorrect", "prtincorrect"):
        _html(written, tag, "")
    for tag, setting in (("decimals", "."), ("multiplicationsign", "dot"), ("sqrtsign", "1"), ("complexno", "i"),
                         ("inversetrig", "cos-1"), ("logicsymbol", "lang"), ("matrixparens", "[")):  # fmt: skip
        add(written, tag, setting)
    for number, step in enumerate(question.steps, 1):
        _write_input(written, number, step)
    for number in range(1, len(question.steps) + 1):
        _write_tree(written, number, question)
    _write_test(written, question)


def _write_input(written: Element, number: int, step: StackStep) -> None:
    field = add(written, "input")
    for tag, setting in (
        ("name", f"ans{number}"),
        ("type", "numerical"),
        ("tans", step.key.answer),
        ("boxsize", "12"),
        ("strictsyntax", "1"),
        ("insertstars", "0"),
        ("forbidfloat", "0"),
        ("requirelowestterms", "0"),
        ("checkanswertype", "0"),
        ("mustverify", "0"),
        ("showvalidation", "3"),
        ("options", "allowempty"),  # so that a tree that looks at an earlier blank is walked all the same
    ):
        add(field, tag, setting)


def feedback_variables(number: int, question: StackQuestion) -> str:
    """The Maxima statements before the tree of step `number` (from 1): `follow` is what its value follows to be."""
    step = question.steps[number - 1]
    if not step.follows:
        return ""
    names = {earlier.name: f"own{n}" for n, earlier in enumerate(question.steps[: number - 1], 1)}
    formula = _translate(step.follows, names, step.name)
    lines, sane = [], []
    for n, earlier in enumerate(question.steps[: number - 1], 1):
        if earlier.name not in {*step.rests, *_words(step.follows)}:
            continue
        lines.append(f"own{n}: if numberp(ans{n}) then float(ans{n}) else {earlier.key.answer};")
        if earlier.sane:
            low, high = (decimal_text(bound) for bound in earlier.sane)
            sane.append(f"abs(own{n}) >= {low} and abs(own{n}) <= {high}")
    lines.append(f"found: if {' and '.join(sane) or 'true'} then errcatch(float({formula})) else [];")
    lines.append(f"follow: if found # [] and numberp(first(found)) then first(found) else {_NO_VALUE};")
    return "\n".join(lines)


def _words(formula: str) -> set[str]:
    return {token[1] for token in _TOKEN.finditer(formula) if token[1]}


def _write_tree(written: Element, number: int, question: StackQuestion) -> None:
    step = question.steps[number - 1]
    key = step.key
    tree = add(written, "prt")
    add(tree, "name", f"prt{number}")
    add(tree, "value", decimal_text(step.marks))
    add(tree, "autosimplify", "1")
    add(tree, "feedbackstyle", "1")
    add(add(tree, "feedbackvariables"), "text", feedback_variables(number, question))
    # Value compared with, tolerance, share of the marks, note for the statistics, feedback
    rows = [(key.answer, key.tolerance, Fraction(1), "right", key.feedback_right)]
    if step.follows:
        rows.append(("follow", key.tolerance, Fraction(1), "follows", key.feedback_right))
    rows += [(wrong.value, wrong.tolerance, wrong.marks, wrong.rule, wrong.feedback) for wrong in key.wrong]
    hair = Fraction(1, 10 ** (key.places + 6))
    for place, (value, tolerance, share, note, feedback) in enumerate(rows):
        node = add(tree, "node")
        last = place == len(rows) - 1
        for tag, setting in (
            ("name", str(place)),
            ("description", note),
            ("answertest", "NumAbsolute"),
            ("sans", f"ans{number}"),
            ("tans", value),
            ("testoptions", decimal_text(tolerance + hair)),
            ("quiet", "1"),
            ("truescoremode", "="),
            ("truescore", _score(share)),
            ("truenextnode", "-1"),
            ("trueanswernote", f"{number}-{place}-{note}"),
        ):
            add(node, tag, setting)
        _html(node, "truefeedback", _castext(feedback))
        for tag, setting in (
            ("falsescoremode", "="),
            ("falsescore", "0"),
            ("falsenextnode", "-1" if last else str(place + 1)),
            ("falseanswernote", f"{number}-{place}-F"),
        ):
            add(node, tag, setting)
        _html(node, "falsefeedback", _castext(key.feedback_other) if last else "")


def _write_test(written: Element, question: StackQuestion) -> None:
    """A question test of STACK's own: with every answer right each tree ends at its first node."""
    test = add(written, "qtest")
    add(test, "testcase", "1")
    add(test, "description", "right")
    for number, step in enumerate(question.steps, 1):
        field = add(test, "testinput")
        add(field, "name", f"ans{number}")
        add(field, "value", step.key.answer)
    for number in range(1, len(question.steps) + 1):
        expected = add(test, "expected")
        for tag, setting in (
            ("name", f"prt{number}"),
            ("expectedscore", "1"),
            ("expectedpenalty", "0"),
            ("expectedanswernote", f"{number}-0-right"),
        ):
            add(expected, tag, setting)


def _score(share: Fraction) -> str:
    """A share of the marks to the seven decimals STACK keeps."""
    return decimal_text(Fraction(round(share * 10**7), 10**7))
