"""Files read up to a limit, and zip packages with the same bytes everywhere."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bpsym.errors import BpsymError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_MEMBERS = 100_000
MAX_UNPACKED = 512 * 2**20  # bytes

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold


def read_bytes(path: Path, limit: int) -> bytes:
    """The bytes of a file a user names; BpsymError where it cannot be read or is longer than `limit`."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise BpsymError(f"{path}: {error.strerror or error}") from error
    if len(data) > limit:
        raise BpsymError(f"{path} is longer than {limit} bytes, the most that is read")
    return data


def _is_safe(name: str) -> bool:
    """Whether a member's name stays below the folder it is unpacked in, on every system."""
    parts = name.split("/")
    return (
        name == str(PurePosixPath(name))
        and not name.startswith(("/", "~"))
        and not any(part in {"", ".", ".."} or part != part.strip(" .") for part in parts)
        and not any(character in '\\:*?"<>|' or character < " " for character in name)
    )


def pack(members: Mapping[str, bytes]) -> bytes:
    """A zip of `members`, sorted by name, without times: the same members give the same bytes on every machine.

    Members are stored, not deflated: compressed bytes depend on the zlib at hand, and question files are small.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(members):
            if not _is_safe(name):
                raise BpsymError(f"{name!r} is no safe name in a zip")
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # Unix, on every system
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, members[name])
    return packed.getvalue()


def unpack(data: bytes, where: str = "the package") -> dict[str, bytes]:
    """The members of a zip, nothing written; BpsymError for a broken zip, a name that leaves its folder, a bomb."""
    members: dict[str, bytes] = {}
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MAX_MEMBERS:
                raise BpsymError(f"{where} holds more than {MAX_MEMBERS} files")
            for entry in entries:
                if not _is_safe(entry.filename) or entry.filename in members:
                    raise BpsymError(f"{where} holds {entry.filename!r}, which is unsafe or there twice")
                with archive.open(entry) as member:
                    members[entry.filename] = member.read(left + 1)
                left -= len(members[entry.filename])
                if left < 0:
                    raise BpsymError(f"{where} unpacks to more than {MAX_UNPACKED} bytes")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BpsymError(f"{where} is no readable zip file: {error}") from error
    return members
