"""Checks over the package's own syntax trees: what imports what, and what a safe, exact program never calls.

Each check takes a parsed module and yields a sentence with a line number for everything it finds.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, its text, and whether it is a package's `__init__`."""

    name: str
    text: str
    is_package: bool = False

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree, the same object on each call."""
        return ast.parse(self.text)

    def within(self, *names: str) -> bool:
        """Whether this is one of the modules or packages named, or inside one."""
        return any(self.name == name or self.name.startswith(name + ".") for name in names)


def modules(package: str = "bpsym") -> list[Module]:
    """Every module of the package in the work tree, by name."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        found.append(Module(".".join(parts[:-1] if is_package else parts), path.read_text("utf-8"), is_package))
    return found


def imports(module: Module) -> Iterator[tuple[str, int]]:
    """Each name imported, at the top, inside a function or for the type checker alone, in full, with its line.

    `from a import b` yields both `a` and `a.b`, since b may be a module.
    """
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            yield base, node.lineno
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno


# --- What untrusted text could run -----------------------------------------------------------------------------------

# Wherever these names are loaded, called, imported or reached as an attribute, text may end up evaluated.
EVALUATING = frozenset({
    "lambdify", "parse_expr", "parse_latex", "parse_mathematica", "parse_maxima", "srepr", "sympify", "_sympify",
    "literal_eval", "stringify_expr", "eval_expr", "import_module_from_string",
})
BUILTINS = frozenset({"eval", "exec", "__import__", "breakpoint", "input"})
DOTTED = frozenset({"os.system", "os.popen", "pty.spawn", "builtins.eval", "builtins.exec"})
# Pickles, and numpy's arrays of objects, run code when read.
MODULES = frozenset({"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "code", "runpy", "sympy.parsing"})
KEYWORDS = frozenset({"allow_pickle", "shell"})


def evaluates(module: Module) -> Iterator[str]:
    """Everything that could evaluate text: SymPy's parsers, Python's own, pickles, shells."""
    for name, line in imports(module):
        parents = {name, *(name[: at.start()] for at in re.finditer(r"\.", name))}
        if name.split(".")[-1] in EVALUATING or name in DOTTED or parents & MODULES:
            yield f"line {line}: imports {name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and (node.id in EVALUATING or node.id in BUILTINS):
            yield f"line {node.lineno}: uses {node.id}"
        elif isinstance(node, ast.Attribute) and (node.attr in EVALUATING or ast.unparse(node) in DOTTED):
            yield f"line {node.lineno}: uses {ast.unparse(node)}"
        elif isinstance(node, ast.keyword) and node.arg in KEYWORDS and ast.unparse(node.value) != "False":
            yield f"line {node.value.lineno}: passes {node.arg}="
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "S":
            yield f"line {node.lineno}: calls S, which is sympify by another name"


def compiles(module: Module) -> Iterator[str]:
    """Every use of `compile`, which takes text as well as syntax trees."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id == "compile":
            yield f"line {node.lineno}: uses compile"


PROCESS_STARTER = re.compile(
    r"subprocess\b|asyncio\.(subprocess\b|create_subprocess)|os\.(exec|spawn|posix_spawn|fork|system|popen|startfile)"
)


def starts_processes(module: Module) -> Iterator[str]:
    """Every import of subprocess, and every call that starts a program without it."""
    for name, line in imports(module):
        if PROCESS_STARTER.match(name):
            yield f"line {line}: imports {name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and PROCESS_STARTER.match(ast.unparse(node)):
            yield f"line {node.lineno}: uses {ast.unparse(node)}"


# --- What hides errors, or prints past the one place for it ----------------------------------------------------------


def prints(module: Module) -> Iterator[str]:
    """Every `print`: what a person sees goes through the command line's console."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id == "print":
            yield f"line {node.lineno}: uses print"


def swallows_errors(module: Module) -> Iterator[str]:
    """Every `except` that catches whatever comes and does not raise again."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler) or any(isinstance(inner, ast.Raise) for inner in ast.walk(node)):
            continue
        if node.type is None:
            yield f"line {node.lineno}: bare except"
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        for name in map(ast.unparse, caught):
            if name.split(".")[-1] in {"Exception", "BaseException"}:
                yield f"line {node.lineno}: catches {name} and goes on"


# A precision, a width with a type, or a type: `.4f`, `.{places}f`, `10.3e`, `g`, `%`.
FLOAT_SPEC = re.compile(r"\.(\d+|\{[^}]*\})|[eEfFgG%]$")
PERCENT_FLOAT = re.compile(r"%[-+ #0]*\d*(?:\.\d+)?[eEfFgG]")
BRACE_FLOAT = re.compile(r"\{[^{}]*:[^{}]*(?:\.\d+|[eEfFgG%])\}")


def formats_floats(module: Module) -> Iterator[str]:
    """Every place that rounds a binary float for print: f-strings, `%`, `str.format`, `format`, `round`, SymPy's N."""
    for name, line in imports(module):
        if name == "sympy.N":
            yield f"line {line}: imports sympy.N"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            spec = ast.unparse(node.format_spec)[2:-1]
            if FLOAT_SPEC.search(spec):
                yield f"line {node.lineno}: formats with {spec!r}"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and PERCENT_FLOAT.search(_text(node.left)):
            yield f"line {node.lineno}: formats with {_text(node.left)!r}"
        elif isinstance(node, ast.Attribute) and node.attr == "evalf":
            yield f"line {node.lineno}: uses .evalf"
        elif isinstance(node, ast.Call):
            yield from _float_calls(node)


def _float_calls(node: ast.Call) -> Iterator[str]:
    """Calls of `round`, `format` and `str.format` that leave a number of decimals."""
    name = ast.unparse(node.func)
    template = _text(node.func.value) if isinstance(node.func, ast.Attribute) and node.func.attr == "format" else ""
    if name == "round" and len(node.args) + len(node.keywords) > 1:
        yield f"line {node.lineno}: rounds to decimals"
    elif name == "format" and FLOAT_SPEC.search(_text(node.args[-1])):
        yield f"line {node.lineno}: formats with {_text(node.args[-1])!r}"
    elif BRACE_FLOAT.search(template):
        yield f"line {node.lineno}: formats with {template!r}"


def _text(node: ast.expr) -> str:
    """The string a node is; nothing for any other node."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


# --- Undocumented tests ----------------------------------------------------------------------------------------------


def undocumented_tests(module: Module) -> Iterator[str]:
    """Every test function that does not say in a sentence what it shows."""
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            first = (ast.get_docstring(node) or "").strip().split("\n\n")[0]
            if not first.endswith((".", "。", "?", "!")):
                yield f"line {node.lineno}: {node.name} does not say in one sentence what it shows"
