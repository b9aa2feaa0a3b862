"""Sentences with formulas in them, and escaping."""

from __future__ import annotations

import pytest

from bpsym.errors import BpsymError
from bpsym.notation import Name
from bpsym.printing.layout import Atom, Formula
from bpsym.render import text
from bpsym.render.formats import BY_NAME
from bpsym.render.text import Text, as_text, clean, counted, sentence, written
from bpsym.rounding import Numeral

W5 = Formula(Atom(Name("w", ("5",))))


def markdown(value: Text, *, apart: bool = True) -> str:
    """The text in GitHub's Markdown."""
    row = BY_NAME["markdown"]
    return written(value, row.escape, lambda f: row.inline(row.syntax.write(f)), apart=apart, marks=True)


def test_sentence_is_split_at_its_places() -> None:
    """Literal text and formulas come out in the order in which they are read, strings joined."""
    made = sentence("en", "From %(w)s to %(count)s units: 100%%.", {"w": W5, "count": 2})
    assert made.pieces == ("From ", W5, " to 2 units: 100%.")


def test_sentence_is_translated_before_it_is_split() -> None:
    """A translation may put the places in another order; its own words stand around them."""
    made = sentence("zh", "%(weight)s in full", {"weight": W5})
    assert made.pieces == ("以 ", W5, " 为例")


def test_counted_things() -> None:
    """One thing is singular in English; in Chinese nothing changes."""
    forms = (
        "Give every value with %(count)s significant digit.",
        "Give every value with %(count)s significant digits.",
    )
    assert [counted("en", *forms, count).pieces for count in (1, 4)] == [
        ("Give every value with 1 significant digit.",),
        ("Give every value with 4 significant digits.",),
    ]
    assert counted("zh", *forms, 4).pieces == ("每个数值保留 4 位有效数字。",)


def test_texts_inside_texts_are_laid_flat() -> None:
    """A sentence may hold another one."""
    inner = sentence("en", "the unit of %(w)s", {"w": W5})
    assert sentence("en", "See %(what)s.", {"what": inner}).pieces == ("See the unit of ", W5, ".")


def test_a_place_without_a_value_is_named() -> None:
    """A message that needs what it is not given says so."""
    with pytest.raises(BpsymError, match=r"no value for %\(weight\)s"):
        sentence("en", "%(weight)s in full", {"wait": W5})


@pytest.mark.parametrize("value", [None, 0.5, [W5], True])
def test_only_readable_things_stand_in_sentences(value: object) -> None:
    """Floats above all: a number a reader sees is a Numeral."""
    with pytest.raises(BpsymError, match="into a sentence"):
        sentence("en", "%(x)s", {"x": value})  # type: ignore[dict-item]  # what is refused


def test_unknown_language_names_the_known_ones() -> None:
    """There are two languages."""
    with pytest.raises(BpsymError, match="known: en, zh"):
        sentence("fr", "Loss", {})


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (("以", W5, "为例"), "以 $`w_{5}`$ 为例"),
        (("得到", W5, "，然后"), "得到 $`w_{5}`$，然后"),
        (("（", W5, "）"), "（ $`w_{5}`$）"),
        (("a ", W5, "-fold"), "a $`w_{5}`$-fold"),
        (("(", W5, ")"), "($`w_{5}`$)"),
        ((W5, "2"), "$`w_{5}`$ 2"),
    ],
)
def test_formulas_keep_their_distance_in_markdown(pieces: tuple[str | Formula, ...], expected: str) -> None:
    """GitHub reads no dollar after a letter or Chinese punctuation, and none before a letter or a digit."""
    assert markdown(Text(pieces)) == expected


def test_numbers_in_text() -> None:
    """A plain number is characters with a proper minus; one with a power of ten is a formula."""
    assert markdown(as_text(Numeral("-0.5"))) == "−0.5"
    assert markdown(as_text(Numeral("1.5", -12))) == r"$`1.5 \times 10^{-12}`$"


def test_clean_shows_nothing_hidden() -> None:
    """Control characters become spaces; marks that turn the direction of text around vanish."""
    assert clean("a\x00b\x1bc\u202ed\u2066e\u200bf\ng") == "a b cdef g"


@pytest.mark.parametrize(
    ("escape", "given", "expected"),
    [
        (
            text.latex,
            r"\input{a} 50% & $x_1^2$ #~",
            r"\textbackslash{}input\{a\} 50\% \& \$x\_1\textasciicircum{}2\$ \#\textasciitilde{}",
        ),
        (text.latex, "a--b ''c''", "a-{}-b '{}'c'{}'"),
        (text.typst, '#read("x") $a$ *b* _c_ <l> @r [x] // y', r'\#read("x") \$a\$ \*b\* \_c\_ \<l\> \@r \[x\] \/\/ y'),
        (text.typst, "a -- b... -?", r"a -\- b.\.. \-?"),
        (text.typst_string, r'a "\" # $', r"a \"\\\" # $"),
        (text.html, "<script>&\"'", "&lt;script&gt;&amp;&quot;&#x27;"),
        (text.markdown, "# a *b* `c` [d](e) <f> |g|", r"\# a \*b\* \`c\` \[d\](e) &lt;f&gt; \|g\|"),
        (text.markdown, "$5", "<span>$</span>5"),
        (text.notebook, "$5", r"\$5"),
    ],
)
def test_escapes(escape: object, given: str, expected: str) -> None:
    """What each format would read as a command is written so that it is read as text."""
    assert callable(escape)
    assert escape(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [("1. a", r"1\. a"), ("- a", r"\- a"), ("= a", r"\= a"), ("a - b", "a - b")]
)
def test_a_sentence_begins_no_list(given: str, expected: str) -> None:
    """A dash, a plus or a number with a point is a mark at the start of a line, and nowhere else."""
    assert markdown(as_text(given)) == expected
    assert markdown(Text(("a ", W5, given))).endswith(given)
