"""Which therapists fit what a patient needs and asked for."""
