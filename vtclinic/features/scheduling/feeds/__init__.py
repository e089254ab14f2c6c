"""Calendar addresses that people's own programs read."""
