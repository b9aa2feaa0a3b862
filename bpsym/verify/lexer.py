"""Source to tokens: LaTeX, plain text and AsciiMath alike.

One pass with one regular expression; what the grammar needs to know of a command or a sign stands in `symbols`.  The
flavours differ in little: TeX takes one letter after `_` and `^`, everybody else a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from bpsym.verify import limits
from bpsym.verify.source import Source
from bpsym.verify.symbols import (
    ACCENTS,
    CIRCLED,
    COMMANDS,
    CONNECTIVES,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FRACTIONS,
    FUNCTIONS,
    GREEK,
    GREEK_WORDS,
    MARK_WORDS,
    ONE_FOR_ONE,
    SIGN_WORDS,
    SIGNS,
    SPACED_WORDS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    TEXTUAL,
    WORDS,
)


class Token(NamedTuple):
    """A sign with its place in the document."""

    kind: str
    text: str
    start: int
    end: int
    gap: bool = False  # blank space before it
    tail: str = ""  # of a word: digits written right behind it


class Flavour(NamedTuple):
    """How a stretch of mathematics is written."""

    tex: bool = True  # one letter after _ and ^, short runs of letters are products
    code: bool = False  # names as in a programming language
    ascii_math: bool = False  # MathJax's AsciiMath: @ is the elementwise product
    decimal_comma: bool = False  # 0,05
    words: frozenset[str] = frozenset()  # further names of more than one letter


CJK: Final = r"\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"

_TOKEN: Final = re.compile(
    r"(?P<blank>[\s\u200b]+)"
    r"|(?P<number>(?:\d{1,3}(?:(?:,|\{,\}|\\,|\\ )\d{3})+(?!\d)(?:\.\d+)?"
    r"|\d+(?:\{[.,]\}\d+|\.\d+|\.(?=[eE\s)\]},;&+*/\\=-]|$)(?!\.))?|\.\d+)"
    r"(?:[eE][+-]?\d+(?![\d.]))?)"
    r"|(?P<row>\\\\+(?:\*)?(?:\s{0,3}\[-?[\d.]+\s*(?:pt|em|ex|mm|cm|in)\])?)"
    r"|(?P<command>\\(?:[A-Za-z]+\*?|.|$))"
    r"|(?P<comment>%[^\n]*)"
    rf"|(?P<cjk>[{CJK}](?:[{CJK}\w、，。；：]*[{CJK}])?)"
    r"|(?P<letters>[A-Za-z]+)"
    r"|(?P<circled>[①-⑳])"
    r"|(?P<greek>[α-ωΓΘΛΞΠΦΨΩϵϕϑℓµς])"
    r"|(?P<low>[₀-₎ₐ-ₜᵢᵣᵤᵥⱼ]+)"
    r"|(?P<high>[⁰¹²³⁴-⁾ᵀᵗˡᴸⁿⁱʲᵏᵐ]+)"
    r"|(?P<long>:=|<-+|=>|->|-->|——+>?|~=|≈=|==+|!=|<=|>=|\+=|-=|\*\*|\|\||\.\.\.+|。。+|//)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_LONG: Final = {
    ":=": ("relation", ":="), "=>": ("implies", "⇒"), "->": ("relation", "→"), "-->": ("relation", "→"),
    "~=": ("relation", "≈"), "≈=": ("relation", "≈"), "!=": ("relation", "≠"), "<=": ("relation", "≤"),
    ">=": ("relation", "≥"), "+=": ("relation", "+="), "-=": ("relation", "-="), "**": ("sup", "**"), "||": ("bar", "‖"),
}  # fmt: skip
_WHOLE_DERIVATIVE: Final = re.compile(
    r"d([LJEC]|[Ll]oss|[Oo]ut|[Nn]et|[azyhs])(\d*)(_?)d([A-Za-z]|net|out|[Ww]h|[Ww]o|hidden|bias)(\d*)(?![A-Za-z(])",
)
_DIGITS: Final = re.compile(r"\d+(?!\.?\d)")
_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:(?:\s*\\?[_-]\s*|\s+)[A-Za-z0-9]+)*")
_ARGUMENT: Final = re.compile(r"\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_ENVIRONMENT: Final = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}(?:\s*\[[^\]\n]{0,20}\])?")
_COLUMNS: Final = re.compile(r"\s*\{[lcr|@{}\s.!>p\d]{0,40}\}")
_OPTIONAL: Final = re.compile(r"\s*\[([^\[\]]{0,40})\]")
_DELIMITER_DOT: Final = re.compile(r"\s*\.")


def tokens(source: Source, flavour: Flavour) -> list[Token]:
    """All tokens, comments and layout left out; at most `limits.FORMULA_TOKENS` + 1 of them."""
    text = source.text.translate(ONE_FOR_ONE)
    lexer = _Lexer(text, source, flavour)
    lexer.run()
    return _names_from_notes(_spaced_words(_bare_scripts(lexer.out)))


class _Lexer:
    """State of one pass: where we are, what we have."""

    def __init__(self, text: str, source: Source, flavour: Flavour) -> None:
        self.text = text
        self.source = source
        self.flavour = flavour
        self.out: list[Token] = []
        self.position = 0
        self.gap = False
        self.depth = 0

    def put(self, kind: str, text: str, start: int, end: int, tail: str = "") -> None:
        """Append a token written at local offsets `start` to `end`."""
        self.out.append(Token(kind, text, self.source.starts[start], self.source.ends[end - 1], self.gap, tail))
        self.gap = False

    def run(self) -> None:
        text, match_at, size = self.text, _TOKEN.match, len(self.text)
        handlers = {
            name: getattr(self, "_" + name)
            for name in (
                "number",
                "row",
                "command",
                "cjk",
                "letters",
                "circled",
                "greek",
                "low",
                "high",
                "long",
                "sign",
            )
        }
        while self.position < size:
            match = match_at(text, self.position)
            if match is None:  # cannot happen: the last alternative takes any character
                break
            start = self.position
            self.position = match.end()
            group = match.lastgroup
            if group == "blank":
                self.gap = True
                if "\t" in match.group() and not self.flavour.tex and self.out:
                    self.put("space", "", start, self.position)
                    self.gap = True
            elif group == "comment":
                if not self.flavour.tex:
                    self.position = start + 1
                    self.put("unknown", "%", start, start + 1)
            elif group is not None:
                handlers[group](match.group(), start, match.end())
                if len(self.out) > limits.FORMULA_TOKENS:
                    return

    # --- numbers -----------------------------------------------------------------------------------------------

    def _number(self, written: str, start: int, end: int) -> None:
        previous = self.out[-1] if self.out else None
        if previous is not None and previous.kind in ("sub", "sup") and "." not in written and "," not in written:
            pass
        elif "," in written and "{" not in written and "\\" not in written:
            whole_part = written.split(",", 1)[0]
            if self.depth or whole_part == "0" or (self.flavour.decimal_comma and written.count(",") == 1):
                end = start + len(whole_part)
                written = self.text[start:end]
                self.position = end
        if self.flavour.decimal_comma and "." not in written and self.text[end : end + 1] == ",":
            more = _DIGITS.match(self.text, end + 1)
            if more:
                end = self.position = more.end()
                written = self.text[start:end]
        if self.text.startswith(("...", "…"), end) and not self.text[end:].lstrip(".…")[:1].isdigit():
            dots = 3 if self.text.startswith("...", end) else 1
            self.position = end + dots
            self.put("number", written + "...", start, end + dots)
            return
        self.put("number", written, start, end)

    # --- words -------------------------------------------------------------------------------------------------

    def _letters(self, run: str, start: int, end: int) -> None:
        after_script = bool(self.out) and self.out[-1].kind in ("sub", "sup") and (not self.gap or self.flavour.tex)
        if after_script:
            self._script_word(run, start, end)
            return
        if self.text.startswith("{", end) and COMMANDS.get(run, ("",))[0] in ("frac", "sqrt", "accent"):
            self.put(*COMMANDS[run], start, end)  # a backslash lost on the way: frac{1}{2}
            return
        if run in SIGN_WORDS and not self.flavour.tex and not (run == "sum" and self.text[end:].lstrip()[:1] == "="):
            kind, sign = SIGN_WORDS[run]
            if not (self.flavour.code and kind == "big"):
                self.put(kind, sign, start, end)
                return
        if run == "x" and self._stands_for_times(start, end):
            self.put("operator", "x", start, end)
            return
        if run[0] == "d" and self._whole_derivative(start):
            return
        self._word(run, start, end)

    def _whole_derivative(self, start: int) -> bool:
        """`dLdW1`, `dE_dw5`, `dJda2`: a derivative in one word."""
        match = _WHOLE_DERIVATIVE.match(self.text, start)
        if match is None:
            return False
        self.put("diff", "d", start, start + 1)
        self.put("word", match.group(1), match.start(1), match.end(1), match.group(2))
        self.put("operator", "/", match.start(4) - 1, match.start(4))
        self.put("diff", "d", match.start(4) - 1, match.start(4))
        self.put("word", match.group(4), match.start(4), match.end(), match.group(5))
        self.position = match.end()
        return True

    def _stands_for_times(self, start: int, end: int) -> bool:
        """`0.5 x 0.3`: an x alone between two numbers or brackets."""
        before, after = self.text[:start].rstrip()[-1:], self.text[end:].lstrip()
        return (
            (before.isdigit() or before in ")]")
            and bool(before)
            and bool(re.match(r"-?[\d.(]", after))
            and (self.gap or not after[:1].isdigit() or True)
            and not self.text.startswith(("_", "^", "("), end)
        )

    def _word(self, run: str, start: int, end: int) -> None:
        known = run in WORDS or run in self.flavour.words or run in GREEK_WORDS
        if run[0] == "d" and len(run) > 1 and run not in self.flavour.words and not known and _is_quantity(run[1:]):
            self.put("diff", "d", start, start + 1)
            self._word_with_tail(run[1:], start + 1, end)
            return
        dotted = not self.flavour.tex and re.match(r"\.[A-Za-z]", self.text[end : end + 2]) is not None
        if (
            len(run) == 2
            and not known
            and not dotted
            and not self.flavour.code
            and run not in CONNECTIVES
            and run not in FUNCTIONS
        ):
            self.put("word", run[0], start, start + 1)
            self._word_with_tail(run[1], start + 1, end)
            return
        self._word_with_tail(run, start, end)

    def _word_with_tail(self, run: str, start: int, end: int) -> None:
        if run in CONNECTIVES and (self.gap or not self.out) and not self.text.startswith(("_", "^"), end):
            following = self.text[end:].lstrip()[:1]
            if (following.isalpha() or following in "\\$" or following.isdigit() or not following) and run not in (
                "a",
                "in",
            ):
                self.put("note", run, start, end)
                return
        digits = _DIGITS.match(self.text, end)
        tail = digits.group() if digits else ""
        if digits:
            end = self.position = digits.end()
        self.put("word", run, start, end, tail)
        if not self.flavour.tex and tail and self.text[end : end + 1].isalpha() and self.text[end : end + 1].isascii():
            pass

    def _script_word(self, run: str, start: int, end: int) -> None:
        """What belongs to a script without braces: in TeX a letter with its digits or a word we know, else everything."""
        if self.flavour.tex and run not in WORDS and run not in MARK_WORDS and run not in self.flavour.words:
            known = next((word for word in MARK_WORDS if run.startswith(word) and len(word) > 2), None)
            if known is None and len(run) > 1 and (run == "total" or run[:3] in ("tot",)):
                known = run
            keep = len(known) if known else 1
            digits = _DIGITS.match(self.text, start + keep) if keep == len(run) and self.out[-1].kind == "sub" else None
            stop = digits.end() if digits else start + keep
            self.position = stop
            self.put("word", run[:keep], start, stop, digits.group() if digits else "")
            return
        digits = _DIGITS.match(self.text, end)
        stop = digits.end() if digits else end
        if not self.flavour.tex:
            more = re.compile(r"[A-Za-z0-9]*").match(self.text, stop)
            if more and more.group() and not more.group()[0].isdigit():
                stop = more.end()
                self.position = stop
                self.put("word", self.text[start:stop], start, stop)
                return
        self.position = stop
        self.put("word", run, start, stop, digits.group() if digits else "")

    def _greek(self, letter: str, start: int, end: int) -> None:
        digits = _DIGITS.match(self.text, end)
        unit = None if self.flavour.tex else re.compile(r"[hoxi]\d+(?![.\d])").match(self.text, end)
        if digits:
            end = self.position = digits.end()
        self.put(
            "word", GREEK.get(letter, letter), start, end, digits.group() if digits else unit.group() if unit else ""
        )
        if unit and not digits:
            self.position = unit.end()

    def _cjk(self, run: str, start: int, end: int) -> None:
        self.put("note", run, start, end)

    def _circled(self, sign: str, start: int, end: int) -> None:
        self.put("label", sign, start, end)

    # --- signs -------------------------------------------------------------------------------------------------

    def _row(self, _written: str, start: int, end: int) -> None:
        # `\\frac` is a command with its backslash doubled for Jekyll, `\\ a` a new row
        command = re.compile(r"[A-Za-z]+").match(self.text, end)
        if (
            command
            and end - start == 2
            and command.group() in (*COMMANDS, *DROPPED, *TEXTUAL, "begin", "end")
            and self.text[end - 1] == "\\"
            and not self.text[:start].rstrip(" ").endswith("\n")
            and self._doubled()
        ):
            self.position = command.end()
            self._command("\\" + command.group(), start, command.end())
            return
        self.put("row", "", start, end)

    def _doubled(self) -> bool:
        """Are all commands of this formula written with two backslashes?"""
        return not re.search(r"(?<!\\)\\[A-Za-z]", self.text)

    def _low(self, run: str, start: int, end: int) -> None:
        self._raised(run, start, end, "sub", SUBSCRIPTS)

    def _high(self, run: str, start: int, end: int) -> None:
        self._raised(run, start, end, "sup", SUPERSCRIPTS)

    def _raised(self, run: str, start: int, end: int, kind: str, plain: dict[str, str]) -> None:
        """₁₁ and ⁽²⁾: a script with braces."""
        self.put(kind, "_" if kind == "sub" else "^", start, end)
        self.put("begin-group", "{", start, end)
        position = 0
        letters = "".join(plain.get(character, character) for character in run)
        for part in re.finditer(r"\d+|.", letters):
            written = part.group()
            here = start + position
            position += len(written)
            if written.isdigit():
                self.put("number", written, here, here + len(written))
            elif written.isalpha():
                self.put("word", written, here, here + 1)
            else:
                self.put(*SIGNS[written], here, here + 1)
        self.put("end-group", "}", start, end)

    def _long(self, written: str, start: int, end: int) -> None:
        if written.startswith(("——", "--")):
            self.put("relation", "→", start, end)
        elif written.startswith("<-"):
            # `a <-0.5` is a comparison with a negative number
            if self.text[end : end + 1].isdigit() or self.text[end : end + 1] == ".":
                self.position = start + 1
                self.put("relation", "<", start, start + 1)
            else:
                self.put("relation", "←", start, end)
        elif written[0] in ".。":
            self.put("dots", "…", start, end)
        elif written == "//":
            self.put("note", "//", start, end)
        elif written.startswith("=="):
            self.put("relation", "=", start, end)
        elif written in ("+=", "-=") and self.flavour.tex:
            self.position = start + 1
            self.put("operator", written[0], start, start + 1)
        else:
            self.put(*_LONG[written], start, end)

    def _sign(self, sign: str, start: int, end: int) -> None:
        kind, text = SIGNS.get(sign, ("unknown", sign))
        if kind == "unknown" and self._composed(sign, start, end):
            return
        if kind == "open":
            self.depth += 1
        elif kind == "close":
            self.depth -= 1
        elif sign == "~" and self.flavour.tex:
            self.gap = True
            return
        elif sign == "@" and self.flavour.ascii_math:
            text = "⊙"
        elif sign == "Σ" and self.text[end:].lstrip()[:1] == "'":
            kind, text = "word", "Sigma"
        elif kind == "space" and sign != "⇥":
            self.gap = True
            return
        elif sign == "?" and re.match(r"\s?[A-Za-z]", self.text[end : end + 2]):
            kind, text = "diff", "∂"  # what is left of ∂ on pages copied without their fonts
        elif sign == "_" and re.match(r"\s*\\?_", self.text[end : end + 3]):
            return
        self.put(kind, text, start, end)

    def _composed(self, sign: str, start: int, end: int) -> bool:
        """½, ŷ, and accents that follow their letter."""
        if sign in FRACTIONS:
            above, below = FRACTIONS[sign]
            for kind, text in (
                ("open", "("),
                ("number", str(above)),
                ("operator", "/"),
                ("number", str(below)),
                ("close", ")"),
            ):
                self.put(kind, text, start, end)
            return True
        letters = unicodedata.normalize("NFD", sign)
        if len(letters) == 2 and letters[0].isascii() and letters[1] in ACCENTS:
            self.put("accent", ACCENTS[letters[1]], start, end)
            self._word_with_tail(letters[0], start, end)
            return True
        if sign in ACCENTS and self.out and self.out[-1].kind == "word":
            last = self.out.pop()
            self.out += [last._replace(kind="accent", text=ACCENTS[sign], tail=""), last._replace(gap=False)]
            return True
        return False

    # --- commands ----------------------------------------------------------------------------------------------

    def _command(self, written: str, start: int, end: int) -> None:
        name = written[1:]
        if name.endswith("*") and name not in TEXTUAL:
            name = name[:-1]
            end = self.position = end - 1
        if name in COMMANDS:
            kind, text = COMMANDS[name]
            if kind == "word" and name in GREEK_WORDS | {"ell"} or kind == "word":
                digits = _DIGITS.match(self.text, end) if text not in FUNCTIONS else None
                if digits:
                    self.position = digits.end()
                self.put(kind, text, start, end, digits.group() if digits else "")
            elif (
                kind == "dots"
                and self.out
                and self.out[-1].kind == "number"
                and "." in self.out[-1].text
                and not self.gap
            ):
                last = self.out.pop()
                self.out.append(last._replace(text=last.text + "...", end=self.source.ends[end - 1]))
            else:
                self.put(kind, text, start, end)
        elif name in DROPPED:
            if name in ("left", "right"):
                dot = _DELIMITER_DOT.match(self.text, end)
                if dot:
                    self.position = dot.end()
            self.gap = True
        elif name in TEXTUAL:
            self._text(start, end)
        elif name in DROPPED_WITH_ARGUMENT:
            argument = _ARGUMENT.match(self.text, end)
            self.position = argument.end() if argument else end
        elif name in ("begin", "end"):
            self._environment(name, start, end)
        elif name in ("tag", "textcircled", "circled", "textcircle"):
            self._tag(name, start, end)
        elif len(name) <= 1:
            self._escaped(name, start, end)
        else:
            self._unknown_command(name, start, end)

    def _unknown_command(self, name: str, start: int, end: int) -> None:
        for length in range(len(name) - 1, 1, -1):  # \timesw_1, \cdotx: a command run into a letter
            if (
                name[:length] in COMMANDS
                and length > 2
                and COMMANDS[name[:length]][0] in ("operator", "diff", "relation")
            ):
                self.position = start + 1 + length
                self._command("\\" + name[:length], start, self.position)
                return
        self.put("unknown", "\\" + name, start, end)

    def _escaped(self, name: str, start: int, end: int) -> None:
        """A backslash and one sign: spacing, a brace, or Markdown's escape."""
        if name in "{}":
            self.put("open" if name == "{" else "close", name, start, end)
            self.depth += 1 if name == "{" else -1
        elif name == "|":
            self.put("bar", "‖", start, end)
        elif name in "_*":
            self.put(*SIGNS[name], start, end)
        elif name in "()[]" and name:
            self.put("space", "", start, end)
        elif name == "\n":
            self.put("row", "", start, end)
        elif name in ",;:!> ":
            self.gap = True
        else:
            self.gap = True

    def _environment(self, name: str, start: int, end: int) -> None:
        match = _ENVIRONMENT.match(self.text, end)
        if match is None:
            self.put("unknown", "\\" + name, start, end)
            return
        environment = match.group(1)
        self.position = match.end()
        if name == "begin" and environment in ("array", "tabular", "alignat", "alignedat"):
            columns = _COLUMNS.match(self.text, self.position)
            if columns:
                self.position = columns.end()
        self.put(name, environment, start, self.position)

    def _tag(self, name: str, start: int, end: int) -> None:
        match = _ARGUMENT.match(self.text, end)
        content = match.group(1).strip() if match else ""
        self.position = match.end() if match else end
        if name == "tag":
            self.put("tag", content[:40], start, self.position)
        elif content.isdigit() and 1 <= int(content[:3]) <= len(CIRCLED):
            self.put("label", CIRCLED[int(content[:3]) - 1], start, self.position)
        else:
            self.put("label", f"({content[:20]})", start, self.position)

    def _text(self, start: int, end: int) -> None:
        r"""`\text{…}`: a name, or words."""
        match = _ARGUMENT.match(self.text, end)
        if match is None:
            self.gap = True  # `\mathrm d`, `\text` lost its braces
            return
        content = " ".join(match.group(1).split())
        first, last = match.start(1), match.end()
        plain = content.strip("$ ")
        words = re.split(r"[\s_-]+", plain)
        if not content:
            self.position = last
            self.gap = True
        elif re.fullmatch(r"[\d.]+|[-+=*/()\[\],]|.*[\\^{}].*|\d.*", content, re.DOTALL) or content.startswith("$"):
            self.out.append(Token("begin-group", "{", *self.source.span(start, first), self.gap))
            self.position = first
            inner = _Lexer(self.text[: match.end(1)], self.source, self.flavour)
            inner.position = first
            inner.run()
            self.out.extend(inner.out)
            self.out.append(Token("end-group", "}", *self.source.span(match.end(1), last)))
            self.position = last
        elif _IDENTIFIER.fullmatch(plain) and not (set(words) & CONNECTIVES and plain not in ("in", "a", "o", "i")):
            self._text_name(plain, start, last, first)
        elif len(plain) == 1 and plain in GREEK:
            self.position = last
            self.put("word", GREEK[plain], start, last)
        else:
            self.position = last
            self.put("note", content, start, last)

    def _text_name(self, plain: str, start: int, last: int, first: int) -> None:
        parts = re.split(r"\s*\\?_\s*", plain)
        self.position = last
        base = re.fullmatch(r"([A-Za-z]+?)(\d*)", parts[0])
        if base and len(parts) == 1 and (len(base.group(1)) > 2 or base.group(1) not in ("dL", "dE")):
            self.put("word", base.group(1), start, last, base.group(2))
        else:
            self.put("word", parts[0], start, last)
        for part in parts[1:]:
            self.put("sub", "_", first, last)
            self.put("word", part, first, last)


def _is_quantity(rest: str) -> bool:
    """May what follows a d be differentiated?  One letter, a Greek word, or the name of a quantity."""
    return len(rest) == 1 or rest in GREEK_WORDS or rest in (
        "net", "out", "in", "Net", "Out", "Loss", "loss", "Etotal", "error", "Error", "hidden", "output", "target", "cost",
    )  # fmt: skip


def _bare_scripts(found: list[Token]) -> list[Token]:
    """`\\delta{_2}` is `\\delta_2`: braces around a script alone say nothing."""
    pairs: set[int] = set()
    opened: list[int] = []
    for position, token in enumerate(found):
        if token.kind == "begin-group":
            opened.append(position)
        elif token.kind == "end-group" and opened:
            first = opened.pop()
            if (
                found[first + 1].kind in ("sub", "sup")
                and first
                and found[first - 1].kind in ("word", "end-group", "close")
            ):
                pairs |= {first, position}
    return [token for position, token in enumerate(found) if position not in pairs] if pairs else found


def _spaced_words(found: list[Token]) -> list[Token]:
    """Join `n e t` to `net` where the letters stand apart and spell a word we know."""
    if not any(token.kind == "word" and token.gap and len(token.text) == 1 for token in found):
        return found
    out: list[Token] = []
    position = 0
    while position < len(found):
        token = found[position]
        joined = _spaced_word_at(found, position) if token.kind == "word" and len(token.text) == 1 else None
        if joined is None:
            out.append(token)
            position += 1
        else:
            out.append(joined)
            position += len(joined.text)
    return out


def _spaced_word_at(found: list[Token], position: int) -> Token | None:
    first = found[position]
    for word in SPACED_WORDS:
        if word[0] != first.text:
            continue
        run = found[position : position + len(word)]
        if (
            len(run) == len(word)
            and all(token.kind == "word" and token.text == letter for token, letter in zip(run, word, strict=True))
            and all(token.gap for token in run[1:])
            and not any(token.tail for token in run[:-1])
        ):
            return first._replace(text=word, end=run[-1].end, tail=run[-1].tail)
    return None


_EDGES: Final = frozenset(
    ["operator", "relation", "open", "close", "begin-group", "end-group", "sub", "sup", "separator", "row", "amp"]
)


def _names_from_notes(found: list[Token]) -> list[Token]:
    """Words that stand where an operand must stand are a name: `总误差 = 0.29`, `(目标 - 输出)^2`."""

    def marks(token: Token | None) -> bool:
        return token is None or token.kind in _EDGES

    def operates(token: Token | None) -> bool:
        return token is not None and token.kind in ("operator", "relation", "sub", "sup")

    for position, token in enumerate(found):
        if (
            token.kind != "note"
            or len(token.text) > 16
            or re.search(r"[:：,，。;；]", token.text)
            or token.text in CONNECTIVES
        ):
            continue
        before = found[position - 1] if position else None
        after = found[position + 1] if position + 1 < len(found) else None
        if marks(before) and marks(after) and (operates(before) or operates(after)):
            found[position] = token._replace(kind="word")
    return found


def of_kind(found: list[Token], *kinds: str) -> Iterator[Token]:
    """The tokens of some kinds."""
    return (token for token in found if token.kind in kinds)
