"""What series bring to the feature: their news, their periodic work, and that they end with the care."""

from __future__ import annotations

from flask import Blueprint

from vtclinic.core.events import subscribe
from vtclinic.features.records import api as records
from vtclinic.features.scheduling.series import (
    change_routes,  # noqa: F401 - adds its pages
    changing,
    jobs,  # noqa: F401 - registers the filling of series
    routes,
    telling,
)

BLUEPRINTS: tuple[Blueprint, ...] = (routes.bp,)


def listen() -> None:
    """Make the kinds of news known and hear of care that ends."""
    telling.register()
    subscribe(records.CareEnded, _care_ended)


def _care_ended(news: records.CareEnded) -> None:
    changing.end_after_care(news.patient_uid, news.therapist_uid)
