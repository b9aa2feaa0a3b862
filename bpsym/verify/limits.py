"""What a document may cost.

Every loop over somebody else's text is bounded by a number in this file, so that no document, however hostile, takes
more than two seconds or 500 MB.  Real documents stay far below each of them.
"""

from typing import Final

FILE_BYTES: Final = 8_000_000  # a longer file is refused
TEXT_CHARACTERS: Final = 400_000  # what lies behind is not read, and said to be
PROSE_CHARACTERS: Final = 200_000  # of lines with a relation in them, searched for formulas
LINE_CHARACTERS: Final = 20_000  # a longer line of prose is not searched for formulas
FORMULA_CHARACTERS: Final = 60_000  # one display
DRAWING_CHARACTERS: Final = 200_000  # one drawing
FORMULA_TOKENS: Final = 12_000  # one chain
STATEMENTS: Final = 4_000
FORMULAS: Final = 6_000  # stretches of text searched for them
SEARCHES: Final = 200  # for the partner of one kind of delimiter, in vain
DEPTH: Final = 40  # nesting of brackets, fractions, scripts
HEIGHT: Final = 60  # of a formula: what is taken to a power again and again, divided again and again
NESTED: Final = 160  # operations one in the other, in formulas and in what their names and functions stand for
OPERATIONS: Final = 2_000  # of an equation, with all that its functions stand for
LEVELS: Final = 60  # of these, one in the other
DIGITS: Final = 60  # of one numeral
EXPONENT: Final = 400  # of a number in scientific notation, as a power of ten
MACROS: Final = 400  # definitions in a file
MACRO_EXPANSIONS: Final = 4_000  # in a file
MACRO_GROWTH: Final = 200_000  # characters that expansion may add to a file
MATRIX_CELLS: Final = 20_000
# Work, in the units of `effort`: about a microsecond each.
WORK: Final = 1_250_000  # of reading and judging a document
CHARACTER: Final = 0.9  # a character of it, whatever it holds
SCANNED: Final = 200_000  # of looking for formulas
TABLED: Final = 160_000  # of these, in tables
STATED: Final = 480_000  # of reading them
JUDGED: Final = 300_000  # of judging, at least
DESCRIBED: Final = 700_000  # of judging by a description, which builds no networks of its own, at least
DEFINED: Final = 100_000  # of one formula as an equation of the document's own network
STATEMENT: Final = 500_000  # of judging one statement
OPERAND: Final = 100_000  # of looking for the operand in error of one expression
TRIED: Final = 500_000  # of trying what else the document might speak of
LAWS: Final = 900_000  # of trying instances of the laws of a document
IN_ALL: Final = 1_400_000  # of looking for its network and naming causes, with all that is done before
BY_ITSELF: Final = 1_400_000  # of reading and judging a document without a description, by its laws, too
HELD: Final = 180_000  # of holding laws against the figures of an example
LAID: Final = 60_000  # of holding laws to the shapes of what is printed
LETTERED: Final = 600_000  # of these, of trying what its letters are layers of
ANY_LOSS: Final = 800_000  # of these, of trying what the laws of a document with several losses say of them all
ROOTS: Final = 250_000  # of these, of looking for the law that is wrong where what uses it is not
INFERRED: Final = 450_000  # of looking for the network its numbers are, and judging by it
SAMPLED: Final = 150_000  # of these, of trying one general network on a sample
TRAINED: Final = 1_000_000  # of training runs
DIAGNOSED: Final = 200_000  # of naming causes, at least
MENDED: Final = 250_000  # of looking for the small change that makes one formula right
FIGURES: Final = 5_000  # sentences of running text with figures in them
FIGURES_IN_SENTENCE: Final = 100
WARNINGS: Final = 500  # unreadable places listed
