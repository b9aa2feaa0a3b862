"""Mistakes in the backward pass: factors and paths of the chain rule."""
