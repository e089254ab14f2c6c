"""Who else takes part in a session, besides its own therapist."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase


class JointTherapist(ClinicBase):
    """One more therapist in a session; their time is claimed with it."""

    __tablename__ = "joint_therapist"

    appointment_uid: Mapped[UUID] = mapped_column(ForeignKey("appointment.uid"), primary_key=True)
    therapist_uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True, index=True)
