r"""A drawing as a TikZ picture; it needs `\usepackage{tikz}` and nothing else."""

from bpsym.figures.layout import (
    PART_GAP,
    Circle,
    Drawing,
    Label,
    Path,
    Point,
    Rect,
    Shape,
    Text,
    printable,
    shape_roles,
    text_roles,
)
from bpsym.figures.style import COLOURS, STYLES, colours, number

ESCAPES = str.maketrans(
    {
        **{character: "\\" + character for character in "{}$&#%_"},
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "\u2212": r"\ensuremath{-}",
        "×": r"\ensuremath{\times}",
    }
)
ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
FONT_SIZE = 10  # text is set at this size and scaled: TeX's older fonts exist at few sizes


def to_tikz(drawing: Drawing) -> str:
    """Return the drawing as a `tikzpicture` environment of its own width and height; unknown to screen readers."""
    shapes, texts = shape_roles(drawing), text_roles(drawing)
    palette = {name: COLOURS[name].printed for name in colours([*shapes, *texts])}
    return "\n".join(
        [
            r"\begin{tikzpicture}[x=1bp,y=-1bp,line cap=round,line join=round,inner sep=0,outer sep=0]",
            *(rf"\definecolor{{bpsym{name}}}{{HTML}}{{{printed}}}" for name, printed in palette.items()),
            *(rf"\tikzset{{bpsym {role}/.style={{{options(role)}}}}}" for role in shapes),
            rf"\path[use as bounding box] (0,0) rectangle ({number(drawing.width)},{number(drawing.height)});",
            *map(command, drawing.shapes),
            r"\end{tikzpicture}" + "\n",
        ]
    )


def options(role: str) -> str:
    """Return TikZ's options for a role."""
    style = STYLES[role]
    words = [f"draw=bpsym{style.stroke}", f"line width={number(style.width)}bp"] if style.stroke else []
    return ",".join([*words, f"fill=bpsym{style.fill}"] if style.fill else words)


def point(place: Point) -> str:
    """Write a point."""
    return f"({number(place[0])},{number(place[1])})"


def command(shape: Shape) -> str:
    """Return the command that paints one shape."""
    match shape:
        case Circle(x, y, radius, role):
            return rf"\path[bpsym {role}] {point((x, y))} circle[radius={number(radius)}bp];"
        case Rect(x, y, width, height, corner, role):
            corners = f"rounded corners={number(corner)}bp"
            return rf"\path[bpsym {role},{corners}] {point((x, y))} rectangle {point((x + width, y + height))};"
        case Path(points, role, "curve"):
            start, *controls, end = map(point, points)
            return rf"\path[bpsym {role}] {start} .. controls {' and '.join(controls)} .. {end};"
        case Path(points, role, kind):
            return rf"\path[bpsym {role}] {' -- '.join(map(point, points))}{' -- cycle' if kind == 'area' else ''};"
        case Text(x, y, parts, size, anchor):
            font = rf"\fontsize{{{FONT_SIZE}bp}}{{{FONT_SIZE}bp}}\normalfont"
            gap = rf"\kern{number(PART_GAP * FONT_SIZE)}bp"
            scale = number(size / FONT_SIZE)
            content = gap.join(rf"{{\color{{bpsym{STYLES[role].fill}}}{words(label)}}}" for label, role in parts)
            return rf"\node[anchor={ANCHORS[anchor]},scale={scale}] at {point((x, y))} {{{font} {content}}};"


def words(label: Label) -> str:
    """Return what LaTeX sets for a label."""
    return f"${label.latex}$" if label.latex else printable(label.plain).translate(ESCAPES)
