"""What intake brings."""

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.features.crisis import api as crisis
from vtclinic.features.intake import (
    jobs,  # noqa: F401 - its jobs
    models,  # noqa: F401 - its tables
    plan_routes,  # noqa: F401 - its pages for the clinic
    service,
)
from vtclinic.features.intake.consents import NEW_WORDS
from vtclinic.features.intake.routes import bp, guide
from vtclinic.features.intake.section import file_section
from vtclinic.features.intake.unfinished import NUDGE
from vtclinic.features.notifications import api as notifications
from vtclinic.features.progress.api import add_guide
from vtclinic.features.records.api import add_file_section, describe_actions

_ACTIONS = {
    "intake.read": lazy("opened your first questions"),
    "intake.answer": lazy("answered one of the first questions"),
    "intake.send": lazy("sent the first questions"),
    "intake.summary": lazy("read what you told us first"),
    "intake.nudge": lazy("reminded you of the first questions"),
    "consent.read": lazy("looked at what you agreed to"),
    "consent.give": lazy("agreed to something"),
    "consent.withdraw": lazy("took back something you agreed to"),
}


def _subscribe() -> None:
    add_guide(guide)
    crisis.add_source(service.WORDS, service.texts_of)
    notifications.register(NUDGE)
    notifications.register(NEW_WORDS)
    add_file_section(file_section)
    describe_actions(_ACTIONS)


intake = Feature(
    "intake",
    blueprints=(bp,),
    subscribe=_subscribe,
    nav=(NavItem(CLINIC_ADMIN, "intake.plan", lazy("First questions"), "list", 45),),
)
