"""Verification of hand derivations: read, parse, bind, check, diagnose, report.

`run.verify` takes a document through all of it; each stage is functions on plain data: `tree` has what is written,
`check.verdicts` what is said of it. In the order in which they come to a document:

read
    `read`: a file in any format to text whose characters keep their places (`source`), and the formulas in it.
parse
    `lexing` makes tokens of a formula (`symbols` is the vocabulary), `grammar` trees and statements.
bind
    `meaning`: what names and formulas stand for. `bind` does it by a description, or by what the document itself gives
    and defines (`alone.own`). `givens` are numbers that came with the call, `constants` the letters e and π.
    `disclaimed` tells what is written without being claimed.
check
    `check`: every link of every chain, judged on its own. By what, `run` decides:

    - a description: first as it stands, then with `check.early` figures behind what they come from; `check.habit` holds
      figures to one way of rounding;
    - no description: `alone`, by its own equations and by the network its numbers fill, if they do; formulas without
      numbers by `laws`.
diagnose
    `diagnosis` looks for the cause of what is wrong, `mend` for the small change that makes a formula right.
look again
    Without a description all claims are gone through once more, `again`. For all documents, `check.repeated`: figures
    in words.
report
    `report` in five formats, what names were taken for, and corrections.

Everywhere: `effort` counts work, `limits` bounds it; `canonical` writes a tree in one line, `show` all of a document.
"""
