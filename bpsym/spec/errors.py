"""What is wrong with a description, told with the path of its key before it is known where that stands."""

from __future__ import annotations

Path = tuple[str | int, ...]  # ("network", "layers", 0, "units")


class Wrong(Exception):
    """Something in a description that cannot be used, with the path of its key."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(what)
        self.path = path
        self.what = what


def sentence(wrong: Wrong) -> str:
    """Key and complaint."""
    return f"{spelled(wrong.path)}: {wrong.what}" if wrong.path else wrong.what


def spelled(path: Path) -> str:
    """A key as people write it, items counted from 1: network.layers[2].units."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
