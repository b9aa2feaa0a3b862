"""Quizzes to write and read back: one by hand with everything hostile in it, and any hypothesis thinks of."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from bpsym.exports.model import (
    Blank,
    ChoiceQuestion,
    ClozeQuestion,
    Distractor,
    Maths,
    NumericalKey,
    NumericalQuestion,
    Plain,
    Quiz,
    Text,
    WrongAnswer,
    text,
)
from bpsym.exports.moodle import GRADES

HALF = Fraction(1, 20_000)  # half a unit of the fourth place
HOSTILE = (
    "}~#=\\\"'/{1:NUMERICAL:=3:0}{#1} ]]> <script>alert(1)</script> &lt;&#125; \\(x\\) $$x$$"
    " =cmd|' /C calc'!A0 王 \U0001f600\n"
)

KEY = NumericalKey(
    "0.3775",
    HALF,
    (
        WrongAnswer("0.4213", HALF, "forgot-derivative", text("You left out ", Maths(r"\sigma'(x)<1 \& {2:NM:=1}"))),
        WrongAnswer("-0.3775", HALF, "sign", text(HOSTILE), Fraction(1, 3)),
    ),
    text("Right: ", Maths(r"\frac{1}{2}")),
    text("None of the known mistakes ", HOSTILE),
)
PLAIN_KEY = NumericalKey(
    "0.00001230",
    Fraction(1, 10**8),
    (WrongAnswer("0.0000210", Fraction(0), "swapped-digits", text(HOSTILE)),),
    text("Right } ~"),
    text(HOSTILE),
)
QUIZ = Quiz(
    "hw-1",
    "Homework 1/2: 反向传播 ]]> {1:NM:=1} =1+1",
    (
        NumericalQuestion("net_h1", "]]> <b>", text(HOSTILE, Maths("net_{h1}")), KEY, Fraction(5, 2), ("A/b", "c")),
        NumericalQuestion("tiny", "tiny", text("Give ", Maths(r"\delta")), PLAIN_KEY),
        ChoiceQuestion(
            "sign",
            "Which sign?",
            text(HOSTILE),
            text(Maths("w - \\eta g")),
            (
                Distractor(text(Maths("w + \\eta g")), "sign", text(HOSTILE, Maths("x_{1}"))),
                Distractor(text(HOSTILE), "other-rule", text()),
            ),
            text("yes"),
            Fraction(1),
            ("A/b", "c"),
        ),
        ClozeQuestion(
            "all",
            "All of it",
            (
                text(HOSTILE, Maths("\\delta_{o1}"), " = "),
                Blank("d_o1", PLAIN_KEY, 2),
                text("\n", Maths("w^{+}_{5} < 1"), ": "),
                Blank("w5", NumericalKey("-12", Fraction(0))),
                text(HOSTILE),
            ),
        ),
    ),
    "zh",
)  # fmt: skip

_characters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
_any_text = st.text(st.one_of(_characters, st.sampled_from("{}~#=\\/\"'<>&$()[]:%*\n1;")), max_size=30)
_titles = _any_text.map(lambda t: " ".join(t.split()).strip("/ ")[:200] or "t").filter(
    lambda t: t == " ".join(t.split()).strip("/")
)
_identifiers = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,30}[A-Za-z0-9_]", fullmatch=True)
_rules = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
_maths = st.sampled_from(
    [r"\frac{\partial E}{\partial w_{5}}", "x<y", r"\{1:NM:=3\}", r"a \& b", "out_{h1}", r"\eta"]
).map(Maths)
_decimals = st.decimals(-10_000, 10_000, allow_nan=False, places=5).map(lambda d: f"{abs(d):f}" if d == 0 else f"{d:f}")
_tolerances = st.integers(0, 50).map(lambda n: Fraction(n, 10**6))


def _texts(pieces: st.SearchStrategy[Plain | Maths]) -> st.SearchStrategy[Text]:
    return st.lists(pieces, max_size=4).map(lambda runs: Text(tuple(runs)))


texts = _texts(st.one_of(_any_text.map(Plain), _maths))
_plain_texts = _texts(_any_text.map(Plain))


@st.composite
def _keys(draw: st.DrawFn, feedback: st.SearchStrategy[Text]) -> NumericalKey:
    right, *values = draw(st.lists(_decimals, min_size=1, max_size=4, unique=True))
    wrong = tuple(
        WrongAnswer(value, draw(_tolerances), draw(_rules), draw(feedback), draw(st.sampled_from(sorted(GRADES)[:-1])))
        for value in values
    )
    near = [abs(Fraction(value) - Fraction(right)) for value in values]
    tolerance = min([draw(_tolerances), *(distance / 2 for distance in near)])
    return NumericalKey(right, tolerance, wrong, draw(feedback), draw(feedback))


_categories = st.lists(_titles, max_size=2).map(tuple)
_marks = st.integers(1, 400).map(lambda n: Fraction(n, 40))
_numerical = st.builds(
    NumericalQuestion,
    id=_identifiers,
    title=_titles,
    prompt=texts,
    key=_keys(texts),
    marks=_marks,
    category=_categories,
)


@st.composite
def _choices(draw: st.DrawFn) -> ChoiceQuestion:
    right, *wrong = draw(st.lists(texts, min_size=2, max_size=4, unique=True))
    distractors = tuple(Distractor(each, draw(_rules), draw(texts)) for each in wrong)
    prompt, feedback, marks = draw(texts), draw(texts), draw(_marks)
    return ChoiceQuestion(
        draw(_identifiers), draw(_titles), prompt, right, distractors, feedback, marks, draw(_categories)
    )


@st.composite
def _clozes(draw: st.DrawFn) -> ClozeQuestion:
    names = draw(st.lists(_identifiers, min_size=1, max_size=3, unique_by=str.casefold))
    parts: list[Text | Blank] = [draw(texts)]
    for name in names:
        parts += [Blank(name, draw(_keys(_plain_texts)), draw(st.integers(1, 9))), draw(texts)]
    return ClozeQuestion(draw(_identifiers), draw(_titles), tuple(parts), draw(_categories))


quizzes = st.builds(
    Quiz,
    id=_identifiers,
    title=_titles,
    questions=st.lists(
        st.one_of(_numerical, _choices(), _clozes()),
        min_size=1,
        max_size=3,
        unique_by=lambda question: question.id.casefold(),
    ).map(tuple),
    language=st.sampled_from(["en", "zh"]),
)
