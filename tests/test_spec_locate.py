"""Where keys stand in a TOML text, and what is too big to be read at all."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from bpsym.spec.locate import excess, locate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = """\
# a comment with a = 1 and [brackets
title = "a # is no comment, [ is no list"

[network]
inputs = 2  # = 3
"quoted key" = 'literal \\ string'
a . b."c.d" = 1.5e-3
day = 1979-05-27 07:32:00

[[network.layers]]
units = 2
[network.layers.more]
x = true
[[network.layers]]
units = 3

[given]
inputs = [
  1, # one
  [2, 3],
  { from = 0,
]
weights = { random = { from = -1, to = 1 }, list = [1, 2] }
text = \"\"\"
x = 1
[nothing] ""
\"\"\"
after = 1
""".replace("{ from = 0,\n", "{ from = 0 },\n")

LINES = {
    ("title",): 2,
    ("network",): 4,
    ("network", "inputs"): 5,
    ("network", "quoted key"): 6,
    ("network", "a"): 7,
    ("network", "a", "b"): 7,
    ("network", "a", "b", "c.d"): 7,
    ("network", "day"): 8,
    ("network", "layers"): 10,
    ("network", "layers", 0): 10,
    ("network", "layers", 0, "units"): 11,
    ("network", "layers", 0, "more"): 12,
    ("network", "layers", 0, "more", "x"): 13,
    ("network", "layers", 1): 14,
    ("network", "layers", 1, "units"): 15,
    ("given",): 17,
    ("given", "inputs"): 18,
    ("given", "inputs", 0): 19,
    ("given", "inputs", 1): 20,
    ("given", "inputs", 1, 0): 20,
    ("given", "inputs", 1, 1): 20,
    ("given", "inputs", 2): 21,
    ("given", "inputs", 2, "from"): 21,
    ("given", "weights"): 23,
    ("given", "weights", "random"): 23,
    ("given", "weights", "random", "from"): 23,
    ("given", "weights", "random", "to"): 23,
    ("given", "weights", "list"): 23,
    ("given", "weights", "list", 0): 23,
    ("given", "weights", "list", 1): 23,
    ("given", "text"): 24,
    ("given", "after"): 28,
}


def paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path in plain data."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from paths(value, (*path, key))


def test_lines_of_keys() -> None:
    """Tables, arrays of them, dotted and quoted keys, long lists and inline tables have the lines one counts."""
    assert locate(TEXT) == LINES
    assert set(paths(tomllib.loads(TEXT))) == set(LINES)


def test_every_key_of_an_example_is_found(example_path: Path) -> None:
    """Every key and item that tomllib reads in an example has a line, and a key's line shows its name."""
    text = example_path.read_text("utf-8")
    found, lines = locate(text), text.splitlines()
    assert set(paths(tomllib.loads(text))) <= set(found)
    for path, line in found.items():
        if isinstance(path[-1], str):
            assert path[-1] in lines[line - 1]


def test_windows_line_ends() -> None:
    """A file with CR LF has the lines an editor shows."""
    assert locate(TEXT.replace("\n", "\r\n")) == LINES


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = 1\ny = " + "[" * 17 + "]" * 17, 2),
        ("x = " + "[" * 100_000, 1),
        (".".join("abcdefghijklmnopq") + " = 1", 1),
        ("[" + " . ".join(["'a'"] * 17) + "]", 1),
        ("\n\nx = 0." + "1" * 100, 3),
        ("x = " + "9" * 5000, 1),
    ],
)
def test_excess_is_found_before_it_is_read(text: str, line: int) -> None:
    """Deep nesting, keys of many parts and numbers of many digits are found with their line."""
    found = excess(text)
    assert found is not None
    assert found[0] == line


@pytest.mark.parametrize(
    "text", [TEXT, "x = '" + "[" * 1000 + "'", "# " + "[" * 1000, "x = [" + "0.1, " * 10_000 + "]"]
)
def test_large_but_harmless(text: str) -> None:
    """Brackets in strings and comments are no nesting, and a long list is no depth."""
    assert excess(text) is None
