"""What sessions with seats bring to the feature."""

from __future__ import annotations

from flask import Blueprint

from vtclinic.core.events import subscribe
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.groups import (
    jobs,  # noqa: F401 - registers the look for what is over
    routes,
    seating,
    telling,
)

BLUEPRINTS: tuple[Blueprint, ...] = (routes.bp,)


def listen() -> None:
    """Make the kinds of news known and hear of care that ends."""
    telling.register()
    subscribe(records.CareEnded, _care_ended)


def _care_ended(news: records.CareEnded) -> None:
    seating.leave_after_care(news.patient_uid)
