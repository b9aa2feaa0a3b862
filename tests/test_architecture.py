"""The shape of the package, read from its own source: who may import whom, and what nobody may call."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

import pytest

from source import (
    ROOT,
    Module,
    compiles,
    evaluates,
    formats_floats,
    imports,
    modules,
    prints,
    starts_processes,
    swallows_errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Imports run strictly downward: a unit may import the units of the rows above its own, no other. A package is one unit;
# inside it, modules import each other without a circle.
LAYERS = (
    ("errors",),
    ("rounding", "files", "display", "compiling"),
    ("program",),
    ("primitives",),
    ("networks",),
    ("backprop",),
    ("update",),
    ("expand",),
    ("notation",),
    ("lowering",),
    ("evaluate", "arrays"),
    ("training",),
    ("spec",),
    ("options",),
    ("printing", "fonts"),
    ("figures",),
    ("mistakes",),
    ("sheet",),
    ("render", "verify", "exports"),
    ("variants",),
    ("grading",),
    ("cli", "api"),
    ("__main__",),
)
HEIGHT = {unit: height for height, row in enumerate(LAYERS) for unit in row}

LONGEST = 400
# Modules longer than that, each with the reason why reading it in one piece is easier.
LONGER = {
    "bpsym.verify.meaning.denote": "one small function for each kind of node, read as a table",
    "bpsym.verify.tree": "one small dataclass for each kind of node, read as a table",
}

# bpsym and bpsym.cli import nothing of these: `bpsym --help` answers before they would be loaded.
NOT_AT_START = ("sympy", "numpy", "jinja2", "flint", "typst", "msgspec", "markdown_it", "latex2mathml", "mpmath")

# Modules that import what a plain install does not bring, each with the extra that does.
BEYOND_DEPENDENCIES = {
    "bpsym.fonts.subset": "dev",  # run by a maintainer, to make the font files again
}

PACKAGE = modules()
DISTRIBUTIONS = packages_distributions()  # import name -> the names it is installed by


def unit(name: str) -> str | None:
    """The row entry a dotted name belongs to; None for the package itself and for other packages."""
    parts = name.split(".")
    return parts[1] if parts[0] == "bpsym" and len(parts) > 1 else None


def upward_imports(module: Module) -> Iterator[str]:
    """Each import of a unit that does not stand below the module's own."""
    own = unit(module.name)
    for name, line in imports(module):
        other = unit(name)
        if other is None or other == own or (other not in HEIGHT and name.count(".") == 1 and own is None):
            continue
        if own is None:
            yield f"line {line}: bpsym itself imports {name}; it must stay quick to import"
        elif other not in HEIGHT:
            if name.count(".") > 1 or (ROOT / "bpsym" / other).exists() or (ROOT / "bpsym" / f"{other}.py").exists():
                yield f"line {line}: imports {name}, which has no row in LAYERS"
        elif HEIGHT[other] >= HEIGHT.get(own, -1):
            yield f"line {line}: imports {name}, which does not stand below {own}"


def circle(graph: dict[str, set[str]]) -> list[str]:
    """A circle of imports, or nothing."""
    done: set[str] = set()

    def visit(node: str, path: tuple[str, ...]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        found = next((c for each in sorted(graph[node]) if (c := visit(each, (*path, node)))), [])
        done.add(node)
        return found

    return next((c for node in sorted(graph) if (c := visit(node, ()))), [])


def import_graph(package: list[Module]) -> dict[str, set[str]]:
    """Which module imports which, within the package.

    A package's own `__init__` stands above the modules it collects: importing it for its own sake counts, passing
    through it on the way to one of its modules doesn't.
    """
    names = {module.name for module in package}
    graph: dict[str, set[str]] = {}
    for module in package:
        targets = {name for name, _ in imports(module) if name in names}
        graph[module.name] = {
            name for name in targets if name != module.name and not any(t.startswith(name + ".") for t in targets)
        }
    return graph


@pytest.mark.parametrize("module", PACKAGE, ids=lambda module: module.name)
def test_imports_run_downward(module: Module) -> None:
    """Every module, also inside its functions and for its types, imports only units of the rows above its own."""
    own = unit(module.name)
    assert own is None or own in HEIGHT, f"{module.name} has no row in LAYERS"
    assert list(upward_imports(module)) == []


def test_no_circles() -> None:
    """Inside a package, too, the modules can be read one after the other."""
    assert circle(import_graph(PACKAGE)) == []


@pytest.mark.parametrize("module", PACKAGE, ids=lambda module: module.name)
def test_module_length(module: Module) -> None:
    """No module is longer than a person reads in one go, save those that say why."""
    lines = module.text.count("\n")
    assert (lines > LONGEST) == (module.name in LONGER), f"{module.name} has {lines} lines; the limit is {LONGEST}"


VERIFY = ROOT / "bpsym" / "verify"


@pytest.mark.parametrize(
    "init", [VERIFY / "__init__.py", *sorted(VERIFY.glob("*/__init__.py"))], ids=lambda path: path.parent.name
)
def test_maps_are_complete(init: Path) -> None:
    """Who opens a package of the verifier is told in one place what each of its modules is for."""
    here = {path.stem for path in init.parent.glob("*.py")} | {path.parent.name for path in init.parent.glob("*/*.py")}
    told = set(re.findall(r"`([\w.]+?)(?:\.\w+)?`", init.read_text("utf-8").split('"""')[1]))
    assert here - {"__init__"} - told == set()


def undeclared_imports(module: Module) -> Iterator[str]:
    """Each import of a library that pyproject.toml does not require for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = BEYOND_DEPENDENCIES.get(module.name, "")
    required = project["dependencies"] + project["optional-dependencies"].get(extra, [])
    declared = {re.split(r"[^\w.-]", each)[0].lower().replace("_", "-") for each in required}
    for name, line in imports(module):
        top = name.split(".")[0]
        if top in sys.stdlib_module_names or top == "bpsym":
            continue
        if not declared & {each.lower().replace("_", "-") for each in DISTRIBUTIONS.get(top, [top])}:
            yield f"line {line}: imports {top}"


@pytest.mark.parametrize("module", PACKAGE, ids=lambda module: module.name)
def test_imports_are_declared(module: Module) -> None:
    """Every library a module imports is required by pyproject.toml: nothing is there by luck."""
    assert list(undeclared_imports(module)) == []


def test_undeclared_import_is_found() -> None:
    """A development tool, and a library nobody requires, are found; a dependency by another import name is none."""
    snippet = "import pytest\nimport nowhere.at.all\nimport sys, flint, typst\nfrom markdown_it import MarkdownIt"
    found = list(undeclared_imports(Module("bpsym.x", snippet)))
    assert found == ["line 1: imports pytest", "line 2: imports nowhere"]


# Each check, and where what it looks for belongs.
CHECKS: tuple[tuple[Callable[[Module], Iterator[str]], tuple[str, ...]], ...] = (
    (evaluates, ()),
    # Only a syntax tree that it builds itself, whose names are numbered slots: tests/core/test_lowering.py.
    (compiles, ("bpsym.compiling",)),
    (starts_processes, ("bpsym.render.engines",)),
    (prints, ("bpsym.cli",)),
    (swallows_errors, ()),
    # Coordinates of figures are floats by nature; every number a reader computes with goes through rounding.
    # The reader of tables compares its float guesses of a learning rate with what is written: nobody reads them.
    (formats_floats, ("bpsym.rounding", "bpsym.figures", "bpsym.verify.read.rows")),
)


@pytest.mark.parametrize(("check", "allowed"), CHECKS, ids=[check.__name__ for check, _ in CHECKS])
def test_package_source(check: Callable[[Module], Iterator[str]], allowed: tuple[str, ...]) -> None:
    """Nothing in the package evaluates text, starts programs, prints, hides errors or rounds floats out of place."""
    found = [f"{module.name}, {each}" for module in PACKAGE if not module.within(*allowed) for each in check(module)]
    assert found == []


BAD: dict[Callable[[Module], Iterator[str]], tuple[str, ...]] = {
    evaluates: (
        "from sympy import sympify",
        "import sympy\nsympy.sympify(text)",
        "from sympy import sympify as harmless",
        "from sympy.parsing.sympy_parser import parse_expr",
        "def f(t):\n    from sympy.parsing.latex import parse_latex",
        "import sympy as s\ns.lambdify(x, y)",
        "from sympy import S\nS('x')",
        "import sympy as sp\nsp.S(text)",
        "run = eval",
        "exec(text)",
        "__import__(name)",
        "import builtins\nbuiltins.eval(text)",
        "import os\nos.system(command)",
        "import pickle",
        "from pickle import loads",
        "def f():\n    import marshal",
        "numpy.load(path, allow_pickle=True)",
        "run(command, shell=True)",
        "run(command, shell=maybe)",
        "from sympy import srepr",
        "import ast\nast.literal_eval(text)",
    ),
    compiles: ("compile(text, '', 'exec')", "run = compile"),
    starts_processes: (
        "import subprocess",
        "import subprocess as quiet",
        "from subprocess import run",
        "def f():\n    import subprocess",
        "import os\nos.execvp(name, args)",
        "import os\nos.popen(name)",
        "from os import posix_spawn",
        "import os\nos.fork()",
        "import asyncio\nasyncio.create_subprocess_exec(name)",
        "from asyncio import create_subprocess_shell",
    ),
    prints: ("print(1)", "def f(show=print): ...", "map(print, rows)"),
    swallows_errors: (
        "try: f()\nexcept: pass",
        "try: f()\nexcept Exception: pass",
        "try: f()\nexcept Exception as e: log(e)",
        "try: f()\nexcept (ValueError, Exception): x = 1",
        "try: f()\nexcept BaseException:\n    return_value = None",
        "import builtins\ntry: f()\nexcept builtins.Exception: pass",
    ),
    formats_floats: (
        "f'{x:.4f}'",
        "f'{x:.{places}f}'",
        "f'{x:10.3e}'",
        "f'{x:g}'",
        "f'{x:+.2f}'",
        "f'{share:%}'",
        "'%.4f' % x",
        "'a %g b' % x",
        "'{:.4f}'.format(x)",
        "'{0:.3}'.format(x)",
        "'{x:e}'.format(x=x)",
        "format(x, '.4f')",
        "round(x, 4)",
        "round(x, ndigits=4)",
        "from sympy import N",
        "x.evalf(4)",
    ),
}
GOOD: dict[Callable[[Module], Iterator[str]], str] = {
    evaluates: """
import re
from sympy import Symbol, Integer
from sympy import S
half = S.Half
PATTERN = re.compile("x")
class Gradient(Function):
    @classmethod
    def eval(cls, x): return None
expr.doit().evaluate()
run(command, shell=False)
""",
    compiles: "import re\nre.compile('x')\ncode.compiled()\n",
    starts_processes: "import os\nimport multiprocessing\nos.environ['PATH']\nos.replace(a, b)\nprocess.system\n",
    prints: "console.print(1)\nfrom bpsym import printing\nprinter._print(x)\n",
    swallows_errors: """
try: f()
except ValueError: pass
try: f()
except Exception as error:
    raise BpsymError(str(error)) from error
try: f()
except (KeyError, OSError): x = None
""",
    formats_floats: """
f'{name:>10} {count:d} {count:,} {text!r:<4} {n:03}'
'%s of %d' % (a, b)
'{} of {:>4}'.format(a, b)
format(x, 'd')
round(x)
a % b
show(x, places=4)
""",
}


@pytest.mark.parametrize(
    ("check", "snippet"),
    [(check, each) for check, snippets in BAD.items() for each in snippets],
    ids=lambda value: getattr(value, "__name__", value),  # a function's repr differs in each of xdist's workers
)
def test_check_finds(check: Callable[[Module], Iterator[str]], snippet: str) -> None:
    """Each check finds what it is for, however it is spelt."""
    assert list(check(Module("bpsym.bad", snippet)))


@pytest.mark.parametrize(("check", "snippet"), GOOD.items(), ids=lambda value: getattr(value, "__name__", "good"))
def test_check_stays_silent(check: Callable[[Module], Iterator[str]], snippet: str) -> None:
    """No check finds fault with the nearest harmless spelling."""
    assert list(check(Module("bpsym.good", snippet))) == []


@pytest.mark.parametrize(
    ("name", "snippet"),
    [
        ("bpsym.program", "import bpsym.backprop"),
        ("bpsym.program", "from bpsym import backprop"),
        ("bpsym.program", "from . import backprop"),
        ("bpsym.verify.bind", "from ..cli import main"),
        ("bpsym.program", "def f():\n    from bpsym.sheet.worked import worked"),
        ("bpsym.program", "if TYPE_CHECKING:\n    from bpsym.cli import main"),
        ("bpsym.verify.bind", "from bpsym.render import render"),
        ("bpsym.spec", "from bpsym.nowhere.at import all"),
        ("bpsym", "from bpsym.program import Program"),
    ],
)
def test_upward_import_is_found(name: str, snippet: str) -> None:
    """An import upward, sideways or out of the table is found, also relative, lazy or for types alone."""
    assert list(upward_imports(Module(name, snippet, is_package=name == "bpsym")))


@pytest.mark.parametrize(
    ("name", "snippet"),
    [
        ("bpsym.backprop", "from bpsym.program import Program\nfrom bpsym import errors, __version__"),
        ("bpsym.verify.bind", "from . import tree\nfrom .tree import Name\nfrom bpsym.verify.tree import Name"),
        ("bpsym.cli", "def f():\n    from bpsym.render import render\nimport sympy"),
    ],
)
def test_downward_import_is_allowed(name: str, snippet: str) -> None:
    """Imports downward, within a unit, and of other packages are nobody's business."""
    assert list(upward_imports(Module(name, snippet))) == []


def test_circle_is_found() -> None:
    """A circle of three modules is found and spelt out; a package that collects its modules is none."""
    a, b, c = (
        Module(f"bpsym.verify.{one}", f"def f():\n    from bpsym.verify.{other} import x")
        for one, other in ("ab", "bc", "ca")
    )
    assert circle(import_graph([a, b, c])) == [f"bpsym.verify.{x}" for x in "abca"]
    init = Module("bpsym.verify", "from bpsym.verify.d import d", is_package=True)
    d = Module("bpsym.verify.d", "from bpsym.verify.e import e")
    e = Module("bpsym.verify.e", "import sys")
    assert circle(import_graph([init, d, e])) == []


@pytest.mark.parametrize("name", ["bpsym", "bpsym.cli"])
def test_import_is_light(name: str) -> None:
    """Importing the package or its command line loads none of the heavy libraries."""
    if name not in {module.name for module in PACKAGE}:
        pytest.skip(f"{name} does not exist yet")
    code = f"import {name}, sys; print(*sorted(set(sys.modules) & set(sys.argv[1:])))"
    done = subprocess.run(
        [sys.executable, "-c", code, *NOT_AT_START],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
