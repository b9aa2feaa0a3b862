"""A description from TOML text: read, checked against the schema, and refused in one sentence that says where."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import msgspec

from bpsym.errors import DescriptionError
from bpsym.spec.errors import Path, Wrong, sentence, spelled
from bpsym.spec.locate import excess, locate
from bpsym.spec.schema import Spec, json_schema

if TYPE_CHECKING:
    from pathlib import Path as FilePath

FILE_LIMIT = 4 * 1024 * 1024  # bytes
DIGITS_LIMIT = 40  # of a decimal
EXPONENT_LIMIT = 40


def read(path: FilePath) -> str:
    """The text of a description file; raises DescriptionError where it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise DescriptionError(f"{path}: cannot be read: {error.strerror or error}") from None
    return decoded(content, str(path))


def decoded(content: bytes, name: str) -> str:
    """The text of a description; raises DescriptionError where it is too long or no UTF-8."""
    if len(content) > FILE_LIMIT:
        raise DescriptionError(f"{name}: larger than {FILE_LIMIT // 2**20} MB, which is the limit for a description")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DescriptionError(f"{name}:{line}: not UTF-8; save the file as UTF-8") from None


def parse(text: str, name: str) -> dict[str, Any]:
    """The TOML text as plain data, decimals kept exact."""
    bound = excess(text)
    if bound:
        raise DescriptionError(f"{name}:{bound[0]}: {bound[1]}")
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except ValueError as error:  # tomllib.TOMLDecodeError among them
        found = re.fullmatch(r"(.*?) \((?:at line (\d+), column \d+|at end of document)\)", str(error), re.DOTALL)
        what, line = (found[1], found[2]) if found else (str(error), None)
        raise DescriptionError(f"{name}:{line or text.count(chr(10)) + 1}: no TOML: {what}") from None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # a power of ten that even Decimal cannot hold; refused with its place by _check_numbers
        return Decimal("Infinity")


def convert(raw: Any) -> Spec:
    """Plain data as a description; raises Wrong for whatever the schema doesn't allow."""
    _check_numbers((), raw)
    try:
        return msgspec.convert(raw, Spec, builtin_types=(Decimal,))
    except msgspec.ValidationError as error:
        raise _explained(str(error), raw) from None


def placed(wrong: Wrong, text: str, name: str) -> DescriptionError:
    """The error with the line its key stands on."""
    lines, path = locate(text), wrong.path
    while path and path not in lines:
        path = path[:-1]
    place = f"{name}:{lines[path]}" if path else name
    return DescriptionError(f"{place}: {sentence(wrong)}")


def _check_numbers(path: Path, node: Any) -> None:
    """Every number is finite and of a size that is read and computed with in good time."""
    if isinstance(node, dict):
        for key, value in node.items():
            _check_numbers((*path, key), value)
    elif isinstance(node, list):
        for position, value in enumerate(node):
            _check_numbers((*path, position), value)
    elif isinstance(node, Decimal):
        if not node.is_finite():
            raise Wrong(path, f"{node} is no number to compute with")
        _, digits, exponent = node.as_tuple()
        if len(digits) > DIGITS_LIMIT or not -EXPONENT_LIMIT <= int(exponent) <= EXPONENT_LIMIT:
            raise Wrong(path, f"a number has at most {DIGITS_LIMIT} digits and powers of ten up to {EXPONENT_LIMIT}")
    elif isinstance(node, int) and abs(node) >= 10**DIGITS_LIMIT:
        raise Wrong(path, f"a number has at most {DIGITS_LIMIT} digits")


_KINDS = {
    "int": "a whole number",
    "decimal": "a number",
    "str": "a text in quotes",
    "array": "a list",
    "object": "a table",
    "bool": "true or false",
}
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\[(\.\.\.)\]")


def _explained(message: str, raw: Any) -> Wrong:
    """What msgspec found, in words, with what would be right."""
    found = re.fullmatch(r"(?P<what>.*?)(?: - at `(?P<path>\$.*)`)?", message, re.DOTALL)
    what, steps = (found["what"], found["path"] or "$") if found else (message, "$")
    path, value = _followed(steps, message, raw)
    node = _schema_at(path)
    if key := re.fullmatch(r"Object contains unknown field `(.*)`", what, re.DOTALL):
        known = ", ".join(key for each in _branches(node) for key in each.get("properties", ()))
        table = f"[{spelled(path)}]" if path else "the description"
        return Wrong((*path, key[1]), f"no key of {table}; known: {known}")
    if key := re.fullmatch(r"Object missing required field `(.*)`", what):
        missing = (*path, key[1])
        return Wrong(path, f"the key {key[1]} is missing: {_schema_at(missing).get('description', '')}".rstrip(".: "))
    if expected := re.fullmatch(r"Expected `([\w |]+)`, got `(\w+)`", what):
        kinds = [_KINDS.get(kind, kind) for kind in expected[1].split(" | ") if kind != "null"]
        kinds = [kind for kind in kinds if not (kind == _KINDS["int"] and _KINDS["decimal"] in kinds)]
        return Wrong(path, f"needs {' or '.join(kinds)}, not {_KINDS.get(expected[2], expected[2])}")
    if expected := re.fullmatch(r"Expected `(\w+)` (of length )?([<>]=) (\d+)", what):
        bound = "at least" if expected[3] == ">=" else "at most"
        unit = "" if not expected[2] else " item" if expected[4] == "1" else " items"
        return Wrong(path, f"needs {bound} {expected[4]}{unit}")
    if "matching regex" in what:
        names = _enumeration(node)
        right = f"known: {', '.join(names)}" if names else "a letter, then up to 11 letters or digits"
        return Wrong(path, f"{_short(value)} is not possible here; {right}")
    return Wrong(path, what)


def _followed(steps: str, message: str, raw: Any) -> tuple[Path, Any]:
    """The path msgspec names, and the value there; msgspec shows keys of open tables as [...]."""
    path: Path = ()
    value = raw
    for name, item, is_open in _STEP.findall(steps):
        step = int(item) if item else name
        if is_open:
            found = [key for key in value if _complaint(_put(raw, path, {key: value[key]})) == message]
            if not found:
                break
            step = found[0]
        path += (step,)
        value = value[step]
    return path, value


def _put(node: Any, path: Path, value: Any) -> Any:
    """A copy of plain data with another value at a path."""
    if not path:
        return value
    if isinstance(node, dict):
        return {**node, path[0]: _put(node[path[0]], path[1:], value)}
    return [_put(item, path[1:], value) if position == path[0] else item for position, item in enumerate(node)]


def _complaint(raw: Any) -> str:
    try:
        msgspec.convert(raw, Spec, builtin_types=(Decimal,))
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _schema_at(path: Path) -> dict[str, Any]:
    """The part of the JSON Schema that speaks of a key."""
    schema = json_schema()
    tables = schema["$defs"]

    def resolved(node: dict[str, Any]) -> dict[str, Any]:
        node = {**tables[node["$ref"].rpartition("/")[2]], **node} if "$ref" in node else node
        return {**node, "anyOf": [resolved(each) for each in node["anyOf"]]} if "anyOf" in node else node

    node = resolved(schema)
    for step in path:
        branches = _branches(node)
        if isinstance(step, int):
            found = [each["items"] for each in branches if "items" in each]
        else:
            found = [each["properties"][step] for each in branches if step in each.get("properties", ())]
            found += [each["additionalProperties"] for each in branches if each.get("additionalProperties")]
        node = resolved(found[0]) if found else {}
    return node


def _enumeration(node: dict[str, Any]) -> list[str]:
    return next((each["enum"] for each in _branches(node) if "enum" in each), [])


def _branches(node: dict[str, Any]) -> list[dict[str, Any]]:
    """What a key can be."""
    return node.get("anyOf", [node])
