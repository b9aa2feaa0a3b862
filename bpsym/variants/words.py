"""Words of questions on learning platforms, from the catalogues sheets and reports take theirs from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpsym.networks.equations import size
from bpsym.render.text import catalogue

if TYPE_CHECKING:
    from bpsym.spec import Description


def _(message: str) -> str:
    """A message for the catalogues; it is translated when it is said."""
    return message


_LOSSES = {
    "half-squared-error": _("half the squared error"),
    "mean-squared-error": _("the mean squared error"),
    "absolute-error": _("the absolute error"),
    "huber": _("the Huber loss with threshold 1"),
    "binary-cross-entropy": _("the binary cross-entropy"),
    "cross-entropy": _("the cross-entropy"),
}
# As on sheets: by how the contributions make the loss.
_ADDED_UP = {
    "mean": _(
        "The loss is %(loss)s: every output of every sample contributes; the contributions are added up and divided by"
        " the number of samples."
    ),
    "sum": _("The loss is %(loss)s: every output of every sample contributes, and the contributions are added up."),
    "time": _("The loss is %(loss)s: every output of every time step contributes, and the contributions are added up."),
    "": _("The loss is %(loss)s: every output contributes, and the contributions are added up."),
}
_NAME = "%(name)s"


@dataclass(frozen=True, slots=True)
class Words:
    """What questions say, in a language."""

    language: str

    def say(self, message: str, **values: str | int) -> str:
        """A message with values."""
        return catalogue(self.language).gettext(message) % values

    def counted(self, one: str, many: str, *, count: int) -> str:
        """A message with a number of things."""
        return catalogue(self.language).ngettext(one, many, count) % {"count": count}

    def around(self, message: str) -> tuple[str, str]:
        """What stands before and after the name in a message."""
        before, _, after = catalogue(self.language).gettext(message).partition(_NAME)
        return before, after

    @property
    def given(self) -> str:
        """What stands before the numbers given."""
        return self.around(_("Given: %(name)s"))[0]

    @property
    def find(self) -> tuple[str, str]:
        """What stands around the name of a value that is asked for."""
        return self.around(_("Find %(name)s."))

    @property
    def which(self) -> tuple[str, str]:
        """What stands around the name of a value to be chosen."""
        return self.around(_("Which value has %(name)s?"))

    @property
    def whole(self) -> str:
        """The category of questions that ask for everything."""
        return self.say("whole exercises")

    @property
    def single(self) -> str:
        """The category of questions that ask for one value."""
        return self.say("single values")

    @property
    def choice(self) -> str:
        """The category of questions to choose in."""
        return self.say("multiple choice")

    def network(self, description: Description) -> str:
        """What the network is, and its loss."""
        one = description.has_one_output and not description.batch
        loss = _("The loss is %(loss)s.") if one else _ADDED_UP[description.batch]
        units = (description.sizes[size(layer)] for layer in ("i", *(each.name for each in description.layers)))
        sizes = "-".join(map(str, units))
        activations = ", ".join(layer.activation for layer in description.layers)
        return self.say(
            "A %(sizes)s network (%(activations)s). %(loss)s",
            sizes=sizes,
            activations=activations,
            loss=self.say(loss, loss=self.say(_LOSSES[description.spec.network.loss])),
        )

    def asked(self, description: Description) -> str:
        """How many digits are asked for."""
        rounding = description.sheet.rounding
        if rounding.significant is not None:
            return self.counted(
                "Give every value with %(count)s significant digit.",
                "Give every value with %(count)s significant digits.",
                count=rounding.significant,
            )
        return self.counted(
            "Give every value with %(count)s digit after the point.",
            "Give every value with %(count)s digits after the point.",
            count=rounding.places or 0,
        )
