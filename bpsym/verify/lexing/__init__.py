"""The parts of the lexer, each of which takes what it knows from the text and hands tokens to the `pen`.

`words` and numbers, LaTeX `commands`, `signs`; `passes` settle what takes all tokens of a formula.
"""
