"""The curve of the loss: nice ticks, the right scale, the printed values as they are."""

from math import log10

import pytest

from bpsym.figures import Drawing, FigureError, Label, loss_drawing
from bpsym.figures.layout import Circle, Path, Text, overlap, polyline_crosses, text_box
from bpsym.figures.plot import linear_axis, log_axis


def draw(
    points: list[tuple[int, float, str]], *, log_step: bool | None = None, log_loss: bool | None = None
) -> Drawing:
    """Return the curve through the points."""
    return loss_drawing(
        points,
        title="loss",
        description="over the run",
        step_label=Label("step"),
        loss_label=Label("E"),
        log_step=log_step,
        log_loss=log_loss,
    )


def words(drawing: Drawing) -> list[str]:
    """Return what is written."""
    return [shape.parts[0][0].plain for shape in drawing.shapes if isinstance(shape, Text)]


RUN = [(0, 0.298371109, "0.298371109"), (1, 0.291027774, "0.291027774"), (10_000, 0.000035102, "0.000035102")]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.225, 0.298, ["0.22", "0.24", "0.26", "0.28", "0.3"]),
        (0, 10, ["0", "2", "4", "6", "8", "10"]),
        (0, 1, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (17, 118, ["0", "20", "40", "60", "80", "100", "120"]),
        (0.00012, 0.00031, ["0.0001", "0.00015", "0.0002", "0.00025", "0.0003", "0.00035"]),
        (5, 5, ["0", "1", "2", "3", "4", "5"]),
        (0, 0, ["\u22121", "\u22120.5", "0", "0.5", "1"]),
    ],
)
def test_linear_ticks(low: float, high: float, ticks: list[str]) -> None:
    """Ticks are multiples of 1, 2 or 5 times a power of ten round the values, written without binary noise."""
    assert [label.plain for _, label in linear_axis(low, high).ticks] == ticks


def test_log_ticks() -> None:
    """A logarithmic axis has its ticks at powers of ten; ten times as much is always as far."""
    axis = log_axis(0.00004, 0.3)
    assert [label.plain for _, label in axis.ticks] == ["10^-5", "10^-4", "10^-3", "10^-2", "10^-1", "1"]
    assert [axis(10.0**power) for power in (-5, -3, 0)] == pytest.approx([0, 0.4, 1])
    assert axis.ticks[0][1].latex == "10^{-5}"
    assert [run.text for run in axis.ticks[0][1].runs] == ["10", "\u22125"]


def test_log_axis_from_zero() -> None:
    """With a step 0 the axis shows log(1 + step), and its ticks are where the steps they name are."""
    axis = log_axis(0, 10_000)
    assert [label.plain for _, label in axis.ticks] == ["0", "1", "10", "100", "1000", "10^4"]
    assert axis(0) == 0
    assert axis(10) == pytest.approx(log10(11) / log10(10_001))


def test_scales_are_chosen_by_what_they_span() -> None:
    """The documents' run spans four decades of both: both axes are logarithmic; ten steps of it are drawn linearly."""
    assert "10^-4" in words(draw(RUN))
    assert "100" in words(draw(RUN))
    assert "0.05" in words(draw(RUN, log_loss=False))
    assert "2000" in words(draw(RUN, log_step=False))
    assert "100" not in words(draw([(step, 0.3 - 0.01 * step, "") for step in range(11)]))


def test_first_and_last_loss_are_written_as_printed() -> None:
    """The two values stand beside their points, digit for digit, and clear of the curve and of each other."""
    for drawing in (draw(RUN), draw(RUN, log_loss=False, log_step=False), draw([(0, 0.1, "0.1"), (9, 0.9, "0.9")])):
        values = [s for s in drawing.shapes if isinstance(s, Text) and s.parts[0][1] == "value"]
        (curve,) = [s for s in drawing.shapes if isinstance(s, Path) and s.role == "curve"]
        assert len(values) == 2
        assert not overlap(*map(text_box, values))
        assert not any(polyline_crosses(curve.points, text_box(text)) for text in values)
    assert {"0.298371109", "0.000035102"} < set(words(draw(RUN)))


def test_curve_goes_down_with_the_loss() -> None:
    """A falling loss falls on the page, a later step is further right, and each point of a short run is marked."""
    drawing = draw(RUN)
    (curve,) = [s for s in drawing.shapes if isinstance(s, Path) and s.role == "curve"]
    xs, ys = zip(*curve.points, strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys)
    assert sum(isinstance(shape, Circle) for shape in drawing.shapes) == 3


def test_one_point_is_a_picture_too() -> None:
    """A run of no steps shows its one point."""
    drawing = draw([(0, 0.3, "0.3")])
    assert sum(isinstance(shape, Circle) for shape in drawing.shapes) == 1
    assert "0.3" in words(drawing)


def test_zero_loss_is_on_a_linear_axis() -> None:
    """A loss of exactly 0 has no logarithm: its axis stays linear even if asked otherwise."""
    assert words(draw([(0, 1.0, "1"), (1, 0.001, "0.001"), (2, 0.0, "0")], log_loss=True)).count("0") >= 1


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([], "no points"),
        ([(1, 0.1, ""), (1, 0.2, "")], "do not rise"),
        ([(-1, 0.1, "")], "do not rise"),
        ([(0, -0.1, "")], "negative"),
        ([(0, float("nan"), "")], "no finite number"),
        ([(0, float("inf"), "")], "no finite number"),
    ],
)
def test_what_is_no_run(points: list[tuple[int, float, str]], sentence: str) -> None:
    """Points that are no training run are refused with a sentence."""
    with pytest.raises(FigureError, match=sentence):
        draw(points)
