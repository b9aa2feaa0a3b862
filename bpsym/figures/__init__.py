"""Figures: the network with its values, the path of one weight's error, the loss over a training run.

A picture is laid out once, into a `Drawing` of plain shapes; `to_svg`, `to_tikz` and `to_typst` print it.
"""

from bpsym.figures.layout import Drawing, FigureError, Label, Run, fitted
from bpsym.figures.network import Edge, Layer, Unit, shown
from bpsym.figures.painting import network_drawing
from bpsym.figures.plot import loss_drawing
from bpsym.figures.svg import to_svg
from bpsym.figures.tikz import to_tikz
from bpsym.figures.typst import to_typst

__all__ = [
    "Drawing",
    "Edge",
    "FigureError",
    "Label",
    "Layer",
    "Run",
    "Unit",
    "fitted",
    "loss_drawing",
    "network_drawing",
    "shown",
    "to_svg",
    "to_tikz",
    "to_typst",
]
