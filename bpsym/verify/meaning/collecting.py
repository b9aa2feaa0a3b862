"""One pass over a document that collects what it says of its own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bpsym.verify.canonical import canonical
from bpsym.verify.check.align import pairs, turned
from bpsym.verify.check.terms import Kind, kind_of
from bpsym.verify.disclaimed import is_of_another_case, is_other_error, is_shown_as_mistake, supposes
from bpsym.verify.meaning.activated import activated, note_figure
from bpsym.verify.meaning.ambiguous import ambiguous
from bpsym.verify.meaning.conventions import (
    counts_time,
    has_kronecker,
    letters_apart,
    said_equal,
    softmax_by_columns,
)
from bpsym.verify.meaning.customary import customary
from bpsym.verify.meaning.einstein import with_sums
from bpsym.verify.meaning.indices import kronecker_pair
from bpsym.verify.meaning.keys import LOSS_NAMES, NO_TIME, Key, free_letters, is_parameter, key
from bpsym.verify.meaning.sources import COUNTS, Said, Sources
from bpsym.verify.meaning.subjects import has_derivatives, subject_of
from bpsym.verify.meaning.weighted import weighted_sums
from bpsym.verify.symbols import CIRCLED
from bpsym.verify.tree import (
    Application,
    BigSum,
    Call,
    Derivative,
    Differential,
    Document,
    Expr,
    Name,
    Negative,
    Node,
    Product,
    Quotient,
    Statement,
    Sum,
    is_numeral,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def said_in(document: Document) -> Said:
    """Everything a document says of its names."""
    timed = counts_time(document)
    return Said(
        document,
        timed,
        _sources_of(document, timed=timed),
        ambiguous(document),
        letters_apart(document),
        said_equal(document),
    )


def _sources_of(document: Document, *, timed: bool) -> Sources:
    sources = Sources(fixed={} if timed else NO_TIME, kronecker=has_kronecker(document))
    sources.columns = softmax_by_columns(document)
    for statement in document.statements:
        _collect(statement, sources)
    for wanted, formula in sources.overall:
        sources.formulas.setdefault(wanted, []).append(formula)
    for wanted, formula in _weighted_sums(sources).items():
        sources.formulas[wanted] = [formula]
    sources.patterns += customary(sources.patterns, {key(name) for name in sources.names})
    return sources


def _weighted_sums(sources: Sources) -> dict[Key, Expr]:
    """Formulas of names that are worked out in numbers alone."""
    patterned = {(p.base, len(p.sub), len(p.layer)) for p, _ in sources.patterns}
    open_ = {name: tree for name, tree in sources.numerics.items() if not (name in sources.formulas or name.new)}
    worked = {name: t for name, t in open_.items() if (name.base, len(name.sub), len(name.layer)) not in patterned}
    return weighted_sums(worked, {name: t for name, t in sources.numbers.items() if name not in sources.several})


def _collect(statement: Statement, sources: Sources) -> None:
    """Put what one statement says where it belongs."""
    for term in statement.terms:
        nodes = walk(term)
        _collect_names(nodes, sources)
        if len(statement.terms) > 1:
            slopes = {id(node.of) for node in nodes if isinstance(node, Derivative)}
            spoken = {key(node) for node in nodes if isinstance(node, Name) and id(node) not in slopes}
            sources.used |= spoken
            sources.entering |= set() if term is statement.terms[0] else spoken
    _collect_upstream(statement, sources)
    meant = named_first(statement)
    overall, statement = meant is not statement, meant
    defined = _defined(statement, sources)
    if defined is None:
        return
    _links_of_names(statement, sources)
    for term in statement.terms[1:]:
        if not _shares_number(defined, term, statement, sources):
            _collect_meaning(defined, term, sources, overall=overall)
    if sources.numbers.get(key(defined)) is statement.terms[-1] and kind_of(statement.terms[-2]) is Kind.NUMERIC:
        sources.results.add(key(defined))
    if not list(free_letters(defined, sources.fixed)):
        by_formula = any(kind_of(term) is Kind.SYMBOLIC for term in statement.terms[1:])
        note_figure(defined, statement.terms[-1], sources.figures, worked=by_formula)


def _shares_number(defined: Name, term: Expr, statement: Statement, sources: Sources) -> bool:
    """Whether two names are given one number, as in `w_1 = w_2 = 1`: the one does not depend on the other.

    Nor does one that was given another number before: `d_1 = e_1 = 0.3` of tied weights, after `d_1 = 0.6`.
    """
    if isinstance(term, Name) and _was_given_another(defined, statement, sources):
        return True
    if not isinstance(term, Name) or (term.base, term.layer) != (defined.base, defined.layer):
        return False
    alike = len(term.sub) == len(defined.sub) > 0 and len(statement.terms) > 2  # unlike L = L_1 = 0.3
    return alike and kind_of(statement.terms[-1]) is Kind.NUMBER


def _was_given_another(defined: Name, statement: Statement, sources: Sources) -> bool:
    """Whether a parameter was given another number than the one a statement ends with."""
    wanted, last = key(defined), statement.terms[-1]
    before = None if wanted in sources.formulas or wanted in sources.computed else sources.numbers.get(wanted)
    if before is None or kind_of(last) is not Kind.NUMBER:
        return False
    return canonical(before) != canonical(last)


def _collect_names(nodes: Sequence[Node], sources: Sources) -> None:
    """The names of a term, and what it does with them: sums over them, differentiates them."""
    functions = {id(node.function) for node in nodes if isinstance(node, Call)}
    summed = {id(node) for total in nodes if isinstance(total, BigSum) for node in walk(total.body)}
    below = [node.denominator for node in nodes if isinstance(node, Quotient) and id(node) not in summed]
    shared = [name.base for name in below if isinstance(name, Name) and name.base in COUNTS and not name.sub]
    for node in nodes:
        match node:
            case Name():
                meant = _is_quantity(node)
                if id(node) not in functions and meant and not (sources.kronecker and kronecker_pair(node)):
                    sources.names[node] = None
                if node.base in COUNTS and not (node.sub or node.layer or node.marks):
                    sources.bare[node] = None
            case BigSum(upper=Name(sub=()) as upper, index=index):
                under = {Key(n.base) for n in walk(node.body) if isinstance(n, Name) and set(n.sub) & set(index)}
                sources.sizes.setdefault(upper.base, set()).update(under)
            case BigSum(upper=None, index=index) if len(shared) == 1:  # 1/m Σ_i e_i
                under = {Key(n.base) for n in walk(node.body) if isinstance(n, Name) and set(n.sub) & set(index)}
                sources.sizes.setdefault(shared[0], set()).update(under)
            case Differential(symbol="d", of=Name() as changed):
                sources.changed.append(changed)
            case Derivative():
                above = subject_of(node.of)
                if isinstance(above, Key):
                    sources.losses[above] += 1
                    if isinstance(node.wrt, Name):
                        sources.below.setdefault(above, []).append(node.wrt)


def _defined(statement: Statement, sources: Sources) -> Name | None:
    """The name a statement gives a formula or a number; None for one that says no more of it than is known."""
    if not statement.may_define or supposes(statement) or is_other_error(statement):
        return None
    first, second = statement.terms[:2]
    if kind_of(second) is not Kind.NUMBER and (is_shown_as_mistake(statement) or is_of_another_case(statement)):
        return None
    if not isinstance(first, Name) or "new" in first.marks or "+" in first.marks:
        return None
    if sources.kronecker and kronecker_pair(first):
        return None
    if not (first.sub or first.layer) and first.base in COUNTS and _is_index(second):
        return None  # i = j, l = L - 1
    wanted = key(first)
    own = any(isinstance(n, Name) and key(n) == wanted for term in statement.terms[1:] for n in walk(term))
    return None if own or _is_update(statement, wanted, sources) else first


def _collect_upstream(statement: Statement, sources: Sources) -> None:
    """A derivative that is given as a number, and no more is said of it."""
    first = statement.terms[0]
    if statement.may_define and isinstance(first, Derivative) and len(statement.terms) == 2:
        above, below = subject_of(first.of), first.wrt
        is_number = kind_of(statement.terms[1]) is Kind.NUMBER and first.order == 1
        if is_number and isinstance(above, Key) and isinstance(below, Name):
            sources.upstream.setdefault((above, key(below)), statement.terms[1])


def named_first(statement: Statement) -> Statement:
    """A statement with what it defines as its first term: `L(a, y) = …` says what L is, `X * K = Z = […]` what Z is."""
    first, *rest = statement.terms
    head = first.head if isinstance(first, Application) else first.function if isinstance(first, Call) else None
    if head is not None and all(isinstance(a, Name) for a in first.arguments):  # type: ignore[union-attr]  # of either
        many = len(first.arguments) > 1 and not (isinstance(first, Call) and head.base not in "fgJLE")  # type: ignore[union-attr]
        if many or (isinstance(first, Application) and head.base in LOSS_NAMES and not head.sub):
            return replace(statement, terms=(head, *rest))
    if isinstance(first, (Product, Call)) and len(rest) > 1 and isinstance(rest[0], Name):
        return replace(statement, terms=(rest[0], first, *rest[1:]))
    return statement


def _collect_meaning(defined: Name, term: Expr, sources: Sources, *, overall: bool) -> None:
    """A formula, a number or a computation in numbers for a name."""
    wanted, kind = key(defined), kind_of(term)
    is_pattern = bool(list(free_letters(defined, sources.fixed)))
    meant = with_sums(defined, term, sources.fixed)  # with the sums nobody writes
    if meant is not term and not any(isinstance(n, Name) and key(n) in sources.numbers for n in walk(term)):
        term = meant
    if kind in (Kind.SYMBOLIC, Kind.MIXED) and (has_derivatives(term) or _primed(term)):
        sources.computed.add(wanted)
    elif kind in (Kind.SYMBOLIC, Kind.MIXED):
        if is_pattern:
            sources.patterns.append((defined, term))
        elif overall:
            sources.overall.append((wanted, term))
        elif term not in sources.formulas.setdefault(wanted, []):
            sources.formulas[wanted].append(term)
    elif kind is Kind.NUMBER:
        first = sources.numbers.setdefault(wanted, term)
        if first is not term and canonical(first) != canonical(term):
            sources.several.add(wanted)
        if is_pattern and is_numeral(term):  # a list would be one number for each index
            sources.alike.append((defined, term))
    elif kind is Kind.NUMERIC:
        sources.computed.add(wanted)
        sources.numerics.setdefault(wanted, term)
        if wanted in sources.formulas:
            _infer(sources, sources.formulas[wanted][-1], term)
        elif not is_pattern and (named := activated(defined, term, sources.figures)) is not None:
            sources.formulas[wanted] = [named]


def _is_index(tree: Expr) -> bool:
    """Whether it is an index letter, or one with a number: `j`, `L - 1`."""
    names = [node for node in walk(tree) if isinstance(node, Name)]
    return bool(names) and all(n.base in COUNTS and not (n.sub or n.layer) for n in names)


def _is_update(statement: Statement, wanted: Key, sources: Sources) -> bool:
    """`w := 0.4 - 0.5 · 0.082 = 0.359` behind `w = 0.4`, and the step after that, which begins with 0.359."""
    old, second = sources.numbers.get(wanted), statement.terms[1]
    if old is None or not isinstance(second, Sum):
        return False
    last = statement.terms[-1]
    if not is_parameter(wanted.base) and (kind_of(last) is not Kind.NUMBER or canonical(last) == canonical(old)):
        return False
    values = {canonical(value) for value in (old, sources.moved.get(wanted, old))}
    if kind_of(second) is not Kind.NUMERIC or not any(canonical(term) in values for term in _signed(second)):
        return False
    if kind_of(statement.terms[-1]) is Kind.NUMBER:
        sources.moved[wanted] = statement.terms[-1]
    return True


def _signed(tree: Sum) -> Iterator[Expr]:
    for sign, term in zip(tree.signs, tree.terms, strict=True):
        yield term if sign > 0 else Negative(term.span, term)


def _is_quantity(name: Name) -> bool:
    if name.base in ("e", "E") and not name.sub:
        return name.own or name.base == "E"
    if name.base in CIRCLED or name.marks.count("prime"):
        return False
    return bool(name.sub or name.layer) or name.base not in COUNTS


def _links_of_names(statement: Statement, sources: Sources) -> None:
    """`z_0 = a_0 = x` says what a_0 is, too."""
    for left, right in zip(statement.terms[1:], statement.terms[2:], strict=False):
        if isinstance(left, Name) and isinstance(right, Name) and not list(free_letters(left, sources.fixed)):
            known = sources.formulas.setdefault(key(left), [])
            known.append(right)
    middle, last = statement.terms[-2:]
    if isinstance(middle, Name) and kind_of(last) is Kind.NUMBER and not list(free_letters(middle, sources.fixed)):
        sources.numbers.setdefault(key(middle), last)  # a_0 = x = 1


def _primed(term: Expr) -> bool:
    return any(isinstance(node, Name) and "prime" in node.marks for node in walk(term))


def _infer(sources: Sources, formula: Expr, numeric: Expr) -> None:
    """`w_1 i_1 + …` beside `0.15 * 0.05 + …`: what stands for what."""
    for turn in turned(formula):
        found = pairs(turn, numeric)
        if found:
            for piece, tree in found:
                if isinstance(piece, Negative):
                    piece, tree = piece.operand, _negated(tree)  # noqa: PLW2901 - what it says of the name itself
                if isinstance(piece, Name) and key(piece) not in sources.formulas:
                    sources.numbers.setdefault(key(piece), tree)
            return


def _negated(tree: Expr) -> Expr:
    return tree.operand if isinstance(tree, Negative) else Negative(tree.span, tree)
