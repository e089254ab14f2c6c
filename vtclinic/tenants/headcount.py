"""What the people who run the instance may know about a clinic's inside: how many, how large, which version. No row is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from vtclinic.core.audit import InstanceAuditEntry
from vtclinic.core.policy import PATIENT
from vtclinic.core.settings import Settings
from vtclinic.core.uow import control_session, engines
from vtclinic.tenants.instance import clinic_url
from vtclinic.tenants.migrate import head
from vtclinic.tenants.models import Clinic

# The one statement that looks into clinics' databases from outside: roles and a number, no person.
_COUNT = text("""SELECT CAST(roles AS TEXT), COUNT(*) FROM "user" WHERE state = 'active' GROUP BY CAST(roles AS TEXT)""")
_SCHEMA = text("SELECT version_num FROM alembic_version")


@dataclass(frozen=True)
class Outside:
    """One clinic as seen from outside; `opens` tells whether its database answers."""

    patients: int = 0
    staff: int = 0
    schema: str = ""
    megabytes: float = 0.0
    opens: bool = True
    saved_at: datetime | None = None

    @property
    def is_current(self) -> bool:
        """Tell whether the database is at this program's version."""
        return self.schema == head("clinic")


def look_from_outside(settings: Settings, clinics: Sequence[Clinic]) -> dict[str, Outside]:
    """Describe clinics by slug; needs a unit of work on the control database. A database that does not open is told, not raised."""
    saved = _last_exports([clinic.slug for clinic in clinics])
    return {clinic.slug: _look(settings, clinic, saved.get(clinic.slug)) for clinic in clinics}


def _look(settings: Settings, clinic: Clinic, saved_at: datetime | None) -> Outside:
    size = _size(settings.clinics / clinic.slug)
    try:
        with engines().get(clinic_url(settings, clinic)).connect() as connection:
            schema = str(connection.scalar(_SCHEMA) or "")
            rows = [(json.loads(roles), number) for roles, number in connection.execute(_COUNT)]
    except (SQLAlchemyError, OSError):
        return Outside(megabytes=size, opens=False, saved_at=saved_at)
    patients = sum(number for roles, number in rows if PATIENT in roles)
    return Outside(patients, sum(number for _roles, number in rows) - patients, schema, size, saved_at=saved_at)


def _last_exports(slugs: Sequence[str]) -> dict[str, datetime]:
    entry = InstanceAuditEntry
    asked = select(entry.subject_uid, func.max(entry.at).label("at")).where(entry.action == "clinic.exported", entry.subject_uid.in_(slugs)).group_by(entry.subject_uid)
    return {row.subject_uid: row.at for row in control_session().execute(asked)}


def _size(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1_000_000, 1)
