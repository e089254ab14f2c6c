"""What crisis brings."""

from vtclinic.core.events import subscribe as on
from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.features.crisis import (
    duty_models,  # noqa: F401 - its tables
    finding_models,  # noqa: F401 - its tables
    jobs,  # noqa: F401 - its jobs
    ladder,
    models,  # noqa: F401 - its tables
    notice,
    raising,
    reading,
    rules,
)
from vtclinic.features.crisis.rota_routes import bp as duty_bp
from vtclinic.features.crisis.routes import bp
from vtclinic.features.notifications import api as notifications
from vtclinic.features.progress.api import RiskAnswered, RiskAnswerLowered, SafetyAnswered, ask_clinic
from vtclinic.features.records.api import describe_actions
from vtclinic.identity.news import AccountDisabled
from vtclinic.identity.service import count_beside, counter

# Patients read these lines, and never the word risk.
_ACTIONS = {
    "risk.raise": lazy("asked your care team to read an answer soon"),
    "risk.more-urgent": lazy("asked your care team to read an answer now"),
    "risk.answer-changed": lazy("noted that you changed an answer"),
    "risk.words": lazy("noticed words that your care team should read soon"),
    "risk.climb": lazy("asked another person of your care team to read an answer"),
    "risk.unanswered": lazy("reminded your care team of an answer"),
    "risk.read": lazy("looked at an answer that needed a reply soon"),
    "risk.take": lazy("took over the reply to an answer"),
    "risk.hand-over": lazy("asked a colleague to reply to an answer"),
    "risk.act": lazy("wrote down how they tried to reach you"),
    "risk.close": lazy("noted that an answer was talked about"),
}


def _subscribe() -> None:
    on(RiskAnswered, raising.on_risk_answer)
    on(RiskAnswerLowered, raising.on_lowered)
    on(SafetyAnswered, raising.on_safety_answer)
    on(AccountDisabled, ladder.on_disabled)
    ask_clinic(lambda: rules.in_force().working_days, reading.duty_for_patients)
    describe_actions(_ACTIONS)
    notifications.register(notice.RISK)
    notifications.register(notice.WAITS)
    count_beside(reading.OPEN, reading.open_of, role=THERAPIST)


crisis = Feature(
    "crisis",
    blueprints=(bp, duty_bp),
    subscribe=_subscribe,
    nav=(
        NavItem(THERAPIST, "crisis.queue", lazy("Risk tasks"), "help", 60, count=counter(reading.OPEN), count_is_help=True),
        NavItem(CLINIC_ADMIN, "duty.rota", lazy("On call"), "clock", 73),
    ),
)
