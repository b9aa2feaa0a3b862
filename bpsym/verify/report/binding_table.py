"""`--explain-binding`: what each name of a document was taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpsym.verify.meaning.arrays import Array, Value
from bpsym.verify.meaning.keys import key
from bpsym.verify.tree import Name, walk

if TYPE_CHECKING:
    from bpsym.verify.run import Verified

SHOWN = 4  # entries of a vector named


def binding_table(verified: Verified) -> str:
    """One line a name, in the order of first use."""
    scope = verified.state.scope
    lines: dict[str, str] = {}
    for statement in verified.document.statements:
        for term in statement.terms:
            for node in walk(term):
                if isinstance(node, Name) and node.base not in ("e", "pi"):
                    wanted = key(node)
                    spelled = node.spelled or wanted.text
                    if spelled in lines:
                        continue
                    atoms = scope.atoms(wanted)
                    if atoms is not None:
                        lines[spelled] = _named(atoms)
                    elif wanted in scope.macros:
                        lines[spelled] = verified.document.quote(scope.macros[wanted].span)
                    else:
                        lines[spelled] = "?"
    width = max((len(name) for name in lines), default=0)
    return "".join(
        f"{' '.join(name.split()):{width}}  {' '.join(meaning.split())}\n" for name, meaning in lines.items()
    )


def _named(atoms: Value) -> str:
    if not isinstance(atoms, Array):
        return str(atoms)
    items = ", ".join(map(str, atoms.items[:SHOWN]))
    more = ", ..." if len(atoms.items) > SHOWN else ""
    return f"{'×'.join(map(str, atoms.shape))} [{items}{more}]"
