"""The scope of a document that is its own description: its givens, its definitions, its names for formulas."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bpsym.verify.meaning.builder import Builder
from bpsym.verify.meaning.families import SCALAR, Instance
from bpsym.verify.meaning.functions import definitions_of
from bpsym.verify.meaning.keys import Key, free_letters
from bpsym.verify.meaning.reach import Reach, from_zero, lists_from_zero, sampled
from bpsym.verify.meaning.scope import ANY_SIZE, Scope
from bpsym.verify.meaning.sources import is_count, size_of

if TYPE_CHECKING:
    from bpsym.verify.givens import Givens
    from bpsym.verify.meaning.sources import Said

_ADDED = re.compile(r"(?:^|[\s\"])([A-Za-z_]\w{0,20})[ \t]{0,4}\+=", re.MULTILINE)


@lru_cache(maxsize=1)  # asked for with each scope of a document
def _added(text: str) -> frozenset[str]:
    """The variables a programme adds to."""
    return frozenset(_ADDED.findall(text)) if "+=" in text else frozenset()


def gather(said: Said, given: Givens, position: int | None = None, instance: Instance | None = None) -> Scope:
    """The scope of a document that describes its own network.

    It is the scope at the top, or at a position, where names that are defined afresh mean what they mean there.
    `instance` says which names without numbers are vectors and matrices.
    """
    known = said.sources.formulas
    formulas = {name: said.ambiguous.redefined.latest_first(meant, position) for name, meant in known.items()}
    sources = replace(said.sources, formulas=formulas)
    counted = {letter: size_of(letter, sources) for letter in sources.sizes if is_count(letter, sources)}
    scope = Scope(
        ambiguous=said.ambiguous,
        sizes={letter: size for letter, size in counted.items() if size is not None},
        apart=said.apart,
        worked=frozenset(sources.formulas),
        entering=frozenset(sources.formulas) & sources.entering,
        timed=said.timed,
        kronecker=sources.kronecker,
        said_equal=said.equal,
        outrun=said.outrun,
        columns=sources.columns,
        summed=_added(said.document.text),
        samples=sampled(said.document, sources) if instance is None else frozenset(),
        from_zero=from_zero(sources) if instance is None else lists_from_zero(sources, instance),
    )
    scope.laws = frozenset(instance.shapes) if instance is not None else frozenset()
    definitions_of(said.document, scope, position if said.ambiguous.redefined.names else None)
    if instance is not None:
        scope.columns, scope.mean, scope.units = not instance.rows, instance.mean, instance.units
        told = {*sources.formulas, *sources.losses}
        bare = {name.base for name in sources.bare if Key(name.base) not in told}
        arrays = {kind.base for kind, shape in instance.shapes.items() if shape != SCALAR}
        indices = {letter for name in sources.names for letter, _ in free_letters(name, {})}
        sizes = (bare - indices | set(scope.sizes)) - arrays
        scope.sizes = {letter: scope.sizes.get(letter, ANY_SIZE) for letter in sorted(sizes)}
        if instance.depth is not None:
            scope.sizes["layers"] = instance.depth
    Builder(sources, scope, given, instance or Instance(), Reach(sources, scope)).build()
    return scope
