"""What a picture of a network is made from: columns of units and the edges between them, and where the units stand.

A recurrent network unrolled in time has a column for each time step; a convolution is two columns with few edges. Edges
may join any two units.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from math import hypot
from types import EllipsisType

from msgspec import Struct
from msgspec.structs import replace

from bpsym.figures.layout import ASCENT, DESCENT, Box, FigureError, Label, Point, label_width, line_width, number_label
from bpsym.figures.spacing import Gap, grid

MOST_UNITS = 8  # of a layer; a wider one is elided
FIRST_SHOWN = 3  # units of an elided layer before the dots

NAME_SIZE, VALUE_SIZE, EDGE_SIZE, NOTE_SIZE, TITLE_SIZE = 10.0, 7.5, 8.5, 8.0, 9.0
LEAST_RADIUS, MOST_RADIUS = 15.0, 30.0  # a unit too full for the largest circle becomes a rounded box
PAD, FLAT_PAD = 2.0, 0.8  # beside an edge's label; above and below it
HEAD = 5.0  # length of an arrow's head
LEAST_ROW, LEAST_GAP = 62.0, 110.0  # between middles of rows; between borders of columns
BETWEEN_UNITS = 20.0
AIR = 5.0  # between a unit and the labels beside it
LOOP = 20.0  # height of an edge from a unit to itself
NOTE_HEIGHT = NOTE_SIZE * 1.04 + AIR


class Unit(Struct, frozen=True):
    """A unit of a layer; `key` is what edges call it, `value` (already printed) stands in it, `note` below it."""

    key: str
    label: Label
    value: str = ""
    note: Label | None = None


class Layer(Struct, frozen=True):
    """A column of units from top to bottom.

    `...` among the units is a vertical row of dots, None an empty place. The bias unit stands below the column; its
    edges lead to the next one like any others.
    """

    title: str
    units: tuple[Unit | EllipsisType | None, ...]
    bias: Unit | None = None


class Edge(Struct, frozen=True):
    """An arrow from one unit to another, by key, with the weight's name and printed value.

    An edge is highlighted when the error of the weight in question comes back along it: it is drawn strong and its
    arrow points backwards; the edges that aren't are then drawn faintly.
    """

    source: str
    target: str
    label: Label | None = None
    value: str = ""
    highlighted: bool = False


def shown(count: int) -> tuple[int, ...]:
    """Return which of `count` units, from 0, are drawn: all up to MOST_UNITS, else the first few and the last.

    A builder of a large network needs to make only these units, with `...` before the last, and the edges among them.
    """
    return tuple(range(count)) if count <= MOST_UNITS else (*range(FIRST_SHOWN), count - 1)


class Place(Struct, frozen=True):
    """A unit on the grid; rows count from the middle of all columns, y in rows."""

    unit: Unit
    column: int
    row: float
    bias: bool


class Frame(Struct, frozen=True):
    """Where everything is, in points."""

    places: dict[str, Place]
    columns: tuple[float, ...]  # x of each column's middle
    row: float  # distance of two rows
    half_width: float  # of a unit
    half_height: float
    fractions: dict[tuple[str, str], float]  # of the way from one column to the next: where an edge's label is

    def middle(self, key: str) -> Point:
        """Return the middle of a unit."""
        place = self.places[key]
        return self.columns[place.column], place.row * self.row

    def border(self, key: str, toward: Point) -> Point:
        """Return where the way from the middle of a unit to the point `toward`, outside it, leaves the unit."""
        x, y = self.middle(key)
        straight = self.half_width - self.half_height  # half the length of a rounded box's straight sides
        inside, outside = 0.0, 1.0
        for _ in range(24):
            t = (inside + outside) / 2
            dx, dy = max(abs(toward[0] - x) * t - straight, 0.0), (toward[1] - y) * t
            inside, outside = (t, outside) if dx * dx + dy * dy < self.half_height**2 else (inside, t)
        return x + (toward[0] - x) * outside, y + (toward[1] - y) * outside

    def box(self, key: str) -> Box:
        """Return the box round a unit."""
        x, y = self.middle(key)
        return x - self.half_width, y - self.half_height, x + self.half_width, y + self.half_height


def elided(layer: Layer) -> Layer:
    """Return the layer with no more units than are drawn, dots standing for the others."""
    if len(layer.units) <= MOST_UNITS or ... in layer.units:
        return layer
    return replace(layer, units=(*layer.units[:FIRST_SHOWN], ..., layer.units[-1]))


def keys_of(layer: Layer) -> Iterator[str]:
    """Yield the keys of a layer's units, its bias among them."""
    for unit in (*layer.units, layer.bias):
        if isinstance(unit, Unit):
            yield unit.key


def checked_edges(layers: Sequence[Layer], edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Return the edges between units that are drawn; see `network_drawing` for the errors."""
    keys = [key for layer in layers for key in keys_of(layer)]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise FigureError(f"two units of the figure have the key {twice!r}")
    drawn = {key for layer in layers for key in keys_of(elided(layer))}
    known, seen, kept = set(keys), set[tuple[str, str]](), list[Edge]()
    for edge in edges:
        ends = edge.source, edge.target
        if not known.issuperset(ends):
            lost = next(key for key in ends if key not in known)
            raise FigureError(f"the figure has an edge to or from {lost!r}, which is none of its units")
        if ends in seen:
            raise FigureError(f"the figure has two edges from {edge.source!r} to {edge.target!r}")
        seen.add(ends)
        if drawn.issuperset(ends):
            kept.append(edge)
    return tuple(kept)


def places(layers: Sequence[Layer]) -> dict[str, Place]:
    """Put the units of layers already elided on a grid: columns centred, all biases in one row below."""
    lowest = (max(len(layer.units) for layer in layers) - 1) / 2
    found = {}
    for column, layer in enumerate(layers):
        for row, unit in enumerate(layer.units):
            if isinstance(unit, Unit):
                found[unit.key] = Place(unit, column, row - (len(layer.units) - 1) / 2, bias=False)
        if layer.bias:
            found[layer.bias.key] = Place(layer.bias, column, lowest + 1, bias=True)
    return found


def unit_size(units: Iterable[Unit]) -> tuple[float, float]:
    """Return half the width and half the height all units need: equal for circles, else those of rounded boxes."""
    half_widths, radii, tall = [0.0], [LEAST_RADIUS], False
    for unit in units:
        name, value = label_width(unit.label, NAME_SIZE) / 2, label_width(number_label(unit.value), VALUE_SIZE) / 2
        half_widths += [name, value]
        radii += [hypot(name, 9.5 if unit.value else 5.0) + 1.5, hypot(value, 10.0) + 1.5 if unit.value else 0.0]
        tall = tall or bool(unit.value)
    if max(radii) <= MOST_RADIUS:
        return max(radii), max(radii)
    return max(half_widths) + 8.0, 17.0 if tall else 13.0


def edge_parts(edge: Edge, suffix: str = "") -> tuple[tuple[Label, str], ...]:
    """Return the label of an edge: its name, its value, both or nothing."""
    name = ((edge.label, "name" + suffix),) if edge.label else ()
    value = ((number_label(edge.value), "value" + suffix),) if edge.value else ()
    return name + value


def framed_units(layers: Sequence[Layer], edges: Iterable[Edge]) -> Frame:
    """Return where the units stand: far enough apart for everything written on, below and between them."""
    found = places(layers)
    half_width, half_height = unit_size(place.unit for place in found.values())
    label_height = EDGE_SIZE * (ASCENT + DESCENT) + 2 * FLAT_PAD
    wide = [half_width] * len(layers)  # what stands round the middle of each column, to one side
    row = max(LEAST_ROW, 2 * half_height + BETWEEN_UNITS)
    if any(place.unit.note for place in found.values()):
        row += NOTE_HEIGHT
    for place in found.values():
        if place.unit.note:
            wide[place.column] = max(wide[place.column], label_width(place.unit.note, NOTE_SIZE) / 2 + PAD)
    across: list[list[Edge]] = [[] for _ in layers]
    for edge in edges:
        source, target = found[edge.source], found[edge.target]
        width = line_width(edge_parts(edge), EDGE_SIZE)
        if target.column == source.column + 1 and width:
            across[source.column].append(edge)
        elif target.column == source.column and width:
            wide[source.column] = max(wide[source.column], width / 2 + PAD)
            least = LOOP + label_height / 2 if edge.source == edge.target else label_height + 2 * (HEAD + AIR)
            row = max(row, 2 * half_height + least + 2 * AIR)
    gaps = []
    widest = max((line_width(edge_parts(edge), EDGE_SIZE) for column in across for edge in column), default=0.0)
    for column, (here, there) in enumerate(pairwise(layers)):
        heights = sorted((found[edge.source].row, found[edge.target].row) for edge in across[column])
        label = widest + 2 * PAD if heights else 0.0  # the same in all gaps, so that like gaps are laid out alike
        arrows = HEAD + 2 * AIR if any(edge.highlighted for edge in across[column]) else 0.0
        left, right = wide[column] + AIR + arrows, wide[column + 1] + AIR + HEAD + AIR
        titles = sum(label_width(Label(layer.title), TITLE_SIZE) / 2 for layer in (here, there)) + 3 * AIR
        least = max(LEAST_GAP + 2 * half_width, left + label + right, titles)
        gaps.append(Gap(tuple(heights), label, label_height, left, right, least))
    rows = max(place.row for place in found.values()) - min(place.row for place in found.values()) + 1
    best = grid(tuple(gaps), rows, row, wide[0] + wide[-1])
    middles = tuple(accumulate((placing.width for placing in best.gaps), initial=0.0))
    fractions = {}
    for column, placing in enumerate(best.gaps):
        ordered = sorted(across[column], key=lambda edge: (found[edge.source].row, found[edge.target].row))
        for edge, fraction in zip(ordered, placing.fractions, strict=True):
            fractions[edge.source, edge.target] = fraction
    return Frame(found, middles, best.row, half_width, half_height, fractions)
