"""What a clinic keeps about its own look, and who is on duty."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict


class LookDraft(ClinicBase):
    """The look somebody is working on; one row. `version` grows with each save, so that two admins notice each other."""

    __tablename__ = "look_draft"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(default=0)
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    saved_by: Mapped[UUID | None] = mapped_column(Uuid)

    def claim(self, seen: int) -> None:
        """Take the draft for one change; raise Conflict when it changed since the page with version `seen` was made."""
        if self.version != seen:
            raise Conflict("The look was changed by somebody else since you opened this page.")
        self.version += 1


class PublishedLook(ClinicBase):
    """A look that was published, and what it replaced: undoing puts that back. The newest row that was not undone is in force."""

    __tablename__ = "published_look"

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    by: Mapped[UUID | None] = mapped_column(Uuid)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OnDuty(ClinicBase):
    """Somebody who answers for risk tasks that have no owner; when there is no row, every active therapist does."""

    __tablename__ = "on_duty"

    user_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
