"""What reports say, in English and Chinese; the tables are the only place with words.

Templates take {written}, {expected}, {what}, {instead} and {steps}.
"""

from __future__ import annotations

from functools import lru_cache

from bpsym.spec.schema import LANGUAGES

COPIED = {"en": "the value of another quantity", "zh": "抄成了另一个量的值"}

# why a figure is wrong, by cause
CAUSES: dict[str, dict[str, str]] = {
    "sign": {"en": "the sign is wrong", "zh": "正负号写反了"},
    "decimal-point": {"en": "the decimal point is in the wrong place", "zh": "小数点的位置错了"},
    "zero-added": {"en": "there is a zero too many behind the point", "zh": "小数点后多写了一个 0"},
    "zero-dropped": {"en": "a zero behind the point is missing", "zh": "小数点后漏写了一个 0"},
    "digit-dropped": {"en": "a digit was dropped", "zh": "漏写了一位数字"},
    "digits-dropped": {"en": "digits were dropped", "zh": "漏写了几位数字"},
    "digit-doubled": {"en": "a digit was written twice", "zh": "重复写了一位数字"},
    "digit-inserted": {"en": "a digit was inserted", "zh": "多写了一位数字"},
    "digits-swapped": {"en": "two digits were swapped", "zh": "相邻两位数字写反了"},
    "digit-mistyped": {"en": "a digit was mistyped", "zh": "写错了一位数字"},
    "digits-mistyped": {"en": "some digits were mistyped", "zh": "写错了几位数字"},
    "copied": {"en": "this is the value of {what}", "zh": "这是 {what} 的值"},
    "already-updated-weights": {
        "en": "computed with output weights that had already been updated; each gradient is taken at the old weights",
        "zh": "计算隐藏层梯度时用了已经更新过的输出层权重；所有梯度都应在旧权重处求",
    },
    "other-biases": {"en": "right if the biases are treated the other way", "zh": "若偏置按另一种方式处理，则此值正确"},
    "opposite-delta": {
        "en": "holds if the error signal is defined with the opposite sign",
        "zh": "误差项 δ 取相反符号的定义时成立",
    },
    "restated": {"en": "the document says otherwise elsewhere", "zh": "与文中其他地方不一致"},
    "operand": {"en": "this operand is wrong", "zh": "代入的这个数错了"},
    "expression": {"en": "this does not come to what it should", "zh": "这一步代入后的结果不对"},
    "formula": {"en": "this formula is not equal to the one before it", "zh": "这个式子与前面的式子不相等"},
    "value": {"en": "this value is wrong", "zh": "这个数值错了"},
    "index-out-of-range": {"en": "this index runs out of its range", "zh": "这个下标超出了范围"},
    "misplaced-subscript": {"en": "the subscript stands in the wrong place", "zh": "下标的位置错了"},
    "index": {"en": "the index is wrong", "zh": "下标写错了"},
    "indices-swapped": {"en": "the two indices are swapped", "zh": "两个下标写反了"},
    "layer-or-step": {"en": "the layer or the time step is wrong", "zh": "层号或时间步写错了"},
    "other-name": {"en": "another quantity belongs here", "zh": "此处应为另一个量"},
    "derivative-for-activation": {
        "en": "the derivative stands where the function itself belongs", "zh": "此处应为函数本身，而不是它的导数",
    },
    "wrong-function": {"en": "another function belongs here", "zh": "此处应为另一个函数"},
    "function-forgotten": {"en": "a function is missing", "zh": "漏写了一个函数"},
    "function-too-much": {"en": "there is a function too many", "zh": "多写了一个函数"},
    "transposed": {"en": "the transpose is wrong", "zh": "转置写错了"},
    "factors-swapped": {"en": "the factors stand in the wrong order", "zh": "因子的先后次序错了"},
    "elementwise": {
        "en": "the matrix product and the elementwise product are mixed up", "zh": "矩阵乘积与逐元素乘积用混了",
    },
    "exponent": {"en": "the exponent is wrong", "zh": "指数写错了"},
    "factor": {"en": "the constant is wrong", "zh": "常数写错了"},
    "factor-missing": {"en": "the factor {what} is missing", "zh": "漏了因子 {what}"},
    "factor-too-much": {"en": "the factor {what} is one too many", "zh": "多写了因子 {what}"},
    "divisor-too-much": {"en": "nothing is to be divided by {what} here", "zh": "此处不应除以 {what}"},
    "divisor": {"en": "{what} divides here", "zh": "此处应除以 {what}，而不是相乘"},
    "multiplier": {"en": "{what} multiplies here", "zh": "此处应乘以 {what}，而不是相除"},
    "term-missing": {"en": "the term {what} is missing", "zh": "漏了 {what} 这一项"},
    "term-too-much": {"en": "the term {what} does not belong here", "zh": "多写了 {what} 这一项"},
    "sum-too-much": {"en": "there is nothing to add up here", "zh": "此处不应求和"},
}  # fmt: skip

SENTENCES: dict[str, dict[str, str]] = {
    "wrong": {"en": "{written} should be {expected}: {cause}.", "zh": "{written} 应为 {expected}：{cause}。"},
    "wrong-open": {"en": "{written}: {cause}.", "zh": "{written}：{cause}。"},
    "wrong-instead": {
        "en": "{written}: {cause}; {instead} would be right.", "zh": "{written}：{cause}；改为 {instead} 就对了。",
    },
    "last-digit": {
        "en": "{written} is {expected} rounded: cut off, or computed from rounded values.",
        "zh": "{written} 四舍五入应为 {expected}：末位被截断，或由已舍入的值算出。",
    },
    "last-digit-open": {
        "en": "right only within the last digits shown.", "zh": "只在所示末位的精度内成立。",
    },
    "carried": {
        "en": "{written} follows from an earlier error (right: {expected}).",
        "zh": "{written} 由前面的错误推出（正确值为 {expected}）。",
    },
    "carried-open": {"en": "follows from an earlier error.", "zh": "由前面的错误推出。"},
    "undecided": {"en": "could not be decided: {why}.", "zh": "无法判断：{why}。"},
    "undecided-open": {"en": "could not be decided.", "zh": "无法判断。"},
    "unreadable": {"en": "could not be read: {why}.", "zh": "无法识别：{why}。"},
    "unreadable-open": {"en": "could not be read.", "zh": "无法识别。"},
    "note": {"en": "{cause}.", "zh": "{cause}。"},
    "others": {"en": " Also possible: {others}.", "zh": "也可能是：{others}。"},
}  # fmt: skip

REASONS: dict[str, dict[str, str]] = {  # why a claim could not be decided
    "alone": {
        "en": "nothing in the document or its description says what it should be",
        "zh": "文中和网络描述都没有给出它应有的值",
    },
    "approximation": {"en": "it is said to be near, not equal", "zh": "文中只说两者近似，并未说相等"},
    "effort": {
        "en": "the document asks for more work than one document may; it was not judged to its end",
        "zh": "文档所需的计算量超出上限，未能检查到底",
    },
    "case": {"en": "it is one of several cases", "zh": "这只是几种情形之一"},
    "call": {
        "en": "whether it is a function of its argument or a product is not said",
        "zh": "文中没有说明这是函数还是乘积",
    },
    "misread": {
        "en": "as its names were read it makes no sense; they may mean something else",
        "zh": "按所理解的记号此式没有意义，记号可能另有所指",
    },
    "reading": {
        "en": "it agrees with all that stands beside it, but not with what its name means elsewhere in the document",
        "zh": "它与旁边的内容相符，但与文中别处对该记号的理解不一致",
    },
    "several-meanings": {
        "en": "the document gives one of its names more than one meaning",
        "zh": "文中同一记号有不止一种含义",
    },
    "long-run": {"en": "a training run of so many updates is not made", "zh": "更新次数太多，没有重做这次训练"},
    "update": {"en": "not every new value it depends on is shown", "zh": "它所依赖的更新后的值没有全部给出"},
    "method": {
        "en": "the document has several rules for this name, of several methods",
        "zh": "文中这个名称有几条不同方法的规则",
    },
    "setting": {
        "en": "the document gives this name several figures, and does not say which of them is meant here",
        "zh": "文中给这个名称几个不同的数值，没有说明此处指哪一个",
    },
    "condition": {
        "en": "it may be the condition that is solved here, which holds at another place",
        "zh": "这可能是所要求解的条件，在别的取值处才成立",
    },
    "training": {"en": "no figure of the training run is this one", "zh": "训练过程中没有与之相符的数值"},
}

NAMES: dict[str, dict[str, str]] = {  # of verdicts, for tables and summaries
    "right": {"en": "right", "zh": "正确"},
    "last-digit": {"en": "last digit", "zh": "末位"},
    "carried": {"en": "carried", "zh": "由前错推出"},
    "note": {"en": "note", "zh": "说明"},
    "undecided": {"en": "undecided", "zh": "无法判断"},
    "unreadable": {"en": "unreadable", "zh": "无法识别"},
    "wrong": {"en": "wrong", "zh": "错误"},
    "claims": {"en": "claims", "zh": "条论断"},
    "line": {"en": "line", "zh": "行"},
    "missing": {
        "en": "{name} is used on line {line} but never given: add --given {name}=VALUE",
        "zh": "第 {line} 行用到 {name}，但文中没有给出：请加 --given {name}=数值",
    },
    "example": {
        "en": "no description given: its figures are those of the example {source}; its numbers were used; "
        "--spec FILE uses another",
        "zh": "未给出网络描述：文中数字与示例 {source} 一致，已采用该示例的数值；可用 --spec FILE 指定其他网络",
    },
    "typical": {
        "en": "no description given: rules the document does not define were checked on a general network ({source}); "
        "--spec FILE uses another",
        "zh": "未给出网络描述：文中未定义的公式按一般网络（{source}）检验；可用 --spec FILE 指定其他网络",
    },
    "inferred": {
        "en": "no description given: its numbers are those of a network ({source}), by which it was checked; "
        "--spec FILE uses another",
        "zh": "未给出网络描述：文中数字与网络（{source}）一致，已按该网络检验；可用 --spec FILE 指定其他网络",
    },
    "no-findings": {"en": "nothing to object to", "zh": "没有发现问题"},
}


def cause_text(rule: str, language: str, what: str = "") -> str:
    """A cause in words; the title of a mistake rule where it is one. `what` empty: another cause, in a list."""
    row = CAUSES.get(rule)
    if row is None:
        return _titles(language).get(rule, rule)
    if rule == "copied" and not what:
        return COPIED[language]
    return row[language].format(what=what)


@lru_cache(maxsize=len(LANGUAGES))
def _titles(language: str) -> dict[str, str]:
    """The title of every mistake rule."""
    from bpsym.mistakes import rules

    return {rule.id: rule.texts[language].title for rule in rules()}


def reason_text(why: str, language: str) -> str:
    """Why a claim could not be decided, in words."""
    row = REASONS.get(why)
    return why if row is None else row[language]


def sentence(key: str, language: str, **fields: str) -> str:
    """One sentence of a report."""
    return SENTENCES[key][language].format(**fields)
