"""Neutral news of matching: to patients for whom somebody fits, to administrators who are asked, to therapists whose client found somebody else."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import String, cast, select

from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.core.uow import session
from vtclinic.features.matching.models import Change
from vtclinic.features.notifications import api as notifications
from vtclinic.identity.service import User, UserState

FITS = notifications.Kind("matching.fits", lazy("There is news about your search"), mail="somebody-fits", roles=frozenset({PATIENT}))
ASKED = notifications.Kind("matching.asked", lazy("Somebody waits for your help"), mail="staff-asked", roles=frozenset({CLINIC_ADMIN}))

LEFT = notifications.Kind("matching.left", lazy("A list of yours has changed"), roles=frozenset({THERAPIST}))


def register() -> None:
    """Make these kinds known."""
    for kind in (FITS, ASKED, LEFT):
        notifications.register(kind)


def somebody_fits(patient_uid: UUID, *, key: str) -> None:
    """Tell a patient to look at their therapists."""
    notifications.notify(patient_uid, FITS, key=key, path="/therapists")


def somebody_asks(request_uid: UUID) -> None:
    """Tell every administrator of the clinic that a person is asked for; not who, and not what for."""
    admins = select(User.uid).where(User.state == UserState.ACTIVE, cast(User.roles, String).contains(f'"{CLINIC_ADMIN}"'))
    for uid in session().scalars(admins):
        notifications.notify(uid, ASKED, key=f"match:asked:{request_uid}", path="/match-requests")


def client_left(change: Change) -> None:
    """Tell a therapist that a client goes on with somebody else; neither who nor why."""
    notifications.notify(change.from_uid, LEFT, key=f"match:left:{change.uid}", path="/clients")
