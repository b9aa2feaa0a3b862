"""A drawing as a Typst block; it needs no package."""

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

REACH = 2000  # a line of text is set in an invisible box twice as wide, where it never wraps
STRUT = 30  # height of an invisible box in each line, higher than any text, that puts the baseline at a known place

# What the surrounding document may have set and a figure must not inherit; then the few ways a figure puts things.
PREAMBLE = f"""\
  set text(weight: "regular", style: "normal", hyphenate: false)
  set par(leading: 0pt, spacing: 0pt, first-line-indent: 0pt, hanging-indent: 0pt, justify: false)
  let at(x, y, body) = place(top + left, dx: x * 1pt, dy: y * 1pt, body)
  let sides = (start: (left, 0), middle: (center, {REACH}), end: (right, {2 * REACH}))
  let line-at(x, y, size, anchor, body) = {{
    let (side, reach) = sides.at(anchor)
    let line = text(size: size * 1pt, box(width: 0pt, height: {STRUT}pt) + body)
    at(x - reach, y - {STRUT}, box(width: {2 * REACH}pt, align(side, line)))
  }}
  let area(look, ..points) = at(0, 0, polygon(..look, ..points.pos().map(p => p.map(v => v * 1pt))))
  let path(look, start, ..points) = at(0, 0, curve(..look, curve.move(start.map(v => v * 1pt)),
    ..points.pos().map(p => curve.line(p.map(v => v * 1pt)))))
  let bend(look, ..points) = at(0, 0, {{
    let (start, one, two, end) = points.pos().map(p => p.map(v => v * 1pt))
    curve(..look, curve.move(start), curve.cubic(one, two, end))
  }})"""


def to_typst(drawing: Drawing) -> str:
    """Return the drawing as a `#block(...)` of its own width and height, in markup mode.

    A block has no alternative text: put it into `#figure(alt: "...", ...)` with the drawing's description.
    """
    shapes, texts = shape_roles(drawing), text_roles(drawing)
    return "\n".join(
        [
            f"#block(width: {number(drawing.width)}pt, height: {number(drawing.height)}pt, breakable: false, {{",
            PREAMBLE,
            *(f'  let {name} = rgb("#{COLOURS[name].printed}")' for name in colours([*shapes, *texts])),
            *(f"  let {role}-look = ({look(role)})" for role in shapes),
            *(f"  {call(shape)}" for shape in drawing.shapes),
            "})\n",
        ]
    )


def look(role: str) -> str:
    """Return Typst's fill and stroke for a role."""
    style = STYLES[role]
    paint = f'(paint: {style.stroke}, thickness: {number(style.width)}pt, cap: "round", join: "round")'
    return f"fill: {style.fill or 'none'}, stroke: {paint if style.stroke else 'none'}"


def pair(place: Point) -> str:
    """Write a point."""
    return f"({number(place[0])}, {number(place[1])})"


def call(shape: Shape) -> str:
    """Return the call that paints one shape."""
    match shape:
        case Circle(x, y, radius, role):
            corner = f"{number(x - radius)}, {number(y - radius)}"
            return f"at({corner}, circle(radius: {number(radius)}pt, ..{role}-look))"
        case Rect(x, y, width, height, corner, role):
            size = f"width: {number(width)}pt, height: {number(height)}pt, radius: {number(corner)}pt"
            return f"at({number(x)}, {number(y)}, rect({size}, ..{role}-look))"
        case Path(points, role, kind):
            name = {"line": "path", "area": "area", "curve": "bend"}[kind]
            return f"{name}({role}-look, {', '.join(map(pair, points))})"
        case Text(x, y, parts, size, anchor):
            gap = f" + h({number(PART_GAP * size)}pt) + "
            content = gap.join(f"text({STYLES[role].fill}, {words(label)})" for label, role in parts)
            return f'line-at({number(x)}, {number(y)}, {number(size)}, "{anchor}", {content})'


def words(label: Label) -> str:
    """Return what Typst sets for a label: an equation or an escaped string."""
    escaped = printable(label.plain).replace("\\", "\\\\").replace('"', '\\"')
    return f"${label.typst}$" if label.typst else f'"{escaped}"'
