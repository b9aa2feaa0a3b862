"""The targets of speed, as ratios against named peers measured in the same run: `python benchmarks`.

Ends with status 1 where a target is missed.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core on both sides, whatever the machine has

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from flint import fmpq
from measure import BPSYM, ROOT, Row, commands, fastest, many
from peers import differentiate, expanded_loss, numpy_gradients
from rich.console import Console
from rich.table import Table

from bpsym.api import check
from bpsym.arrays import compile_arrays
from bpsym.backprop import backprop
from bpsym.expand import Expansion
from bpsym.networks import Layer, dense
from bpsym.networks.equations import size
from bpsym.notation import NET_OUT, Notation
from bpsym.options import sheet_options
from bpsym.printing import LATEX, Writer
from bpsym.printing.layout import chain
from bpsym.program import Role, head
from bpsym.render import render
from bpsym.rounding import Rounding
from bpsym.spec import load
from bpsym.training import train
from bpsym.update import with_update

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sympy import Expr

    from bpsym.program import Program

EXAMPLE = "examples/two-by-two.toml"


def derived(layers: int, **kinds: str) -> Program:
    """A fully connected network with its gradients."""
    names = ["h"] if layers == 2 else [f"h{n}" for n in range(1, layers)]
    return backprop(dense([Layer(name, **kinds) for name in [*names, "o"]], "half-squared-error"))


def expanded(program: Program, shape: Sequence[int]) -> Expansion:
    """The program at the sizes of its layers."""
    names = [q.name.removeprefix("W_") for q in program.inputs if q.name.startswith("W_")]
    return Expansion(program, {size(name): units for name, units in zip(["i", *names], shape, strict=True)})


def formulas(shape: Sequence[int]) -> int:
    """Derive a network and write all its derivatives, of every unit and weight, in LaTeX: the number of characters."""
    expansion = expanded(derived(len(shape) - 1), shape)
    writer = Writer(Notation(NET_OUT, expansion.program, expansion))
    return sum(len(LATEX.write(chain(writer.name(s.out), writer.formula(s.expr)))) for s in expansion.steps("backward"))


def law() -> Program:
    """Derive the general law of a network with one hidden layer and write it in LaTeX."""
    program = with_update(derived(2))
    writer = Writer(Notation(NET_OUT, program))
    for step in program.steps:
        LATEX.write(chain(writer.name(step.out), writer.formula(step.expr)))
    return program


def one_weight(program: Program) -> None:
    """One weight of 784-128-10 in full: every equation from the loss to its update, and its unit's net input."""
    expansion = expanded(program, (784, 128, 10))
    writer = Writer(Notation(NET_OUT, program))
    new = program.get("W_h_new")[(7, 300)]
    wanted: list[Expr] = [program.get("net_h")[(7,)], program.get("out_h")[(7,)], new]
    while wanted:
        step = expansion.step(wanted.pop())
        if step is not None:
            LATEX.write(chain(writer.name(step.out), writer.formula(step.expr)))
            wanted += [used for used in step.uses if program.get(head(used)).role is Role.ADJOINT]


def symbolic() -> Iterator[Row]:
    """Formulas against SymPy's derivative of the expanded loss."""
    for shape, every, least in (((2, 3, 3, 3, 2), 1, 200), ((4, 8, 8, 3), 23, 500)):
        ours = fastest(lambda shape=shape: formulas(shape), 15)
        count = len(expanded_loss(shape)[1])
        share = count / len(range(0, count, every))
        part = "" if every == 1 else f" (of one parameter in {every}, scaled up)"
        for printed, peer in ((True, "SymPy: diff of the loss by all, in LaTeX"), (False, "SymPy: diff alone")):
            work = lambda shape=shape, every=every, printed=printed: differentiate(shape, every, printed=printed)  # noqa: E731
            name = "-".join(map(str, shape))
            yield Row(
                f"{name}: derive, all formulas in LaTeX", ours, peer + part, fastest(work, 1) * share, least=least
            )
    general = fastest(law)
    program = law()
    yield Row("784-128-10: the general law in LaTeX", general, limit=0.5)
    yield Row("784-128-10: one weight in full in LaTeX", fastest(lambda: one_weight(program)), limit=0.2)


def numeric() -> Iterator[Row]:
    """All 101 770 gradients against a pass written by hand in NumPy."""
    draw = np.random.default_rng(0)
    for samples in (None, 1, 64):
        batch = () if samples is None else (samples,)
        program = backprop(dense([Layer("h"), Layer("o")], "half-squared-error", batch=samples is not None))
        numbers = {size("i"): 784, size("h"): 128, size("o"): 10, size("s"): samples or 1}
        code = compile_arrays(program, numbers, ["d_W_h", "d_b_h", "d_W_o", "d_b_o"])
        arrays = {
            "x": draw.random((*batch, 784)),
            "target": draw.random((*batch, 10)),
            "W_h": draw.normal(size=(128, 784)) / 20,
            "b_h": draw.normal(size=128),
            "W_o": draw.normal(size=(10, 128)) / 10,
            "b_o": draw.normal(size=10),
        }
        expected, found = numpy_gradients(arrays), code.run(arrays)
        assert all(np.allclose(expected[name], found[name], rtol=1e-11) for name in expected)
        kind = "no batch" if samples is None else f"batch of {samples}"
        ours, peer = many(lambda: code.run(arrays)), many(lambda: numpy_gradients(arrays))  # noqa: B023  (run here)
        yield Row(f"784-128-10: all gradients as numbers, {kind}", ours, "NumPy by hand", peer, most=3)


def training() -> Iterator[Row]:
    """10 000 steps with every digit proved, against the same steps in plain floating point."""
    expansion = expanded(with_update(derived(2, bias="shared")), (2, 2, 2))
    given = {
        "x": (5, 10),
        "target": (1, 99),
        "W_h": (15, 20, 25, 30),
        "W_o": (40, 45, 50, 55),
        "b_h": (35,),
        "b_o": (60,),
    }
    values = {e: fmpq(v, 100) for n, vs in given.items() for e, v in zip(expansion.entries(n), vs, strict=True)}
    values[expansion.program.get("eta").generic] = fmpq(1, 2)
    ours = fastest(lambda: train(expansion, values, Rounding(None, 15), [10_000]), 3)

    def floats() -> None:
        a = {name: np.array(vs) / 100 for name, vs in given.items()}
        a |= {name: a[name].reshape(2, 2) for name in ("W_h", "W_o")}
        for _ in range(10_000):
            gradients = numpy_gradients(a)
            for name in ("W_h", "W_o"):
                a[name] = a[name] - gradients[f"d_{name}"] / 2
            for name in ("b_h", "b_o"):
                a[name] = a[name] - gradients[f"d_{name}"].sum() / 2

    yield Row(
        "2-2-2: 10 000 steps, 15 digits proved", ours, "NumPy by hand, in floating point", fastest(floats, 3), most=3
    )


def page() -> str:
    """A worked sheet, and what its author found after training."""
    description = load(ROOT / EXAMPLE)
    sheet = render(description, sheet_options(description, kind="worked")).decode()
    expansion = Expansion(description.program, description.sizes)
    (row,) = train(expansion, description.values, Rounding(None, 6), [10_000])
    return f"{sheet}\nAfter 10000 iterations the error is {row.loss.text}.\n"


def verifying() -> Iterator[Row]:
    """Claims read and judged once everything is loaded and the network known; whole commands, beside SymPy's import."""
    description = load(ROOT / "examples/xor.toml")
    text = render(description, sheet_options(description, kind="worked"))
    claims = sum(check(text, description).counts.values())
    seconds = fastest(lambda: check(text, description), once=True)
    yield Row(f"verify: {claims} claims of a worked sheet", seconds, limit=claims / 2000)
    if not BPSYM.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        trained, sheet = Path(folder) / "trained.md", Path(folder) / "sheet.md"
        trained.write_text(page(), "utf-8")
        sheet.write_text(page().rpartition("After")[0], "utf-8")
        verify = [str(BPSYM), "verify", "--spec", EXAMPLE]
        peer, short, long = commands([
            [sys.executable, "-c", "import sympy"], [*verify, str(sheet)], [*verify, str(trained)],
        ])  # fmt: skip
    yield Row("bpsym verify, a worked sheet", short, 'python -c "import sympy"', peer, limit=0.3, over=peer)
    yield Row("bpsym verify, also 10 000 steps", long, 'python -c "import sympy"', peer, limit=0.3, over=peer)


def processes() -> Iterator[Row]:
    """Whole commands against `python -c "import sympy"`, caches of the file system warm."""
    if not BPSYM.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        calls = [
            [sys.executable, "-c", "import sympy"],
            [str(BPSYM), "worksheet", EXAMPLE, "-o", str(Path(folder) / "x.md")],
            [str(BPSYM), "worksheet", EXAMPLE, "-o", str(Path(folder) / "x.pdf")],
            [str(BPSYM), "--help"],
        ]
        peer, markdown, pdf, helped = commands(calls)
    yield Row("bpsym worksheet -o x.md", markdown, 'python -c "import sympy"', peer, most=2)
    yield Row("bpsym worksheet -o x.pdf", pdf, "the same as .md", markdown, limit=0.4, over=markdown)
    yield Row("bpsym --help", helped, limit=0.15)


def main() -> int:
    """Measure everything and print the table."""
    os.chdir(ROOT)
    table = Table("what", "time", "peer", "its time", "ratio", "target", "")
    missed = 0
    for part in (symbolic, numeric, training, verifying, processes):
        for row in part():
            times = [f"{each:.4f} s" if each < 1 else f"{each:.1f} s" for each in (row.seconds, row.peer_seconds)]
            mark = "met" if row.met else "[bold]missed[/]"
            missed += not row.met
            table.add_row(row.what, times[0], row.peer, times[1] if row.peer else "", row.ratio, row.target, mark)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
