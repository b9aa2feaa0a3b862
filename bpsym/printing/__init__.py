"""Formulas on paper: one walk over SymPy expressions, one layout, three syntaxes (LaTeX, Typst, plain text)."""

from bpsym.printing.layout import Formula
from bpsym.printing.syntax import LATEX, PLAIN, TYPST, Syntax
from bpsym.printing.writer import Writer

__all__ = ["LATEX", "PLAIN", "TYPST", "Formula", "Syntax", "Writer"]
