"""A clinic's own look, words, help lines and access log."""
