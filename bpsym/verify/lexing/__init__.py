"""Source to tokens.

`lexer` goes through a formula; its parts each take what they know from the text and hand tokens to the `pen`: `words`
and numbers, LaTeX `commands`, `signs`. `passes` settle what takes all tokens of a formula.
"""
