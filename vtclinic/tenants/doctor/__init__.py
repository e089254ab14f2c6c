"""The doctor: checks of a whole installation, each with one sentence and what corrects it. Changes nothing."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

from vtclinic.core.crypto.keys import load_master_key
from vtclinic.core.errors import ClinicError, KeyUnavailable
from vtclinic.core.settings import Settings
from vtclinic.tenants.doctor import databases, files, help_lines, keys, network
from vtclinic.tenants.doctor.finding import Check, Finding, Level, Rounds
from vtclinic.tenants.facts import open_control
from vtclinic.tenants.instance import control_exists
from vtclinic.tenants.lifecycle_upgrades import control_state
from vtclinic.tenants.models import Clinic

CHECKS: tuple[Check, ...] = (
    files.home_is_private,
    files.databases_are_private,
    files.secrets_are_private,
    files.home_can_be_written,
    files.disk_has_room,
    keys.secrets_are_not_empty,
    keys.master_key_fits,
    keys.rotations_are_finished,
    keys.recovery_was_rehearsed,
    network.nobody_listens_in,
    network.demo_stays_at_home,
    network.mails_leave,
    databases.schemas_are_current,
    databases.clinics_are_whole,
    databases.clock_is_right,
    databases.mails_are_not_stuck,
    help_lines.numbers_are_fresh,
    help_lines.own_numbers_are_fresh,
    help_lines.help_pages_are_there,
)


def examine(settings: Settings, more: tuple[Check, ...] = ()) -> list[Finding]:
    """Make every check of an installation, and `more` that a feature knows of; problems first. A check that fails itself is a finding too."""
    if not settings.home.is_dir() or not control_exists(settings):
        return [Finding("set-up", f"There is no installation in {settings.home}.", "vtclinic init")]
    rounds = Rounds(settings)
    found = [*_open_key(rounds), *_open_directory(rounds)]
    for check in (*CHECKS, *more):
        found += _make(check, rounds)
    return sorted(dict.fromkeys(found), key=lambda finding: finding.level != Level.PROBLEM)


def _make(check: Check, rounds: Rounds) -> list[Finding]:
    try:
        return list(check(rounds))
    except (OSError, SQLAlchemyError, ClinicError) as error:
        name = check.__name__.replace("_", " ")
        return [Finding(name, f"The check “{name}” could not be made: {type(error).__name__}.", f"Look at {Path(rounds.settings.home)}")]


def _open_key(rounds: Rounds) -> list[Finding]:
    try:
        rounds.master = load_master_key(rounds.settings.home)
    except KeyUnavailable as error:
        return [] if "other accounts" in error.message else [Finding("master key", error.message, "vtclinic key recover")]
    return []


def _open_directory(rounds: Rounds) -> list[Finding]:
    try:
        rounds.control_is_current = control_state(rounds.settings).is_current
        if rounds.control_is_current:
            with open_control(rounds.settings) as control:
                wanted = select(Clinic).options(selectinload(Clinic.keys), selectinload(Clinic.hosts)).order_by(Clinic.slug)
                rounds.clinics = list(control.scalars(wanted))
    except SQLAlchemyError as error:
        return [Finding("databases", f"The control database does not open: {type(error).__name__}.", "Bring it back from a backup.")]
    return []


__all__ = ["CHECKS", "Check", "Finding", "Level", "Rounds", "examine"]
