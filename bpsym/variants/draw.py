"""Numbers for a student, from hashes: the same on every machine and with every version of Python and NumPy.

A student's stream depends on the description, the seed and the student's id alone. It is SHA-256 in counter mode under
a key of the student's own; with a secret the key is HMAC-SHA256 (RFC 2104), so that nobody without it knows the stream.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from bpsym.spec.schema import Spec

WORD = 8  # bytes of a word
WORDS = 4  # words in one digest
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to be misread
CODE_LENGTH = 10  # characters of a code: 50 bits


@dataclass(frozen=True, slots=True)
class Stream:
    """Words for one attempt of one student."""

    key: bytes
    attempt: int

    def words(self, count: int) -> list[int]:
        """The first `count` words, each below 2 to the power 64."""
        blocks = range(-(-count // WORDS))
        data = b"".join(sha256(self.key + _count(self.attempt) + _count(block)).digest() for block in blocks)
        return [int.from_bytes(data[WORD * n : WORD * (n + 1)], "big") for n in range(count)]

    def indices(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """One number below each size, all equally likely: a word beyond the last whole multiple is drawn again."""
        words = zip(self.words(len(sizes)), sizes, strict=True)
        return tuple(self._index(place, word, size) for place, (word, size) in enumerate(words))

    def _index(self, place: int, word: int, size: int) -> int:
        limit = (1 << 8 * WORD) // size * size
        again = 0
        while word >= limit:
            again += 1
            digest = sha256(self.key + _count(self.attempt) + b"again" + _count(place) + _count(again)).digest()
            word = int.from_bytes(digest[:WORD], "big")
        return word % size


def description_digest(spec: Spec) -> bytes:
    """A digest of everything in a description that a variant depends on: not its title, nor the looks of its sheet."""
    parts = [spec.network, spec.sizes, spec.given, spec.training, spec.vary]
    digits = [spec.sheet.digits, spec.sheet.significant, spec.sheet.tie, spec.sheet.carry]
    return sha256(msgspec.json.encode([*parts, digits], order="deterministic")).digest()


def student_key(digest: bytes, seed: int, student: str, secret: bytes = b"") -> bytes:
    """The key of a student's stream: HMAC-SHA256 of description, seed and id, keyed with the secret if there is one."""
    return hmac.digest(secret, _joined([digest, str(seed).encode(), student.encode()]), "sha256")


def student_code(key: bytes) -> str:
    """A short code that stands on the sheet and leads back to the variant; it gives nothing of the key away."""
    number = int.from_bytes(hmac.digest(key, b"code", "sha256"), "big")
    return "".join(CODE_ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH))


def _joined(parts: Iterable[bytes]) -> bytes:
    """The parts with their lengths, so that no two lists of parts look alike."""
    return b"".join(_count(len(part)) + part for part in parts)


def _count(number: int) -> bytes:
    return number.to_bytes(8, "big")


def indices_of(streams: Sequence[Stream], sizes: Sequence[int], skipped: int = 0) -> NDArray[np.int64]:
    """`Stream.indices` of many streams, without the first `skipped` ones: (streams, sizes)."""
    sizes = (1,) * skipped + tuple(sizes)
    blocks = [_count(block) for block in range(-(-len(sizes) // WORDS))]
    data = b"".join(sha256(s.key + _count(s.attempt) + block).digest() for s in streams for block in blocks)
    words = np.frombuffer(data, ">u8").astype(np.uint64).reshape(len(streams), -1)[:, : len(sizes)]
    limits = np.array([(1 << 8 * WORD) // size * size - 1 for size in sizes], np.uint64)
    found = (words % np.array(sizes, np.uint64)).astype(np.int64)
    for row in np.flatnonzero((words > limits).any(axis=1)).tolist():
        found[row] = streams[row].indices(sizes)
    return found[:, skipped:]
