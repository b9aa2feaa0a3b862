"""The description as data: which keys there are, what each holds, and the JSON Schema made of that.

Names of activations, losses and the rest come from the tables that define them, so that a new row there is at once
a choice here, in the error messages and in editors.
"""

# No `from __future__ import annotations`: msgspec would have to compile each annotation again when it first reads.
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from bpsym.networks.equations import NONE, REDUCTIONS, SHARED, UNIT
from bpsym.notation import NET_OUT, NOTATIONS
from bpsym.primitives import ACTIVATIONS, LOSSES
from bpsym.rounding import CARRIES, EXACT, HALF_UP, LONGEST, TIES, Rounding
from bpsym.training import STEPS_LIMIT
from bpsym.update import ORDERS, SIMULTANEOUS

DENSE, RECURRENT, CONVOLUTIONAL = FAMILIES = ("dense", "recurrent", "convolutional")
FROZEN, UPDATED = BIASES = ("frozen", "updated")
KINDS = ("worked", "law", "numbered", "blank", "key")
LANGUAGES = ("en", "zh")
UNITS_LIMIT = 4096  # units of a layer, taps of a kernel
LAYERS_LIMIT = 64
DRAW_LIMIT = 10**6  # numbers a range can have
LETTER = "^[A-Za-z][A-Za-z0-9_]{0,11}$"


def _doc(text: str, **limits: Any) -> Meta:
    return Meta(description=text, **limits)


def _choice(text: str, known: Iterable[str]) -> Meta:
    """One of the names in a table; the pattern makes msgspec check it, the enumeration tells editors."""
    names = list(known)
    return Meta(description=text, pattern=f"^(?:{'|'.join(names)})$", extra_json_schema={"enum": names})


Number = Annotated[int | Decimal, _doc("A decimal number; it stays exact, digit for digit as typed.")]
Row = list[Number | list[Number]]
Block = list[Number | list[Number | list[Number]]]
Numbers = list[Number | list[Number | list[Number | list[Number]]]]
Size = Annotated[
    Annotated[int, Meta(ge=1, le=UNITS_LIMIT)] | Annotated[str, Meta(pattern=LETTER)],
    _doc("A whole number, or a letter that leaves the size open (its number then stands in [sizes])."),
]


class _Table(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all tables of a description have in common."""


class Random(_Table, frozen=True, rename={"low": "from", "high": "to"}):
    """Numbers drawn from the grid from, from + step, ..., to: the same on every machine."""

    low: Annotated[Number, _doc("The smallest number that can be drawn.")]
    high: Annotated[Number, _doc("The largest number that can be drawn.")]
    step: Annotated[Number, _doc("The distance between two numbers; the range is a whole number of steps.")]
    seed: Annotated[int, _doc("Another seed gives other numbers.", ge=0, le=2**63 - 1)] = 0


class RandomOnly(_Table, frozen=True):
    """A table with the one key `random`."""

    random: Annotated[Random, _doc("Draw the numbers: { from = -0.5, to = 0.5, step = 0.05, seed = 1 }.")]


class Layer(_Table, frozen=True):
    """One layer: hidden layers in their order, the output layer last."""

    units: Annotated[Size, _doc("How many units the layer has (convolutional: how many channels).")]
    activation: Annotated[str, _choice("What turns a net input into an output.", ACTIVATIONS)] = "sigmoid"
    bias: Annotated[
        str,
        _choice("shared: one bias for the whole layer; unit: one for each unit; none.", (SHARED, UNIT, NONE)),
    ] = UNIT


class Network(_Table, frozen=True):
    """What the network is."""

    inputs: Annotated[Size, _doc("How many inputs one sample (recurrent: one time step) has.")]
    layers: Annotated[
        list[Layer], _doc("Hidden layers in their order, then the output layer.", min_length=1, max_length=LAYERS_LIMIT)
    ]
    family: Annotated[
        str,
        _choice(
            "dense: every unit sees every unit before; recurrent: an Elman network over time; convolutional: a "
            "one-dimensional convolution, then a dense output layer.",
            FAMILIES,
        ),
    ] = DENSE
    loss: Annotated[str, _choice("What is minimised.", LOSSES)] = "half-squared-error"
    samples: (
        Annotated[Size, _doc("dense: how many samples the loss runs over; rows in given.inputs say it as well.")] | None
    ) = None
    steps: Annotated[Size, _doc("recurrent: how many time steps; rows in given.inputs say it as well.")] | None = None
    taps: Annotated[Size, _doc("convolutional: how many inputs the kernel covers.")] | None = None
    reduction: Annotated[
        str, _choice("dense, several samples: whether their losses are added or averaged.", REDUCTIONS)
    ] = "sum"
    decay: Annotated[Number, _doc("L2 penalty: this factor times half the sum of the squared weights. 0: none.")] = 0


class Given(_Table, frozen=True):
    """The numbers of the worked example."""

    inputs: Annotated[Numbers | RandomOnly, _doc("One list of inputs, or one list for each sample or time step.")]
    targets: Annotated[
        Numbers | Annotated[str, _choice("inputs: the targets are the inputs (an auto-encoder).", ("inputs",))],
        _doc('What the outputs ought to be, written as the inputs are; "inputs" for an auto-encoder.'),
    ]
    weights: Annotated[
        Numbers | dict[str, Numbers | Random],
        _doc(
            "All weights in one list, unit by unit and layer by layer (w1, w2, ...); or one matrix for each layer, a "
            "row for each unit; or a table hidden = ..., output = ... (several hidden layers: hidden1, hidden2, ...; "
            "recurrent weights: recurrent); or { random = { from, to, step, seed } }."
        ),
    ]
    biases: Annotated[
        Numbers | dict[str, Numbers | Number | Random],
        _doc("One number for each layer with a shared bias, one list for each layer with a bias for each unit."),
    ] = []
    start: Annotated[
        list[Number], _doc("recurrent: the outputs of the hidden units before the first step; 0 unless given.")
    ] = []


class Training(_Table, frozen=True):
    """Gradient descent."""

    rate: Annotated[Number, _doc("The learning rate.")] | None = None
    biases: Annotated[str, _choice("Whether biases are updated.", BIASES)] = UPDATED
    order: Annotated[
        str,
        _choice(
            "simultaneous: every gradient is taken at the old weights; sequential: the hidden layers' gradients pass "
            "through output weights already updated, a common slip.",
            ORDERS,
        ),
    ] = SIMULTANEOUS
    steps: Annotated[int, _doc("How many updates the training run has.", ge=1, le=STEPS_LIMIT)] | None = None
    table: Annotated[
        list[Annotated[int, Meta(ge=0, le=STEPS_LIMIT)]],
        _doc("After how many updates the run's table has a line; chosen for you if left out.", max_length=1000),
    ] = []


class Sheet(_Table, frozen=True):
    """How the sheet looks; every key can be said on the command line too."""

    digits: Annotated[int, _doc("Digits after the point.", ge=1, le=LONGEST)] | None = None
    significant: Annotated[int, _doc("Digits from the first that is not 0, instead.", ge=1, le=LONGEST)] | None = None
    tie: Annotated[str, _choice("half-up: a 5 is rounded away from 0; half-even: to the even digit.", TIES)] = HALF_UP
    carry: Annotated[
        str, _choice("exact: go on with full precision; shown: go on with the digits that are printed.", CARRIES)
    ] = EXACT
    notation: Annotated[str, _choice("net-out: net, out, E, target; z-a: z, a, L, y.", NOTATIONS)] = NET_OUT
    language: Annotated[str, _choice("The language of the sheet.", LANGUAGES)] = "en"
    kind: Annotated[
        str,
        _choice(
            "worked: step by step; law: the general formulas; numbered: every line has a number; blank: with boxes for "
            "the answers; key: the answers alone.",
            KINDS,
        ),
    ] = "worked"
    weights: Annotated[
        Annotated[str, _choice("one: one weight of each layer; all.", ("one", "all"))] | list[str],
        _doc('Which weights are derived in full: "one" of each layer, "all", or a list such as ["w1", "w5"].'),
    ] = "one"
    fade: Annotated[int, _doc("blank: how many of the first lines are left worked.", ge=0, le=10**6)] = 0

    @property
    def rounding(self) -> Rounding:
        """The rounding policy; raises BpsymError for one that makes no sense."""
        places = 9 if self.digits is None and self.significant is None else self.digits
        return Rounding(places, self.significant, self.tie, self.carry)


class Range(_Table, frozen=True, rename={"low": "from", "high": "to"}):
    """The numbers from, from + step, ..., to."""

    low: Annotated[Number, _doc("The smallest number.")]
    high: Annotated[Number, _doc("The largest number.")]
    step: Annotated[Number, _doc("The distance between two numbers; the range is a whole number of steps.")]


Varied = Annotated[
    Numbers | Annotated[str, _choice("fixed: as [given] says.", ("fixed",))] | dict[str, Number | Range | Numbers],
    _doc(
        "A range { from, to, step } or a list of numbers each entry is drawn from; a list of lists, of which one is "
        'drawn as a whole; a table with one of these for each layer (hidden = ..., output = ...); or "fixed".'
    ),
]
Activations = list[Annotated[str, _choice("What turns a net input into an output.", ACTIVATIONS)]]


class Vary(_Table, frozen=True):
    """Homework: what differs from student to student, and what is asked."""

    inputs: Varied = "fixed"
    targets: Varied = "fixed"
    weights: Varied = "fixed"
    biases: Varied = "fixed"
    start: Varied = "fixed"
    rate: Varied = "fixed"
    decay: Varied = "fixed"
    activation: Annotated[
        Activations | dict[str, Activations],
        _doc("Activations of the hidden layers, of which one is drawn; or a table hidden = [...], output = [...]."),
    ] = []
    loss: Annotated[list[Annotated[str, _choice("What is minimised.", LOSSES)]], _doc("Losses, one is drawn.")] = []
    hidden: Annotated[
        list[Annotated[int, Meta(ge=1, le=UNITS_LIMIT)]], _doc("Numbers of units of the hidden layers; one is drawn.")
    ] = []
    asked: Annotated[
        list[str | list[str]],
        _doc(
            "What students have to find: groups (net inputs, outputs, loss, error signals, gradients, updated) or "
            'single values ("delta_o1", "w5_new"); of a list in this list one item is drawn for each student. Left '
            "out: the error signals and the updated parameters."
        ),
    ] = []
    saturation: Annotated[
        Number, _doc("How near to its bounds the output of a sigmoid, tanh or softmax unit may come.")
    ] = Decimal("0.02")
    waive: Annotated[list[str], _doc("Constraints that need not hold; bpsym variants --stress lists them.")] = []


class Spec(_Table, frozen=True):
    """A network description for bpsym."""

    network: Annotated[Network, _doc("What the network is.")]
    title: Annotated[
        str | dict[str, str],
        _doc('The title of the sheet; or one for each language: title = { en = "...", zh = "..." }.'),
    ] = ""
    sizes: Annotated[
        dict[str, Annotated[int, Meta(ge=1, le=UNITS_LIMIT)]],
        _doc("Numbers for sizes that [network] leaves as letters; the general law keeps symbols for them."),
    ] = {}
    given: Annotated[Given | None, _doc("The numbers; without them there is the general law.")] = None
    training: Annotated[Training | None, _doc("Gradient descent; without it there is no update.")] = None
    sheet: Annotated[Sheet, _doc("How the sheet looks.")] = Sheet()
    vary: Annotated[Vary | None, _doc("Homework: what differs from student to student, and what is asked.")] = None


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a description, with what every key means, for editors to complete from."""
    schema = _tidied(msgspec.json.schema(Spec))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "bpsym network description", **schema}


def _tidied(node: Any) -> Any:
    """The schema of the TOML text: decimals are numbers in it, nothing is null, and a choice needs no pattern."""
    if isinstance(node, list):
        return [_tidied(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {key: _tidied(value) for key, value in node.items() if not (key == "default" and value in (None, {}, []))}
    if "enum" in node:
        node.pop("pattern", None)
    if node.get("format") == "decimal":
        del node["format"]
        node["type"] = "number"
    if "anyOf" in node:
        kinds = [kind for kind in node.pop("anyOf") if kind != {"type": "null"}]
        if {"type": "number"} in kinds:
            kinds.remove({"type": "integer"})
        node |= {"anyOf": kinds} if len(kinds) > 1 else kinds[0]
    return node
