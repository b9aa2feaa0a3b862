"""What simulated people's sheets look like: kinds of files, layouts, words between the lines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from verify_people import EQUAL

from bpsym.printing import LATEX, PLAIN
from bpsym.printing.layout import Formula, Number, row
from bpsym.program import Role
from bpsym.render.mathml import element
from bpsym.rounding import Numeral

if TYPE_CHECKING:
    from sympy import Expr
    from verify_people import Line, Person, Work

    from bpsym.printing.layout import Box, Sign

    Links = list[tuple[Sign | None, Box]]

LAYOUTS = {
    "md": ("inline", "display", "aligned", "rows", "list", "worded", "table", "fenced"),
    "tex": ("inline", "display", "equation", "aligned", "rows"),
    "txt": ("lines",),
    "html": ("inline", "display", "mathml", "katex"),
    "ipynb": ("inline", "display", "aligned", "worded", "fenced"),
}
MEDIA = {"latex": LATEX, "plain": PLAIN}
HEADINGS = {"en": ("Forward pass", "Backward pass", "New weights"), "zh": ("前向传播", "反向传播", "更新权重")}
BOX, BOXED = {"en": "The results", "zh": "主要结果"}, 3  # lines of it
BARE = 2  # links of a line that says nothing of where its figure comes from
WORDS = {
    "en": ("We get ", "This gives ", "Here ", "And so ", "Next, "),
    "zh": ("由此得到", "于是", "因此", "接着有", "代入得"),
}
TEX = ("\\documentclass{article}", "\\usepackage{amsmath}", "\\begin{document}", "\\end{document}")
WORDY = 0.25  # of the lines of people who write words between formulas


@dataclass(frozen=True)
class Paper:
    """A file, and on which of its lines each entry stands, counted from 1."""

    name: str
    content: bytes
    places: dict[Expr, range]


def paper(work: Work, lines: list[Line]) -> Paper:
    """The sheet as a file."""
    who = work.who
    random = Random(f"{who}/{len(lines)}")  # the same words whether there is a slip or not
    rows: list[tuple[Expr | None, str]] = [(None, "")]
    gap = [] if who.layout in ("rows", "table", "list", "fenced") else [(None, "")]
    rows += _opened(who)
    for entry, typed in work.description.written.items():
        number = Number(Numeral(typed, exact=True))
        rows += [
            *((None, text) for text in _laid_out([(None, work.writer.name(entry)), (EQUAL, number)], who, "")),
            *gap,
        ]
    derived = [line for line in lines if len(work.links(line)) > BARE]  # else nothing tells which of two lines is first
    if who.boxed and derived:
        rows += [*_closed(who), *_heading(who, BOX[who.lang]), *_opened(who)]
        for line in random.sample(derived, min(len(derived), BOXED)):
            name, *_, value = work.links(line)
            rows += [*((None, text) for text in _laid_out([name, value], who, "")), *gap]
    part = -1
    for line in lines:
        if _part(work, line.entry) > part:
            part = _part(work, line.entry)
            rows += [*_closed(who), *_heading(who, HEADINGS[who.lang][part]), *_opened(who)]
        words = random.choice(WORDS[who.lang]) if who.layout == "worded" and random.random() < WORDY else ""
        rows += [*((line.entry, text) for text in _laid_out(work.links(line), who, words)), *gap]
    return _filed([*rows, *_closed(who)], who, random)


def _part(work: Work, entry: Expr) -> int:
    """Whether an entry belongs to the way forward, the way back, or the update."""
    step = work.expansion.step(entry)
    role = step.step.quantity.role if step is not None else None
    return {Role.ADJOINT: 1, Role.UPDATED: 2}.get(role, 0) if role is not None else 0


def _heading(who: Person, words: str) -> list[tuple[Expr | None, str]]:
    marks = {"md": f"## {words}", "ipynb": f"## {words}", "tex": f"\\section{{{words}}}", "html": f"<h2>{words}</h2>"}
    return [(None, ""), (None, marks.get(who.paper, f"{words}:")), (None, "")]


def _opened(who: Person) -> list[tuple[Expr | None, str]]:
    """What begins a block that holds many lines."""
    if who.layout == "rows":
        return [(None, "\\begin{align*}" if who.paper == "tex" else "$$\n\\begin{aligned}")]
    if who.layout == "table":
        return [(None, "| quantity | value |" if who.lang == "en" else "| 量 | 值 |"), (None, "|---|---|")]
    return [(None, "```")] if who.layout == "fenced" else []


def _closed(who: Person) -> list[tuple[Expr | None, str]]:
    if who.layout == "rows":
        return [(None, "\\end{align*}" if who.paper == "tex" else "\\end{aligned}\n$$")]
    return [(None, "```")] if who.layout == "fenced" else []


def _laid_out(links: Links, who: Person, words: str) -> list[str]:
    """One chain on as many lines of the file as the layout has."""
    chain = written(row(*(box for pair in links for box in pair if box is not None)), who)
    match who.layout:
        case "display":
            return [f"\\[ {chain} \\]" if who.paper in ("tex", "html") else f"$${chain}$$"]
        case "equation":
            return ["\\begin{equation}", chain, "\\end{equation}"]
        case "aligned":
            head, *rest = [written(row(*(b for b in pair if b is not None)), who) for pair in links]
            body = " \\\\\n".join(f"{head if k == 0 else ''} &{text}" for k, text in enumerate(rest)).split("\n")
            if who.paper == "tex":
                return ["\\begin{align*}", *body, "\\end{align*}"]
            return ["$$", "\\begin{aligned}", *body, "\\end{aligned}", "$$"]
        case "rows":
            head, *rest = [written(row(*(b for b in pair if b is not None)), who) for pair in links]
            return [f"{head} &{' '.join(rest)} \\\\"]
        case "list":
            return [f"- ${chain}$"]
        case "table":
            return [f"| ${written(links[0][1], who)}$ | {written(links[-1][1], who)} |"]
        case "worded":
            stop = "." if who.lang == "en" else "。"
            return [f"{words}${chain}${stop}" if words else f"${chain}$"]
        case "mathml":
            return [f"<p>{element(chain, display=False)}</p>"]
        case "katex":
            source = chain.replace("&", "&amp;").replace("<", "&lt;")
            note = f'<annotation encoding="application/x-tex">{source}</annotation>'
            math = f'<span class="katex-mathml"><math><semantics><mrow></mrow>{note}</semantics></math></span>'
            return [f'<p><span class="katex">{math}</span></p>']
        case "lines" | "fenced":
            return [chain]
    return [f"<p>\\({chain}\\)</p>" if who.paper == "html" else f"${chain}$"]


def written(box: Box, who: Person) -> str:
    """A formula as this person writes it: in TeX, or as one types it."""
    return MEDIA[who.medium].write(Formula(box))


def _filed(rows: list[tuple[Expr | None, str]], who: Person, random: Random) -> Paper:
    """The lines in a file of its kind."""
    flat = [(entry, line) for entry, text in rows for line in text.split("\n")]
    if who.paper == "tex":
        flat = [*((None, line) for line in TEX[:3]), *flat, (None, TEX[3])]
    elif who.paper == "html":
        flat = [(None, "<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>"), *flat]
        flat.append((None, "</body></html>"))
    elif who.paper == "ipynb":
        last = len(flat) - 1
        flat = [(entry, json.dumps(line + "\n") + "," * (k < last)) for k, (entry, line) in enumerate(flat)]
        flat = [(None, '{"cells": [{"cell_type": "markdown", "metadata": {}, "source": ['), *flat]
        flat.append((None, ']}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'))
    places: dict[Expr, range] = {}
    for number, (entry, _) in enumerate(flat, 1):
        if entry is not None:
            places[entry] = range(places[entry].start if entry in places else number, number + 1)
    end = "\r\n" if random.random() < 0.15 else "\n"
    text = end.join(line for _, line in flat) + end
    return Paper(f"sheet.{who.paper}", _encoded(text, who, random), places)


def _encoded(text: str, who: Person, random: Random) -> bytes:
    if who.lang == "zh" and who.paper in ("md", "txt") and random.random() < 0.25:
        try:
            return text.encode("gbk")
        except UnicodeEncodeError:
            return text.encode()
    return text.encode()
