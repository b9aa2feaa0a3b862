"""A drawing as SVG, to stand inline in HTML or alone in a file."""

from collections.abc import Iterator
from html import escape

from bpsym.figures.layout import (
    PART_GAP,
    SCRIPT,
    Circle,
    Drawing,
    Label,
    Path,
    Rect,
    Shape,
    Text,
    printable,
    runs_of,
    shape_roles,
    text_roles,
)
from bpsym.figures.style import COLOURS, STYLES, number

FONTS = "'STIX Two Text','Libertinus Serif','Times New Roman',Times,'Songti SC','Noto Serif CJK SC',SimSun,serif"
RISE = {"base": 0.0, "sub": 0.2, "sup": -0.36}  # em below the baseline
PIXELS = 4 / 3  # CSS pixels in a point


def to_svg(drawing: Drawing) -> str:
    """Return the drawing as one `<svg>` element.

    It takes the width of its surroundings up to its natural size, the text colour of the page (`currentColor`) and its
    light or dark `color-scheme`; a page whose background isn't the browser's sets `--bpsym-paper`. Title and
    description are there for screen readers.
    """
    width, height = number(drawing.width), number(drawing.height)
    used = sorted({*shape_roles(drawing), *text_roles(drawing)})
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bpsym-figure" role="img" viewBox="0 0 {width} {height}" '
        f'width="{number(drawing.width * PIXELS)}" height="{number(drawing.height * PIXELS)}" '
        f'style="max-width:100%;height:auto" font-family="{FONTS}">'
    )
    return "\n".join(
        [
            opening,
            f"<title>{plain(drawing.title)}</title>",
            f"<desc>{plain(drawing.description)}</desc>",
            f"<style>{''.join(rules(used))}</style>",
            *groups(drawing.shapes),
            "</svg>\n",
        ]
    )


def plain(text: str) -> str:
    """Escape a text for SVG."""
    return escape(printable(text))


def rules(used: list[str]) -> Iterator[str]:
    """Yield the CSS rules of the roles whose colours differ between light and dark pages."""
    for role in used:
        for name, colour in (("stroke", STYLES[role].stroke), ("fill", STYLES[role].fill)):
            if colour and COLOURS[colour].css:
                yield f".bpsym-figure .{role}{{{name}:{COLOURS[colour].css}}}"


def attributes(role: str) -> str:
    """Return a role's class and, for readers without style sheets, its presentation attributes."""
    style = STYLES[role]
    words = [f'class="{role}"']
    for name, colour in (("stroke", style.stroke), ("fill", style.fill)):
        words.append(f'{name}="{COLOURS[colour].attribute if colour else "none"}"')
        if colour and COLOURS[colour].opacity:
            words.append(f'{name}-opacity="{COLOURS[colour].opacity}"')
    if style.stroke:
        words.append(f'stroke-width="{number(style.width)}" stroke-linecap="round" stroke-linejoin="round"')
    return " ".join(words)


def groups(shapes: tuple[Shape, ...]) -> Iterator[str]:
    """Yield the shapes' elements; neighbours of one role share a group."""
    current = None
    for shape in shapes:
        role = None if isinstance(shape, Text) else shape.role
        if role != current:
            if current:
                yield "</g>"
            if role:
                yield f"<g {attributes(role)}>"
            current = role
        yield element(shape)
    if current:
        yield "</g>"


def element(shape: Shape) -> str:
    """Return the element of one shape."""
    match shape:
        case Circle(x, y, radius):
            return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"/>'
        case Rect(x, y, width, height, corner):
            return (
                f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" '
                f'rx="{number(corner)}"/>'
            )
        case Path(points, _, kind):
            first, *rest = [f"{number(x)} {number(y)}" for x, y in points]
            command = "C" if kind == "curve" else "L"
            return f'<path d="M{first}{command}{" ".join(rest)}{"Z" if kind == "area" else ""}"/>'
        case Text(x, y, parts, size, anchor):
            spans = "".join(part_spans(parts, size))
            words = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}" text-anchor="{anchor}"'
            return f"<text {words}>{spans}</text>"


def part_spans(parts: tuple[tuple[Label, str], ...], size: float) -> Iterator[str]:
    """Yield the labels of a line as `<tspan>`s; scripts are shifted by dy, which the next piece takes back."""
    height = 0.0
    for place, (label, role) in enumerate(parts):
        gap = f' dx="{number(PART_GAP * size)}"' if place else ""
        for run in runs_of(label):
            rise = RISE[run.level] * size
            words = attributes(role) + gap
            words += f' dy="{number(rise - height)}"' if rise != height else ""
            words += f' font-size="{number(SCRIPT * size)}"' if run.level != "base" else ""
            words += ' font-style="italic"' if run.italic else ""
            yield f"<tspan {words}>{plain(run.text)}</tspan>"
            height, gap = rise, ""
