"""Where the labels of the edges between two columns of units go, and how far apart columns and rows must be.

The labels of a gap stand in a few vertical columns near the edges' sources. A label's height is that of its edge at its
column's middle, so whether two labels collide depends on nothing but their heights: the search tries numbers of columns
and gap widths until every two labels of a column are a label's height apart.
"""

from functools import lru_cache
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

GAP_STEP = 6.0  # points between two gap widths tried
WIDENING = 360.0  # by how much a gap may be wider than it need be
MOST_COLUMNS = 6
FARTHEST = 0.45  # of the way: where a label still looks like its source's


class Gap(Struct, frozen=True):
    """The way from one column of units to the next, in row heights and points; heights are those of labelled edges."""

    edges: tuple[tuple[float, float], ...]  # (height of source, height of target) in rows, sorted, no two alike
    label_width: float  # the widest label, its margin included
    label_height: float
    left: float  # from the sources' middle to where labels may begin
    right: float  # from the end of the labels' room to the targets' middle
    least: float  # the narrowest gap that looks well


class Placing(Struct, frozen=True):
    """How a gap is laid out: its width from middle to middle, and how far along each edge its label has its middle."""

    width: float
    fractions: tuple[float, ...]  # in the order of Gap.edges


def label_columns(gap: Gap, number: int, *, shifted: bool) -> tuple[int, ...]:
    """Deal the labels of each source to `number` columns in turn; `shifted` starts one further with each source."""
    columns, source, turn, sources = [], None, 0, -1
    for start, _ in gap.edges:
        if start != source:
            source, turn, sources = start, 0, sources + 1
        columns.append((turn + shifted * sources) % number)
        turn += 1
    return tuple(columns)


def fits(gap: Gap, row: float, columns: tuple[int, ...], fractions: tuple[float, ...]) -> bool:
    """Say whether no two labels of one column come nearer than a label's height, rows being `row` points apart."""
    for column, fraction in enumerate(fractions):
        heights = sorted(
            (1 - fraction) * start + fraction * end
            for (start, end), chosen in zip(gap.edges, columns, strict=True)
            if chosen == column
        )
        if any((upper - lower) * row < gap.label_height for lower, upper in pairwise(heights)):
            return False
    return True


@lru_cache(maxsize=4096)
def place(gap: Gap, row: float) -> Placing | None:
    """Return the narrowest layout of the gap for rows `row` points apart, or None if nothing fits."""
    if not gap.edges:
        return Placing(gap.least, ())
    width = gap.least
    while width <= gap.least + WIDENING:
        room = width - gap.left - gap.right
        for number in range(1, min(MOST_COLUMNS, int(room / gap.label_width)) + 1):
            # columns keep together at the sources, with a little air where there is room
            pitch = min(gap.label_width * 1.15, room / number)
            fractions = tuple((gap.left + gap.label_width / 2 + pitch * column) / width for column in range(number))
            if number > 1 and fractions[-1] > FARTHEST:
                break
            for shifted in (False, True):
                columns = label_columns(gap, number, shifted=shifted)
                if fits(gap, row, columns, fractions):
                    return Placing(width, tuple(fractions[column] for column in columns))
        width += GAP_STEP
    return None


class Grid(Struct, frozen=True):
    """The distance of the rows and the layout of each gap."""

    row: float
    gaps: tuple[Placing, ...]


PAGE_WIDTH, PAGE_HEIGHT = 460.0, 620.0  # points of an A4 page between usual margins
ROW_GROWTH, LEAST_STEPS = 1.06, 20  # how row distances are tried: from the least one on, at least so many
ROOMY = 1.45  # label heights from one label to the next where there is room
WORTH = 0.93  # what the figure may shrink by to have that room


def on_page(width: float, height: float) -> float:
    """Return by what factor a figure is scaled to be put on a page, at most 1."""
    return min(1.0, PAGE_WIDTH / width, PAGE_HEIGHT / height)


def grid(gaps: tuple[Gap, ...], rows: float, least_row: float, margins: float) -> Grid:
    """Return the layout that is shrunk least when put on a page; among equals the smallest.

    `rows` is the number of rows, `least_row` the least distance of two, `margins` the width beside the outer columns.
    Labels get more room than they need where the page has it.
    """
    tight = best_grid(gaps, rows, least_row, margins)
    roomy_gaps = tuple(replace(gap, label_height=gap.label_height * ROOMY) for gap in gaps)
    roomy = best_grid(roomy_gaps, rows, least_row, margins)
    tight_scale, roomy_scale = (
        on_page(margins + sum(placing.width for placing in found.gaps), rows * found.row) for found in (tight, roomy)
    )
    return roomy if roomy_scale >= WORTH * tight_scale else tight


def best_grid(gaps: tuple[Gap, ...], rows: float, least_row: float, margins: float) -> Grid:
    """Return the best layout for labels of just the height that `gaps` says."""
    best: Grid | None = None
    best_rank, step = (0.0, 0.0), 0
    while best is None or (step <= LEAST_STEPS and best_rank[0] < 1):
        row = least_row * ROW_GROWTH**step
        step += 1
        found = [placing for gap in gaps if (placing := place(gap, row))]
        if len(found) == len(gaps):
            width, height = margins + sum(placing.width for placing in found), rows * row
            rank = (on_page(width, height), -width * height)
            if rank > best_rank or best is None:
                best, best_rank = Grid(row, tuple(found)), rank
    return best
