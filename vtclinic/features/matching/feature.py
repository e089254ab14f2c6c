"""What matching brings."""

from vtclinic.core.events import subscribe
from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import (
    asking,
    changing,
    jobs,  # noqa: F401 - registers the searches for those who wait
    service,
    telling,
)
from vtclinic.features.matching.routes import bp
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records
from vtclinic.identity.service import count_beside, counter

_ASKED = "patients who asked for a person"


def _needs_changed(news: intake.NeedsChanged) -> None:
    service.forget_kept(news.patient_uid)


def _profile_changed(news: records.ProfileChanged) -> None:
    service.forget_kept(news.patient_uid)


def _risk_answered(news: progress.RiskAnswered) -> None:
    service.forget_kept(news.patient_uid)


def _risk_lowered(news: progress.RiskAnswerLowered) -> None:
    service.forget_kept(news.patient_uid)


def _care_opened(news: records.CareOpened) -> None:
    changing.care_opened(news.patient_uid, news.therapist_uid)


def _care_ended(news: records.CareEnded) -> None:
    changing.care_ended(news.patient_uid, news.therapist_uid)


def _listen() -> None:
    count_beside(_ASKED, lambda _whose: asking.waiting_count(), role=CLINIC_ADMIN)
    telling.register()
    subscribe(records.CareOpened, _care_opened)
    subscribe(records.CareEnded, _care_ended)
    subscribe(intake.NeedsChanged, _needs_changed)
    subscribe(records.ProfileChanged, _profile_changed)
    subscribe(progress.RiskAnswered, _risk_answered)
    subscribe(progress.RiskAnswerLowered, _risk_lowered)


matching = Feature(
    "matching",
    blueprints=(bp,),
    subscribe=_listen,
    nav=(
        NavItem(CLINIC_ADMIN, "matching.waiting", lazy("Finding therapists"), "people", 40, count=counter(_ASKED)),
        NavItem(THERAPIST, "matching.waiting_notes", lazy("People to take on"), "people", 82, place="more"),
        NavItem(PATIENT, "matching.choices", lazy("Therapists"), "people", 45, place="more"),
    ),
)
