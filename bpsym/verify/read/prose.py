"""Formulas and figures in running text.

A formula in prose is a run of mathematical tokens around a relation; ordinary words, Chinese text and full stops end
it.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

from bpsym.verify import limits
from bpsym.verify.effort import spend
from bpsym.verify.grammar.cursor import Reading, UnreadError
from bpsym.verify.grammar.expressions import expression
from bpsym.verify.grammar.numerals import number
from bpsym.verify.lexing.lexer import CJK, FIRST_CJK, Flavour, Token, tokens
from bpsym.verify.source import Source
from bpsym.verify.symbols import CONNECTIVES, FUNCTIONS, GREEK_WORDS, UNIT_NAMES, WORDS
from bpsym.verify.tree import Negative, Number, Row, Sentence, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLAIN: Final = Flavour(tex=False)
WORD: Final = 4  # letters of a word that is no name
FIGURE: Final = 40  # units of work one figure is
SCRIPT: Final = 4  # letters of a subscript
_TIMES: Final = frozenset("*×·x⊙•/")
_NEVER: Final = frozenset(["a", "A", "I"])
_RELATION: Final = re.compile(r"[=＝≈≡→←⇒<>≤≥∈]|->|~")
_NUMERAL: Final = (
    r"[-−–+]?(?:\d{1,3}(?:[,\u2009\u202f ]\d{3})+(?![\d.])|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|\.\d+)(?:\.\.\.|…)?"
)
_ENTRY: Final = r"[-−]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_VALUES: Final = (
    rf"[\[(（［]\s*(?P<row>{_ENTRY}(?:(?:\s*[,，、;]\s*|\s+){_ENTRY})+)\s*[\])）］]"
    rf"|(?<![\w.])(?P<number>{_NUMERAL})(?![\w]|\.\d)"
)
_BEHIND_CJK: Final = rf"|(?<=[{CJK}])(?P<behind>{_NUMERAL})"
_COUNTED: Final = re.compile(
    r"\b(?:class|day|node|unit|neuron|layer|step|sample|example|epoch|feature|token|case|customer)\s+$", re.IGNORECASE
)
_END: Final = re.compile(r"[。！？；]|[.!?;](?=\s|$)|\n")


def formulas(line: Source, words: frozenset[str] = frozenset(), *, decimal_comma: bool = False) -> Iterator[Source]:
    """The stretches of a line that may be formulas."""
    if not _RELATION.search(line.text):
        return
    flavour = Flavour(tex=False, words=words, decimal_comma=decimal_comma)
    found = tokens(Source(line.text, range(len(line)), range(1, len(line) + 1)), flavour)
    for run in _runs(found, words):
        kept = _trimmed(run)
        is_negated = bool(kept) and line.text[: kept[0].start].endswith("¬")  # ¬1 = 0: another 1 than the number
        if kept and not is_negated and not (_counts(kept) and _COUNTED.search(line.text, 0, kept[0].start)):
            yield line[kept[0].start : kept[-1].end]


def words_before(formula: Source, line: Source) -> str:
    """What a line says before a formula, with the bracket that the formula stands in as a whole."""
    if not formula.text:
        return line.text
    return line.text[: max(0, formula.starts[0] - line.starts[0])] + "(" * formula.text.startswith("(")


def _counts(run: Sequence[Token]) -> bool:
    """Whether a run begins with a whole number alone: `0 = 0.119` behind `Probability of class`."""
    return run[0].kind == "number" and run[0].text.isdigit() and run[1].kind == "relation"


def _runs(found: Sequence[Token], words: frozenset[str]) -> Iterator[list[Token]]:
    run: list[Token] = []
    remark_until = -1
    depth = 0
    for position, token in enumerate(found):
        following = found[position + 1] if position + 1 < len(found) else None
        if token.kind == "open" and token.gap and run and remark_until < position:
            remark_until = _remark_end(found, position)
        if position <= remark_until:
            run.append(token)
            continue
        apart = not _is_open_bar(run) if following is None else following.gap
        is_edge = token.kind == "bar" and token.gap and apart  # of columns set apart by a bar
        is_about = token.text in ("≈", "~") and bool(run) and run[-1].kind == "separator"  # `between 85-115, ~95 %`
        if is_edge or is_about:
            yield run
            run = []
            continue
        depth += (token.kind == "begin") - (token.kind == "end")
        script = token.kind == "word" and len(token.text) <= SCRIPT and bool(run) and run[-1].kind == "sub"
        script = script or (token.kind == "word" and not token.gap and bool(run) and run[-1].kind == "diff")
        ends = token.kind == "separator" and token.text == ";"
        ends = ends or (token.kind == "dot" and not token.gap and following is not None and following.gap)
        if depth <= 0 and _ends_sentence(token, following, run):
            yield [*run, token]
            run = []
        elif depth > 0 or token.kind == "end" or script or (_mathematical(token, following, words) and not ends):
            run.append(token)
        else:
            yield run
            run = []
    yield run


def _ends_sentence(token: Token, following: Token | None, run: Sequence[Token]) -> bool:
    """`C = (a - y)^2. s = 4`: a full stop behind a number, and a word behind that."""
    whole = token.kind == "number" and token.text.endswith(".") and not token.text.endswith("...")
    if not whole or following is None or not following.gap or following.kind not in ("word", "diff"):
        return False
    opened = sum((t.kind == "open") - (t.kind == "close") for t in run)
    return opened <= 0 and any(t.kind == "relation" for t in run)


def _is_open_bar(run: Sequence[Token]) -> bool:
    """Whether an absolute value has begun and not ended."""
    return sum(token.kind == "bar" for token in run) % 2 == 1


def _remark_end(found: Sequence[Token], position: int) -> int:
    """Where a bracket of a few plain words ends, -1 if this is none."""
    for end in range(position + 1, min(position + 8, len(found))):
        if found[end].kind == "close":
            return end if any(len(token.text) > 3 for token in found[position + 1 : end]) else -1
        if found[end].kind != "word" or found[end].tail:
            return -1
    return -1


def _mathematical(token: Token, following: Token | None, words: frozenset[str]) -> bool:
    """Can a token be part of a formula, or is it a word of the text?"""
    if token.kind in ("note", "unknown", "colon", "row", "implies", "tag"):
        return False
    if token.kind != "word":
        return True
    text = token.text
    if text in CONNECTIVES and text not in ("a", "in"):
        return False
    if len(text) <= 2 or token.tail or text in words or text in WORDS or text in FUNCTIONS or text in GREEK_WORDS:
        return True
    if not text.isascii():
        return following is not None and following.kind == "relation"
    if following is None:
        return False
    tight = not following.gap
    return (
        (tight and following.kind in ("sub", "sup", "prime"))
        or (tight and following.text == "(")
        or following.kind == "relation"
    )


def _trimmed(run: list[Token]) -> list[Token]:
    """From an operand to an operand, with a relation between; the words before the left-hand side cut off."""
    if not any(token.kind == "relation" for token in run):
        return []
    run = _balanced(run)
    if run and run[0].kind == "operator" and run[0].text in _TIMES and run[0].start > 0:  # `3 neurons × 4 ≈ 12`
        run = run[next((k for k, token in enumerate(run) if token.kind == "relation"), 0) :]
    while (
        run
        and run[0].kind
        in ("separator", "operator", "dot", "dots", "close", "sub", "sup", "prime", "end-group", "bar", "space")
        and run[0].text != "-"
    ):
        run = run[1:]
    while run and run[-1].kind in (
        "separator",
        "operator",
        "dot",
        "open",
        "sub",
        "relation",
        "diff",
        "big",
        "begin-group",
        "space",
    ):
        if run[-1].kind == "operator" and len(run) > 1 and run[-2].kind == "sup":
            break
        run = run[:-1]
    first = next((k for k, token in enumerate(run) if token.kind == "relation"), None)
    if first is None or len(run) < 2:
        return []
    run = run[_left_edge(run, first) :]
    arrow = [token for token in run if token.kind == "relation"]
    if all(token.text in ("→", "<", ">") for token in arrow):
        last = run[-1]
        named = any(token.kind in ("word", "diff") for token in run[: run.index(arrow[0])])
        if not named or (arrow[0].text == "→" and last.kind not in ("number", "close")):
            return []
    if not any(token.kind in ("number", "word", "label") for token in run[1:]):
        return []
    return _without_words_behind(run)


def _without_words_behind(run: list[Token]) -> list[Token]:
    """`b = 0, learning rate 0.05` without what is said behind the comma."""
    for place in range(len(run) - 1, 0, -1):
        if run[place].kind in ("relation", "open", "close", "begin", "end"):
            break
        if run[place].kind == "separator":
            behind = run[place + 1 :]
            words = [token for token in behind if token.kind == "word" and not token.tail]
            is_text = len(words) == len(behind) or all(len(token.text) >= WORD for token in words)
            return run[:place] if len(words) > 1 and is_text else run
    return run


def _left_edge(run: list[Token], relation: int) -> int:
    """Where the left-hand side begins: a word apart from the next by a blank is a word of the text."""
    edge = 0
    depth = 0
    for position in range(relation - 1, 0, -1):
        token, before = run[position], run[position - 1]
        depth += token.kind in ("close", "end-group")
        depth -= token.kind in ("open", "begin-group")
        if depth > 0 or not token.gap:
            continue
        named = token.kind == "open" and before.kind == "word" and (before.tail or len(before.text) <= 2)
        apart = (
            token.kind in ("word", "diff", "number", "open")
            and before.kind in ("word", "number", "close")
            and not named
        )
        pair = (
            before.kind == "word"
            and before.text in UNIT_NAMES
            and bool(token.tail or token.text == "total")
            and before.text != "in"
        )
        called = (before.text in FUNCTIONS and before.kind == "word" and token.kind != "diff") or (
            before.kind == "number" and token.text in FUNCTIONS  # 3 ln 2
        )
        if apart and not pair and not called:
            edge = position
            break
    while (
        edge < relation - 1
        and run[edge].text in _NEVER
        and run[edge + 1].gap
        and run[edge + 1].kind in ("word", "diff")
    ):
        edge += 1
    return edge


def _balanced(run: list[Token]) -> list[Token]:
    """Cut at a bracket that is closed but was never opened, or opened and never closed."""
    cuts = [-1]
    opened: list[int] = []
    for position, token in enumerate(run):
        if token.kind in ("open", "begin-group"):
            opened.append(position)
        elif token.kind in ("close", "end-group"):
            if opened:
                opened.pop()
            else:
                cuts.append(position)
    cuts += opened
    for cut, following in pairwise(cuts):
        if any(token.kind == "relation" for token in run[cut + 1 : following]):
            return run[cut + 1 : following]
    return run[cuts[-1] + 1 :]


def sentences(line: Source, text: str) -> Iterator[Sentence]:
    """The sentences of a line that hold figures."""
    if not any(character.isdigit() for character in line.text):
        return
    start = 0
    for end in [*(match.end() for match in _END.finditer(line.text)), len(line)]:
        part = line[start:end].stripped()
        start = end
        values = tuple(islice(_values(part, text), limits.FIGURES_IN_SENTENCE)) if len(part) else ()
        if values:
            yield Sentence(part.span(0, len(part)), part.text, values)


@cache
def _pattern(*, cjk: bool) -> re.Pattern[str]:
    """Numbers in prose; the set of CJK is slow to compile."""
    return re.compile(_VALUES + (_BEHIND_CJK if cjk else ""))


def _values(part: Source, text: str) -> Iterator[Number | Negative | Row]:
    for match in _pattern(cjk=max(part.text) >= FIRST_CJK).finditer(part.text):
        name = match.lastgroup or "number"
        spend(FIGURE)
        try:
            if name == "row":
                inner = part[match.start() : match.end()]
                tree = expression(tokens(inner, PLAIN), Reading(text, tex=False))
                if isinstance(tree, Row):
                    yield tree
            else:
                yield _signed(part, match.start(name), match.end(name))
        except UnreadError:
            continue  # a figure nobody can check is left to the eye


def _signed(part: Source, start: int, end: int) -> Number | Negative:
    written = part.text[start:end].replace("…", "...").replace("\u2009", "").replace("\u202f", "")
    sign = written[0] in "-−–+"
    first = start + sign
    span = part.span(first, end)
    value = number(Token("number", written[sign:].replace(" ", ""), span.start, span.end))
    return Negative(Span(part.span(start, end).start, span.end), value) if written[0] in "-−–" else value
