"""Pictures of networks: every label readable, every arrow where it belongs, wide layers elided."""

from itertools import combinations, product
from math import dist

import pytest

from bpsym.figures import Drawing, Edge, FigureError, Label, Layer, Unit, fitted, network_drawing, shown
from bpsym.figures.layout import Box, Circle, Path, Rect, Text, overlap, text_box
from figures.samples import convolution, dense, symbol, unrolled, with_loops


def draw(network: tuple[list[Layer], list[Edge]]) -> Drawing:
    """Return the picture of a network."""
    return network_drawing(*network, title="a network", description="its layers")


def texts(drawing: Drawing) -> list[Text]:
    """Return the texts of a drawing."""
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


def outlines(drawing: Drawing) -> dict[str, Box]:
    """Return the boxes round the units, by the name written in them."""
    boxes: dict[Circle | Rect, Box] = {}
    for shape in drawing.shapes:
        if isinstance(shape, Circle) and not shape.role.startswith("dot"):
            radius = shape.radius
            boxes[shape] = (shape.x - radius, shape.y - radius, shape.x + radius, shape.y + radius)
        elif isinstance(shape, Rect) and shape.role != "paper":
            boxes[shape] = (shape.x, shape.y, shape.x + shape.width, shape.y + shape.height)
    inside = {}
    for box in boxes.values():
        name = next(t for t in texts(drawing) if box[0] < t.x < box[2] and box[1] < t.y < box[3])
        inside[name.parts[0][0].plain] = box
    assert len(inside) == len(boxes), "every unit has a name of its own"
    return inside


def assert_readable(drawing: Drawing) -> None:
    """Assert that no text overlaps another, that each lies wholly in or out of a unit, and all of it in the picture."""
    boxes = sorted(map(text_box, texts(drawing)), key=lambda box: box[1])
    for place, box in enumerate(boxes):
        assert min(box[:2]) >= 0
        assert box[2] <= drawing.width
        assert box[3] <= drawing.height
        for other in boxes[place + 1 :]:
            if other[1] >= box[3]:
                break
            assert not overlap(box, other), (box, other)
    for unit, box in product(outlines(drawing).values(), boxes):
        within = unit[0] < box[0] and box[2] < unit[2] and unit[1] < box[1] and box[3] < unit[3]
        assert within or not overlap(unit, box), (unit, box)


@pytest.mark.parametrize("inputs", range(1, 9))
def test_no_two_labels_overlap(inputs: int) -> None:
    """In every network of three layers with up to eight units each, with biases and values, all labels keep apart."""
    for hidden, outputs in product(range(1, 9), repeat=2):
        drawing = draw(dense(inputs, hidden, outputs))
        weights = inputs * hidden + hidden * outputs
        assert sum(text.parts[0][0].plain.startswith("w") for text in texts(drawing)) == weights
        assert_readable(drawing)


@pytest.mark.parametrize(
    "network",
    [
        dense(2, 2, 2, unit_value="0.593269992"),
        dense(2, 5, 1, unit_value="-0.593269992751"),
        dense(4, 8, 8, 3, unit_value="", edge_value="-0.149780716"),
        dense(2, 3, 3, 3, 2),
        dense(30, 12, 9, unit_value=""),
        unrolled(3),
        convolution(6, 3),
        with_loops(),
    ],
    ids=["2-2-2", "2-5-1", "4-8-8-3", "2-3-3-3-2", "elided", "recurrent", "convolution", "loops"],
)
def test_other_pictures_are_readable(network: tuple[list[Layer], list[Edge]]) -> None:
    """Long values, deep networks, elided layers, time steps, convolutions and loops are all readable as well."""
    assert_readable(draw(network))


def test_notes_keep_apart_too() -> None:
    """Notes below the units meet no other label."""
    layers, edges = dense(3, 3, 3)
    noted = tuple(Unit(unit.key, unit.label, unit.value, Label("target 0.01")) for unit in layers[1].units if unit)  # type: ignore[union-attr] # dense() has units only
    assert_readable(draw(([layers[0], Layer("Hidden", noted), layers[2]], [e for e in edges if e.source != "b1"])))


def test_largest_picture_stays_legible_on_a_page() -> None:
    """Even 8-8-8 with values on all 128 edges is printed at no less than 7 points on an A4 page."""
    drawing = fitted(draw(dense(8, 8, 8)), 460, 640)
    assert drawing.width <= 460.001
    assert drawing.height <= 640.001
    assert min(text.size for text in texts(drawing) if text.parts[0][0].plain.startswith("w")) > 7


def test_columns_are_aligned() -> None:
    """Units of a layer stand one below the other, layers from left to right, biases in one row below."""
    units = outlines(draw(dense(2, 3, 2)))
    middle = {name: ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for name, box in units.items()}
    for column in (["i1", "i2", "b1"], ["h1", "h2", "h3", "b2"], ["o1", "o2"]):
        assert len({round(middle[name][0], 6) for name in column}) == 1
        heights = [middle[name][1] for name in column]
        assert heights == sorted(heights)
    assert middle["i1"][0] < middle["h1"][0] < middle["o1"][0]
    assert middle["b1"][1] == pytest.approx(middle["b2"][1])
    assert middle["h2"][1] == pytest.approx((middle["i1"][1] + middle["i2"][1]) / 2), "columns share their middle"


def heads(drawing: Drawing, role: str) -> list[Path]:
    """Return the arrow heads of a role."""
    return [shape for shape in drawing.shapes if isinstance(shape, Path) and shape.role == role]


def test_arrows_end_at_their_target() -> None:
    """The arrow of a forward edge touches the circle it leads to, one of an error's path the circle it comes from."""
    layers, edges = dense(1, 1, bias=False)
    forward = draw((layers, edges))
    back = draw((layers, [Edge(edge.source, edge.target, edge.label, edge.value, highlighted=True) for edge in edges]))
    for drawing, role, unit in ((forward, "head", "o1"), (back, "head-strong", "i1")):
        (head,) = heads(drawing, role)
        left, top, right, bottom = outlines(drawing)[unit]
        assert dist(head.points[0], ((left + right) / 2, (top + bottom) / 2)) == pytest.approx(
            (right - left) / 2, abs=0.01
        )


def test_error_path_stands_out() -> None:
    """With w1's path highlighted, its three edges and four units are strong, and all the others faint."""
    drawing = draw(dense(2, 2, 2, path=frozenset({1, 5, 7})))
    roles = [shape.role for shape in drawing.shapes if isinstance(shape, (Path, Circle))]
    assert roles.count("edge-strong") == 3
    assert roles.count("edge-faded") == 9, "five weights and four arrows of the biases"
    assert roles.count("unit-strong") == 4, "i1, h1, o1, o2"
    assert {role for role in roles if not role.endswith(("-strong", "-faded"))} == set()


def test_wide_layers_are_elided() -> None:
    """Of 784 units the first three and the last are drawn, and three dots stand for the others."""
    assert shown(8) == (0, 1, 2, 3, 4, 5, 6, 7)
    assert shown(784) == (0, 1, 2, 783)
    layers, edges = dense(784, 2, bias=False)
    drawing = draw((layers, edges))
    assert set(outlines(drawing)) == {"i1", "i2", "i3", "i784", "o1", "o2"}
    assert len([s for s in drawing.shapes if isinstance(s, Circle) and s.role == "dot"]) == 3
    names = {text.parts[0][0].plain for text in texts(drawing)}
    assert {"w1", "w784", "w785", "w1568"} < names
    assert "w4" not in names
    few = [Layer("Layer 0", (*layers[0].units[:3], ..., layers[0].units[-1])), layers[1]]
    seen = [edge for edge in edges if edge.source in {f"i0_{n}" for n in shown(784)}]
    assert draw((few, seen)) == drawing, "a builder may make only the units that are shown"


def test_curves_keep_clear_of_units() -> None:
    """An edge past a layer goes round the units between: no point of its line lies in a unit."""
    drawing = draw(with_loops())
    curves = [s for s in drawing.shapes if isinstance(s, Path) and s.kind == "curve"]
    assert len(curves) == 6
    for curve, (left, top, right, bottom) in product(curves, outlines(drawing).values()):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve.points
        for t in (n / 50 for n in range(2, 49)):  # de Casteljau's weights, written out
            x = ax * (1 - t) ** 3 + 3 * bx * t * (1 - t) ** 2 + 3 * cx * t**2 * (1 - t) + dx * t**3
            y = ay * (1 - t) ** 3 + 3 * by * t * (1 - t) ** 2 + 3 * cy * t**2 * (1 - t) + dy * t**3
            radius = (right - left) / 2
            assert dist((x, y), ((left + right) / 2, (top + bottom) / 2)) > radius - 0.5


UNIT = {key: Unit(key, symbol(key)) for key in "abc"}


@pytest.mark.parametrize(
    ("layers", "edges", "sentence"),
    [
        ([], [], "the figure has no units"),
        ([Layer("", (None,))], [], "the figure has no units"),
        ([Layer("", (UNIT["a"], UNIT["a"]))], [], "two units of the figure have the key 'a'"),
        ([Layer("", (UNIT["a"],))], [Edge("a", "z")], "an edge to or from 'z'"),
        ([Layer("", (UNIT["a"], UNIT["b"]))], [Edge("a", "b"), Edge("a", "b")], "two edges from 'a' to 'b'"),
    ],
)
def test_what_does_not_fit_together(layers: list[Layer], edges: list[Edge], sentence: str) -> None:
    """Units and edges that make no picture are refused with a sentence that names them."""
    with pytest.raises(FigureError, match=sentence):
        draw((layers, edges))


def test_the_same_network_gives_the_same_picture() -> None:
    """The order of the edges does not move anything."""
    layers, edges = dense(3, 5, 4)
    here, there = draw((layers, edges)), draw((layers, edges[::-1]))
    assert set(here.shapes) == set(there.shapes)


def test_overlap_is_of_insides() -> None:
    """Boxes that share an edge only do not overlap; the test of the labels rests on this."""
    boxes: list[Box] = [(0, 0, 2, 2), (2, 0, 4, 2), (1, 1, 3, 3)]
    assert [overlap(*pair) for pair in combinations(boxes, 2)] == [False, True, True]
