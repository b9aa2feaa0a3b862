"""HTML: text and formulas out of the tags, as Markdown with places.

Formulas come from MathJax's sources in the text, from KaTeX's annotations, from `<script type="math/tex">` and from
MathML. Scripts and styles are skipped; nothing is fetched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bpsym.verify.source import Source, inserted, joined

if TYPE_CHECKING:
    from bpsym.verify.tree import Span

_PIECE: Final = re.compile(
    r"(?P<comment><!--)|<(?P<closing>/?)(?P<name>[A-Za-z][\w:-]*)(?P<attributes>[^<>]*)>"
    r"|(?P<entity>&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});)|<!\w[^>]*>",
    re.DOTALL,
)
_BLOCKS: Final = frozenset(
    "p div br li ul ol tr table section article header footer main aside pre blockquote h1 h2 h3 h4 h5 h6 dt dd figure "
    "figcaption hr body html head title thead tbody details summary form".split(),
)
_SKIPPED: Final = frozenset(["script", "style", "noscript", "template", "head", "iframe"])
_INLINE: Final = re.compile(
    r"<(/?)(sub|sup)>|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31});|<br\s*/?>", re.IGNORECASE
)
_SIGNS: Final = {
    "\u2062": " ",
    "\u2061": " ",
    "\u2063": " ",
    "∂": "\\partial ",
    "∑": "\\sum ",
    "∇": "\\nabla ",
    "%": "\\%",
    "{": "\\{",
    "}": "\\}",
}
_BARE: Final = frozenset(["\\sum ", "\\prod ", ")", "]"])  # what takes scripts without a bracket around it
# MathML elements whose children are arguments: what is written before, between and after them.
_SCHEMES: Final = {
    "mfrac": ("\\frac{", ("}{", ""), "}"),
    "msup": ("{", ("}^{", ""), "}"),
    "msub": ("{", ("}_{", ""), "}"),
    "msubsup": ("{", ("}_{", "}^{"), "}"),
    "munder": ("{", ("}_{", ""), "}"),
    "mover": ("{", ("}^{", ""), "}"),
    "munderover": ("{", ("}_{", "}^{"), "}"),
    "msqrt": ("\\sqrt{", ("", ""), "}"),
    "mtext": ("\\text{", ("", ""), "}"),
    "mtable": ("\\begin{matrix}", ("", ""), "\\end{matrix}"),
    "mtr": ("", ("", ""), "\\\\ "),
    "mtd": ("{", ("", ""), "} & "),
}


def _sign(entity: str) -> str:
    """What an entity stands for; the names of all of them are imported where one is met."""
    from html import unescape

    return unescape(entity)


def is_html(text: str, name: str) -> bool:
    """By its name, or by a head that can be nothing else."""
    return name.lower().endswith((".html", ".htm", ".xhtml")) or bool(
        re.match(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body)", text[:2_000], re.IGNORECASE)
    )


def inline(source: Source) -> Source:
    """Markdown with its few tags and entities resolved: `w<sub>5</sub>`, `&lt;`, `&nbsp;`."""
    kept: list[Source] = []
    position = 0
    for match in _INLINE.finditer(source.text):
        written = match.group()
        if match.group(2):
            plain = "}" if match.group(1) else "_{" if match.group(2).lower() == "sub" else "^{"
        elif written.startswith("<"):
            plain = "\n"
        else:
            plain = _sign(written)
            if plain == written or len(plain) != 1 or written == "&plus;":  # a plus sign in an address is a blank
                continue
        kept += [source[position : match.start()], inserted(plain, source.span(match.start(), match.end()))]
        position = match.end()
    return joined([*kept, source[position:]]) if position else source


def markdown(source: Source) -> Source:
    """The page as Markdown."""
    reader = _Page(source)
    reader.run()
    return joined(reader.out)


class _Page:
    """One walk over the tags of a page."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.out: list[Source] = []
        self.skipping = ""
        self.math: list[Source] | None = None  # the TeX made of the MathML we are in
        self.stack: list[tuple[str, int, str]] = []  # MathML: element, children seen, closing text
        self.katex = 0  # depth of the spans KaTeX draws for the eye
        self.spans: list[bool] = []
        self.display = False
        self.end: Source | None = None  # the dollar behind the last MathML
        self.listing = False
        self.drawing = self.lettering = False  # in an <svg>, and in a <text> of it: the rest of a drawing is no text

    def emit(self, text: str, at: Span) -> None:
        target = self.out if self.math is None else self.math
        target.append(inserted(text, at))

    def run(self) -> None:
        position = 0
        text = self.source.text
        for match in _PIECE.finditer(text):
            if match.start() < position:
                continue
            self.words(position, match.start())
            position = match.end()
            at = self.source.span(match.start(), match.end())
            if match.group("comment"):
                end = text.find("-->", position)
                position = end + 3 if end >= 0 else len(text)
            elif match.group("entity"):
                if self.visible():
                    self.words_of(inserted(_sign(match.group("entity")), at))
            elif match.group("name"):
                name = match.group("name").lower().removeprefix("m:").removeprefix("mml:")
                closing = bool(match.group("closing"))
                jump = self.tag(name, match.group("attributes") or "", at, position, closing=closing)
                position = max(position, jump)
        self.words(position, len(text))

    def visible(self) -> bool:
        return not self.skipping and not self.katex and (self.lettering or not self.drawing)

    def words(self, start: int, end: int) -> None:
        if start < end and self.visible():
            self.words_of(self.source[start:end])

    def words_of(self, part: Source) -> None:
        if self.math is None:
            self.out.append(part)
        elif part.text.strip():
            for position, character in enumerate(part.text):
                if character in _SIGNS and not (self.stack and self.stack[-1][0] == "mtext"):
                    self.math.append(inserted(_SIGNS[character], part.span(position, position + 1)))
                else:
                    self.math.append(part[position : position + 1])

    def tag(self, name: str, attributes: str, at: Span, position: int, *, closing: bool) -> int:
        """Handle a tag; returns an offset to jump to, 0 for none."""
        text = self.source.text
        if name in _SKIPPED and not closing and not attributes.rstrip().endswith("/"):
            end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, position)
            stop = end.end() if end else len(text)
            if name == "script" and "math/tex" in attributes:
                dollar = "$$" if "mode=display" in attributes else "$"
                self.out += [
                    inserted(dollar, at),
                    self.source[position : end.start() if end else stop],
                    inserted(dollar, at),
                ]
            return stop
        if name == "svg" or self.drawing:
            self.svg_tag(name, at, closing=closing or attributes.rstrip().endswith("/"))
            return 0
        if name == "span":
            self.span_tag(attributes, closing=closing)
        if self.katex:
            return 0
        if name == "math":
            self.math_tag(attributes, at, closing=closing)
        elif self.math is not None:
            return self.mathml(name, attributes, at, position, closing=closing)
        elif name in ("td", "th"):
            if not closing:
                self.emit(" ", at)
            else:
                self.emit(" | ", at)
        elif name == "tr":
            self.emit("\n" if closing else "\n| ", at)
        elif name == "thead" and closing:
            self.emit("\n|---|\n", at)
        elif name in ("sub", "sup"):
            self.emit("}" if closing else ("_{" if name == "sub" else "^{"), at)
        elif re.fullmatch(r"h[1-6]", name):
            self.emit("\n\n" if closing else "\n\n# ", at)
        elif name == "pre":
            self.listing = not closing
            self.emit("\n```\n", at)
        elif name == "code" and not self.listing:
            self.emit("`", at)
        elif name in _BLOCKS:
            self.emit("\n\n" if name in ("p", "div", "section", "blockquote") else "\n", at)
        return 0

    def svg_tag(self, name: str, at: Span, *, closing: bool) -> None:
        """A drawing: what is written in it stands on lines of its own."""
        if name == "svg":
            self.drawing, self.lettering = not closing, False
        elif name == "text":
            self.lettering = not closing
            self.emit("\n\n", at)

    def span_tag(self, attributes: str, *, closing: bool) -> None:
        """Spans that KaTeX and MathJax draw for the eye hold the formula a second time."""
        if closing:
            if self.spans and self.spans.pop():
                self.katex -= 1
        else:
            drawn = "katex-html" in attributes or "MJX_Assistive" in attributes or 'class="mjx' in attributes
            self.spans.append(drawn)
            self.katex += drawn

    def math_tag(self, attributes: str, at: Span, *, closing: bool) -> None:
        """MathML begins or ends."""
        if not closing:
            self.math = []
            self.stack = []
            self.display = "block" in attributes
        elif self.math is not None:
            tex, self.math = self.math, None
            dollar = "$$" if self.display else "$"
            if self.out and self.out[-1] is self.end:  # nothing but marks of layout between: a formula in pieces
                self.out.pop()
            else:
                self.out.append(inserted(dollar, at))
            self.end = inserted(dollar, at)
            self.out += [*tex, self.end]

    def mathml(self, name: str, attributes: str, at: Span, position: int, *, closing: bool) -> int:
        """An element of MathML as TeX; returns an offset to jump to, 0 for none."""
        if name == "annotation" and not closing:
            end = self.source.text.find("</annotation", position)
            if "tex" in attributes.lower() and end > 0:
                self.math = [unescape_keeping(self.source[position:end])]
                self.stack = []
                close = self.source.text.find("</math", end)
                return close if close > 0 else end
            return max(0, end)
        if self.math is None:
            return 0
        if closing:
            while self.stack:
                opened, _, last = self.stack.pop()
                self.math.append(inserted(last, at))
                if opened == name:
                    break
            return 0
        if attributes.rstrip().endswith("/"):
            return 0
        self.between(at)
        braced = name == "mrow" and bool(self.stack) and self.stack[-1][0] not in _SCHEMES
        first, _, last = _SCHEMES.get(name, ("{" if braced else "", ("", ""), "}" if braced else ""))
        if name == "mi":
            first, last = " ", " "
        if name == "mtable" and self.last() == "\\{":
            self.math = [part for part in self.math if part.text][:-1]
            first, last = "\\begin{cases}", "\\end{cases}"
        self.math.append(inserted(first, at))
        self.stack.append((name, 0, last))
        return 0

    def last(self) -> str:
        """The TeX written last."""
        return next((part.text for part in reversed(self.math or []) if part.text), "")

    def behind(self, signs: frozenset[str]) -> bool:
        """Whether one of the signs is all that stands in the group just opened, whose bracket is then taken away."""
        if self.math is None:
            return False
        kept = [k for k, part in enumerate(self.math) if part.text][-2:]
        if len(kept) < 2 or self.math[kept[1]].text not in signs or self.math[kept[0]].text != "{":
            return False
        del self.math[kept[0]]
        return True

    def between(self, at: Span) -> None:
        """What separates this child from the one before it."""
        if not self.stack or self.math is None:
            return
        parent, seen, last = self.stack[-1]
        joints = _SCHEMES.get(parent, ("", ("", ""), ""))[1]
        if 0 < seen <= len(joints) and joints[seen - 1]:
            joint = joints[seen - 1]
            if joint in ("}_{", "}^{") and self.behind(_BARE):
                joint = joint[1:]  # \\sum_{…} and )^2, not {\\sum}_{…} and {)}^2
            self.math.append(inserted(joint, at))
        self.stack[-1] = (parent, seen + 1, last)


def unescape_keeping(part: Source) -> Source:
    """Entities resolved, places kept."""
    if "&" not in part.text:
        return part
    kept: list[Source] = []
    position = 0
    for match in re.finditer(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31});", part.text):
        kept += [
            part[position : match.start()],
            inserted(_sign(match.group()), part.span(match.start(), match.end())),
        ]
        position = match.end()
    return joined([*kept, part[position:]])
