"""What the matching and scheduling tests begin with: answers that were sent, and therapists who work in one way or another."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from uuid import UUID

from tests.people import People
from vtclinic.core.policy import Actor
from vtclinic.features.intake import service as intake
from vtclinic.features.intake.questions import QUESTIONS
from vtclinic.features.staff import practice

ANSWERS: dict[str, Any] = {
    "care": "yes",
    "sharing": "yes",
    "languages": ["en"],
    "born": "1990-05-04",
    "place": {"country": "IE", "region": "", "city": "Cork"},
    "problems": ["worry", "sleep"],
}


def tell(people: People, patient: UUID, **answers: Any) -> Actor:
    """Send a patient's answers; returns the patient as an actor."""
    who = people.actor(patient)
    said = ANSWERS | answers
    with people.inside():
        for question in QUESTIONS:
            intake.save(who, question.key, said.get(question.key))
        intake.send(who)
    return who


def works(people: People, therapist: UUID, *, hours: dict[int, list[tuple[time, time]]] | None = None, **values: Any) -> UUID:
    """Change how a therapist works."""
    who = people.actor(therapist)
    with people.inside():
        if values:
            practice.change_practice(who, therapist, **values)
        if hours is not None:
            practice.change_hours(who, therapist, hours)
    return therapist


def on_leave(people: People, therapist: UUID, first: date, last: date) -> None:
    """Note a therapist's days off."""
    who = people.actor(therapist)
    with people.inside():
        practice.add_leave(who, therapist, first, last)
