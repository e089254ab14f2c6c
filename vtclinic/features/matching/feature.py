"""What matching brings."""

from vtclinic.core.events import subscribe
from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.features.intake import api as intake
from vtclinic.features.matching import (
    asking,
    jobs,  # noqa: F401 - registers the search for those who wait
    service,
)
from vtclinic.features.matching.routes import bp
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records


def _needs_changed(news: intake.NeedsChanged) -> None:
    service.forget_kept(news.patient_uid)


def _profile_changed(news: records.ProfileChanged) -> None:
    service.forget_kept(news.patient_uid)


def _risk_answered(news: progress.RiskAnswered) -> None:
    service.forget_kept(news.patient_uid)


def _risk_lowered(news: progress.RiskAnswerLowered) -> None:
    service.forget_kept(news.patient_uid)


def _listen() -> None:
    subscribe(intake.NeedsChanged, _needs_changed)
    subscribe(records.ProfileChanged, _profile_changed)
    subscribe(progress.RiskAnswered, _risk_answered)
    subscribe(progress.RiskAnswerLowered, _risk_lowered)



matching = Feature(
    "matching",
    blueprints=(bp,),
    subscribe=_listen,
    nav=(NavItem(CLINIC_ADMIN, "matching.waiting", lazy("Waiting"), "people", 40, count=asking.waiting_count),),
)
