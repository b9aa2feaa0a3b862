"""Files for learning platforms and what comes back from them.

In the order in which they build on each other:

numbers   exact decimals; numbers people type      model     questions as plain data
files     atomic writes, reproducible zips         csv       CSV without formulas
xmlfile   XML in and out                           markup    Text as HTML and Markdown
mathml    formulas as MathML                       moodle    Moodle XML
qti21     QTI 2.1 packages (qti21_reader)          canvas    what of a quiz Canvas can hold
qti12     QTI 1.2 packages (qti12_reader)          stack     STACK questions with follow-through
nbgrader  notebooks with follow-through tests      tables    CSV as people keep it
roster    lists of students                        answers   what students sent
grades    marks for Moodle's grade import
"""
