"""Every error bpsym raises on purpose: one sentence that names the place, the thing and the choices."""


class BpsymError(Exception):
    """Base of all errors a user can cause; the command line prints it as one sentence and exits with status 2."""


class DescriptionError(BpsymError):
    """A network description that cannot be used; the message names file, line and key."""


class ProgramError(BpsymError):
    """A program that breaks its own rules: a name unbound or bound twice, or terms that do not add up."""


class EvaluationError(BpsymError):
    """Numbers that are missing, of the wrong shape, or for which a formula has no value (log of 0, division by 0)."""


class Undecided(BpsymError):
    """A digit, a sign or a branch that stays open at the highest precision allowed."""


def choices(name: str, given: object, known: object) -> str:
    """Say that `given` is no `name` and list what is known."""
    listed = ", ".join(str(item) for item in known) if isinstance(known, (list, tuple, dict, set)) else str(known)
    return f"{given!r} is no {name}; known: {listed}"
