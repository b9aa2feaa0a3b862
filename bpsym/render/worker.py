"""Where users' templates are filled: a process that can be stopped, with bounded memory and time.

The sandbox keeps a template from reaching anything but the sheet; this keeps it from taking the machine's memory or
going on for ever. A job comes in and its products go out as JSON: text that is read, nothing that is run.
"""

from __future__ import annotations

import sys
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from bpsym.errors import BpsymError
from bpsym.options import SheetOptions
from bpsym.render.products import Product, Target, products
from bpsym.rounding import Rounding
from bpsym.spec import Description
from bpsym.spec.schema import Spec

if TYPE_CHECKING:
    from collections.abc import Sequence

MEMORY = 4 * 2**30  # bytes of address space
SECONDS = 50  # of computing


class Job(msgspec.Struct):
    """What is to be made."""

    spec: Spec
    name: str
    options: dict[str, Any]
    targets: list[tuple[str, str]]


class Answer(msgspec.Struct):
    """What was made, or the sentence that says why not."""

    products: list[tuple[str, dict[str, str], str]]
    error: str = ""


def outside(description: Description, options: SheetOptions, targets: Sequence[Target]) -> list[Product]:
    """The products of a job done in a process of its own."""
    from bpsym.render.engines import in_worker

    plain = {**msgspec.structs.asdict(options), "template_dir": str(options.template_dir)}
    job = Job(description.spec, description.name, plain, [(target.format, target.folder) for target in targets])
    answer = msgspec.json.decode(in_worker(msgspec.json.encode(job)), type=Answer)
    if answer.error:
        raise BpsymError(answer.error)
    return [
        Product(b64decode(content), {name: b64decode(file) for name, file in files.items()}, engine)
        for content, files, engine in answer.products
    ]


def answer(job: bytes) -> bytes:
    """Do a job."""
    asked = msgspec.json.decode(job, type=Job)
    plain = asked.options
    options = SheetOptions(
        **{
            **plain,
            "weights": tuple(plain["weights"]),
            "rounding": Rounding(**plain["rounding"]),
            "template_dir": Path(plain["template_dir"]),
        }
    )
    targets = [Target(*target) for target in asked.targets]
    try:
        made = products(Description(asked.spec, asked.name), options, targets)
    except BpsymError as error:
        return msgspec.json.encode(Answer([], str(error)))
    except (MemoryError, RecursionError, OverflowError) as error:
        return msgspec.json.encode(Answer([], f"a template asks for too much: {type(error).__name__}"))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:  # what templates do wrong
        return msgspec.json.encode(Answer([], f"a template breaks off: {type(error).__name__}: {error}"))
    return msgspec.json.encode(Answer([_plain(product) for product in made]))


def _plain(product: Product) -> tuple[str, dict[str, str], str]:
    return _text(product.content), {name: _text(file) for name, file in product.files.items()}, product.engine


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _bound() -> None:
    """Limit this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the time limit of the process that started this one remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    _bound()
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))
