"""What intake brings."""

from vtclinic.core.feature import Feature
from vtclinic.core.i18n import lazy
from vtclinic.features.intake import models  # noqa: F401 - its tables
from vtclinic.features.intake.routes import bp, guide
from vtclinic.features.progress.api import add_guide
from vtclinic.features.records.api import describe_actions

_ACTIONS = {
    "intake.read": lazy("opened your first questions"),
    "intake.answer": lazy("answered one of the first questions"),
    "intake.send": lazy("sent the first questions"),
    "consent.read": lazy("looked at what you agreed to"),
    "consent.give": lazy("agreed to something"),
    "consent.withdraw": lazy("took back something you agreed to"),
}


def _subscribe() -> None:
    add_guide(guide)
    describe_actions(_ACTIONS)


intake = Feature("intake", blueprints=(bp,), subscribe=_subscribe)
