"""Are the keys there, do they fit, and could they be brought back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from vtclinic.core.errors import KeyUnavailable
from vtclinic.tenants.doctor.finding import Finding, Level, Rounds
from vtclinic.tenants.facts import INITIALISED, RECOVERY_DRILL, fact_date, open_control
from vtclinic.tenants.keys import open_keys
from vtclinic.tenants.models import ClinicState
from vtclinic.tenants.rotation import NEXT_FILE, check_master_key

DRILL_VALID = timedelta(days=365)


def secrets_are_not_empty(rounds: Rounds) -> Iterator[Finding]:
    """No secret is blank or a row of the same byte."""
    if rounds.master is not None and len(set(rounds.master.secret)) < 8:
        yield Finding("empty secrets", "The master key is not random.", "vtclinic key rotate-master")
    settings = rounds.settings
    if settings.smtp_user and not _has_text(settings.smtp_password_file):
        yield Finding("empty secrets", "smtp_user is set, but the file named by smtp_password_file is missing or empty.", "Write the mail password into that file.")


def master_key_fits(rounds: Rounds) -> Iterator[Finding]:
    """The master key opens every clinic's keys."""
    if rounds.master is None or not rounds.control_is_current:
        return
    try:
        check_master_key(rounds.settings, rounds.master)
    except KeyUnavailable:
        yield Finding("master key", "The master key is not the one this installation is locked with.", "vtclinic key recover")
        return
    for clinic in rounds.clinics:
        if clinic.state in (ClinicState.MAKING, ClinicState.ERASING):
            continue
        try:
            open_keys(rounds.master, clinic)
        except (KeyUnavailable, StopIteration):
            yield Finding("master key", f"The keys of the clinic {clinic.slug} cannot be opened.", "Bring the control database back from a backup.")
    if (rounds.settings.home / NEXT_FILE).exists():
        yield Finding("master key", "A change of the master key was interrupted.", "vtclinic tenant list", Level.WARNING)


def rotations_are_finished(rounds: Rounds) -> Iterator[Finding]:
    """No clinic is half-way between two keys."""
    for clinic in rounds.clinics:
        if clinic.state not in (ClinicState.MAKING, ClinicState.ERASING) and len(clinic.keys) > 1:
            yield Finding("key rotation", f"The clinic {clinic.slug} is half-way to a new key.", f"vtclinic key rotate --tenant {clinic.slug}", Level.WARNING)


def recovery_was_rehearsed(rounds: Rounds) -> Iterator[Finding]:
    """Somebody has proved within a year that two shares rebuild the key."""
    if not rounds.control_is_current:
        return
    with open_control(rounds.settings) as control:
        last, made = fact_date(control, RECOVERY_DRILL), fact_date(control, INITIALISED)
    if made is None:
        yield Finding("set-up", "The set-up was never finished, so nobody may have the recovery shares.", "vtclinic init (or, in use already: vtclinic key shares)")
    if last is None:
        yield Finding("recovery drill", "Nobody has proved yet that two recovery shares rebuild the master key.", "vtclinic key drill")
    elif rounds.now - last > DRILL_VALID:
        yield Finding("recovery drill", f"The last recovery drill was on {last:%Y-%m-%d}, over a year ago.", "vtclinic key drill", Level.WARNING)


def _has_text(name: str) -> bool:
    try:
        return bool(name) and bool(Path(name).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return False
