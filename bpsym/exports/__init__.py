"""Files for learning platforms and what comes back from them.

model        questions as plain data            files      atomic writes, reproducible zips
numbers      exact decimals, numbers people type csv        spreadsheet-safe CSV
markup       Text <-> HTML with \\(LaTeX\\)       moodle     Moodle XML
qti21, qti12 QTI packages                       nbgrader   notebooks with follow-through tests
stack        STACK questions with follow-through roster     lists of students
answers      what students sent
"""
