"""Jinja as bpsym's templates see it: one set of delimiters, everything undefined an error, plain strings escaped.

A template prints strings, numbers, formulas and sentences; each is written for the format by `Writer.finalize`. Nothing
else passes, except what a leaf of the format has made (Markup, by Jinja's own account of it).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError, pass_context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bpsym.errors import BpsymError
from bpsym.printing.layout import Formula
from bpsym.render.compiled import kept
from bpsym.render.notebook import CUT
from bpsym.render.writer import markup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpsym.render.writer import Writer

GLUE = "\b"  # printed by a leaf that belongs to the line before it: white space between the two becomes one line end

# Functions of the writer that templates may call, under their own names.
FUNCTIONS = (
    "say", "counted", "plain", "alternative", "has_han", "math", "block", "rows", "formula_rows", "fragments",
    "given_number", "sides", "rooms", "cell_rows", "columns", "underline", "picture", "picture_file", "font_file",
    "compute", "compute_givens",
)  # fmt: skip
# Methods of bpsym's objects a template may call; everything else it reads off a sheet is data.
CALLABLE = frozenset({"factor_rows", "layer_rows", "loss_equation", "path_figure", "run_figure", "shows"})
# What a sheet's data lead to that is not for templates: SymPy evaluates strings its methods are given.
CLOSED = ("sympy", "flint", "msgspec")


class TemplateProblem(BpsymError):
    """A template that cannot be used; the message names file and line."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, in which the objects behind a sheet cannot be reached or called."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read an attribute."""
        package = type(obj).__module__.partition(".")[0]
        if package in CLOSED or (package == "bpsym" and callable(value) and attr not in CALLABLE):
            return False
        return super().is_safe_attribute(obj, attr, value)


def templates() -> Path:
    """Where bpsym's own templates are: in the wheel inside the package, in a checkout beside it."""
    package = Path(__file__).parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def environment(writer: Writer, users: Path | None = None) -> Sandbox:
    """The environment of one document; templates in `users` take the place of bpsym's own of the same name.

    It is sandboxed throughout: our own templates need no more than a user's may have.
    """
    jinja = Sandbox(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=True,  # strings that leave a macro are Markup, so that nothing is escaped twice
        finalize=pass_context(lambda _context, value: writer.finalize(value)),  # so none of it is compiled in
        loader=FileSystemLoader([*([users] if users else []), templates()]),
        cache_size=-1,
        bytecode_cache=kept(),
        optimized=False,  # constants are few, and looking for them takes a tenth of the time a sheet takes
    )
    opening, closing = writer.format.display
    jinja.globals |= {name: getattr(writer, name) for name in FUNCTIONS}
    jinja.globals |= {"_": writer.words, "glue": markup(GLUE), "cut": markup(CUT)}
    jinja.globals |= {"open_math": markup(opening), "close_math": markup(closing)}
    jinja.tests["formula"] = is_formula
    return jinja


def is_formula(value: object) -> bool:
    """Whether a cell of a table holds a formula."""
    return isinstance(value, Formula)


def problem(error: TemplateError) -> TemplateProblem:
    """Jinja's error as a sentence with the template's place."""
    place = next(_places(error), "")
    return TemplateProblem(f"{place}{error.message or type(error).__name__}")


def _places(error: TemplateError) -> Iterator[str]:
    """File and line of a template error: its own where it has them, else the innermost template of the traceback."""
    if isinstance(error, TemplateSyntaxError):
        yield f"{error.filename or error.name}:{error.lineno}: "
    found = []
    trace = error.__traceback__
    while trace is not None:
        if "__jinja_exception__" in trace.tb_frame.f_globals:  # a frame that stands for a line of a template
            found.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}: ")
        trace = trace.tb_next
    yield from reversed(found)
