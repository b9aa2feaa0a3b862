"""Networks to draw: the documents' 2-2-2 network and others, with made-up values."""

from bpsym.figures import Edge, Label, Layer, Run, Unit

SPELLING = {"δ": ("\\delta", "delta")}


def symbol(base: str, sub: str = "") -> Label:
    """Return a one-letter symbol with a subscript as the printers would spell it."""
    latex, typst = SPELLING.get(base, (base, base))
    runs = (Run(base, italic=True), Run(sub, "sub")) if sub else (Run(base, italic=True),)
    return Label(base + sub, f"{latex}_{{{sub}}}" if sub else latex, f'{typst}_"{sub}"' if sub else typst, runs)


def dense(
    *sizes: int,
    bias: bool = True,
    unit_value: str = "0.35",
    edge_value: str = "0.15",
    path: frozenset[int] = frozenset(),
) -> tuple[list[Layer], list[Edge]]:
    """Return a fully connected network with weights w1, w2, ... unit by unit; those in `path` are highlighted."""
    letters = "i" + "hkm"[: len(sizes) - 2] + "o"
    layers, edges, weight = [], [], 0
    for place, (letter, size) in enumerate(zip(letters, sizes, strict=True)):
        units = tuple(Unit(f"{letter}{place}_{n}", symbol(letter, str(n + 1)), unit_value) for n in range(size))
        below = Unit(f"b{place}", symbol("b", str(place + 1)), "0.60") if bias and place < len(sizes) - 1 else None
        layers.append(Layer(f"Layer {place}", units, below))
    for place in range(len(sizes) - 1):
        for target in range(sizes[place + 1]):
            key = f"{letters[place + 1]}{place + 1}_{target}"
            for source in range(sizes[place]):
                weight += 1
                name = symbol("w", str(weight))
                edges.append(Edge(f"{letters[place]}{place}_{source}", key, name, edge_value, weight in path))
            if bias:
                edges.append(Edge(f"b{place}", key))
    return layers, edges


def unrolled(steps: int) -> tuple[list[Layer], list[Edge]]:
    """Return a recurrent network unrolled in time: a column for each step, the state's chain through their middle."""
    layers = [Layer("", (None, Unit("h0", symbol("h", "0"), "0"), None))]
    edges = []
    for t in range(1, steps + 1):
        rows = tuple(Unit(f"{letter}{t}", symbol(letter, str(t)), "0.41") for letter in "yhx")
        layers.append(Layer(f"t = {t}", rows))
        edges += [
            Edge(f"x{t}", f"h{t}", symbol("U")),
            Edge(f"h{t - 1}", f"h{t}", symbol("V"), "0.80"),
            Edge(f"h{t}", f"y{t}", symbol("W")),
        ]
    return layers, edges


def convolution(length: int, kernel: int) -> tuple[list[Layer], list[Edge]]:
    """Return a one-dimensional convolution: each output sees `kernel` neighbouring inputs through shared weights."""
    outputs = length - kernel + 1
    layers = [
        Layer("输入", tuple(Unit(f"x{n}", symbol("x", str(n + 1)), "1") for n in range(length))),
        Layer("卷积层", tuple(Unit(f"z{n}", symbol("z", str(n + 1)), "0.2") for n in range(outputs))),
    ]
    edges = [Edge(f"x{n + tap}", f"z{n}", symbol("w", str(tap + 1))) for n in range(outputs) for tap in range(kernel)]
    return layers, edges


def with_loops() -> tuple[list[Layer], list[Edge]]:
    """Return a small network with every kind of edge that has to go round units."""
    layers, edges = dense(2, 3, 2)
    edges += [
        Edge("i0_0", "o2_0", symbol("s", "1"), "0.30"),
        Edge("i0_1", "o2_1", symbol("s", "2"), "0.40"),
        Edge("o2_0", "h1_0", symbol("r", "1"), "-0.30"),
        Edge("h1_0", "h1_2", symbol("r", "2"), "0.10"),
        Edge("h1_1", "h1_1", symbol("r", "3"), "0.90"),
        Edge("b0", "o2_1", symbol("s", "3")),
    ]
    return layers, edges
