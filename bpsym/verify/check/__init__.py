"""Judging: every link of every chain on its own, and one slip blamed once.

`judge` takes a statement term by term, by what its `chain` is about and the `state` at that place: what names mean,
what has been `said`, and the `points` at which `values` are taken. `terms` tells the kinds of terms, `verdicts` what
can be said of one.

figures
    A printed number (`numbers`) by every honest way to its digits (`routes`), in `figures`; `later`: after an update;
    `afresh`: of the next sample; `arrows`: one that becomes another; `early`: before what it comes from; `habit`: all
    rounded in one way.
expressions in numbers
    `numerics`, by what each of its `operands` stands for; `align` finds that out, `culprit` which one is wrong.
formulas
    `formulas` holds one against the one before, `symbols` by random points, `putin` with givens put in, `elided` with
    dots; `comparable` and `unequal` tell what a difference means, `doubts` when it means nothing.
elsewhere
    `samples` in tables, figures of a run (`training`), lists in `prose` and code, figures `repeated` in words.
"""
