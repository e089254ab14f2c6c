"""What scheduling brings."""

from vtclinic.core.events import subscribe
from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.features.matching import api as matching
from vtclinic.features.notifications import api as notifications
from vtclinic.features.records import api as records
from vtclinic.features.scheduling import (
    calling_off,
    clinic_day_routes,
    held,
    jobs,  # noqa: F401 - registers the reminders
    late_routes,
    letter_routes,
    missing_routes,  # noqa: F401 - adds its pages to those of the calendar
    moving_routes,  # noqa: F401 - adds its pages to those of sessions and of the calendar
    openings,
    reminders,
    routes,
    staff_routes,
)
from vtclinic.features.scheduling.closing import routes as closing_routes
from vtclinic.features.scheduling.feeds import pages as feed_pages
from vtclinic.features.scheduling.groups import wiring as groups_wiring
from vtclinic.features.scheduling.joint import news as joint_news
from vtclinic.features.scheduling.joint import routes as joint_routes
from vtclinic.features.scheduling.kinds import routes as kinds_routes
from vtclinic.features.scheduling.outside import jobs as _outside_jobs  # noqa: F401 - registers its reading
from vtclinic.features.scheduling.outside import pages as outside_pages
from vtclinic.features.scheduling.series import wiring as series_wiring
from vtclinic.features.scheduling.upset import jobs as _upset_jobs  # noqa: F401 - registers its looks
from vtclinic.features.scheduling.upset import letters as upset_letters
from vtclinic.features.scheduling.upset import routes as upset_routes
from vtclinic.features.scheduling.upset import seeing_to, sweeping
from vtclinic.features.scheduling.waiting import jobs as _waiting_jobs  # noqa: F401 - registers the offers
from vtclinic.features.scheduling.waiting import letters as waiting_letters
from vtclinic.features.scheduling.waiting import routes as waiting_routes
from vtclinic.features.scheduling.waiting import staff_routes as waiting_staff_routes
from vtclinic.features.scheduling.waiting import views as waiting_views
from vtclinic.features.scheduling.week import pages as _week_pages  # noqa: F401 - adds to the therapist's pages
from vtclinic.features.staff import api as staff
from vtclinic.identity.news import AccountDisabled
from vtclinic.identity.service import count_beside, counter

_WAITING, _UPSET = "people on the waiting list", "sessions to change"


def _care_ended(news: records.CareEnded) -> None:
    sweeping.care_ended(news.patient_uid, news.therapist_uid)
    calling_off.cancel_after_care(news.patient_uid, news.therapist_uid)


def _choices_changed(news: notifications.ChoicesChanged) -> None:
    reminders.ask_for(news.user_uid)


def _account_disabled(news: AccountDisabled) -> None:
    sweeping.therapist_left(news.user_uid)


def _leave_changed(news: staff.LeaveChanged) -> None:
    sweeping.sweep([news.therapist_uid])


def _listen() -> None:
    count_beside(_WAITING, lambda _whose: waiting_views.waiting_count(), role=CLINIC_ADMIN)
    count_beside(_UPSET, lambda _whose: seeing_to.open_count(), role=CLINIC_ADMIN)
    for kind in reminders.KINDS:
        notifications.register(kind)
    subscribe(notifications.ChoicesChanged, _choices_changed)
    matching.set_first_free(openings.first_free_of)
    matching.set_held_sessions(held.held_sessions)
    subscribe(records.CareEnded, _care_ended)
    subscribe(AccountDisabled, _account_disabled)
    subscribe(staff.LeaveChanged, _leave_changed)
    for kind in (*waiting_letters.KINDS, *upset_letters.KINDS, joint_news.JOINT):
        notifications.register(kind)
    series_wiring.listen()
    groups_wiring.listen()


scheduling = Feature(
    "scheduling",
    blueprints=(
        routes.bp,
        staff_routes.bp,
        clinic_day_routes.bp,
        letter_routes.bp,
        feed_pages.bp,
        *(kinds_routes.bp, closing_routes.bp, late_routes.bp),
        outside_pages.bp,
        *series_wiring.BLUEPRINTS,
        *groups_wiring.BLUEPRINTS,
        *(waiting_routes.bp, waiting_staff_routes.bp, upset_routes.bp, upset_routes.staff_bp, joint_routes.bp),
    ),
    subscribe=_listen,
    nav=(
        NavItem(PATIENT, "scheduling.index", lazy("Sessions"), "calendar", 30),
        NavItem(THERAPIST, "calendar.index", lazy("Calendar"), "calendar", 20),
        NavItem(CLINIC_ADMIN, "clinic_day.index", lazy("Sessions by day"), "calendar", 43),
        NavItem(CLINIC_ADMIN, "kinds.index", lazy("Sessions and rules"), "calendar", 66),
        NavItem(CLINIC_ADMIN, "waiting_list.index", lazy("Waiting list"), "clock", 42, count=counter(_WAITING)),
        NavItem(THERAPIST, "waiting_list.index", lazy("Waiting list"), "clock", 60, place="more"),
        NavItem(CLINIC_ADMIN, "upset_list.index", lazy("Sessions to change"), "calendar", 44, count=counter(_UPSET)),
        NavItem(THERAPIST, "upset_list.index", lazy("Sessions to change"), "calendar", 62, place="more"),
    ),
)
