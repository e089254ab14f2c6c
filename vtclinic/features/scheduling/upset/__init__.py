"""Sessions that cannot take place as booked: the therapist is away, has left, or may not work there on that day."""
