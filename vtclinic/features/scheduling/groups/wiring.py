"""What sessions with seats bring to the feature."""

from __future__ import annotations

from flask import Blueprint

from vtclinic.core.events import subscribe
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import reminders
from vtclinic.features.scheduling.groups import (
    change_routes,
    jobs,  # noqa: F401 - registers the look for what is over
    reminding,
    routes,
    seating,
    telling,
)

BLUEPRINTS: tuple[Blueprint, ...] = (routes.bp, change_routes.letters)


def listen() -> None:
    """Make the kinds of news known and hear of care that ends."""
    telling.register()
    reminders.add_source("seat", reminding.source())
    subscribe(records.CareEnded, _care_ended)


def _care_ended(news: records.CareEnded) -> None:
    seating.leave_after_care(news.patient_uid)
