"""The loss over a training run."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise, product
from math import ceil, floor, log10

from msgspec import Struct

from bpsym.figures.layout import (
    Anchor,
    Box,
    Circle,
    Drawing,
    FigureError,
    Label,
    Path,
    Point,
    Run,
    Shape,
    Text,
    framed,
    number_label,
    overlap,
    polyline_crosses,
    text_box,
)

WIDTH, HEIGHT = 340.0, 190.0  # points, of the frame between the axes
TICK_SIZE, LABEL_SIZE, VALUE_SIZE = 8.0, 9.0, 8.5
TICK, SMALL_TICK, AIR = 4.0, 2.2, 4.0
MOST_MARKERS = 40  # points of a run that are marked one by one
DECADES_FOR_LOG = 2.0  # an axis that spans more is logarithmic unless told otherwise
MOST_DECADES = 7  # labelled on an axis; of more, every second, third ... is
WISHED_TICKS = 5
VALUE_SIDES: tuple[tuple[float, Anchor], ...] = ((7, "start"), (-7, "end"), (0, "middle"))  # of a point: x, anchor


class Axis(Struct, frozen=True):
    """A scale from values to [0, 1]: linear, logarithmic, or log(1 + value) where a logarithmic axis starts at 0."""

    kind: str  # "linear", "log" or "log1p"
    low: float
    high: float
    ticks: tuple[tuple[float, Label], ...]
    small: tuple[float, ...] = ()  # ticks without a number

    def __call__(self, value: float) -> float:
        """Return where `value` is on the axis."""
        low, high, here = (scaled(self.kind, number) for number in (self.low, self.high, value))
        return (here - low) / (high - low)


def scaled(kind: str, value: float) -> float:
    """Return `value` on a scale whose steps are equally wide."""
    return value if kind == "linear" else log10(value + (kind == "log1p"))


def power_label(exponent: int) -> Label:
    """Return 10^exponent as a label; 1, 10, 100 and 1000 are written out."""
    if 0 <= exponent <= 3:
        return number_label(str(10**exponent))
    digits = str(exponent).replace("-", "\u2212")
    return Label(f"10^{exponent}", f"10^{{{exponent}}}", f"10^({exponent})", (Run("10"), Run(digits, "sup")))


def linear_axis(low: float, high: float) -> Axis:
    """Return a linear axis whose ticks are multiples of 1, 2 or 5 times a power of ten."""
    if low == high:
        low, high = (low - 1, high + 1) if low == 0 else (min(low, 0.0), max(high, 0.0))
    power = floor(log10((high - low) / WISHED_TICKS))
    steps = [Decimal(digit).scaleb(power) for digit in (1, 2, 5, 10)]
    step = next(step for step in steps if (high - low) / float(step) <= WISHED_TICKS + 1)
    first, last = floor(low / float(step)), ceil(high / float(step))
    ticks = tuple((float(step * n), number_label(f"{(step * n).normalize():f}")) for n in range(first, last + 1))
    return Axis("linear", ticks[0][0], ticks[-1][0], ticks)


def log_axis(low: float, high: float) -> Axis:
    """Return a logarithmic axis over whole decades; `low` = 0 shifts it by one so that step 0 has its place."""
    kind = "log1p" if low == 0 else "log"
    first, last = 0 if low == 0 else floor(log10(low)), ceil(log10(high))
    last = max(last, first + 1)
    stride = ceil((last - first) / MOST_DECADES)
    powers = range(first, last + 1, stride)
    ticks = tuple((10.0**power, power_label(power)) for power in powers)
    small = tuple(d * 10.0**p for p in range(first, last) for d in range(2, 10)) if stride == 1 else ()
    zero = ((0.0, number_label("0")),) if low == 0 else ()
    return Axis(kind, low if low == 0 else 10.0**first, 10.0**last, zero + ticks, small)


def axis(values: Sequence[float], *, log: bool | None, shiftable: bool) -> Axis:
    """Return the axis for `values`; by default a logarithmic one if the positive values span over two decades."""
    positive = [value for value in values if value > 0]
    can_log = bool(positive) and (min(values) > 0 or (shiftable and min(values) == 0))
    if log is None:
        log = can_log and max(positive) > min(positive) * 10**DECADES_FOR_LOG
    return log_axis(min(values), max(values)) if log and can_log else linear_axis(min(values), max(values))


def loss_drawing(
    points: Sequence[tuple[int, float, str]],
    *,
    title: str,
    description: str,
    step_label: Label,
    loss_label: Label,
    log_step: bool | None = None,
    log_loss: bool | None = None,
) -> Drawing:
    """Return the loss over a training run.

    `points` are (step, loss, the loss as printed), by rising step; the first and the last loss are written beside
    their points. An axis is logarithmic if it spans over two decades, or as `log_step` and `log_loss` say; a loss of 0
    makes its axis linear, a step 0 shifts it: log(1 + step). FigureError: no points, steps that don't rise, a negative
    or infinite loss.
    """
    if not points:
        raise FigureError("the curve of the loss has no points")
    if any(after[0] <= before[0] for before, after in pairwise(points)) or points[0][0] < 0:
        raise FigureError("the steps of the curve of the loss do not rise from 0")
    if not all(0 <= loss < float("inf") for _, loss, _ in points):
        raise FigureError("the curve of the loss has a loss that is negative or no finite number")
    across = axis([float(step) for step, _, _ in points], log=log_step, shiftable=True)
    up = axis([loss for _, loss, _ in points], log=log_loss, shiftable=False)
    curve = tuple((WIDTH * across(step), HEIGHT * (1 - up(loss))) for step, loss, _ in points)
    shapes: list[Shape] = [*grid_lines(up), *ticks(across, up), Path(((0, 0), (0, HEIGHT), (WIDTH, HEIGHT)), "axis")]
    shapes += [Path(curve, "curve")] if len(curve) > 1 else []
    marked = curve if len(curve) <= MOST_MARKERS else (curve[0], curve[-1])
    shapes += [Circle(x, y, 2.2, "point") for x, y in marked]
    shapes += values(points, curve)
    left = min(text_box(shape)[0] for shape in shapes if isinstance(shape, Text))
    shapes.append(Text(left, -2.5 * AIR, ((loss_label, "caption"),), LABEL_SIZE, "start"))
    shapes.append(Text(WIDTH, HEIGHT + 30, ((step_label, "caption"),), LABEL_SIZE, "end"))
    return framed(shapes, title, description)


def grid_lines(up: Axis) -> Iterator[Path]:
    """Yield a faint line at each tick of the loss."""
    for value, _ in up.ticks:
        y = HEIGHT * (1 - up(value))
        yield Path(((0, y), (WIDTH, y)), "grid")


def ticks(across: Axis, up: Axis) -> Iterator[Shape]:
    """Yield the ticks of both axes and their numbers."""
    for value, label in across.ticks:
        x = WIDTH * across(value)
        yield Path(((x, HEIGHT), (x, HEIGHT + TICK)), "tick")
        yield Text(x, HEIGHT + TICK + AIR + 6, ((label, "name"),), TICK_SIZE)
    for value, label in up.ticks:
        y = HEIGHT * (1 - up(value))
        yield Path(((-TICK, y), (0, y)), "tick")
        yield Text(-TICK - AIR, y + 0.33 * TICK_SIZE, ((label, "name"),), TICK_SIZE, "end")
    for value in across.small:
        x = WIDTH * across(value)
        yield Path(((x, HEIGHT), (x, HEIGHT + SMALL_TICK)), "tick")
    for value in up.small:
        y = HEIGHT * (1 - up(value))
        yield Path(((-SMALL_TICK, y), (0, y)), "tick")


def values(points: Sequence[tuple[int, float, str]], curve: tuple[Point, ...]) -> Iterator[Text]:
    """Yield the first and the last loss, where they meet neither the curve nor each other."""
    taken: list[Box] = []
    for place in sorted({0, len(points) - 1}):
        x, y = curve[place]
        tried = [
            Text(x + dx, y + dy, ((number_label(points[place][2]), "value"),), VALUE_SIZE, anchor)
            for dy, (dx, anchor) in product((-7, 13, -18, 24), VALUE_SIDES)
        ]
        inside = [
            text for text in tried if text_box(text)[0] > 2 and text_box(text)[2] < WIDTH + 30 and text.y < HEIGHT - AIR
        ]
        free = [
            text
            for text in inside or tried
            if not polyline_crosses(curve, text_box(text)) and not any(overlap(text_box(text), box) for box in taken)
        ]
        chosen = (free or inside or tried)[0]
        taken.append(text_box(chosen))
        yield chosen
