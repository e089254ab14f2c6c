"""A patient's own record, and who cares for whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from vtclinic.core.crypto import sealed
from vtclinic.core.crypto.patients import PatientKey
from vtclinic.core.database import ClinicBase, UtcDateTime
from vtclinic.core.errors import Conflict
from vtclinic.identity.models import User

_OPEN = text("until IS NULL")


class Patient(ClinicBase):
    """What a patient told about themselves; every value opens with the patient's own key alone."""

    __tablename__ = "patient"

    uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    preferred_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    pronouns_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    languages_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    born_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    place_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    safe_contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    emergency_contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    care: Mapped[list[CareRelation]] = relationship(back_populates="patient", order_by="CareRelation.since")
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True, viewonly=True)
    # Read with the row, so that opening a value asks no further query; it has no say in who may read.
    key: Mapped[PatientKey | None] = relationship(
        lazy="joined", viewonly=True, uselist=False, primaryjoin=lambda: foreign(Patient.uid) == PatientKey.patient_uid
    )

    preferred_name = sealed("preferred_name_sealed")
    pronouns = sealed("pronouns_sealed")
    _languages = sealed("languages_sealed", json=True)
    _born = sealed("born_sealed")
    _place = sealed("place_sealed", json=True)
    _safe_contact = sealed("safe_contact_sealed", json=True)
    _emergency_contact = sealed("emergency_contact_sealed", json=True)

    @property
    def patient_uid(self) -> UUID:
        """Name the key this row is sealed with."""
        return self.uid

    @property
    def languages(self) -> list[str]:
        """Return the languages this patient wants to speak, as codes."""
        return list(self._languages or [])

    @languages.setter
    def languages(self, codes: list[str]) -> None:
        self._languages = list(codes) or None

    @property
    def date_of_birth(self) -> date | None:
        """Return the birthday, if told."""
        return date.fromisoformat(self._born) if self._born else None

    @date_of_birth.setter
    def date_of_birth(self, day: date | None) -> None:
        self._born = day.isoformat() if day else None

    @property
    def place(self) -> dict[str, str]:
        """Return where the patient is: country, region (ISO 3166-2 without the country) and city; all empty until told."""
        return {"country": "", "region": "", "city": ""} | (self._place or {})

    @place.setter
    def place(self, parts: dict[str, str]) -> None:
        self._place = dict(parts) if any(parts.values()) else None

    @property
    def country(self) -> str:
        """Return the country's two-letter code, or an empty text."""
        return self.place["country"]

    @property
    def region(self) -> str:
        """Return the region's code within the country, or an empty text."""
        return self.place["region"]

    @property
    def city(self) -> str:
        """Return the town, or an empty text."""
        return self.place["city"]

    @property
    def safe_contact(self) -> dict[str, Any]:
        """Return how we may reach this patient; until they chose: by e-mail, without our name, never by phone."""
        return {"email": True, "text": False, "call": False, "name_ourselves": False, "phone": ""} | (self._safe_contact or {})

    @safe_contact.setter
    def safe_contact(self, rules: dict[str, Any] | None) -> None:
        self._safe_contact = dict(rules) if rules else None

    @property
    def safe_contact_chosen(self) -> bool:
        """Tell whether the patient chose these rules, or they are the careful defaults."""
        return self.safe_contact_sealed is not None

    @property
    def emergency_contact(self) -> dict[str, str]:
        """Return name, relation and phone of the person we may call in an emergency; empty when there is none."""
        return dict(self._emergency_contact or {})

    @emergency_contact.setter
    def emergency_contact(self, person: dict[str, str] | None) -> None:
        self._emergency_contact = dict(person) if person else None

    @property
    def therapist_uids(self) -> list[UUID]:
        """Return who cares for this patient now."""
        return [relation.therapist_uid for relation in self.care if relation.is_open]


class CareRelation(ClinicBase):
    """One therapist's care for one patient, from a day until it ends; it is what opens the record to the therapist."""

    __tablename__ = "care_relation"
    __table_args__ = (
        # Two requests at once cannot open the same care twice.
        Index("uq_care_relation_open", "patient_uid", "therapist_uid", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    uid: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    patient_uid: Mapped[UUID] = mapped_column(ForeignKey("patient.uid"), index=True)
    therapist_uid: Mapped[UUID] = mapped_column(ForeignKey("user.uid"), index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_by: Mapped[UUID | None] = mapped_column(Uuid)
    patient: Mapped[Patient] = relationship(back_populates="care")

    @property
    def is_open(self) -> bool:
        """Tell whether this care goes on."""
        return self.until is None

    def end(self, at: datetime, by: UUID | None) -> None:
        """End the care; the therapist sees the record no more."""
        if self.until is not None:
            raise Conflict("this care has ended already")
        self.until, self.ended_by = at, by
