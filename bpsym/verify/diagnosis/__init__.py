"""Why a claim is wrong.

`diagnose` looks for causes: `slips` of the pen, then mistakes in the method (`mistaken`), which `explain` tells in
words.
"""
