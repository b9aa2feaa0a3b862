"""The grammar of written mathematics: tokens to expressions, expressions to statements."""
