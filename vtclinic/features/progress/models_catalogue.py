"""Which questionnaires a clinic uses: promises made for non-commercial ones, those switched off, and its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict

_STANDING = text("withdrawn_at IS NULL")


class Attestation(ClinicBase):
    """An administrator's promise that the clinic may use a non-commercial questionnaire; without a standing one it stays off."""

    __tablename__ = "questionnaire_attestation"
    __table_args__ = (Index("uq_questionnaire_attestation_standing", "instrument", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    instrument: Mapped[str]
    text_version: Mapped[str]
    attested_by: Mapped[UUID] = mapped_column(Uuid)
    attested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[UUID | None] = mapped_column(Uuid)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SwitchedOff(ClinicBase):
    """A questionnaire that this clinic does not give; those without a row are given."""

    __tablename__ = "questionnaire_switched_off"

    instrument: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[UUID] = mapped_column(Uuid)


class OwnQuestionnaire(ClinicBase):
    """A questionnaire the clinic builds itself: the draft somebody works on. `edition` grows with each save, so that two admins notice each other."""

    __tablename__ = "own_questionnaire"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    draft: Mapped[dict[str, Any]] = mapped_column(JSON)
    edition: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[UUID] = mapped_column(Uuid)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def instrument_id(self) -> str:
        """Return what its published versions are called in results."""
        return f"own-{self.uid.hex}"

    def change(self, draft: dict[str, Any], at: datetime, *, seen: int) -> None:
        """Take another draft; raise Conflict when it changed since the page with edition `seen` was made."""
        if self.edition != seen:
            raise Conflict("The questionnaire was changed by somebody else since you opened this page.")
        self.draft, self.changed_at, self.edition = draft, at, self.edition + 1


class PublishedQuestionnaire(ClinicBase):
    """One version of an own questionnaire, as patients answer it. It never changes."""

    __tablename__ = "own_questionnaire_version"
    __table_args__ = (UniqueConstraint("instrument", "version"),)

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    own_uid: Mapped[UUID] = mapped_column(ForeignKey("own_questionnaire.uid"))
    instrument: Mapped[str]
    version: Mapped[str]
    number: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[UUID] = mapped_column(Uuid)
