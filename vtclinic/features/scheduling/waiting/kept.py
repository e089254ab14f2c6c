"""Times kept for somebody, as everybody else's open times see them: taken."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from vtclinic.features.scheduling.taking import HOLDERS, START, UNTIL, Part, part
from vtclinic.features.scheduling.waiting.models import Answer, TimeOffer


def kept_times() -> Iterator[Part]:
    """Say which times are kept with or for people; one whose end has passed is taken until the sweep lets it go."""
    when = (TimeOffer.state == Answer.HELD) & (TimeOffer.ends_at > START) & (TimeOffer.starts_at < UNTIL)
    for holder in (TimeOffer.therapist_uid, TimeOffer.patient_uid):
        yield select(*part(holder, TimeOffer.starts_at, TimeOffer.ends_at)).where(when, holder.in_(HOLDERS))
