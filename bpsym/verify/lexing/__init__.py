"""The parts of the lexer: words, commands, signs, and what is settled when all tokens are there."""
