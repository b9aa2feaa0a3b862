"""Printed names: two different things never print alike, in any syntax, whatever the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sympy import Integer

from bpsym.backprop import backprop
from bpsym.errors import BpsymError
from bpsym.networks import Layer, convolutional, dense, recurrent
from bpsym.notation import NET_OUT, NOTATIONS, Z_A, Notation
from bpsym.printing import LATEX, PLAIN, TYPST, Writer
from bpsym.program import Role
from bpsym.update import with_update
from core.helpers import expansion

if TYPE_CHECKING:
    from bpsym.program import Program


def deep(hidden: int, **options: object) -> Program:
    """So many hidden layers."""
    layers = [Layer(f"h{n}" if hidden > 1 else "h") for n in range(1, hidden + 1)]
    return with_update(backprop(dense([*layers, Layer("o")], "half-squared-error", **options)))  # type: ignore[arg-type]


NETWORKS: dict[str, tuple[Program, dict[str, int]]] = {
    "wide": (deep(1), {"i": 12, "h": 11, "o": 10}),
    "deep": (deep(2), {"i": 3, "h1": 12, "h2": 11, "o": 2}),
    "deeper": (deep(5), {"i": 2, "h1": 2, "h2": 2, "h3": 2, "h4": 2, "h5": 2, "o": 2}),
    "eleven layers": (deep(11), {"i": 1, **{f"h{n}": 12 if n == 1 else 1 for n in range(1, 12)}, "o": 1}),
    "batch": (deep(1, batch=True), {"i": 11, "h": 2, "o": 2, "s": 11}),
    "recurrent": (
        with_update(backprop(recurrent(Layer("h", "tanh"), Layer("o", "identity"), "half-squared-error", decay=True))),
        {"i": 11, "h": 11, "o": 2, "t": 12},
    ),
    "convolution": (
        with_update(backprop(convolutional(Layer("h"), Layer("o"), "binary-cross-entropy"))),
        {"i": 13, "h": 11, "o": 2, "q": 2},
    ),
}


@pytest.mark.parametrize("family", NOTATIONS)
@pytest.mark.parametrize("name", NETWORKS)
def test_entries_have_names_of_their_own(name: str, family: str) -> None:
    """No two entries of a network are printed alike, in any syntax."""
    program, sizes = NETWORKS[name]
    scalars = expansion(program, **sizes)
    writer = Writer(Notation(family, program, scalars))
    boxes = {entry: writer.name(entry) for q in program.quantities.values() for entry in scalars.entries(q.name)}
    for syntax in (LATEX, TYPST, PLAIN):
        printed: dict[str, object] = {}
        for entry, box in boxes.items():
            other = printed.setdefault(syntax.write(box), entry)
            assert other == entry, syntax.write(box)


@pytest.mark.parametrize("family", NOTATIONS)
@pytest.mark.parametrize("name", NETWORKS)
def test_tensors_have_names_of_their_own(name: str, family: str) -> None:
    """No two quantities are printed alike at their letters, nor two tensors in matrix notation."""
    program, _ = NETWORKS[name]
    notation = Notation(family, program)
    writer = Writer(notation)
    generic = [PLAIN.write(writer.name(quantity.generic)) for quantity in program.quantities.values()]
    assert len(set(generic)) == len(generic), sorted(g for g in generic if generic.count(g) > 1)
    apart = (Role.ADJOINT, Role.STATE, Role.UNIT_LOSS)  # in matrix notation written otherwise, or not at all
    whole = [notation.matrix(quantity) for quantity in program.quantities.values() if quantity.role not in apart]
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("family", NOTATIONS)
@pytest.mark.parametrize("name", ["wide", "deep", "batch", "recurrent", "convolution"])
def test_updated_values_are_marked(name: str, family: str) -> None:
    """The new value of a parameter is its name with a plus above."""
    program, sizes = NETWORKS[name]
    notation = Notation(family, program, expansion(program, **sizes))
    for quantity in program.all(Role.UPDATED):
        one = (Integer(1),) * len(quantity.axes)
        old, new = notation.name(program.get(quantity.of)[one]), notation.name(quantity[one])
        assert (new.base, new.sub, new.sup) == (old.base, old.sub, (*old.sup, "+"))


@pytest.mark.parametrize(
    ("name", "family", "entry", "printed"),
    [
        ("wide", NET_OUT, ("W_o", 2, 3), "w_146"),  # 11 x 12 weights of the hidden layer, then 11 of o1 and 3 of o2
        ("wide", NET_OUT, ("net_h", 11), "net_h11"),
        ("wide", Z_A, ("W_o", 10, 2), "w_(10,2)^(2)"),
        ("wide", Z_A, ("W_o", 1, 2), "w_12^(2)"),
        ("deep", NET_OUT, ("out_h1", 12), "out_(h1,12)"),
        ("deep", NET_OUT, ("W_h2", 1, 1), "w_37"),
        ("batch", NET_OUT, ("out_h", 3, 2), "out_h2^(3)"),
        ("batch", Z_A, ("out_h", 3, 2), "a_(3,2)^(1)"),
        ("batch", Z_A, ("x", 3, 2), "x_(3,2)"),
        ("recurrent", NET_OUT, ("V_h", 1, 2), "v_12"),
        ("recurrent", NET_OUT, ("start_h", 2), "out_h2^(0)"),
        ("recurrent", Z_A, ("start_h", 2), "a_(0,2)^(1)"),
        ("recurrent", Z_A, ("d_net_h", 3, 2), "δ_(3,2)^(1)"),
        ("convolution", NET_OUT, ("W_h", 2, 1), "k_21"),
        ("convolution", NET_OUT, ("net_h", 2, 1), "net_(h,21)"),
        ("convolution", Z_A, ("W_o", 1, 2, 3), "w_123^(2)"),
        ("convolution", Z_A, ("W_o", 1, 2, 12), "w_(1,2,12)^(2)"),
        ("deeper", NET_OUT, ("d_b_h2", 1), "∂E_total/∂b_(h2,1)"),
    ],
)
def test_names(name: str, family: str, entry: tuple[str, ...], printed: str) -> None:
    """Names as people write them: numbered weights, layers below or above, samples above, commas where needed."""
    program, sizes = NETWORKS[name]
    quantity, *indices = entry
    writer = Writer(Notation(family, program, expansion(program, **sizes)))
    box = writer.name(program.get(quantity)[tuple(map(Integer, indices))])
    assert PLAIN.write(box) == printed


def test_an_unknown_notation_gets_one_sentence() -> None:
    """It names those there are."""
    with pytest.raises(BpsymError, match="'roman' is no notation; known: net-out, z-a"):
        Notation("roman", deep(1))
