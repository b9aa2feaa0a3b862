"""What a sheet is to look like: the description's [sheet], and over it whatever a caller says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bpsym.errors import BpsymError, choices
from bpsym.notation import NET_OUT, NOTATIONS
from bpsym.rounding import Rounding
from bpsym.spec.schema import KINDS, LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from bpsym.spec import Description

__all__ = ["ALL", "ENGINES", "KINDS", "LANGUAGES", "NOTATIONS", "SheetOptions", "sheet_options"]

TYPST = "typst"
ENGINES = (TYPST, "xelatex", "lualatex")
ONE, ALL = "one", "all"


class SheetOptions(Struct, frozen=True):
    """Options of one sheet; raises BpsymError for an unknown name. The order of updates is the program's own."""

    kind: str = "worked"
    lang: str = "en"
    notation: str = NET_OUT
    weights: tuple[str, ...] = ()  # derived in full: () one of each layer, ("all",), or names: ("w1", "w5")
    rounding: Rounding = Rounding()
    steps: int | None = None  # updates of the training run; None: as the description says
    fade: int = 0  # lines of a blank sheet that are left worked
    pdf_engine: str = TYPST
    template_dir: Path | None = None  # a user's own templates, looked at before bpsym's

    def __post_init__(self) -> None:
        """Check the names."""
        for what, given, known in (
            ("kind of sheet", self.kind, KINDS),
            ("language", self.lang, LANGUAGES),
            ("notation", self.notation, NOTATIONS),
            ("PDF engine", self.pdf_engine, ENGINES),
        ):
            if given not in known:
                raise BpsymError(choices(what, given, known))


def sheet_options(
    description: Description,
    *,
    kind: str | None = None,
    lang: str | None = None,
    notation: str | None = None,
    weights: str | tuple[str, ...] | None = None,
    digits: int | None = None,
    significant: int | None = None,
    tie: str | None = None,
    carry: str | None = None,
    steps: int | None = None,
    fade: int | None = None,
    pdf_engine: str = TYPST,
    template_dir: Path | None = None,
) -> SheetOptions:
    """The description's options with those that are not None put over them.

    `weights` is "one", "all", or names, in a tuple or with commas between. Raises BpsymError for an option that makes
    no sense.
    """
    sheet = description.sheet
    if digits is not None and significant is not None:
        raise BpsymError("a sheet counts digits after the point or significant ones, not both")
    if steps is not None and description.training is None:
        raise BpsymError(f"{description.name}: has no [training], so there are no steps to run")
    rounding = sheet.rounding
    if digits is not None or significant is not None:
        rounding = replace(rounding, places=digits, significant=significant)
    return SheetOptions(
        kind or sheet.kind,
        lang or sheet.language,
        notation or sheet.notation,
        _weights(sheet.weights if weights is None else weights),
        replace(rounding, tie=tie or sheet.tie, carry=carry or sheet.carry),
        steps,
        sheet.fade if fade is None else fade,
        pdf_engine,
        template_dir,
    )


def _weights(given: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(given, str):
        names = tuple(name.strip() for name in given.split(",") if name.strip())
        return () if names == (ONE,) else names
    return tuple(given)
