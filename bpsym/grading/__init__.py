"""Marks with follow-through, feedback that names the mistake, a report on the class."""
