"""Therapists and other staff: profiles, credentials, people, imports."""
