"""Bringing many people in from a CSV file: everybody or nobody, with a report for each row."""
