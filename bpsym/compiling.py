"""Straight-line code as one Python function, for what is computed very many times over.

The function is made as a syntax tree whose only names are numbered: no text, ours or a stranger's, becomes code.
"""

from __future__ import annotations

import ast
import operator
import types
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Operation = tuple[Callable[..., Any], tuple[int, ...]]  # a function and the slots of its arguments

Node = TypeVar("Node")
READ, WRITTEN = ast.Load(), ast.Store()  # what is done with a name

OPERATORS: dict[Callable[..., Any], type[ast.operator]] = {
    operator.add: ast.Add,
    operator.sub: ast.Sub,
    operator.mul: ast.Mult,
    operator.truediv: ast.Div,
}


def compiled(
    inputs: int, operations: Sequence[Operation], constants: Sequence[Any], results: Iterable[int]
) -> Callable[[Iterable[Any]], list[Any]]:
    """A function from the inputs to the results.

    Slots hold the inputs, then one result per operation; the constants are slots -1, -2 and so on.
    """
    body = [*_assignments(inputs, operations), _node(ast.Return, _slots(results, READ))]
    return _function(["values"], inputs, operations, constants, body)


def repeated(
    inputs: int, operations: Sequence[Operation], constants: Sequence[Any], results: Iterable[int]
) -> Callable[[Iterable[Any], Iterable[object]], list[Any]]:
    """A function that is run on its own results, once for each of its second argument: faster than so many calls."""
    again = _node(ast.Assign, [_slots(range(inputs), WRITTEN)], _slots(results, READ))
    loop = _node(ast.For, _name("turn", WRITTEN), _name("turns"), [*_assignments(inputs, operations), again], [])
    body = [loop, _node(ast.Return, _slots(range(inputs), READ))]
    return _function(["values", "turns"], inputs, operations, constants, body)


def _assignments(inputs: int, operations: Sequence[Operation]) -> list[ast.stmt]:
    """One for each operation."""
    called = _called(operations)
    found: list[ast.stmt] = []
    for slot, (function, arguments) in enumerate(operations, inputs):
        taken = [_name(_variable(argument)) for argument in arguments]
        if function in OPERATORS:
            left, right = taken
            result: ast.expr = _node(ast.BinOp, left, OPERATORS[function](), right)
        else:
            result = _node(ast.Call, _name(called[function]), taken, [])
        found.append(_node(ast.Assign, [_name(_variable(slot), WRITTEN)], result))
    return found


def _function(
    arguments: list[str],
    inputs: int,
    operations: Sequence[Operation],
    constants: Sequence[Any],
    body: list[ast.stmt],
) -> Callable[..., list[Any]]:
    """A function that takes the inputs as one argument; constants and operations are defaults of further ones."""
    called = _called(operations)
    defaults = {_variable(-n): value for n, value in enumerate(constants, 1)} | {f: c for c, f in called.items()}
    parameters = [_node(ast.arg, name) for name in (*arguments, *defaults)]
    taken = _node(ast.Assign, [_slots(range(inputs), WRITTEN)], _name(arguments[0]))
    run = _node(ast.FunctionDef, "run", ast.arguments([], parameters, None, [], [], None, []), [taken, *body], [])
    module = compile(ast.Module([run], []), "<equations>", "exec")
    (code,) = (const for const in module.co_consts if isinstance(const, types.CodeType))
    return types.FunctionType(code, {}, "run", tuple(defaults.values()))


def _called(operations: Sequence[Operation]) -> dict[Callable[..., Any], str]:
    """A name for each function that is no operator."""
    functions = dict.fromkeys(function for function, _ in operations if function not in OPERATORS)
    return {function: f"f{number}" for number, function in enumerate(functions)}


def _variable(slot: int) -> str:
    return f"v{slot}" if slot >= 0 else f"c{-slot}"


def _name(name: str, use: ast.expr_context = READ) -> ast.Name:
    return _node(ast.Name, name, use)


def _slots(slots: Iterable[int], use: ast.expr_context) -> ast.List:
    return _node(ast.List, [_name(_variable(slot), use) for slot in slots], use)


def _node(kind: Callable[..., Node], *parts: object) -> Node:
    """A part of the tree; Python wants to know where each stands."""
    return kind(*parts, lineno=1, col_offset=0)
