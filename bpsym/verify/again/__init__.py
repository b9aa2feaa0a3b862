"""A second look at all claims of a document without a description.

`laid` holds laws to the shapes that are written, `alike` to themselves and to each other, `entropies` blames a loss
whose label and prediction were exchanged, `evidence` leaves open what only the reading speaks for, `stepped` holds new
values to the slopes before them, `signed` the rules of steps to what δ is said to be, `aftermath` carries what follows
from an error blamed late.
"""
