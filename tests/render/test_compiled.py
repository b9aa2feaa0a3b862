"""Templates compiled once are kept where only the user can write, and do no harm where that fails."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from jinja2 import DictLoader, Environment

from bpsym.render import compiled

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name != "posix", reason="owners and modes of folders are POSIX's")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where compiled templates are kept."""
    monkeypatch.setattr(compiled, "caches", lambda: tmp_path)
    return tmp_path / "bpsym" / "templates"


def rendered(source: str) -> str:
    """A template of that source, with the cache."""
    jinja = Environment(loader=DictLoader({"page": source}), bytecode_cache=compiled.kept(), autoescape=True)
    return jinja.get_template("page").render(name="x")


def test_the_folder_is_the_users_alone(folder: Path) -> None:
    """The folder is made with mode 0700, and what was compiled lies in it."""
    assert rendered("{{ name }}!") == "x!"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.iterdir())) == 1


def test_a_changed_template_is_compiled_afresh(folder: Path) -> None:
    """What is kept of a template is not used for another of the same name."""
    assert rendered("{{ name }}!") == "x!"
    assert rendered("{{ name }}?") == "x?"
    assert folder.is_dir()


@pytest.mark.parametrize("damage", [b"", b"j2", b"damaged", None])
def test_a_damaged_file_is_compiled_afresh(folder: Path, damage: bytes | None) -> None:
    """A file that is empty, strange or cut short is as good as none."""
    assert rendered("{{ name }}!") == "x!"
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:40] if damage is None else damage)
    assert rendered("{{ name }}!") == "x!"


def test_a_folder_others_can_write_is_not_used(folder: Path) -> None:
    """Code is never read from a folder in which somebody else could have put it."""
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert compiled.kept() is None
    assert rendered("{{ name }}!") == "x!"
    assert not list(folder.iterdir())


def test_no_folder_is_no_error(folder: Path) -> None:
    """Where the folder can't be made, templates are compiled each time."""
    folder.parent.write_text("a file in its place")
    assert compiled.kept() is None
    assert rendered("{{ name }}!") == "x!"


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """A link in the folder's place is not used."""
    folder.parent.mkdir()
    folder.symlink_to(tmp_path)
    assert compiled.kept() is None
