"""Every language has all its words: what a new language still lacks is told by file and line."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from bpsym.spec.schema import LANGUAGES
from source import Module, modules

if TYPE_CHECKING:
    from collections.abc import Iterator


def lacking(module: Module) -> Iterator[str]:
    """The tables of words by language in a module that lack one."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Dict):
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            missing = set(LANGUAGES) - keys
            if "en" in keys and missing:
                yield f"line {node.lineno}: nothing in {', '.join(sorted(missing))}"


def test_words_in_every_language() -> None:
    """Every table of words by language in the package has an entry for each language there is."""
    assert [f"{module.name}, {each}" for module in modules() for each in lacking(module)] == []


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_catalogue_exists(language: str) -> None:
    """Every language but English, which stands in the templates, has a catalogue that runs."""
    from bpsym.render.text import catalogue

    assert catalogue(language).gettext("Forward pass") != "Forward pass"


def test_lacking_words_are_found() -> None:
    """A table with English alone is told; one with all languages, and one by other keys, isn't."""
    others = ", ".join(sorted(set(LANGUAGES) - {"en"}))
    assert list(lacking(Module("m", 'A = {"en": "a"}'))) == [f"line 1: nothing in {others}"]
    assert not list(lacking(Module("m", f"A = {dict.fromkeys(LANGUAGES, 'a')}\nB = {{'one': 1}}")))
