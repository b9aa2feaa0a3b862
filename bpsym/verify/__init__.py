"""Verification of hand derivations: read, parse, bind, check, diagnose, report.

`run.verify` takes a document through all of it; each stage is functions on plain data: `tree` has what is written,
`check.verdicts` what is said of it. The modules, in the order in which they come to a document:

read
    `read`: a file in any format to text whose characters keep their places (`source`), and the formulas in it.
parse
    `lexer` makes tokens of a formula (`lexing` its parts, `symbols` the vocabulary), `grammar` trees and statements.
bind
    `meaning`: what names and formulas stand for. `bind` does it by a description, `own` by what the document itself
    gives and defines. `givens` are numbers that came with the call, `constants` the letters e and π. `disclaimed`
    tells what is written without being claimed.
check
    `check`: every link of every chain, judged on its own. By what, `run` decides:

    - a description: first as it stands, then with `early` figures behind what they come from; `habit` holds figures to
      one way of rounding;
    - a worked example everybody copies (`known`): the description of that;
    - no description (`itself`): by its own equations, in `parts` that begin at `restarts` or in `sections` of their
      own; again by what is said up to a place only (`sofar`); rules by a general network (`typical`); laws on small
      instances (`theory`, with `laws`, `tried` and `roots`), and against the figures below them (`exemplified`, with
      `shown`);
    - then by the network its own numbers fill, if they do (`inferred`, of `structures`), and after an update by the
      next (`passes`).
diagnose
    `diagnose` looks for the cause of what is wrong: `slips` of the pen, then mistakes in the method (`mistaken`, and
    `method` without a description), which `explain` tells in words. `mend` finds the small change that makes a formula
    right.
look again
    Without a description all claims are gone through once more: `laid` holds laws to the shapes that are written,
    `alike` to themselves and to each other, `entropies` blames a loss whose label and prediction were exchanged,
    `evidence` leaves open what only the reading speaks for, `stepped` holds new values to the slopes before them,
    `signed` the rules of steps to what δ is said to be, `aftermath` carries what follows from an error blamed late.
    For all documents, `check.repeated`: figures in words.
report
    `report` in five formats, with the words of `texts`. `fix` writes corrections, `binding_table` what names were
    taken for.

Everywhere: `effort` counts work, `limits` bounds it; `canonical` writes a tree in one line, `show` all of a document.
"""
