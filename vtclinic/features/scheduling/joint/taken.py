"""Sessions in which a therapist takes part beside another one, as everybody's open times see them: taken."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from vtclinic.features.scheduling.models import HOLDING, Appointment, JointTherapist
from vtclinic.features.scheduling.taking import HOLDERS, START, UNTIL, Part, part


def joint_sessions() -> Iterator[Part]:
    """Say in which joint sessions therapists take part."""
    # The state behind an expression, so that SQLite begins with the few joint sessions and not with every appointment.
    when = (Appointment.ends_at > START) & (Appointment.starts_at < UNTIL) & (Appointment.state + "").in_(HOLDING)
    joined = select(*part(JointTherapist.therapist_uid, Appointment.starts_at, Appointment.ends_at)).join(Appointment, Appointment.uid == JointTherapist.appointment_uid)
    yield joined.where(JointTherapist.therapist_uid.in_(HOLDERS), when)
