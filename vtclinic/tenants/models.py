"""The control database: which clinics this instance hosts, by which names, under which wrapped keys."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vtclinic.core.database import ControlBase, UtcDateTime
from vtclinic.core.errors import Conflict


class ClinicState(StrEnum):
    """Where a clinic is in its life; only ACTIVE serves people."""

    MAKING = "making"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ERASING = "erasing"


class Registration(StrEnum):
    """Who may open a patient's account."""

    OPEN = "open"
    INVITATION = "invitation"
    CLOSED = "closed"


class Clinic(ControlBase):
    """One practice or brand on this instance, with its own names, keys and database."""

    __tablename__ = "clinic"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    country: Mapped[str]
    timezone: Mapped[str]
    locale: Mapped[str]
    theme: Mapped[str]
    registration: Mapped[str] = mapped_column(default=Registration.OPEN)
    leave_url: Mapped[str]
    state: Mapped[str] = mapped_column(default=ClinicState.MAKING)
    database_url: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hosts: Mapped[list[ClinicHost]] = relationship(cascade="all, delete-orphan", order_by="ClinicHost.position")
    keys: Mapped[list[ClinicKey]] = relationship(cascade="all, delete-orphan", order_by="ClinicKey.version")

    def suspend(self) -> None:
        """Stop serving people; nothing is deleted."""
        if self.state != ClinicState.ACTIVE:
            raise Conflict(f"The clinic {self.slug} is {self.state}, so it cannot be suspended.")
        self.state = ClinicState.SUSPENDED

    def resume(self) -> None:
        """Serve people again."""
        if self.state != ClinicState.SUSPENDED:
            raise Conflict(f"The clinic {self.slug} is {self.state}, so it cannot be resumed.")
        self.state = ClinicState.ACTIVE


class ClinicHost(ControlBase):
    """A hostname that leads to one clinic; position 0 is the one that links use."""

    __tablename__ = "clinic_host"

    host: Mapped[str] = mapped_column(primary_key=True)
    clinic_uid: Mapped[UUID] = mapped_column(ForeignKey("clinic.uid"), index=True)
    position: Mapped[int] = mapped_column(default=0)


class ClinicKey(ControlBase):
    """One version of a clinic's keys: the clinic key under the master key, field and index keys under the clinic key."""

    __tablename__ = "clinic_key"

    clinic_uid: Mapped[UUID] = mapped_column(ForeignKey("clinic.uid"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    field_key: Mapped[bytes] = mapped_column(LargeBinary)
    index_key: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DirectoryVersion(ControlBase):
    """A number that grows with each change to the directory, so that other processes notice within a second."""

    __tablename__ = "directory_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(default=0)


class InstanceFact(ControlBase):
    """One dated fact about the installation (recovery drill done, last backup…)."""

    __tablename__ = "instance_fact"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
