"""Formulas a document writes down without claiming them: supposed, or shown as mistakes.

Each table has a row for a language; what is in no table is taken for a claim.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from bpsym.verify.meaning.keys import LOSS_NAMES, Key, key
from bpsym.verify.tree import Differential, Name, Number, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bpsym.verify.tree import Context, Statement

_END: Final = r"[\s$,，:：*_(（~]*$"


def _any_of(rows: Iterable[str], frame: str = "{}") -> Callable[[str], bool]:
    """What finds any of the rows in words in lower case, twice as fast as in either; compiled when it is first used."""
    pattern = cache(lambda: re.compile(frame.format(f"(?:{'|'.join(rows)})")))
    return lambda words: pattern().search(words) is not None


# What stands right before a formula that is only thought of: "if a = z, then …".
_SUPPOSING: Final = _any_of(
    (
        r"若|如果|假设|假如|假定|倘若|要是|万一|求解|方程",
        r"\b(?:solve|solves|solving|equation|method for)|\b(?:resolver|ecuación)",
        r"\b(?:suppose|if|unless|assume|assuming|imagine|had)(?: that| we had| we took)?",
        r"\b(?:such that|(?:boundary|hyperplane|constraint)(?: is| where| at)*)",
        # what holds there and then: "since all predictions are zero, ŷ - y = -y"
        (
            r"(?:\b(?:since|because|da|weil|comme|puisque|como|porque)\b|因为|由于)[^.;。；]{0,80}"
            r"(?:\b(?:zero|null|nuls?|nulles?|ceros?|vanish\w*|verschwinde\w*)\b|为\s?[零0])[^.;。；=]{0,40}?"
        ),
        # the second of two: "if a = z and b = y"
        r"(?:\b(?:if|suppose|assume|wenn|si)\b|若|如果|假设)[^.;:。；：]{0,60}[=<>≤≥≠][^.;:。；：]{0,40}(?:\b(?:and|und|et|y)|且|和)",
        # the same in a bracket: "(if a = z, b = y)"; and words said once more: "if W is orthogonal (‖W‖ = 1)"
        r"\((?:if|unless|wenn|si|若|如果)\b[^.;:()。；：]{0,60}[=<>≤≥≠][^.;:()。；：]{0,40},",
        r"\b(?:if|unless|wenn|si)\b[^.;:,=<>()。；：]{1,60}\(",
    ),
    r"{}[\s$,，:：]*$",
)
# What stands right before a target: `o_1 = 0.2` is one, a formula there is no claim.
_WANTED: Final = _any_of(
    (r"\b(?:we(?:'d like| want| wish| would like)|ideally)(?: that| to have)?|希望|想要|理想情况下?",),
    r"{}[\s$,，:：]*$",
)
# What stands right before the equation of a curve.
_CURVE: Final = _any_of(
    (
        r"\b(?:équations?|equações|equação|equazione|ecuaciones)|gleichung|уравнени\w*|方程式?|방정식|phương trình",
        r"\b(?:line|curve|boundary|hyperplane|droite|courbe|gerade|прям\w+|гиперплоскост\w*)",
        r"直线|直線|曲线|超平面|đường thẳng",
    ),
    "{}" + _END,
)
# What kind of error stands right before "error": that of a check, no loss.
_OTHER_ERROR: Final = _any_of(
    (
        r"\b(?:relative|absolute|rounding|approximation|percentage|max(?:imum|\.)?|rel\.?|numerical)",
        r"相对|绝对|截断|舍入",
    ),
    r"{}\s*$",
)
# A condition on the same line: "if z < 0, a = 0".
_CONDITION: Final = _any_of(
    (r"\b(?:if|when|whenever|unless)\b", r"\b(?:si|cuando)\b", r"\b(?:wenn|falls)\b", r"(?:若|如果)"),
    r"{}[^.;。；]*[<>=≤≥≠][^.;。；]*$",
)
# What stands behind, or right before, the last of several cases: "g = -2C otherwise".
_OTHERWISE: Final = _any_of(
    (
        r"\b(?:otherwise|else|sonst|ansonsten|sinon|en otro caso|si no|altrimenti|caso contrário)\b",
        r"否则|其他情况|иначе|それ以外|그 외",
    ),
    r"^\W*{}",
)
_OTHERWISE_BEFORE: Final = _any_of((r"\b(?:otherwise|else|sonst|sinon)|否则|иначе",), "{}" + _END)
# What stands right before a number that is one of several a name may have: "e.g. η = 0.01".
_FOR_INSTANCE: Final = _any_of(
    (
        r"\b(?:e\.\s?g\.|(?:for )?(?:example|instance)(?: of)?|such as|say|z\.\s?b\.|zum beispiel)",
        r"例如|比如|譬如|例えば|たとえば|예를 들어|예컨대|ví dụ|например",
        r"\b(?:p(?:or|ar) )?(?:exemple|ejemplo|exemplo)(?: d[eo])?",
        r"\bdefaults?(?: value)?(?: is| to| of)?|\b(?:standardmäßig|par défaut|por defecto|por padrão|di default)",
        r"默认(?:值)?(?:是|为)?|по умолчанию|デフォルト(?:値)?は?|기본값은?|mặc định(?: là)?",
    ),
    "{}" + _END,
)
# What stands before, or behind, a whole number that is the case of a sentence: "for y = 1", "当 x = 1 时".
_FOR_CASE: Final = _any_of(
    (
        r"\b(?:for|when|whenever|where|pour|quand|lorsque|para|cuando|quando|per|für|wenn)",
        r"当|取|对于?|khi|для|при|если|когда",
    ),
    "{}" + _END,
)
_IN_CASE: Final = _any_of((r"时|的时候|のとき|の場合|일 때|인 경우",), r"^[\s$)）]*{}")
_WHEN: Final = re.compile(r"当[\s$]*$")
_AT_FIRST: Final = _any_of(
    (
        r"\binitiali[sz]\w*|\bstart(?:s|ing)? (?:with|from|at)",
        r"初始化?|初期化|초기화|инициализ\w*|начальн\w*|\binicializ\w*|\binitialis\w*",
    ),
    r"{}[^。.;；\n]{{0,20}}$",
)
_LABELS: Final = (Key("y"), Key("t"), Key("label"))
# What stands right before a value that is another without something: "without the penalty w = 1.6".
_WITHOUT: Final = _any_of(
    (
        r"\b(?:without|ohne|sans|sin|senza|sem)\b[^.;:,=$]{0,40}",
        r"(?:没有|不加|不带|不用|去掉|忽略)[^。；：，,=$]{0,12}",
    ),
    r"{}[\s$,，:：(（]*$",
)
# Names of mistakes: in a heading, at the head of a column, before a formula.
_MISTAKE: Final = _any_of(
    (
        r"(?:common|typical|classic|frequent|usual|popular)\s+(?:mistakes?|errors?|slips?|pitfalls?|bugs?)\b|\bpitfalls?\b",
        r"(?:常见|典型|经典|普遍)的?(?:错误|误区|失误)|易错|误区|错误的?(?:写法|做法|答案)",
        r"(?:häufiger?|typischer?|beliebter?|klassischer?)\s+fehler",
        r"erreurs?\s+(?:fréquente|courante|classique|typique)",
        r"error(?:es)?\s+(?:com[uú]n|comunes|frecuentes?|típicos?)|error[ei]\s+(?:comun[ei]|tipic[oi]|frequent[ei])",
        r"erros?\s+(?:comu[mn]s?|comuns|típicos?|frequentes?)",
        r"(?:част|типичн|распростран[её]нн)\w*\s+ошибк|よくある(?:間違い|誤り|ミス)|흔한\s*실수",
    )
)
# Words of the sentence a formula stands in: people do this, and should not.
_WRITTEN: Final = _any_of(
    (
        r"\b(?:mistaken|erroneous|(?:wrongly|incorrectly|(?:do not|don't|never) write)\b)",
        r"\bforget(?<!don't forget)(?<!not forget)(?<!never forget)",
        r"\b(?:students|people|beginners) (?:often|sometimes|usually|frequently|tend to)\b",
        r"误写|误以为|误认为|误用|错写|写错|错误地|(?:不要|不能|不可|别|容易)(?:写成|写作|误)|忘(?<!要忘)(?<!别忘)(?<!能忘)(?:记|了)",
        r"\b(?:falsch wäre|(?:à tort|par erreur|por error)\b)|fälschlich|irrtümlich|err[oó]neament?e",
        r"ошибочно|間違って|誤って|잘못",
    )
)
# A mark right before a formula: "Wrong:", "❌", "and not".
_MARK: Final = _any_of(
    (
        r"❌|✗|✘|🚫",
        r"\b(?:wrong|incorrect|not(?: equal(?: to)?)?|rather than|instead of)",
        r"错误?|而不是|而非|不是",
        r"\b(?:falsch|nicht|statt)",
        r"\b(?:faux|et non|et pas|au lieu de|incorrecto|y no|en vez de|errato|e non|errado|e não)",
        r"(?:неверно|неправильно|а не|誤り?|間違い|ではなく|틀림|오답)",
    ),
    "{}" + _END,
)
# Words behind it: "… is wrong".
_DENIED: Final = _any_of(
    (
        r"❌|✗|✘|🚫",
        r"\b(?:is|are|was|would be)\s+(?:wrong|incorrect|false|a mistake|not (?:right|correct|true))",
        r"是(?:错误?|不对|不正确)的|这是?(?:不对|错|不正确)|不成立",
        r"\b(?:ist|wäre|sind)\s+(?:falsch|nicht richtig)",
        r"\b(?:es|sería|está)\s+(?:falso|incorrect[oa]|un error|mal)\b",
        r"\b(?:est|serait)\s+(?:faux|incorrect|une erreur)",
        r"\b(?:è|sarebbe)\s+(?:sbagliat|errat)|\b(?:é|está|estaria)\s+(?:errad|incorret)",
        r"неверно|неправильно|ошибочно|は(?:誤り|間違い)|틀렸|틀린",
    ),
)
# Words of the sentence, or the heading, of figures that are none of the example: "with η = 1 instead", "what if".
_OTHERWISE_THAN: Final = _any_of(
    (
        r"\bwhat if\b|\bwas wäre,? wenn\b|\bet si\b|\b¿?qué pasa(?:ría)? si\b|\be se\b|что,? если",
        r"如果[^。]{0,20}会怎[么样]",
        r"\b(?:would|we'd|you'd|i'd|it'd|might) (?:then )?(?:have|not)\b|\bwouldn't\b",
        r"\bhad (?:we|the|it|i|you|there)\b|\bif (?:we|you|one|i) (?:had|left out|used|took|chose)\b",
        r"\bif (?:we|you|one|i) (?:truncat|dropp?|omit|ignor|remov|replac)\w*",
        r"\bhätten? wir\b|\bwürden? wir\b|\bsi (?:on|l'on|nous) avai\w+|\bsi hubi[eé]\w+|\bse tivésse\w+",
        r"если бы|(?:如果|假如|若)(?:改|换|取|用)",
        r"\b(?:if|had|were|suppose)\b.{0,60}\b(?:instead|replac\w+|exchang\w+|swap\w*|had (?:used|taken)|were used)\b",
        r"(?:若|如果|倘若|假如|假设).{0,30}(?:换成|换为|改用|改为|改成|替换|代替|取代)|もし.{0,30}(?:代わり|置き換)",
        r"\b(?:wenn|würde|falls)\b.{0,60}\b(?:stattdessen|anstelle|ersetz\w*|ersetzt)\b",
        r"\bsi\b.{0,60}\b(?:remplac\w+|plutôt|au lieu|à la place|reemplaz\w+|sustitu\w+|en lugar|en vez)\b",
        r"\bse\b.{0,60}\b(?:sostitu\w+|invece|substitu\w+|trocar\w*|em vez)\b",
    )
)
_INSTEAD: Final = _any_of(
    (
        r"\binstead\b(?! of)|\bstattdessen\b|\bà la place\b|\ben su lugar\b|\bem vez disso\b|вместо этого|的话",
        r"\bsi (?:au contraire|en revanche|en cambio|por el contrario)\b|\bwenn (?:dagegen|hingegen)\b|\bse invece\b",
    )
)
_SENTENCE: Final = re.compile(r"[。；;!！?？]|\.(?=\s|$)")
CONTEXTS: Final = 1 << 12  # remembered: the statements of a line share theirs, and are asked about again and again


def supposes(statement: Statement) -> bool:
    """Whether a formula is only thought of: "if a = z, then …"; or says where a curve runs."""
    before, after = statement.context.before, statement.context.after
    if _IN_CASE(after) and _WHEN.search(before) and not isinstance(statement.terms[-1], Number):
        return True  # 当 output = input 时
    first, last = statement.terms[0], statement.terms[-1]
    is_curve = not isinstance(first, Name) and _CURVE(before.lower())
    is_target = isinstance(first, Name) and first.base not in LOSS_NAMES and isinstance(last, Number)
    return is_curve or _is_supposed(before) or (not is_target and _WANTED(before.lower()))


def is_case(statement: Statement) -> bool:
    """Whether `name = number` is one of several cases: "e.g. η = 0.01", "当 x = 1 时", "J = 0 at first", y = 3."""
    first, *rest = statement.terms
    context = statement.context
    if len(rest) != 1 or not isinstance(first, (Name, Differential)):
        return False
    before = "" if context.before == context.heading else context.before.lower()
    numbers = [n for n in walk(rest[0]) if isinstance(n, Number)]
    is_whole = all(n.places <= 0 for n in numbers)
    if _FOR_INSTANCE(before) or (is_whole and (_FOR_CASE(before) or _IN_CASE(context.after))):
        return True
    if len(numbers) == 1 and numbers[0].value == 0 and _AT_FIRST(before):
        return True
    is_class = is_whole and len(numbers) == 1 and numbers[0].digits <= 1
    return is_class and context.kind == "inline" and isinstance(first, Name) and key(first) in _LABELS


def is_disclaimed(statement: Statement) -> bool:
    """Whether what a statement says holds under a condition alone, or is shown as a mistake."""
    context = statement.context
    is_last = _OTHERWISE(context.after.lower()) or _OTHERWISE_BEFORE(context.before.lower())
    return is_last or _is_conditional(context.before) or is_shown_as_mistake(statement)


def is_without(statement: Statement) -> bool:
    """Whether it says what something is without something else: "without the penalty w = 1.6"."""
    return _WITHOUT(statement.context.before.lower())


def is_of_another_case(statement: Statement) -> bool:
    """Whether a statement is about what would come out otherwise: "with the quadratic loss instead", "what if"."""
    return _speaks_of_another_case(statement.context)


@lru_cache(CONTEXTS)
def _speaks_of_another_case(context: Context) -> bool:
    here = _SENTENCE.split(context.before.lower())[-1]
    behind = _SENTENCE.split(context.after.lower())[0]
    return _OTHERWISE_THAN(context.heading.lower()) or _OTHERWISE_THAN(here) or _INSTEAD(here) or _INSTEAD(behind)


def is_aside(statement: Statement) -> bool:
    """Whether a document does not stand by a statement: it supposes it, speaks of another case, or disclaims it."""
    return supposes(statement) or is_of_another_case(statement) or is_disclaimed(statement)


def is_other_error(statement: Statement) -> bool:
    """`relative error = 0.0002`: of a check, no loss."""
    named = getattr(statement.terms[0], "base", "") in ("error", "Error", "err")
    return named and _OTHER_ERROR(statement.context.before.lower())


def is_shown_as_mistake(statement: Statement) -> bool:
    """Whether the words around a statement, its heading or its table's say that people get this wrong."""
    return _speaks_of_mistakes(statement.context)


@lru_cache(CONTEXTS)
def _speaks_of_mistakes(context: Context) -> bool:
    return (
        any(map(_names_mistake, (context.before, context.heading, context.row, context.column)))
        or any(map(_is_marked, (context.before, context.row, context.column)))
        or _WRITTEN(_SENTENCE.split(context.before.lower())[-1])
        or _DENIED(context.after.lower())
    )


@lru_cache(CONTEXTS)
def _is_supposed(words: str) -> bool:
    return _SUPPOSING(words.lower())


@lru_cache(CONTEXTS)
def _is_conditional(words: str) -> bool:
    return _CONDITION(words.lower())


@lru_cache(CONTEXTS)
def _names_mistake(words: str) -> bool:
    return _MISTAKE(words.lower())


@lru_cache(CONTEXTS)
def _is_marked(words: str) -> bool:
    return _MARK(words.lower())
