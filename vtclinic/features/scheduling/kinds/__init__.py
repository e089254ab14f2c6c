"""Kinds of session: what a clinic offers, to whom, and by which rules."""
