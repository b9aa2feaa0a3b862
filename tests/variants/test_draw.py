"""Seeded drawing: the same numbers everywhere, equally likely, and nobody's but the student's."""

from __future__ import annotations

import hmac
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from bpsym.spec import loads
from bpsym.variants import draw
from bpsym.variants.draw import Stream, description_digest, indices_of, student_code, student_key
from bpsym.variants.homework import Homework
from variants.samples import HOMEWORK, changed

if TYPE_CHECKING:
    import pytest


def test_words_are_sha256_in_counter_mode() -> None:
    """Word 5 of attempt 3 is the second word of SHA-256 of key, attempt and block number, computed here by itself."""
    block = sha256(b"key" + (3).to_bytes(8, "big") + (1).to_bytes(8, "big")).digest()
    assert Stream(b"key", 3).words(6)[5] == int.from_bytes(block[8:16], "big")


def test_key_is_an_hmac_of_description_seed_and_id() -> None:
    """With a secret the key is HMAC-SHA256 of the three parts with their lengths, computed here by itself."""
    parts = (b"digest", b"7", "学号1".encode())
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    assert student_key(b"digest", 7, "学号1", b"secret") == hmac.new(b"secret", message, "sha256").digest()


def test_a_word_beyond_the_last_whole_multiple_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With words of one byte and a size of 100 all words from 200 on are refused, and every number stays as likely."""
    monkeypatch.setattr(draw, "WORD", 1)
    counts = Counter(Stream(b"k", attempt).indices((100,))[0] for attempt in range(20_000))
    assert set(counts) == set(range(100))
    assert all(130 < count < 270 for count in counts.values())  # 200 expected; 5 standard deviations are 70


def test_many_streams_at_once_draw_what_each_draws() -> None:
    """The vectorised drawing gives the numbers of the plain one."""
    streams = [Stream(b"key", attempt) for attempt in range(50)]
    sizes = (19, 6, 37, 25, 2)
    assert indices_of(streams, sizes).tolist() == [list(stream.indices(sizes)) for stream in streams]
    assert np.array_equal(indices_of(streams, sizes[2:], 2), indices_of(streams, (1, 1, *sizes[2:]))[:, 2:])


def test_a_variant_depends_on_nobody_else() -> None:
    """A student alone, first of ten or last of ten gets the same variant; another seed, id or secret gives another."""
    ids = [f"s{number}" for number in range(10)]
    homework = Homework(loads(HOMEWORK), 1)
    together, backwards = homework.variants(ids), homework.variants(ids[::-1])[::-1]
    assert together == backwards
    assert homework.variants([ids[4]]) == [together[4]]
    assert Homework(loads(HOMEWORK), 2).variants(ids[:1])[0].indices != together[0].indices
    assert Homework(loads(HOMEWORK), 1, b"a secret of sixteen").variants(ids[:1])[0].indices != together[0].indices


def test_title_and_looks_do_not_matter() -> None:
    """The digest of a description changes with its numbers, not with its title, comments or language."""
    same = HOMEWORK.replace("one step of", "many steps of").replace('language = "en"', 'language = "zh"')
    digest = description_digest(loads(HOMEWORK).spec)
    assert description_digest(loads(same).spec) == digest
    assert description_digest(loads(HOMEWORK.replace("rate = 0.5", "rate = 0.4")).spec) != digest
    assert description_digest(loads(changed(saturation="0.03")).spec) != digest


def test_other_processes_draw_the_same() -> None:
    """Under another hash seed another process gives the same variant: the one noted here when the scheme was fixed."""
    program = (
        "import sys; from bpsym.spec import loads; from bpsym.variants.homework import Homework\n"
        "v = Homework(loads(sys.stdin.read()), 1).variants(['s0'])[0]; print(v.code, v.attempt, *v.indices)"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=HOMEWORK, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert outputs == {"Z62WGRKGXS 4 4 17 1 19 3 2 29 32 31 8 32 2 5"}


def test_codes_are_no_part_of_the_key() -> None:
    """A code is ten characters of Crockford's alphabet made by HMAC, so the key cannot be read off it."""
    key = student_key(b"digest", 1, "s")
    code = student_code(key)
    assert len(code) == 10
    assert set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert student_code(key) != student_code(student_key(b"digest", 1, "t"))
