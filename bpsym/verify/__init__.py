"""Verification of hand derivations: read, parse, bind, check, diagnose, report."""
