"""Mistakes in the update of the parameters."""
