"""Are the numbers of help lines still proved."""

from __future__ import annotations

from collections.abc import Iterator

from vtclinic.core.errors import ClinicError
from vtclinic.tenants.doctor.finding import Finding, Level, Rounds
from vtclinic.tenants.helpnow import FILE, OWN, HelpLine, read_own, stale_lines, unproven_lines
from vtclinic.tenants.helpnow.lines import DATA
from vtclinic.tenants.models import Clinic, ClinicState

_SHOWN = 3
UPDATE = "Call each number, then set verified_on and review_by"


def numbers_are_fresh(rounds: Rounds) -> Iterator[Finding]:
    """No help line of a country we serve is overdue for a check; elsewhere it is a warning."""
    here = {clinic.country for clinic in rounds.clinics}
    stale = stale_lines(rounds.now.date())
    ours, others = [row for row in stale if row[0] in here], [row for row in stale if row[0] not in here]
    if ours:
        yield Finding("help lines", f"{_many(len(ours))} overdue for a check: {_named(ours)}.", f"{UPDATE} in vtclinic/tenants/helpnow/lines.toml, or upgrade vtclinic.")
    if others:
        yield Finding("help lines", f"{_many(len(others))} of other countries overdue for a check: {_named(others)}.", "Upgrade vtclinic.", Level.WARNING)
    if unproven := [row for row in unproven_lines() if row[0] in here]:
        yield Finding("help lines", f"No official source was seen for: {_named(unproven)}.", "Call each number once before people rely on it.", Level.WARNING)


def own_numbers_are_fresh(rounds: Rounds) -> Iterator[Finding]:
    """The lines a clinic added can be read and are not overdue."""
    for clinic in _served(rounds):
        file = rounds.settings.clinics / clinic.slug / OWN
        try:
            own = read_own(file).own_lines
        except ClinicError as error:
            yield Finding("help lines", error.message, f"Correct {file}")
            continue
        if stale := [line for code, line in stale_lines(rounds.now.date(), own) if code == ""]:
            yield Finding("help lines", f"Lines of {clinic.slug} are overdue for a check: {', '.join(line.name for line in stale)}.", f"{UPDATE} in {file}")


def help_pages_are_there(rounds: Rounds) -> Iterator[Finding]:
    """Every clinic's help-now page lies on disk with today's numbers, where it is found with everything else stopped."""
    for clinic in _served(rounds):
        page = rounds.settings.clinics / clinic.slug / "public" / FILE
        if not page.is_file():
            yield Finding("help lines", f"The help-now page of {clinic.slug} is missing.", f"vtclinic tenant help-now {clinic.slug}")
        elif any(source.exists() and source.stat().st_mtime > page.stat().st_mtime for source in (DATA, page.parents[1] / OWN)):
            yield Finding("help lines", f"The help-now page of {clinic.slug} is older than the numbers it shows.", f"vtclinic tenant help-now {clinic.slug}")


def _served(rounds: Rounds) -> list[Clinic]:
    return [clinic for clinic in rounds.clinics if clinic.state in (ClinicState.ACTIVE, ClinicState.SUSPENDED)]


def _many(number: int) -> str:
    return "A help line is" if number == 1 else f"{number} help lines are"


def _named(rows: list[tuple[str, HelpLine]]) -> str:
    names = [f"{line.name} ({code})" for code, line in rows[:_SHOWN]]
    return ", ".join(names) + (f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else "")
