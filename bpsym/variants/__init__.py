"""Homework: different numbers for every student, equally fair, with proved keys."""
