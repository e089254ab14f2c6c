"""What scheduling brings."""

from vtclinic.core.events import subscribe
from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import PATIENT, THERAPIST
from vtclinic.features.matching import api as matching
from vtclinic.features.notifications import api as notifications
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import (
    calling_off,
    jobs,  # noqa: F401 - registers the reminders
    letter_routes,
    openings,
    reminders,
    routes,
    staff_routes,
)
from vtclinic.features.scheduling.feeds import models as feed_models  # noqa: F401 - brings its table
from vtclinic.features.scheduling.series import models as _series_models  # noqa: F401 - its tables


def _care_ended(news: records.CareEnded) -> None:
    calling_off.cancel_after_care(news.patient_uid, news.therapist_uid)


def _choices_changed(news: notifications.ChoicesChanged) -> None:
    reminders.ask_for(news.user_uid)


def _listen() -> None:
    for kind in reminders.KINDS:
        notifications.register(kind)
    subscribe(notifications.ChoicesChanged, _choices_changed)
    matching.set_first_free(openings.first_free_of)
    subscribe(records.CareEnded, _care_ended)


scheduling = Feature(
    "scheduling",
    blueprints=(routes.bp, staff_routes.bp, letter_routes.bp),
    subscribe=_listen,
    nav=(
        NavItem(PATIENT, "scheduling.index", lazy("Sessions"), "calendar", 30),
        NavItem(THERAPIST, "calendar.index", lazy("Calendar"), "calendar", 20),
    ),
)
