"""What crisis brings."""

from vtclinic.core.events import subscribe as on
from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import THERAPIST
from vtclinic.features.crisis import (
    jobs,  # noqa: F401 - its jobs
    models,  # noqa: F401 - its tables
    raising,
)
from vtclinic.features.crisis.reading import count_open
from vtclinic.features.crisis.routes import bp
from vtclinic.features.progress.api import RiskAnswered, RiskAnswerLowered, SafetyAnswered


def _subscribe() -> None:
    on(RiskAnswered, raising.on_risk_answer)
    on(RiskAnswerLowered, raising.on_lowered)
    on(SafetyAnswered, raising.on_safety_answer)


crisis = Feature(
    "crisis",
    blueprints=(bp,),
    subscribe=_subscribe,
    nav=(NavItem(THERAPIST, "crisis.queue", lazy("Risk tasks"), "help", 60, count=count_open, count_is_help=True),),
)
