"""Do the databases open, are they at this version, and is every clinic whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select

from vtclinic.core.audit import AuditEntry, InstanceAuditEntry
from vtclinic.core.database import open_engine
from vtclinic.core.outbox import OutboxMail
from vtclinic.tenants.doctor.finding import Finding, Level, Rounds
from vtclinic.tenants.instance import clinic_url, control_url
from vtclinic.tenants.lifecycle_upgrades import states
from vtclinic.tenants.models import Clinic, ClinicState

SKEW = timedelta(seconds=60)
STUCK = timedelta(hours=1)
CLOCK = "timedatectl set-ntp true"


def schemas_are_current(rounds: Rounds) -> Iterator[Finding]:
    """Every database opens and is at this version."""
    for state in states(rounds.settings, lambda error: type(error).__name__):
        if state.problem:
            yield Finding("databases", f"The database of {state.name} does not open: {state.problem}.", "Bring it back from a backup.")
        elif not state.is_current:
            yield Finding("migrations", f"The database of {state.name} is at version {state.at or 'none'}, not {state.newest}.", "vtclinic db upgrade")


def clinics_are_whole(rounds: Rounds) -> Iterator[Finding]:
    """No clinic is half made or half erased, and no folder is left over."""
    for clinic in rounds.clinics:
        if clinic.state == ClinicState.MAKING:
            yield Finding("half-made clinics", f"The clinic {clinic.slug} is half made and serves nobody.", f"vtclinic tenant create {clinic.slug} … (or: vtclinic tenant erase {clinic.slug})")
        elif clinic.state == ClinicState.ERASING:
            yield Finding("half-made clinics", f"The clinic {clinic.slug} is half erased.", f"vtclinic tenant erase {clinic.slug} --yes {clinic.slug}")
    known = {clinic.slug for clinic in rounds.clinics}
    for folder in sorted(rounds.settings.clinics.glob("*/")) if rounds.control_is_current else []:
        if folder.name not in known:
            yield Finding("half-made clinics", f"The folder {folder} belongs to no clinic.", f"Look into it, then: rm -r {folder}", Level.WARNING)


def clock_is_right(rounds: Rounds) -> Iterator[Finding]:
    """Nothing was written in the future: neither files nor audit rows."""
    late = rounds.now + SKEW
    for path in _newest_files(rounds):
        written = datetime.fromtimestamp(path.stat().st_mtime, tz=rounds.now.tzinfo)
        if written > late:
            yield Finding("clock", f"The file {path.name} was written in the future ({written:%Y-%m-%d %H:%M} UTC): this machine's clock is wrong.", CLOCK)
            return
    for name, url, kind in _trails(rounds):
        last = _last(url, kind)
        if last is not None and last > late:
            yield Finding("clock", f"The audit trail of {name} has a row from the future ({last:%Y-%m-%d %H:%M} UTC): a clock was or is wrong.", CLOCK)


def mails_are_not_stuck(rounds: Rounds) -> Iterator[Finding]:
    """No clinic's mails wait for an hour."""
    for clinic in served(rounds):
        waiting = _waiting_mails(clinic_url(rounds.settings, clinic), rounds.now - STUCK)
        if waiting:
            yield Finding("mail", f"{waiting} mails of {clinic.slug} wait for more than an hour.", "Check smtp_host and that vtclinic serve runs.", Level.WARNING)


def _newest_files(rounds: Rounds) -> list[Path]:
    home = rounds.settings.home
    return [path for path in (*home.glob("*.db*"), *home.glob("clinics/*/clinic.db*"), Path(__file__)) if path.is_file()]


def served(rounds: Rounds) -> list[Clinic]:
    """Return the clinics that people use, or will use again."""
    return [clinic for clinic in rounds.clinics if clinic.state in (ClinicState.ACTIVE, ClinicState.SUSPENDED)]


def _trails(rounds: Rounds) -> Iterator[tuple[str, str, type[AuditEntry] | type[InstanceAuditEntry]]]:
    if rounds.control_is_current:
        yield "the instance", control_url(rounds.settings), InstanceAuditEntry
    for clinic in served(rounds):
        yield clinic.slug, clinic_url(rounds.settings, clinic), AuditEntry


def _last(url: str, kind: type[AuditEntry] | type[InstanceAuditEntry]) -> datetime | None:
    found: datetime | None = ask(url, select(func.max(kind.at)))
    return found


def _waiting_mails(url: str, since: datetime) -> int:
    waiting = OutboxMail.next_try.is_not(None), OutboxMail.created_at < since
    return int(ask(url, select(func.count()).select_from(OutboxMail).where(*waiting)) or 0)


def ask(url: str, question: Select[Any]) -> Any:
    """Return one value from a database, or None when it does not open: `schemas_are_current` reports that."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return connection.scalar(question)
    except Exception:
        return None
    finally:
        engine.dispose()
