"""The picture of a network, from its layers and edges to a drawing."""

from collections.abc import Iterable, Iterator, Sequence

from bpsym.figures.layout import (
    Box,
    Circle,
    Drawing,
    FigureError,
    Label,
    Rect,
    Shape,
    Text,
    bounds,
    centred,
    framed,
    number_label,
    text_box,
)
from bpsym.figures.network import (
    AIR,
    NAME_SIZE,
    NOTE_HEIGHT,
    NOTE_SIZE,
    TITLE_SIZE,
    VALUE_SIZE,
    Edge,
    Frame,
    Layer,
    Place,
    Unit,
    checked_edges,
    elided,
    framed_units,
)
from bpsym.figures.routes import padded, routes

DOT_RADIUS, DOT_DISTANCE = 1.4, 8.0


def network_drawing(layers: Sequence[Layer], edges: Iterable[Edge], *, title: str, description: str) -> Drawing:
    """Return the picture of a network, inputs on the left.

    Layers of more than eight units are elided, and the edges of units left out with them. If any edge is highlighted,
    the picture shows the way of an error: the other edges and units are faint. `title` and `description` are for
    screen readers and not drawn. FigureError: no units, a key used twice, an edge to an unknown unit, two edges alike.
    """
    edges = checked_edges(layers, edges)
    layers = [elided(layer) for layer in layers]
    if not any(isinstance(unit, Unit) for layer in layers for unit in layer.units):
        raise FigureError("the figure has no units")
    frame = framed_units(layers, edges)
    notes = [text for place in frame.places.values() if (text := note(frame, place))]
    taken = [frame.box(key) for key in frame.places] + [text_box(text) for text in notes]
    ways = sorted(routes(frame, edges, taken), key=lambda way: way.edge.highlighted)
    strong = {key for edge in edges if edge.highlighted for key in (edge.source, edge.target)}
    shapes: list[Shape] = [
        *(way.line for way in ways),
        *(way.head for way in ways),
        *papers([*(padded(way.text) for way in ways if way.text), *map(text_box, notes)]),
    ]
    for key, place in frame.places.items():
        shapes += unit(frame, place, ("-strong" if key in strong else "-faded") if strong else "")
    shapes += [*dots(frame, layers), *notes, *(way.text for way in ways if way.text)]
    return framed([*shapes, *titles(frame, layers, bounds(shapes)[1])], title, description)


def papers(boxes: Iterable[Box]) -> Iterator[Rect]:
    """Yield a piece of paper under each label, so that no line runs through it."""
    for left, top, right, bottom in boxes:
        yield Rect(left, top, right - left, bottom - top, 2.0, "paper")


def note(frame: Frame, place: Place) -> Text | None:
    """Return the line below a unit."""
    if not place.unit.note:
        return None
    x, y = frame.middle(place.unit.key)
    return centred(x, y + frame.half_height + NOTE_HEIGHT / 2, ((place.unit.note, "caption"),), NOTE_SIZE)


def unit(frame: Frame, place: Place, suffix: str) -> Iterator[Shape]:
    """Yield a unit: its outline, its name and below that its value."""
    x, y = frame.middle(place.unit.key)
    role = ("bias" if place.bias else "unit") + suffix
    width, height = frame.half_width, frame.half_height
    if width == height:
        yield Circle(x, y, width, role)
    else:
        yield Rect(x - width, y - height, 2 * width, 2 * height, height, role)
    yield centred(x, y - 4.5 if place.unit.value else y, ((place.unit.label, "name" + suffix),), NAME_SIZE)
    if place.unit.value:
        yield centred(x, y + 6.5, ((number_label(place.unit.value), "value" + suffix),), VALUE_SIZE)


def dots(frame: Frame, layers: Sequence[Layer]) -> Iterator[Circle]:
    """Yield three dots, one below the other, where units are left out."""
    for x, layer in zip(frame.columns, layers, strict=True):
        for row, here in enumerate(layer.units):
            if here is ...:
                y = (row - (len(layer.units) - 1) / 2) * frame.row
                for step in (-1, 0, 1):
                    yield Circle(x, y + step * DOT_DISTANCE, DOT_RADIUS, "dot")


def titles(frame: Frame, layers: Sequence[Layer], top: float) -> Iterator[Text]:
    """Yield the layers' titles, in one line above everything."""
    for x, layer in zip(frame.columns, layers, strict=True):
        if layer.title:
            yield centred(x, top - TITLE_SIZE / 2 - 2 * AIR, ((Label(layer.title), "caption"),), TITLE_SIZE)
