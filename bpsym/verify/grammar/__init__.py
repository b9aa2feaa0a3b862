"""The grammar of written mathematics: tokens to expressions, expressions to statements.

`statements` joins chains over several lines, of the rows and pieces `layout` finds; a chain that says `several` things
becomes as many. `expressions` reads one term: a table of rules (`names`, `constructs`, `brackets`, `numerals`) for the
`parser`, a `walker` over tokens, with what stands behind an operand (`postfix`, `scripts`) and in passing (`remarks`).
`cursor` and `questions` serve all of them.
"""
