"""A document without a description is read by itself, and by the network its numbers are.

`itself` judges it by what it gives and defines (`own`): in `parts` that begin at `restarts` or in `sections` with names
of their own; again by what is said up to a place only (`sofar`); rules by a general network (`typical`); laws as `laws`
does. `method` looks for mistakes in the method in the network its equations make.

A worked example everybody copies (`known`) has a description. So has a document whose numbers fill a fully connected
network of some sizes (`structures`, `inferred`); after an update the next pass is one of another (`passes`).
"""
