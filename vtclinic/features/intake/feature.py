"""What intake brings."""

from vtclinic.core.feature import Feature
from vtclinic.features.intake import models  # noqa: F401 - its tables
from vtclinic.features.intake.routes import bp, guide
from vtclinic.features.progress.api import add_guide


def _subscribe() -> None:
    add_guide(guide)


intake = Feature("intake", blueprints=(bp,), subscribe=_subscribe)
