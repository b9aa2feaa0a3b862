"""bpsym: derive backpropagation symbolically, print it as worksheets, verify it, set it as homework."""

from importlib import import_module
from typing import Any

__all__ = ["Network", "check", "derive", "load", "loads", "numbers", "worksheet", "write"]


def __getattr__(name: str) -> Any:
    """Load the Python interface when something of it is asked for: the command line must start quickly."""
    if name in __all__:
        return getattr(import_module("bpsym.api"), name)
    msg = f"module 'bpsym' has no attribute {name!r}"
    raise AttributeError(msg)
