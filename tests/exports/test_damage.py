"""Our own files, damaged: the readers give a quiz or one sentence, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpsym.errors import BpsymError
from bpsym.exports.files import pack, unpack
from bpsym.exports.model import Quiz
from bpsym.exports.moodle import moodle_xml, read_moodle_xml
from bpsym.exports.qti12 import qti12_package
from bpsym.exports.qti12_reader import read_qti12_package
from bpsym.exports.qti21 import qti21_package
from bpsym.exports.qti21_reader import read_qti21_package
from exports.samples import QUIZ

Reader = Callable[[bytes], Quiz]
FILES: dict[str, tuple[dict[str, bytes], Reader, bool]] = {
    "moodle": ({"": moodle_xml(QUIZ)}, read_moodle_xml, False),
    "qti21": (unpack(qti21_package(QUIZ)), read_qti21_package, True),
    "qti12": (unpack(qti12_package(QUIZ)), read_qti12_package, True),
}
PIECES = (
    b"",
    b"<",
    b">",
    b"1e300",
    b"-1",
    b"0",
    b"x",
    b'"',
    b"&#0;",
    b"</item>",
    b"17",
    b"999999999999",
    b"/",
    b"{",
    b"}",
)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=300)
@given(data=st.data())
def test_damaged_files_are_refused_in_one_sentence(name: str, data: st.DataObject) -> None:
    """A stretch of any file replaced: what is read is a quiz, or a BpsymError says why not."""
    members, read, packed = FILES[name]
    damaged = data.draw(st.sampled_from(sorted(members)))
    source = members[damaged]
    start = data.draw(st.integers(0, len(source)))
    end = min(len(source), start + data.draw(st.integers(0, 40)))
    changed = source[:start] + data.draw(st.sampled_from(PIECES)) + source[end:]
    with suppress(BpsymError):
        read(pack({**members, damaged: changed}) if packed else changed)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=300)
@given(data=st.data())
def test_files_without_one_element_or_value_are_refused_in_one_sentence(name: str, data: st.DataObject) -> None:
    """Well-formed files in which a line is missing, doubled or holds another value."""
    members, read, packed = FILES[name]
    damaged = data.draw(st.sampled_from(sorted(members)))
    lines = members[damaged].split(b"\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    kept = data.draw(
        st.sampled_from([[], [lines[at]] * 2, [lines[at].replace(b"0.", b"17.")], [lines[at].replace(b"-", b"")]])
    )
    changed = b"\n".join([*lines[:at], *kept, *lines[at + 1 :]])
    with suppress(BpsymError):
        read(pack({**members, damaged: changed}) if packed else changed)
