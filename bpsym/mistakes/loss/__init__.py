"""Mistakes in the loss and in the error signal it gives."""
