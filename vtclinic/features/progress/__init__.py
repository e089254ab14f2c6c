"""Questionnaires a patient answers, their scores, and how these move over time."""
