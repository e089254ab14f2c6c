"""What goes out by itself: the reminder of a clinic's rule, and word of new texts to agree to."""

from __future__ import annotations

from vtclinic.core import clock
from vtclinic.core.jobs import periodic
from vtclinic.core.uow import unit_of_work
from vtclinic.features.intake import consents
from vtclinic.features.intake.plan import current_plan
from vtclinic.features.intake.unfinished import nudge_who_stopped


@periodic("intake.remind", seconds=3600)
def remind(*, clinic: str) -> int:
    """Remind, once each, those who stopped some days ago; does nothing where the clinic has no such rule."""
    with unit_of_work(write=False):
        if current_plan().remind_days is None:
            return 0
    with unit_of_work():
        return nudge_who_stopped(clock.now())


@periodic("intake.new-words", seconds=86_400)
def new_words(*, clinic: str) -> int:
    """Tell who agreed to older words that there are new ones."""
    with unit_of_work():
        return consents.tell_new_words()
