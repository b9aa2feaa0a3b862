"""Mistakes in the forward pass: net inputs and activations."""
