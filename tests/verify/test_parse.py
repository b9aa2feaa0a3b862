"""What people write, and what it is read as."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpsym.verify import limits
from bpsym.verify.canonical import canonical, statement
from bpsym.verify.read import read_text
from bpsym.verify.tree import Derivative, Document, Name, Number, Quotient, Statement, Sum, Unknown, children, walk

NOTATIONS = Path(__file__).parents[1] / "data" / "verify" / "notations.txt"


def fixtures() -> list[tuple[str, str, list[str]]]:
    """Title, document and reading of each entry."""
    blocks = re.findall(
        r"^(?!\.$|===)(\S[^\n]*)\n\.\n(.*?)\n\.\n(.*?)^\.$", NOTATIONS.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return [(title, document, reading.splitlines()) for title, document, reading in blocks]


def only(source: str) -> Statement:
    """The one statement of a formula."""
    (found,) = read_text(f"${source}$").statements
    return found


@pytest.mark.parametrize(
    ("document", "reading"), [entry[1:] for entry in fixtures()], ids=[entry[0] for entry in fixtures()]
)
def test_notation(document: str, reading: list[str]) -> None:
    """Each way of writing has the one meaning that a person gave it in the fixture."""
    found = read_text(document)
    shown = [statement(chain) for chain in found.statements] + [f"UNREADABLE {gap.why}" for gap in found.unreadable]
    assert shown == reading


def test_fixture_is_whole() -> None:
    """Every entry of the fixture file is tested: none is lost to a slip in its format."""
    assert len(fixtures()) == NOTATIONS.read_text("utf-8").splitlines().count(".") / 3


@pytest.mark.parametrize(
    ("written", "value", "places", "digits"),
    [
        ("0.75136", "0.75136", 5, 5),
        ("0.0100", "0.0100", 4, 3),
        (".45", "0.45", 2, 2),
        ("12", "12", 0, 2),
        ("1.5 \\times 10^{-5}", "0.000015", 6, 2),
        ("3e-4", "0.0003", 4, 1),
        ("1,234.5", "1234.5", 1, 5),
        ("10{,}000", "10000", 0, 5),
        ("0{,}05", "0.05", 2, 1),
    ],
)
def test_number(written: str, value: str, places: int, digits: int) -> None:
    """A numeral keeps its exact value and how many digits were shown."""
    number = only(f"x = {written}").terms[1]
    assert isinstance(number, Number)
    assert (number.value, number.places, number.digits) == (Fraction(value), places, digits)


def test_number_cut_off_by_dots() -> None:
    """A value that ends in dots says that digits were left out."""
    number = only(r"x = 0.75136\ldots").terms[1]
    assert isinstance(number, Number)
    assert number.open_ended
    assert number.value == Fraction("0.75136")


def test_decimal_comma_only_where_the_document_settles_it() -> None:
    """Values with commas throughout and no point anywhere are decimals; one comma alone is not."""
    spanish = read_text("$w_1 = 0,15$ y $w_2 = 0,20$ con $b = 0,35$ y $x = 1,05$")
    assert [statement(chain) for chain in spanish.statements] == ["w_1 = 0.15", "w_2 = 0.20", "b = 0.35", "x = 1.05"]
    assert [statement(chain) for chain in read_text("$l = 1,2$ and $x = 0.5$").statements] == ["l = 1, 2", "x = 0.5"]
    powers = read_text("$w_1 = 0,15$ y $w_2 = 0,20$ con $v = 2e3,5$")  # no exponent has decimals
    assert statement(powers.statements[-1]) == "v = 2000, 5"


def test_spans_of_terms_and_relations() -> None:
    """Each term and each relation of a chain quotes exactly what was written."""
    document = read_text("Text.\r\n\r\n$$\r\na_1 &= \\sigma(z_1) \\\\\r\n  &\\approx 0.62\r\n$$\r\n")
    (chain,) = document.statements
    assert [document.quote(term.span) for term in chain.terms] == ["a_1", "\\sigma(z_1)", "0.62"]
    assert [document.quote(relation.span) for relation in chain.relations] == ["=", "\\approx"]
    assert document.place(chain.terms[2].span)[:2] == (5, 12)
    assert [relation.kind for relation in chain.relations] == ["=", "≈"]


def test_spans_inside_a_term() -> None:
    """Nodes below a term know their own places."""
    document = read_text(r"$w_5^+ = 0.4 - 0.5 \times \frac{\partial E}{\partial w_5}$")
    right = document.statements[0].terms[1]
    assert isinstance(right, Sum)
    quotes = {document.quote(node.span) for node in walk(right)}
    assert {"0.4", "0.5", r"\frac{\partial E}{\partial w_5}", "w_5", "E"} <= quotes


def test_name_keeps_its_spelling() -> None:
    """A name says both what it is and how it was spelled."""
    name = only(r"\text{out}_{h 1} = 1").terms[0]
    assert isinstance(name, Name)
    assert (name.base, name.sub, name.spelled) == ("out", ("h1",), r"\text{out}_{h 1}")


def test_second_derivative() -> None:
    """The order of a derivative is kept."""
    term = only(r"\frac{\partial^2 E}{\partial w^2} = 1").terms[0]
    assert isinstance(term, Derivative)
    assert (term.order, canonical(term)) == (2, "[∂2E/∂w]")


def test_slash_and_bar() -> None:
    """A fraction remembers whether it had a bar; a slash divides by one factor only."""
    bar, slash = only(r"\frac{1}{2} = 1/2 m").terms
    assert isinstance(bar, Quotient)
    assert bar.bar
    assert canonical(slash) == "(1/2) m"


def test_annotations() -> None:
    """Words and values beside a formula are kept as remarks on it."""
    (chain,) = read_text(r"$0.4 - \underbrace{0.5}_{\eta} x = h_2 (=0.78)$").statements
    assert [(note.text, note.formula and canonical(note.formula)) for note in chain.annotations] == [
        (r"eta", "eta"),
        ("(=0.78)", "0.78"),
    ]


def test_one_bad_term_costs_one_term() -> None:
    """The rest of a chain stands when one term of it cannot be read, and the place is told."""
    document = read_text("$a = ) + = 0.5 = \\foo$")
    (chain,) = document.statements
    assert [isinstance(term, Unknown) for term in chain.terms] == [False, True, False, True]
    assert [document.quote(gap.span) for gap in document.unreadable] == ["+", "\\foo"]


def test_continuation_without_a_beginning() -> None:
    """A line that begins with a sign of equality and continues nothing says so."""
    (chain,) = read_text("# Net input\n\n$$= 0.3 + 0.1 = 0.4$$").statements
    assert chain.continued
    assert chain.context.heading == "Net input"


def test_chain_is_not_continued_across_a_heading() -> None:
    """What stands under another heading begins anew."""
    assert len(read_text("$$a = b$$\n\n# Next\n\n$$= 0.4$$").statements) == 2


SCRAPS = (
    r"\frac{1}{2} \partial _{ ^{ } { ( ) [ ] | \| = & \\ , ; : + - * / \cdot w 5 0.5 net out e ^ _ ' \text{ \sum \sqrt",
    r"\begin{bmatrix} \end{bmatrix} \begin{cases} \end{cases} \hat \underbrace \left \right \Delta \nabla ① 中文 δ ₁ ²",
    r"½ ŷ 1e9 1e999 ... $ $$ ` \( \) \[ \] # \newcommand{\a}{\a\a} \a \textcircled{2} \tag{1} \rightarrow \Rightarrow",
    r"\label{x} \textcircled{²} | --- <table> <math> </math> &lt; nn.f([1],x=2)",
)
PIECES = st.sampled_from([*" ".join(SCRAPS).split(), " ", "\n", "\n\n", "```\n"])


def checked(document: Document) -> None:
    """The promises of a document, whatever it holds."""
    size = len(document.text)
    assert len(document.statements) <= limits.STATEMENTS + 50
    assert len(document.unreadable) <= limits.WARNINGS
    for chain in document.statements:
        assert len(chain.terms) == len(chain.relations) + 1
        for term in chain.terms:
            for node in walk(term):
                assert 0 <= node.span.start <= node.span.end <= size
                assert node.span.end - node.span.start <= size
                assert all(hasattr(child, "span") for child in children(node))
            canonical(term)
    for gap in document.unreadable:
        assert gap.why
        document.place(gap.span)


@given(st.lists(PIECES, max_size=60))
def test_any_heap_of_tokens_is_read_or_reported(pieces: list[str]) -> None:
    """No arrangement of mathematical scraps raises, and no span leaves the document."""
    checked(read_text(" ".join(pieces)))
    checked(read_text("$$" + "".join(pieces) + "$$"))


@given(st.data())
def test_mutated_formulas_are_read_or_reported(data: st.DataObject) -> None:
    """Real formulas with pieces cut, doubled or moved raise nothing."""
    text = data.draw(st.sampled_from([document for _, document, _ in fixtures()]))
    for _ in range(data.draw(st.integers(1, 6))):
        first, second = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
        piece = data.draw(st.sampled_from([text[first:second], "", "{", "}", "\\", "$", "9" * 99, "((" * 60, "^" * 9]))
        text = text[:first] + piece + text[second:]
        text = text[:4_000]
    checked(read_text(text))


@given(st.text(max_size=300))
def test_any_text_is_read_or_reported(text: str) -> None:
    """Arbitrary Unicode raises nothing."""
    checked(read_text(text))
