"""What scheduling brings."""

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import PATIENT, THERAPIST
from vtclinic.features.matching import api as matching
from vtclinic.features.scheduling import (
    jobs,  # noqa: F401 - registers the reminders
    openings,
    routes,
    staff_routes,
)


def _offer_times() -> None:
    matching.set_first_free(openings.first_free)


scheduling = Feature(
    "scheduling",
    blueprints=(routes.bp, staff_routes.bp),
    subscribe=_offer_times,
    nav=(
        NavItem(PATIENT, "scheduling.index", lazy("Sessions"), "calendar", 30),
        NavItem(THERAPIST, "calendar.index", lazy("Calendar"), "calendar", 20),
    ),
)
