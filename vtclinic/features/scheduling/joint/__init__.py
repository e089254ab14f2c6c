"""Joint sessions: one patient with several therapists at once."""
