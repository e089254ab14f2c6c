"""Who may see, agree to and change a series."""

from __future__ import annotations

from vtclinic.core.policy import Actor
from vtclinic.features.scheduling.series.models import Series, SeriesState


def can_plan(actor: Actor) -> bool:
    """Allow therapists to offer a series, and patients to ask for one; with whom is looked at where it is made."""
    return actor.is_therapist or actor.is_patient


def can_view(actor: Actor, series: Series) -> bool:
    """Allow the two people whose series it is."""
    return is_its_patient(actor, series) or is_its_therapist(actor, series)


def can_answer(actor: Actor, series: Series) -> bool:
    """Allow whoever was asked: the patient for an offer, the therapist for a wish."""
    if series.state == SeriesState.ASKED:
        return is_its_therapist(actor, series)
    return is_its_patient(actor, series)


def can_withdraw(actor: Actor, series: Series) -> bool:
    """Allow the two people to let an offer or a wish go."""
    return can_view(actor, series)


def can_move(actor: Actor, series: Series) -> bool:
    """Allow its therapist; a patient moves one time by itself, as any session."""
    return is_its_therapist(actor, series)


def can_move_on(actor: Actor, series: Series) -> bool:
    """Allow the two people to move one time and what follows; whether the clinic's rules let the patient is looked at in `own_moves`."""
    return can_view(actor, series)


def can_cancel(actor: Actor, series: Series) -> bool:
    """Allow the two people whose series it is."""
    return can_view(actor, series)


def is_its_patient(actor: Actor, series: Series) -> bool:
    """Tell whether the actor is the patient."""
    return actor.is_patient and actor.uid == series.patient_uid


def is_its_therapist(actor: Actor, series: Series) -> bool:
    """Tell whether the actor is the therapist."""
    return actor.is_therapist and actor.uid == series.therapist_uid
