"""Judging: every link of every chain on its own, and one slip blamed once."""
