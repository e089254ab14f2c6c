"""Messages between a patient and a therapist."""
