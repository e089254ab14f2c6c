"""Calendars that therapists keep elsewhere: when they are busy there, nobody can book them here."""
