"""The way each edge takes, and where its label stands on it."""

from collections.abc import Iterator
from itertools import product

from msgspec import Struct

from bpsym.figures.layout import (
    Box,
    FigureError,
    Path,
    Point,
    Text,
    arrow_head,
    centred,
    curve_point,
    curve_trace,
    overlap,
    polyline_crosses,
    text_box,
)
from bpsym.figures.network import EDGE_SIZE, FLAT_PAD, HEAD, LOOP, NOTE_HEIGHT, PAD, Edge, Frame, edge_parts

LIFTS = tuple(16.0 * step for step in range(1, 60))  # points a curve may swing past what it goes round
SPREADS = (0.15, 0.3, 0.45)  # where its control points are, along the way
LABEL_PLACES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)


class Route(Struct, frozen=True):
    """An edge as drawn: its line, its arrow's head and its label, if it has one."""

    edge: Edge
    line: Path
    head: Path
    text: Text | None


def padded(text: Text) -> Box:
    """Return the box kept free round an edge's label."""
    left, top, right, bottom = text_box(text)
    return left - PAD, top - FLAT_PAD, right + PAD, bottom + FLAT_PAD


def arrow(points: tuple[Point, ...], suffix: str, *, backwards: bool) -> tuple[Path, Path]:
    """Return the line and the head of an arrow along `points`: two, or the four of a curve."""
    if backwards:
        points = points[::-1]
    head = arrow_head(points[-2], points[-1], "head" + suffix, HEAD + 1.5 * backwards)
    back = tuple((head.points[1][axis] + head.points[2][axis]) / 2 for axis in (0, 1))
    return Path((*points[:-1], (back[0], back[1])), "edge" + suffix, "line" if len(points) == 2 else "curve"), head


def straight(frame: Frame, edge: Edge, suffix: str) -> Route:
    """Return the route of an edge between neighbouring columns, or between neighbouring rows of one column."""
    start, end = frame.middle(edge.source), frame.middle(edge.target)
    points = frame.border(edge.source, end), frame.border(edge.target, start)
    line, head = arrow(points, suffix, backwards=edge.highlighted)
    parts = edge_parts(edge, suffix)
    if not parts:
        return Route(edge, line, head, None)
    fraction = frame.fractions.get((edge.source, edge.target))
    if fraction is not None:
        x, y = (start[axis] + fraction * (end[axis] - start[axis]) for axis in (0, 1))
    else:
        upper = edge.source if start[1] < end[1] else edge.target
        x, y = start[0], (points[0][1] + points[1][1]) / 2 + (NOTE_HEIGHT / 2 if frame.places[upper].unit.note else 0)
    return Route(edge, line, head, centred(x, y, parts, EDGE_SIZE))


def is_straight(frame: Frame, edge: Edge) -> bool:
    """Say whether nothing stands between the ends of an edge."""
    source, target = frame.places[edge.source], frame.places[edge.target]
    if source.column != target.column:
        return target.column == source.column + 1
    low, high = sorted((source.row, target.row))
    return low < high and not any(p.column == source.column and low < p.row < high for p in frame.places.values())


def bends(frame: Frame, edge: Edge, inner: int) -> Iterator[tuple[Point, Point]]:
    """Yield pairs of control points for an edge that has to go round, outside `inner` others: nearer ones first.

    Forward edges rather swing above the units, backward ones and those of a bias below, those within a column to its
    left; a loop stands on its unit.
    """
    (x, y), (u, v) = frame.middle(edge.source), frame.middle(edge.target)
    source, target = frame.places[edge.source], frame.places[edge.target]
    heights = [frame.middle(key)[1] for key in frame.places]
    for lift in LIFTS[inner:]:
        if edge.source == edge.target:
            # the middle of a curve has three quarters of its controls' height
            reach = frame.half_height + (LOOP + lift - LIFTS[0]) * 4 / 3
            yield (x - frame.half_width, y - reach), (x + frame.half_width, y - reach)
            continue
        for spread in SPREADS:
            if source.column == target.column:
                reach = frame.half_width + 2 * lift
                yield (x - reach, y + spread * (v - y)), (x - reach, v - spread * (v - y))
            else:
                turns = [min(heights) - frame.half_height - lift, max(heights) + frame.half_height + lift]
                if source.bias or target.column < source.column:
                    turns.reverse()
                for turn in turns:
                    level = (8 * turn - y - v) / 6  # the curve's middle then reaches `turn`
                    yield (x + spread * (u - x), level), (u - spread * (u - x), level)


def curved(frame: Frame, edge: Edge, suffix: str, taken: list[Box], inner: int) -> Route:
    """Return the route of an edge that swings round the units, its label clear of everything in `taken`.

    Where every way round is blocked, as to the middle of a full column, the edge passes behind units.
    """
    parts = edge_parts(edge, suffix)
    others = [frame.box(key) for key in frame.places if key not in (edge.source, edge.target)]
    for behind, (one, two) in product((False, True), bends(frame, edge, inner)):
        points = frame.border(edge.source, one), one, two, frame.border(edge.target, two)
        trace = curve_trace(points)
        if not behind and any(polyline_crosses(trace, box) for box in others):
            continue
        line, head = arrow(points, suffix, backwards=edge.highlighted)
        if not parts:
            return Route(edge, line, head, None)
        for t in LABEL_PLACES:
            text = centred(*curve_point(points, t), parts, EDGE_SIZE)
            if not any(overlap(padded(text), box) for box in taken):
                return Route(edge, line, head, text)
    raise FigureError(f"no way was found for the edge from {edge.source!r} to {edge.target!r}")


def routes(frame: Frame, edges: tuple[Edge, ...], taken: list[Box]) -> list[Route]:
    """Return the routes of all edges; `taken` holds the boxes of what already stands on the figure."""
    traced = any(edge.highlighted for edge in edges)

    def suffix(edge: Edge) -> str:
        return ("-strong" if edge.highlighted else "-faded") if traced else ""

    found = [straight(frame, edge, suffix(edge)) for edge in edges if is_straight(frame, edge)]
    taken = taken + [padded(route.text) for route in found if route.text]
    for inner, edge in enumerate(edge for edge in edges if not is_straight(frame, edge)):
        found.append(route := curved(frame, edge, suffix(edge), taken, 0 if edge.source == edge.target else inner))
        taken += [padded(route.text)] if route.text else []
    return found
