"""Documents of laws: formulas without a number among them.

`theory` holds them to small instances of what they speak of (`topics`), each `tried` in turn; `roots` finds the law
that is wrong where what uses it is not. `exemplified` holds laws against the figures of the example below them
(`shown`).
"""
