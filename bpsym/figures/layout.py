"""What a figure is made of: labels, shapes and the drawing that holds them; three small writers print a drawing.

Lengths are in points of 1/72 inch, x runs to the right and y runs down. A shape has no colours of its own but a role,
a row of the table in bpsym/figures/style.py.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from bpsym.errors import BpsymError

Point: TypeAlias = tuple[float, float]
Anchor: TypeAlias = Literal["start", "middle", "end"]
Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom


class FigureError(BpsymError):
    """A figure asked for with units, edges or points that do not belong together."""


class Run(Struct, frozen=True):
    """A piece of a label in one style, as SVG shows it."""

    text: str
    level: Literal["base", "sub", "sup"] = "base"
    italic: bool = False


class Label(Struct, frozen=True):
    r"""A name or a text in the spellings the formats need.

    For instance `Label("w1", "w_{1}", "w_(1)", (Run("w", italic=True), Run("1", "sub")))`.

    `latex` and `typst` are mathematics, ready to be put between dollars, and come from a printer: they are not escaped.
    A label without them is plain upright text, as is a label without `runs` in SVG; `plain` is escaped by each writer.
    """

    plain: str
    latex: str = ""
    typst: str = ""
    runs: tuple[Run, ...] = ()


class Circle(Struct, frozen=True):
    """A circle round (x, y)."""

    x: float
    y: float
    radius: float
    role: str


class Rect(Struct, frozen=True):
    """A box with rounded corners; (x, y) is its top left corner."""

    x: float
    y: float
    width: float
    height: float
    corner: float
    role: str


class Path(Struct, frozen=True):
    """Straight lines through points, the closed area between them, or one cubic curve (start, two controls, end)."""

    points: tuple[Point, ...]
    role: str
    kind: Literal["line", "area", "curve"] = "line"


class Text(Struct, frozen=True):
    """One line of text: labels in a row, each with its role, on the baseline y; x is its start, middle or end."""

    x: float
    y: float
    parts: tuple[tuple[Label, str], ...]
    size: float
    anchor: Anchor = "middle"


Shape: TypeAlias = Circle | Rect | Path | Text


class Drawing(Struct, frozen=True):
    """A figure: its size, its shapes in painting order, and what a screen reader says of it."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    title: str
    description: str


# Widths in em: at least those of New Computer Modern, Libertinus, Times and Noto Serif, since nobody knows which serif
# face a browser has. DejaVu Serif, the widest, is up to a tenth wider; the margin round a label takes that.
NARROW, SPACE, REGULAR, CAPITAL, WIDE, SQUARE = 0.38, 0.33, 0.57, 0.76, 0.95, 1.02
CHARACTER_WIDTHS = {
    **dict.fromkeys("ijltfrI.,:;'|!()[]", NARROW),
    **dict.fromkeys(" \u2009\u00a0", SPACE),
    **dict.fromkeys("mwMWQ@%∂−+=×→", WIDE),
}
FIRST_IDEOGRAPH = "\u2e80"  # from here on characters are as wide as high
PART_GAP = 0.3  # em between two labels in one line
SCRIPT = 0.72  # size of a subscript or superscript
ASCENT, DESCENT = 0.76, 0.28  # em above and below the baseline a line of text may reach, scripts included
CENTRE = 0.33  # em from the baseline up to the middle of a line


def text_width(text: str, size: float) -> float:
    """Estimate how wide `text` is when set in any common serif face at `size`; rather too wide than too narrow."""
    width = 0.0
    for character in text:
        default = SQUARE if character >= FIRST_IDEOGRAPH else CAPITAL if character.isupper() else REGULAR
        width += CHARACTER_WIDTHS.get(character, default)
    return width * size


def runs_of(label: Label) -> tuple[Run, ...]:
    """Return the label's pieces; a label without any is one upright piece."""
    return label.runs or (Run(label.plain),)


def label_width(label: Label, size: float) -> float:
    """Estimate the width of a label set at `size`."""
    return sum(text_width(run.text, size if run.level == "base" else size * SCRIPT) for run in runs_of(label))


def line_width(parts: Iterable[tuple[Label, str]], size: float) -> float:
    """Estimate the width of labels set in a row at `size`."""
    widths = [label_width(label, size) for label, _ in parts]
    return sum(widths) + PART_GAP * size * max(0, len(widths) - 1)


def text_box(text: Text) -> Box:
    """Return the box that holds `text` in any common serif face."""
    width = line_width(text.parts, text.size)
    left = text.x - {"start": 0.0, "middle": width / 2, "end": width}[text.anchor]
    return left, text.y - ASCENT * text.size, left + width, text.y + DESCENT * text.size


def centred(x: float, y: float, parts: tuple[tuple[Label, str], ...], size: float) -> Text:
    """Return the parts as a line whose middle is (x, y)."""
    return Text(x, y + CENTRE * size, parts, size)


def number_label(printed: str) -> Label:
    """Return a printed number as a label, with a proper minus sign; what is no plain numeral stays text."""
    numeral = printed if set(printed) <= set("-0123456789.") else ""
    return Label(printed.replace("-", "\u2212"), numeral, numeral)


def printable(text: str) -> str:
    """Return `text` with a space for every line end, control character and other character that shows nothing."""
    return "".join(character if character.isprintable() else " " for character in text)


def overlap(first: Box, second: Box) -> bool:
    """Say whether two boxes have a point inside both."""
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def crosses(start: Point, end: Point, box: Box) -> bool:
    """Say whether the segment from `start` to `end` enters the box (Liang and Barsky's clipping)."""
    enter, leave = 0.0, 1.0
    for here, there, low, high in ((start[0], end[0], box[0], box[2]), (start[1], end[1], box[1], box[3])):
        step = there - here
        if step == 0:
            if not low < here < high:
                return False
            continue
        one, other = sorted(((low - here) / step, (high - here) / step))
        enter, leave = max(enter, one), min(leave, other)
    return enter < leave


CURVE_STEPS = 20  # straight pieces that stand for a curve where places are checked


def curve_trace(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return points along a cubic Bézier curve."""
    return tuple(curve_point(points, step / CURVE_STEPS) for step in range(CURVE_STEPS + 1))


def curve_point(points: tuple[Point, ...], t: float) -> Point:
    """Return the point of a cubic Bézier curve at parameter t in [0, 1]."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    x, y = (sum(weight * point[axis] for weight, point in zip(weights, points, strict=True)) for axis in (0, 1))
    return x, y


def arrow_head(before: Point, tip: Point, role: str, size: float) -> Path:
    """Return the filled head of an arrow that comes from `before` and ends at `tip`."""
    dx, dy = tip[0] - before[0], tip[1] - before[1]
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = dx / length * size, dy / length * size
    back = (tip[0] - ux, tip[1] - uy)
    corners = (back[0] - 0.38 * uy, back[1] + 0.38 * ux), (back[0] + 0.38 * uy, back[1] - 0.38 * ux)
    return Path((tip, *corners), role, "area")


def moved(shape: Shape, dx: float, dy: float, factor: float = 1.0) -> Shape:
    """Return the shape moved by (dx, dy) and then scaled about the origin, its text with it."""
    if isinstance(shape, Path):
        return replace(shape, points=tuple(((x + dx) * factor, (y + dy) * factor) for x, y in shape.points))
    shape = replace(shape, x=(shape.x + dx) * factor, y=(shape.y + dy) * factor)
    match shape:
        case Circle():
            return replace(shape, radius=shape.radius * factor)
        case Rect():
            sides = shape.width * factor, shape.height * factor, shape.corner * factor
            return replace(shape, width=sides[0], height=sides[1], corner=sides[2])
        case Text():
            return replace(shape, size=shape.size * factor)


def shape_roles(drawing: Drawing) -> list[str]:
    """Return the roles of the drawing's circles, boxes and paths, sorted."""
    return sorted({shape.role for shape in drawing.shapes if not isinstance(shape, Text)})


def text_roles(drawing: Drawing) -> list[str]:
    """Return the roles of the drawing's texts, sorted."""
    return sorted({role for shape in drawing.shapes if isinstance(shape, Text) for _, role in shape.parts})


def bounds(shapes: Iterable[Shape]) -> Box:
    """Return the box round all shapes."""
    boxes: list[Box] = []
    for shape in shapes:
        match shape:
            case Circle(x, y, radius):
                boxes.append((x - radius, y - radius, x + radius, y + radius))
            case Rect(x, y, width, height):
                boxes.append((x, y, x + width, y + height))
            case Path(points, _, kind):
                if kind == "curve":
                    points = curve_trace(points)
                xs, ys = zip(*points, strict=True)
                boxes.append((min(xs), min(ys), max(xs), max(ys)))
            case Text():
                boxes.append(text_box(shape))
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def framed(shapes: Iterable[Shape], title: str, description: str, margin: float = 4) -> Drawing:
    """Return a drawing just large enough for the shapes, moved so that it starts at (0, 0)."""
    shapes = tuple(shapes)
    left, top, right, bottom = bounds(shapes)
    placed = tuple(moved(shape, margin - left, margin - top) for shape in shapes)
    return Drawing(right - left + 2 * margin, bottom - top + 2 * margin, placed, title, description)


def fitted(drawing: Drawing, width: float, height: float = float("inf")) -> Drawing:
    """Return the drawing scaled down, text and all, to at most `width` × `height` points; never scaled up."""
    factor = min(1.0, width / drawing.width, height / drawing.height)
    shapes = tuple(moved(shape, 0, 0, factor) for shape in drawing.shapes)
    return replace(drawing, width=drawing.width * factor, height=drawing.height * factor, shapes=shapes)


def polyline_crosses(points: tuple[Point, ...], box: Box) -> bool:
    """Say whether straight lines through the points enter the box."""
    return any(crosses(start, end, box) for start, end in pairwise(points))
