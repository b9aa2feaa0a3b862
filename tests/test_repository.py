"""What is tracked: only what belongs here, nothing of one machine, every catalogue whole, every test documented."""

from __future__ import annotations

import re
import subprocess
import tomllib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from source import ROOT, Module, undocumented_tests
from tools import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOP_LEVEL = frozenset({
    "bpsym", "templates", "tests", "examples", "benchmarks", "pyproject.toml", "README.md", "LICENSE", "Makefile",
})

# Written in parts, so that this file does not hold what it looks for.
HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("pypi", "python", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"),
        ("yarnpkg", "com"), ("deb", "debian", "org"), ("security", "debian", "org"), ("snapshot", "debian", "org"),
        ("archive", "ubuntu", "com"), ("crates", "io"), ("proxy", "golang", "org"), ("anaconda", "org"),
    )
)
MACHINE_PATH = re.compile(
    rb"(?<![\w./<-])/(?:work|root|mnt|opt|home/\w+|Users/\w+)/"  # a folder of one machine
    rb"|[A-Z]:\\Users\\"
    rb"|\.\./shared\b"  # a folder beside one checkout
    rb"|/tmp/\w+"
)
HOST = re.compile("|".join(map(re.escape, HOSTS)).encode())

# Templates: a number is printed by bpsym.rounding alone, and only formula objects pass unescaped.
TEMPLATE_FILTER = re.compile(r"\|\s*(round|format|float|int|safe|filesizeformat|tojson|xmlattr)\b|autoescape false")

CATALOGUES = sorted((ROOT / "bpsym" / "locale").glob("*/LC_MESSAGES/*.po"))


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """Every tracked file that is still there, as paths from the top of the checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run([require("git"), "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def of_one_machine(content: bytes) -> list[str]:
    """Paths of one machine and registry hosts in a file, with their line numbers."""
    found = sorted((*MACHINE_PATH.finditer(content), *HOST.finditer(content)), key=lambda match: match.start())
    lines = [content.count(b"\n", 0, match.start()) + 1 for match in found]
    return [f"line {line}: {match.group().decode()}" for line, match in zip(lines, found, strict=True)]


def test_top_level(tracked: list[str]) -> None:
    """The top level holds the agreed names and dotfiles, nothing else."""
    names = {name.split("/")[0] for name in tracked}
    assert {name for name in names - TOP_LEVEL if not name.startswith(".")} == set()


def test_nothing_of_one_machine(tracked: list[str]) -> None:
    """No tracked file names a path of the machine it was written on, or the host of a registry."""
    found = {name: places for name in tracked if (places := of_one_machine((ROOT / name).read_bytes()))}
    found.pop("tests/test_repository.py", None)  # the bad examples below
    assert found == {}


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ("a\nsee /work/main/x", ["line 2: /work/"]),
        ("'/home/ann/x' '/root/.cache'", ["line 1: /home/ann/", "line 1: /root/"]),
        ("../shared/seeds", ["line 1: ../shared"]),
        (f"https://{HOSTS[0]}/simple", [f"line 1: {HOSTS[0]}"]),
        (f"pip -i {HOSTS[2]}", [f"line 1: {HOSTS[2]}"]),
        (r"C:\Users\ann", ["line 1: C:\\Users\\"]),
        ("open('/tmp/sheet.md')", ["line 1: /tmp/sheet"]),
        ("home/ann/x and the homework/main and a/work/b and \\root/2 and </root/>", []),
    ],
)
def test_machine_paths_are_found(content: str, places: list[str]) -> None:
    """The search finds machine paths and hosts where they stand, and leaves relative paths alone."""
    assert of_one_machine(content.encode()) == places


def test_no_large_file(tracked: list[str]) -> None:
    """Nothing tracked is larger than 2 MB: fonts are subsets, test data is small."""
    assert [name for name in tracked if (ROOT / name).stat().st_size > 2_000_000] == []


def test_tests_say_what_they_show(tracked: list[str]) -> None:
    """Every test function has a docstring whose first paragraph is a sentence."""
    names = [name for name in tracked if re.fullmatch(r"(tests|benchmarks)/(.*/)?test_\w+\.py", name)]
    found = [f"{name}, {each}" for name in names for each in undocumented(ROOT / name)]
    assert found == []


def undocumented(path: Path) -> Iterator[str]:
    """The test functions of one file without a sentence."""
    return undocumented_tests(Module(path.stem, path.read_text("utf-8")))


@pytest.mark.parametrize("body", ["assert True", '"""todo"""', '"""\n\n"""'])
def test_missing_sentence_is_found(body: str) -> None:
    """No docstring, a word and an empty docstring are no sentence, also inside a class."""
    text = "class TestX:\n    def test_y(self):\n        " + body.replace("\n", "\n        ")
    assert len(list(undocumented_tests(Module("m", text)))) == 1


def test_templates_print_no_numbers(tracked: list[str]) -> None:
    """No template rounds or formats a number, and none marks text as safe."""
    found = {
        name: [match.group() for match in TEMPLATE_FILTER.finditer((ROOT / name).read_text("utf-8"))]
        for name in tracked
        if name.startswith("templates/")
    }
    assert {name: filters for name, filters in found.items() if filters} == {}


def read_catalogue(path: Path) -> Catalog:
    """A .po file as Babel reads it; a broken one is an error."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def messages(catalogue: Catalog) -> dict[object, object]:
    """Translation by message and context, without the header."""
    return {(_forms(each.id), each.context): _forms(each.string) for each in catalogue if each.id}


def _forms(message: object) -> object:
    """A message; of one with a plural, all its forms."""
    return tuple(message) if isinstance(message, (list, tuple)) else message


def incomplete(catalogue: Catalog, used: set[object]) -> list[str]:
    """What is wrong with a catalogue: messages missing, unused, untranslated, fuzzy or with other fields."""
    kept = {(_forms(each.id), each.context) for each in catalogue}
    found = [f"lacks {message!r}" for message in sorted(used - kept, key=repr)]
    for each in catalogue:
        if not each.id:
            continue
        strings = each.string if isinstance(each.string, (list, tuple)) else (each.string,)
        if (_forms(each.id), each.context) not in used:
            found.append(f"keeps {each.id!r}, which nothing uses")
        elif each.fuzzy or not all(strings):
            found.append(f"has no final translation of {each.id!r}")
        else:
            found += [f"{each.id!r}: {error}" for error in each.check(catalogue)]
    return found


@pytest.fixture(scope="module")
def used_messages() -> set[object]:
    """Every message of the templates and Python sources, found by the mapping that `make catalogues` uses."""
    rows = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
    template = Catalog()
    for _, _, message, _, context in extract_from_dir(
        ROOT,
        [(row["pattern"], row["method"]) for row in rows],
        {row["pattern"]: row for row in rows},
        {**DEFAULT_KEYWORDS, "say": None, "counted": (1, 2)},
    ):
        template.add(message, context=context)
    return {(_forms(each.id), each.context) for each in template if each.id}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_catalogue_is_complete(path: Path, used_messages: set[object]) -> None:
    """Every message in use is translated in every language, with the same fields, and nothing else is kept."""
    assert incomplete(read_catalogue(path), used_messages) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_catalogue_is_compiled(path: Path) -> None:
    """The .mo file that runs says what the .po file that people edit says."""
    compiled = read_mo(BytesIO(path.with_suffix(".mo").read_bytes()))
    assert messages(compiled) == messages(read_catalogue(path)), "run `make catalogues`"


def test_incomplete_catalogue_is_found() -> None:
    """A missing, an unused, an untranslated, a fuzzy and a misspelt entry are each reported, a right one isn't."""
    catalogue = Catalog(locale="zh")
    catalogue.add("right %(name)s", "对 %(name)s")
    catalogue.add("unused", "多余")
    catalogue.add("empty", "")
    catalogue.add("guessed", "猜", flags=["fuzzy"])
    catalogue.add("field %(name)s", "字段 %(nmae)s", flags=["python-format"])
    used: set[object] = {(m, None) for m in ("right %(name)s", "missing", "empty", "guessed", "field %(name)s")}
    found = incomplete(catalogue, used)
    assert [next(w for w in ("missing", "unused", "empty", "guessed", "field") if w in each) for each in found] == [
        "missing", "unused", "empty", "guessed", "field",
    ]
