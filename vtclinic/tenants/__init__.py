"""Clinics on this instance: which they are, how a request finds one, how they look."""
