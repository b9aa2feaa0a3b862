"""The law in matrix notation, interpreted by NumPy: a product without a sign is a matrix product."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import erf
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bpsym.arrays import evaluate_arrays
from bpsym.notation import NOTATIONS, Notation
from bpsym.printing import PLAIN, Writer
from bpsym.printing import layout as lay
from bpsym.printing.layout import Row, Sign
from bpsym.program import Role
from bpsym.sheet import matrix
from sheet.index_notation import index
from sheet.networks import NETWORKS, example

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from bpsym.notation import Name
    from bpsym.printing.layout import Box
    from bpsym.program import Program, Quantity

    Array = NDArray[np.float64]

LEAD = ("s", "t")


def softmax(z: Array) -> Array:
    """Exponentials that add up to 1."""
    powers = np.exp(z)
    return powers / powers.sum()


def normal(z: Array) -> Array:
    """The normal distribution function."""
    return (1 + np.vectorize(erf)(z / np.sqrt(2))) / 2


def sigmoid(z: Array) -> Array:
    """The logistic function."""
    return 1 / (1 + np.exp(-z))


FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "leaky-relu": lambda z: np.where(z > 0, z, z / 100),
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "silu": lambda z: z * sigmoid(z),
    "gelu": lambda z: z * normal(z),
    "softmax": softmax,
}


def slope(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """The derivative of a function entry by entry, by a central difference."""
    return lambda z: (function(z + 1e-6) - function(z - 1e-6)) / 2e-6


@dataclass(frozen=True)
class Blackboard:
    """The tensors of a network as columns and matrices, under the names they are printed with."""

    program: Program
    notation: Notation
    arrays: Mapping[str, Array]
    sizes: Mapping[Any, int]
    letters: Mapping[str, int]  # sample or time step

    def column(self, quantity: Quantity, name: Name) -> Array | None:
        """The matrix, column or number a name stands for; None where it is not the quantity's."""
        lead = tuple(axis.index for axis in quantity.axes if axis.index.name in LEAD)
        own = self.notation.matrix(quantity, lead)
        value = self.arrays[quantity.name]
        if lead:
            pairs = list(zip((*own.sub, "|", *own.sup), (*name.sub, "|", *name.sup), strict=False))
            alike = len(own.sub) == len(name.sub) and len(own.sup) == len(name.sup) and own.base == name.base
            if not alike or any(a != b and a.strip("()") != lead[0].name for a, b in pairs):
                return None
            at = next(index(b, self.letters) for a, b in pairs if a.strip("()") == lead[0].name)
            if quantity.initial and at == 0:
                value = self.arrays[quantity.initial]
            elif at > len(value):
                value = np.zeros_like(value[0])  # nothing comes back from beyond the last step
            else:
                value = value[at - 1]
        elif own != name or quantity.role is Role.STATE:
            return None
        return value[:, None] if value.ndim == 1 else value

    def names(self, box: Box) -> Array:
        """What a name or a derivative of the loss by a name stands for."""
        for quantity in self.program.quantities.values():
            owner = self.program.get(quantity.of) if quantity.role is Role.ADJOINT else None
            if isinstance(box, lay.Partial) and owner is not None and owner.role is not Role.NET:
                assert isinstance(box.wrt, lay.Atom)
                found = self.derivative(quantity, owner, box.wrt.name)
            elif isinstance(box, lay.Atom) and owner is None:
                found = self.column(quantity, box.name)
            elif isinstance(box, lay.Atom) and owner and owner.role is Role.NET and box.name.base == "delta":
                plain = self.notation.matrix(owner, tuple(a.index for a in owner.axes if a.index.name in LEAD)).base
                found = self.derivative(quantity, owner, type(box.name)(plain, box.name.sub, box.name.sup))
            else:
                found = None
            if found is not None:
                return found
        raise AssertionError(PLAIN.write(box))

    def derivative(self, adjoint: Quantity, owner: Quantity, name: Name) -> Array | None:
        """An adjoint, called by the name of what it is the derivative by."""
        renamed = {**self.arrays, owner.name: self.arrays[adjoint.name]}
        return replace(self, arrays=renamed).column(owner, name)

    def value(self, box: Box) -> Any:
        """A matrix, or a number."""
        match box:
            case lay.Number(numeral):
                return float(numeral.text)
            case lay.Atom(name) if name.base == "ones":
                return np.ones((1, 1)) if not name.sup else "sum"  # NumPy makes a column of what is added to a column
            case lay.Atom(name) if name.sup and name.sup[-1] == "transpose":
                return self.value(lay.Atom(type(name)(name.base, name.sub, name.sup[:-1]))).T
            case lay.Atom(name) if any(self.notation.name(symbol) == name for symbol in self.sizes):
                return next(number for symbol, number in self.sizes.items() if self.notation.name(symbol) == name)
            case lay.Atom() | lay.Partial():
                return self.names(box)
            case lay.Mark(body, "transpose"):
                return self.value(body).T
            case lay.Paren(body):
                return self.value(body)
            case lay.Frac(above, below):
                return self.value(above) / self.value(below)
            case lay.Call(function, (argument,)):
                plain = FUNCTIONS[function.removesuffix("'")]
                return (slope(plain) if function.endswith("'") else plain)(self.value(argument))
            case lay.BigSum(lay.Atom(letter), lower, upper, body):
                first, last = int(self.value(lower)), int(self.value(upper))
                letters = [{**self.letters, letter.base: n} for n in range(first, last + 1)]
                return sum(replace(self, letters=each).value(body) for each in letters)
            case Row(items):
                return self.sum(items)
        raise AssertionError(box)

    def sum(self, items: Sequence[Box]) -> Any:
        """Terms; a number stands for that number everywhere beside a column."""
        total, sign = None, 1
        term: list[Box] = []
        for item in (*items, Sign("plus")):
            if item in (Sign("plus"), Sign("minus"), Sign("negative")):
                if term:
                    value = sign * self.product(term)
                    total = value if total is None else total + value
                sign, term = (1 if item == Sign("plus") else -1), []
            else:
                term.append(item)
        return total

    def product(self, items: Sequence[Box]) -> Any:
        """Dots: a number times something; thin: a matrix product, where inner sizes must agree; the circle: entries."""
        assert len(items) % 2 == 1
        result = self.value(items[0])
        for sign, box in zip(items[1::2], items[2::2], strict=True):
            factor = self.value(box)
            if isinstance(result, str):  # the row of ones adds a column up
                assert sign == Sign("thin")
                result = np.ones((1, factor.shape[0])) @ factor
            elif sign == Sign("hadamard"):
                assert np.shape(result) == np.shape(factor)
                result = result * factor
            elif np.ndim(result) == 0 or np.ndim(factor) == 0 or np.shape(result) == (1, 1) == np.shape(factor):
                result = result * factor
            else:
                assert sign == Sign("thin"), "matrices are multiplied without a sign"
                result = result @ factor
        return result


CASES = [(name, family) for name in NETWORKS for family in NOTATIONS]


@pytest.mark.parametrize(("name", "family"), CASES)
def test_matrix_equations_hold(name: str, family: str) -> None:
    """Every equation holds for random tensors of a network whose layers all have different sizes, in every sample.

    The tensors come from the array interpreter, which tests/core holds against SymPy and central differences.
    """
    worked = example(name)
    program, sizes = worked.program, worked.expansion.sizes
    notation = Notation(family, program)
    inputs = {
        quantity.name: np.array(
            worked.nested(lambda entry: float(worked.values[entry].p) / float(worked.values[entry].q))[quantity.name]
        )
        for quantity in program.inputs
    }
    computed = evaluate_arrays(program, sizes, inputs, [step.quantity.name for step in program.steps])
    arrays = {**inputs, **{key: np.asarray(value) for key, value in computed.items()}}
    leads = [axis for quantity in program.quantities.values() for axis in quantity.axes if axis.index.name in LEAD]
    turns = [{leads[0].index.name: n} for n in range(1, sizes[leads[0].upper] + 1)] if leads else [{}]
    for equation in matrix.equations(program, Writer(notation)):
        assert isinstance(equation.formula.box, Row)
        left, sign, *right = equation.formula.box.items
        assert sign == Sign("equal")
        for letters in turns:
            board = Blackboard(program, notation, arrays, sizes, letters)
            wanted, found = board.value(left), board.value(lay.row(*right))
            if np.shape(found) == (1, 1):  # a row times a column is a number
                found = found.item()
            assert np.ndim(found) in (0, np.ndim(wanted))
            found = np.broadcast_to(found, np.shape(wanted))
            np.testing.assert_allclose(found, wanted, 1e-7, 1e-9, err_msg=PLAIN.write(equation.formula))


@pytest.mark.parametrize(("name", "family"), CASES)
def test_shapes_are_those_of_the_tensors(name: str, family: str) -> None:
    """The column of shapes says rows times columns of every matrix of the equation, in their order."""
    worked = example(name)
    program, sizes = worked.program, worked.expansion.sizes
    notation = Notation(family, program)
    numbers = {notation.name(symbol): number for symbol, number in sizes.items()}
    for equation in matrix.equations(program, Writer(notation)):
        assert isinstance(equation.formula.box, Row)
        text = PLAIN.write(equation.formula)
        named = [PLAIN.write(each) for each, _ in equation.shapes]
        assert sorted(named, key=text.index) == named, "in the order in which they stand in the formula"
        for _, shape in equation.shapes:
            assert isinstance(shape.box, Row)
            rows, times, columns = shape.box.items
            assert times == Sign("times")
            for side in (rows, columns):
                atoms = [side] if not isinstance(side, lay.Paren) else []
                assert all(isinstance(a, lay.Number) or (isinstance(a, lay.Atom) and a.name in numbers) for a in atoms)


@pytest.mark.parametrize(
    ("name", "formulas"),
    [
        (
            "shared bias",
            [
                "net_h = W_h * i + b_1 * 1",
                "∂E_total/∂W_o = δ_o * out_h^T",
                "∂E_total/∂b_2 = 1^T * δ_o",
                "∂E_total/∂out_h = W_o^T * δ_o",
                "δ_h = ∂E_total/∂out_h ⊙ out_h ⊙ (1 - out_h)",
                "∂E_total/∂W_h = δ_h * i^T",
            ],
        ),
        ("batch sum", ["∂E_total/∂W_h = Σ_{s=1..S} δ_h^(s) * i^(s)^T"]),
        ("recurrent", ["∂E_total/∂out_h^(t) = V_h^T * δ_h^(t + 1) + W_o^T * δ_o^(t)"]),
        ("dense-relu", ["δ_h = ∂E_total/∂out_h ⊙ ReLU'(net_h)"]),
        ("softmax", ["out_o = softmax(net_o)", "δ_o = out_o - target_o"]),
        ("dense-softmax", ["δ_h = out_h ⊙ (∂E_total/∂out_h - 1 * out_h^T * ∂E_total/∂out_h)"]),
    ],
)
def test_transposes_and_sides(name: str, formulas: list[str]) -> None:
    """The transposes stand where the textbooks have them (Bishop 2006, section 5.3; Goodfellow et al. 2016, 6.5)."""
    program, _ = NETWORKS[name]
    written = [PLAIN.write(e.formula) for e in matrix.equations(program, Writer(Notation("net-out", program)))]
    assert [formula for formula in formulas if formula not in written] == []


def test_what_matrices_cannot_say_is_left_out() -> None:
    """Of a convolution the shifted sums are missing, and everything else is there; of a dense network nothing is."""
    program, _ = NETWORKS["convolution"]
    written = [PLAIN.write(e.formula) for e in matrix.equations(program, Writer(Notation("net-out", program)))]
    assert "out_h = tanh(net_h)" in written
    assert not [formula for formula in written if formula.startswith(("net_h =", "net_o =", "∂E_total/∂K_h"))]
    for name in ("shared bias", "no bias", "batch mean", "recurrent", "three layers"):
        program, _ = NETWORKS[name]
        steps = [step for step in program.steps if step.section != "loss"]
        assert len(matrix.equations(program, Writer(Notation("z-a", program)))) == len(steps), name
