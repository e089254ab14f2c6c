"""What people are told about sessions that cannot take place, and about licences that end: neutral, and where to choose."""

from __future__ import annotations

from uuid import UUID

from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.features.notifications import api as notifications
from vtclinic.features.scheduling.upset.models import SessionTrouble

CHANGE = notifications.Kind(
    "session-change", lazy("A time of yours needs a change"), mail="session-change", can_mute=False, about=lazy("A time that cannot stay as booked"),
    roles=frozenset({PATIENT}),
)
CLEAR = notifications.Kind("session-clear", lazy("Your time stays as booked"), mail="session-clear", can_mute=False, roles=frozenset({PATIENT}))
LICENCE = notifications.Kind("licence-ends", lazy("A registration ends soon"), mail="licence-ends", can_mute=False, roles=frozenset({THERAPIST, CLINIC_ADMIN}))
KINDS = (CHANGE, CLEAR, LICENCE)


def tell_patient(found: SessionTrouble) -> None:
    """Tell the patient, with the way to choose."""
    notifications.notify(found.patient_uid, CHANGE, key=f"trouble:{found.uid}", path=f"/sessions/{found.appointment_uid}/change")


def tell_cover(found: SessionTrouble) -> None:
    """Tell the patient that somebody is named to take the session."""
    notifications.notify(found.patient_uid, CHANGE, key=f"trouble:{found.uid}:{found.cover_uid}", path=f"/sessions/{found.appointment_uid}/change")


def tell_clear(found: SessionTrouble) -> None:
    """Tell the patient that nothing changes after all."""
    notifications.withdraw(found.patient_uid, prefix=f"trouble:{found.uid}")
    notifications.notify(found.patient_uid, CLEAR, key=f"clear:{found.uid}", path=f"/sessions/{found.appointment_uid}")


def tell_of_licence(to_uid: UUID, credential_uid: UUID, *, step: int, days: int, own: bool = True) -> None:
    """Tell a therapist or an administrator once for each step that a licence ends."""
    path = f"/practice/credentials/{credential_uid}" if own else f"/credentials/{credential_uid}"
    notifications.notify(to_uid, LICENCE, key=f"licence:{credential_uid}:{step}", path=path, params={"days": days})
