"""The first questions after registering."""
