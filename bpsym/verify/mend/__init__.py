"""What one small change would make a wrong formula right.

`search` tries edits by kind, the most particular first: of signs and other `forms`, `names`, `slopes`, `layouts`, whole
`parts`. `around` is what the document offers for them, `spelling` sees that a patched formula still says what is meant.
"""
