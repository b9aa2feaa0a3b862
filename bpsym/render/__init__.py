"""Sheets in every format."""
