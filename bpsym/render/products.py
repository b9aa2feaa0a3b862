"""From a description to the contents of files, several formats of one sheet at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from bpsym.options import TYPST
from bpsym.render.formats import BY_NAME, Format

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bpsym.options import SheetOptions
    from bpsym.sheet.build import Sheet
    from bpsym.spec import Description

TEX_FOLDER = "sheet_files"  # for fonts, in the folder TeX runs in


class Target(Struct, frozen=True):
    """A file asked for: its format, and the folder for what stands beside it ("" where nothing can)."""

    format: str
    folder: str


class Product(Struct, frozen=True):
    """A file's content, and the files of its folder.

    A PDF for TeX to make is still LaTeX, and `engine` is to compile it.
    """

    content: bytes
    files: Mapping[str, bytes]
    engine: str = ""


def products(
    description: Description,
    options: SheetOptions,
    targets: Sequence[Target],
    progress: Callable[[int, int], None] | None = None,
) -> list[Product]:
    """Derive once, then write every target."""
    from bpsym.sheet.build import build

    sheet = build(description, options, progress)
    return [_product(sheet, BY_NAME[target.format], target.folder) for target in targets]


def _product(sheet: Sheet, format: Format, folder: str) -> Product:  # noqa: A002  (the field's word)
    from bpsym.render.document import document

    options = sheet.options
    beside = f"{folder}/" if folder else ""
    if format.name == "notebook":
        from bpsym.render.notebook import ATTACHED, notebook

        made = document(sheet, format, beside=ATTACHED, users=options.template_dir)
        return Product(notebook(made.source, made.files), {})
    if format.name == "pdf" and options.pdf_engine != TYPST:
        made = document(sheet, BY_NAME["latex"], beside=f"{TEX_FOLDER}/", users=options.template_dir)
        return Product(made.source.encode(), made.files, options.pdf_engine)
    made = document(sheet, format, beside=beside, users=options.template_dir)
    if format.name == "pdf":
        from bpsym.render.engines import typst_pdf

        return Product(typst_pdf(made.source, options.template_dir), {})
    return Product(made.source.encode(), made.files)
