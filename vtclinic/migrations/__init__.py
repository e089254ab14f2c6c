"""Schema versions of the two kinds of database."""
