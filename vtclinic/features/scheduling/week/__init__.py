"""A therapist's calendar: day, week and list."""
