"""Sheets in every format: Markdown, LaTeX, Typst, PDF, HTML, notebooks, plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpsym.display import show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bpsym.options import SheetOptions
    from bpsym.render.products import Product, Target
    from bpsym.sheet.build import Sheet
    from bpsym.spec import Description

__all__ = ["render", "write"]


def write(
    description: Description,
    options: SheetOptions,
    paths: Sequence[Path],
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the sheet to files; the ending of each says its format, and the derivation is made once for all.

    Figures of Markdown and fonts of Chinese LaTeX go into a folder beside the file: sheet_files for sheet.md.
    Raises BpsymError for an unknown ending, a template or engine that fails, a file that cannot be written.
    """
    from bpsym.files import write_atomically
    from bpsym.render.companions import folder_of, write_folder
    from bpsym.render.formats import format_of
    from bpsym.render.products import Target

    folders = [folder_of(path) for path in paths]
    targets = [Target(format_of(path).name, folder) for path, folder in zip(paths, folders, strict=True)]
    made = _made(description, options, targets, progress)
    for path, folder, (content, files) in zip(paths, folders, made, strict=True):
        write_folder(path.parent / folder, files)
        write_atomically(path, content)


def render(
    description: Description,
    options: SheetOptions,
    format: str = "markdown",  # noqa: A002  (the field's word)
    progress: Callable[[int, int], None] | None = None,
) -> bytes:
    """The sheet in a format (a name of bpsym.render.formats.BY_NAME), for somewhere no files can stand beside it."""
    from bpsym.errors import BpsymError, choices
    from bpsym.render.formats import BY_NAME
    from bpsym.render.products import Target

    if format not in BY_NAME:
        raise BpsymError(choices("format", format, list(BY_NAME)))
    ((content, _),) = _made(description, options, [Target(format, "")], progress)
    return content


def _made(
    description: Description,
    options: SheetOptions,
    targets: Sequence[Target],
    progress: Callable[[int, int], None] | None,
) -> list[tuple[bytes, Mapping[str, bytes]]]:
    """Contents, and files to stand beside them; a user's templates are filled in a process of their own."""
    from bpsym.render.products import products

    if options.template_dir is not None:
        from bpsym.render.worker import outside

        made = outside(description, options, targets)
    else:
        made = products(description, options, targets, progress)
    return [_finished(product) for product in made]


def _finished(product: Product) -> tuple[bytes, Mapping[str, bytes]]:
    if not product.engine:
        return product.content, product.files
    from bpsym.render.engines import tex_pdf
    from bpsym.render.products import TEX_FOLDER

    files = {f"{TEX_FOLDER}/{name}": content for name, content in product.files.items()}
    return tex_pdf(product.engine, product.content.decode(), files), {}


def _shown(name: str) -> Callable[[Any], str]:
    """What shows a sheet in Jupyter, or a description as the sheet it asks for."""

    def source(what: Description | Sheet) -> str:
        from bpsym.options import sheet_options
        from bpsym.render.document import document
        from bpsym.render.formats import IN_JUPYTER
        from bpsym.sheet.build import Sheet, build

        sheet = what if isinstance(what, Sheet) else build(what, sheet_options(what))
        return document(sheet, IN_JUPYTER[name]).source

    return source


for _name in ("Description", "Sheet"):
    show(_name, "markdown", _shown("markdown"))
    show(_name, "html", _shown("html"))
