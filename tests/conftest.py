"""What all tests share: goldens, optional tools, the examples, and how hypothesis draws."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from goldens import Goldens
from tools import require

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IN_CI = bool(os.environ.get("CI"))

# deadline=None: the first SymPy call of a process takes longer than any other, whatever is tested.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if IN_CI else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one option that writes tests/golden."""
    parser.addoption(
        "--update-goldens", action="store_true", help="run the tests that use `golden` and let them write tests/golden"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to write goldens in CI: there they are what a reviewer has read."""
    if config.getoption("--update-goldens") and IN_CI:
        msg = "--update-goldens is for a person who reads the diff; CI only compares"
        raise pytest.UsageError(msg)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --update-goldens run only the tests that have one."""
    if config.getoption("--update-goldens"):
        kept = [item for item in items if "golden" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `example_path` once for every description in examples/."""
    if "example_path" in metafunc.fixturenames:
        paths = sorted((metafunc.config.rootpath / "examples").glob("*.toml"))
        metafunc.parametrize("example_path", paths, ids=[path.stem for path in paths])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `optional_tool("xelatex")` where that is missing; fail it where everything must be there."""
    for mark in item.iter_markers("optional_tool"):
        for name in mark.args:
            require(name)


@pytest.fixture
def tool() -> Callable[[str], str]:
    """The path of an optional program, `tool("pdftotext")`; skips (in CI: fails) the test where it is missing."""
    return require


@pytest.fixture(scope="session")
def examples(pytestconfig: pytest.Config) -> tuple[Path, ...]:
    """Every description in examples/, by name."""
    return tuple(sorted((pytestconfig.rootpath / "examples").glob("*.toml")))


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> Goldens:
    """Compare with a file under tests/golden: `golden("two-by-two.md", text)`; text or bytes."""
    return Goldens(pytestconfig.rootpath / "tests" / "golden", update=pytestconfig.getoption("--update-goldens"))
