"""Sessions with an interpreter: what was typed, and what it came to.

`>>> z = W @ x + b` is an equation, and the array printed below `>>> z` is its value; likewise behind `Out[3]:`, below
`z =` in MATLAB, and of what `print` was given.  A value is tied to a name only where nothing unread has changed it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from bpsym.verify.read.rewritten import closing, matrix, rewritten, split, with_commas
from bpsym.verify.source import Source, inserted, joined
from bpsym.verify.symbols import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROMPT: Final = re.compile(r"[ \t]*(?:(?P<python>>>>|In ?\[\d+\]:)|(?P<matlab>>>|octave(?::\d+)?>))(?:[ \t]+|$)")
_CONTINUED: Final = re.compile(r"[ \t]*\.\.\.(?::|[ \t]|$)[ \t]*")
_OUT: Final = re.compile(r"[ \t]*Out ?\[\d+\]:[ \t]*")
_TYPED: Final = re.compile(
    r"[A-Za-z_%][\w.]*[ \t]*(?:[=(+*/@.\[;,'^-]|$)|(?:import|from|for|while|if|def|with|del|class|end) ?|[-(\d]"
)
_SHOWS: Final = re.compile(
    r"[ \t]*(?:[A-Za-z_]\w*[ \t]*=[ \t]*)?(?:(?:array|tensor|np\.float\d\d)\(|[-\[\]().,\d \t+e]+$|$)"
)
_ASSIGNED: Final = re.compile(r"([A-Za-z_]\w*)\s*([-+*/]?)=(?!=)")
_UNPACKED: Final = re.compile(r"[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)+\s*=(?!=)")
_STATEMENT: Final = re.compile(r"(?:for|while|if|def|with|class|del|try)\b")
_NAME: Final = re.compile(r"(?<![\w.])(?!T\b)[A-Za-z_]\w*")
_NUMBER: Final = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
_WRAPPED: Final = re.compile(r"(?:array|tensor|matrix|np\.float(?:32|64)|Parameter containing:\s*tensor)\(\s*")
_SHOWN: Final = re.compile(r"([A-Za-z_]\w*)\s*=\s*")
_ENTRIES: Final = re.compile(r"[-\d.e+ \t]+")
_HARMLESS: Final = re.compile(
    r"(?:import|from|print|format|clc|clear|close)\b|\w+\.(?:backward|manual_seed|set_printoptions)\(|%|#"
)
_TEXT: Final = re.compile(r"""(['"])(.*)\1""", re.DOTALL)
MOST_STEPS: Final = 1_000  # of a document
MOST_NAMES: Final = 200
_SINGLE: Final = 7  # digits of a float32


class Session(Struct):
    """What the lines typed so far have left behind."""

    formulas: list[Source] = []
    last: dict[str, int] = {}  # the equation a name was assigned by, if nothing was shown yet
    unread: set[str] = set()  # names whose value is not what was last read of them
    fresh: set[str] | None = None  # where something unread may have changed every name: those assigned since
    steps: int = 0
    meant: dict[str, str] = {}  # what each name was last assigned
    old: set[str] = set()  # names made of others that have been updated since


class Step(Struct, frozen=True):
    """What was typed at one prompt, and what was printed below."""

    typed: Source
    printed: Source
    matlab: bool


def is_session(text: str) -> bool:
    """Whether a listing is one: it begins with a prompt, and something typed is an equation."""
    return begins_with_prompt(text) and any(
        _ASSIGNED.match(line, match.end()) or _UNPACKED.match(line, match.end())
        for line in text.splitlines()
        if (match := _PROMPT.match(line))
    )


def begins_with_prompt(text: str) -> bool:
    """Whether the first line of a listing is one that was typed."""
    return _PROMPT.match(next((line for line in text.splitlines() if line.strip()), "")) is not None


def blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where sessions stand in a text, without a fence around them."""
    if not any(sign in text for sign in (">>", "In [", "In[", "octave")):
        return
    position, start, end = 0, -1, -1
    typed = depth = 0
    saying = False  # below a `print`, up to a blank line, anything may stand
    for line in [*text.splitlines(keepends=True), "\0"]:
        prompt = _PROMPT.match(line)
        if prompt and (prompt.end() >= len(line.rstrip()) or _TYPED.match(line, prompt.end())):
            start = position if start < 0 else start
            typed += 1
            saying = "print" in line
        elif start >= 0 and not (depth > 0 or (saying and line.strip(" \r\n\0")) or _goes_on(line.rstrip())):
            if typed > 1 and is_session(text[start:end]):
                yield start, end
            start, typed = -1, 0
        saying = saying and bool(line.strip())
        if start >= 0:
            depth = max(0, depth + line.count("(") + line.count("[") - line.count(")") - line.count("]"))
        else:
            depth = 0
        position += len(line)
        if line.strip():
            end = position


def _goes_on(line: str) -> bool:
    """Whether a line without a prompt can be part of a session."""
    return any(pattern.match(line) for pattern in (_CONTINUED, _OUT, _SHOWS))


def steps(source: Source) -> Iterator[Step]:
    """The session prompt by prompt."""
    typed: list[Source] = []
    printed: list[Source] = []
    matlab = False
    for line in source.lines():
        prompt = _PROMPT.match(line.text)
        if prompt:
            if typed:
                yield Step(joined(typed), joined(printed), matlab)
            typed, printed, matlab = [line[prompt.end() :]], [], prompt.group("matlab") is not None
        elif typed and not printed and (more := _CONTINUED.match(line.text)):
            typed.append(line[more.end() :])
        elif typed and (line.text.strip() or printed):
            out = _OUT.match(line.text)
            printed.append(line[out.end() :] if out else line)
    if typed:
        yield Step(joined(typed), joined(printed), matlab)


def tie(session: Session, step: Step) -> None:
    """Add the equations of one prompt and of what was printed below it."""
    session.steps += 1
    if session.steps > MOST_STEPS or len(session.meant) > MOST_NAMES:
        return
    typed = _uncommented(step.typed)
    lines = [line for line in typed.text.splitlines() if line.strip()]
    if len(lines) > 1 and not _open(lines[0]):
        _forget(session, typed.text)
        return
    parts = [part for part in split(typed, ";") if len(part)]
    for part in parts:
        _typed(session, part, step)
    if parts and step.printed.text.strip():
        _printed(session, parts[-1], step)


def _open(line: str) -> bool:
    return line.count("(") + line.count("[") > line.count(")") + line.count("]")


def _uncommented(typed: Source) -> Source:
    cut = re.search(r"[ \t]#|[ \t]%", typed.text)
    return typed[: cut.start()] if cut and "\n" not in typed.text.strip() else typed


def _forget(session: Session, text: str) -> None:
    """A loop or a function: whatever it assigns is not known any more, and what it calls may change anything."""
    if text.lstrip().startswith(("def ", "class ")):
        return
    session.unread.update(match.group(1) for match in _ASSIGNED.finditer(text))
    session.fresh = set()
    session.last.clear()


def _are_known(session: Session, text: str, *, update: bool = False) -> bool:
    """Whether the names in it are what was last read of them; gradients stay what they are while weights change."""
    names = set(_NAME.findall(text)) - set(FUNCTIONS)
    changed = session.unread if update else session.unread | session.old
    return not names & changed and (session.fresh is None or names <= session.fresh)


def _made_of(session: Session, name: str) -> set[str]:
    """The names whose values were reckoned with the one this name had."""
    found = {name}
    for other, text in session.meant.items():  # in the order of their assignment
        if found & set(_NAME.findall(text)):
            found.add(other)
    return found - {name}


def _typed(session: Session, part: Source, step: Step) -> None:
    """One statement."""
    if _STATEMENT.match(part.text):
        _forget(session, part.text)
        return
    match = _ASSIGNED.match(part.text)
    if match is None:
        names, _, values = part.text.partition("=")
        if values and "(" not in names:
            _unpacked(session, list(split(part[: len(names)], ",")), list(split(part[len(names) + 1 :], ",")), step)
        elif "(" in part.text and not step.printed.text.strip() and not _HARMLESS.match(part.text):
            session.fresh = set()
            session.last.clear()
        return
    name, sign = match.groups()
    value = rewritten(part[match.end() :], matlab=step.matlab)
    session.last.pop(name, None)
    used = f"{value.text} {name}" if value is not None and sign else value.text if value is not None else ""
    update = name in _NAME.findall(used)
    before = session.meant.pop(name, None)
    if before is not None:
        (session.old if update else session.unread).update(_made_of(session, name))
    again = before is None or update or before == used
    if value is None or not again or not _are_known(session, used, update=update):
        session.unread.add(name)
        session.meant[name] = ""
        return
    session.unread.discard(name)
    session.old.discard(name)
    session.meant[name] = before if update and before is not None else used
    if session.fresh is not None:
        session.fresh.add(name)
    left, at = part[: match.end(1)], part.span(match.start(2), match.end())
    old = [left, inserted(f" {sign} (", at), value, inserted(")", at)] if sign else [value]
    session.last[name] = len(session.formulas)
    session.formulas.append(joined([left, inserted(" = ", at), *old]))


def _unpacked(session: Session, names: list[Source], values: list[Source], step: Step) -> None:
    """`w, b = 0.2, 0.5`: each name with its value where no value is made of another one of these names."""
    ours = {name.text for name in names}
    apart = all((ours - {a.text}).isdisjoint(_NAME.findall(b.text)) for a, b in zip(names, values, strict=False))
    plain = all(_NAME.fullmatch(name.text) for name in names) and all(len(value) for value in values)
    if not plain or len(names) != len(values) or not apart:
        session.unread.update(name for part in names for name in _NAME.findall(part.text))
        return
    for name, value in zip(names, values, strict=True):
        _typed(session, joined([name, inserted(" = ", value.span(0, 0)), value]), step)


def _printed(session: Session, part: Source, step: Step) -> None:
    """What was printed, as the value of what was typed last."""
    printed = step.printed.stripped()
    match = _ASSIGNED.match(part.text)
    if step.matlab:
        shown = _SHOWN.match(printed.text)
        name = match.group(1) if match else part.text
        if shown is None or not _NAME.fullmatch(name) or shown.group(1) != name:
            return
        rows = [row for line in printed[shown.end() :].lines() if len(row := line.stripped())]
        if rows and all(_ENTRIES.fullmatch(row.text) for row in rows):
            one = len(rows) == 1 and _NUMBER.fullmatch(rows[0].text)
            _valued(session, part[: len(name)], rows[0] if one else matrix(rows), step)
        return
    if match is None:
        for what, value in _shown(part, printed):
            _valued(session, what, value, step)


def _shown(part: Source, printed: Source) -> Iterator[tuple[Source, Source]]:
    """What an expression, or each argument of a `print`, came to."""
    call = re.match(r"print\s*\(", part.text)
    pieces = [part]
    if call and closing(part.text, call.end() - 1) == len(part) - 1:
        pieces = list(split(part[call.end() : -1], ","))
    elif printed.text.startswith("(") and closing(printed.text, 0) == len(printed) - 1:  # `a, b` shows a tuple
        pieces, values = list(split(part, ",")), list(split(printed[1:-1], ","))
        if len(pieces) == len(values) > 1 and all(_value(value, 0) for value in values):
            yield from zip(pieces, map(with_commas, values), strict=True)
        return
    position, found = 0, []
    for piece in pieces:
        said = _TEXT.fullmatch(piece.text)
        while printed.text[position : position + 1].isspace():
            position += 1
        if said:
            if not printed.text.startswith(said.group(2).strip(), position):
                return
            position += len(said.group(2).strip())
            continue
        value = _value(printed, position)
        if value is None:
            return
        found.append((piece, value[0]))
        position = value[1]
    if not printed.text[position:].strip():
        yield from found


def _value(printed: Source, position: int) -> tuple[Source, int] | None:
    """The number or the array that begins at `position`, and where it ends."""
    wrapped = _WRAPPED.match(printed.text, position)
    first = wrapped.end() if wrapped else position
    number = _NUMBER.match(printed.text, first)
    last = number.end() if number else closing(printed.text, first) + 1 if printed.text.startswith("[", first) else 0
    end = last
    if wrapped is not None:
        end = closing(printed.text, printed.text.index("(", wrapped.start())) + 1
    if not last or not end or (not number and not re.fullmatch(r"[-\[\],.\d\seE+]+", printed.text[first:last])):
        return None
    return with_commas(printed[first:last]), end


def _valued(session: Session, what: Source, value: Source, step: Step) -> None:
    """An equation between what was shown and its value."""
    name = what.text
    at = what.span(len(what) - 1, len(what))
    if ".item()" in name:
        value = _single(value)
    number = session.last.pop(name, None)
    if number is not None:
        session.formulas[number] = joined([session.formulas[number], inserted(" = ", at), value])
        return
    shown = rewritten(what, matlab=step.matlab)
    if shown is None or not _are_known(session, shown.text):
        return
    if re.search(r"[A-Za-z]", shown.text):
        session.formulas.append(joined([shown, inserted(" = ", at), value]))


def _single(value: Source) -> Source:
    """The digits of a float32 that count."""
    counted = 0
    for position, character in enumerate(value.text):
        counted += character.isdigit() and (counted > 0 or character != "0")
        if counted == _SINGLE:
            return value[:position] if "." in value.text[:position] and "e" not in value.text else value
    return value
