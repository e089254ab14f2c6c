"""Licences: handed in by therapists, checked by the clinic, reminded of before they run out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.outbox import queue_mail
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST, Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import once, session
from vtclinic.features.records import api as records
from vtclinic.features.staff import files, policy
from vtclinic.features.staff.models import Credential, CredentialState
from vtclinic.features.staff.uploads import Upload
from vtclinic.identity.models import User, UserState

EVIDENCE = "evidence"
SOON = timedelta(days=60)
REMIND = timedelta(days=30)
MOST_YEARS = 15
LONGEST = {"number": 60, "title": 80, "register": 120}
FILTERS = ("waiting", "soon", "expired", "asked", "verified")


@dataclass(frozen=True)
class Claim:
    """What a therapist says about a licence."""

    number: str
    title: str
    register: str
    country: str
    region: str
    expires_on: date


def hand_in(actor: Actor, therapist_uid: UUID, claim: Claim, paper: Upload | None) -> Credential:
    """Keep a licence for the clinic to check; raise Invalid with a sentence for each field."""
    made = Credential(therapist_uid=therapist_uid, state=CredentialState.PENDING, submitted_at=clock.now(), **checked_claim(claim).__dict__)
    authorize(actor, policy.can_hand_in, made)
    _attach(made, paper)
    session().add(made)
    session().flush()
    record(actor, "credential.handed-in", "credential", made.uid)
    if not actor.is_system:
        _tell_administrators()
    return made


def hand_in_again(actor: Actor, uid: UUID, claim: Claim, paper: Upload | None) -> Credential:
    """Correct a licence the clinic has not approved; it waits to be checked anew."""
    found = _own(actor, uid)
    if found.state == CredentialState.VERIFIED:
        raise Conflict(_("The clinic has checked this one already. Add a new one instead."))
    for name, value in checked_claim(claim).__dict__.items():
        setattr(found, name, value)
    _attach(found, paper)
    found.state, found.submitted_at, found.asked = CredentialState.PENDING, clock.now(), None
    record(actor, "credential.handed-in", "credential", uid)
    _tell_administrators()
    return found


def withdraw(actor: Actor, uid: UUID) -> None:
    """Delete a licence the clinic has not approved."""
    found = _own(actor, uid)
    if found.state == CredentialState.VERIFIED:
        raise Conflict(_("The clinic has checked this one already, so it stays."))
    files.forget(EVIDENCE, found.evidence)
    session().delete(found)
    record(actor, "credential.withdrawn", "credential", uid)


def view_credential(actor: Actor, uid: UUID) -> Credential:
    """Return one licence and note the look at it."""
    found = _credential(uid)
    authorize(actor, policy.can_view_credential, found)
    record(actor, "credential.read", "credential", uid)
    return found


def read_evidence(actor: Actor, uid: UUID) -> Upload:
    """Return the document behind a licence and note the look at it."""
    found = _credential(uid)
    authorize(actor, policy.can_view_credential, found)
    if found.evidence is None or found.evidence_kind is None:
        raise NotFound()
    record(actor, "credential.evidence-read", "credential", uid)
    return Upload(files.read(EVIDENCE, found.evidence), found.evidence_kind)


def own(actor: Actor, uid: UUID) -> Credential:
    """Return a licence of the actor's own and note the look; raise NotFound for anybody else's."""
    found = _own(actor, uid)
    record(actor, "credential.read", "credential", uid)
    return found


def checker(row: Credential) -> str:
    """Return the name of who decided on a licence; empty when nobody has."""
    found = session().get(User, row.checked_by) if row.checked_by else None
    return found.name if found else ""


def approve(actor: Actor, uid: UUID) -> None:
    """Say that the clinic has seen the evidence; from now until it runs out clients there can book.

    Nobody approves their own, unless they run the clinic alone.
    """
    found = _to_decide(actor, uid)
    if found.expires_on < clock.now().date():
        raise Conflict(_("This registration has run out. Ask for a new one."))
    found.approve(actor.uid, clock.now())
    record(actor, "credential.approved", "credential", uid, reason="own, only administrator" if actor.uid == found.therapist_uid else None)
    _tell_owner(found)


def ask_again(actor: Actor, uid: UUID, reason: str) -> None:
    """Send a licence back with what is missing."""
    found = _to_decide(actor, uid)
    words = reason.strip()
    if not 1 <= len(words) <= 500:
        raise Invalid(_("Write what is missing, in up to 500 letters."), fields={"reason": _("Write what is missing, in up to 500 letters.")})
    found.ask_again(actor.uid, clock.now(), words)
    record(actor, "credential.asked-again", "credential", uid)
    _tell_owner(found)


def queue(actor: Actor, only: str = "") -> list[tuple[str, Credential]]:
    """Return what needs a clinic administrator, each with why: waiting (oldest first), run out, running out, asked again, verified."""
    authorize(actor, policy.can_manage_people)
    today = clock.now().date()
    chosen = select(Credential).join(User, User.uid == Credential.therapist_uid).where(User.state != UserState.DISABLED)
    rows = [(_why(row, today), row) for row in session().scalars(chosen)]
    record(actor, "credential.list", "credential", "all")
    order = {"waiting": 0, "expired": 1, "soon": 2, "asked": 3, "verified": 4}
    wanted = [(why, row) for why, row in rows if not only or why == only]
    return sorted(wanted, key=lambda entry: (order[entry[0]], entry[1].submitted_at.date() if entry[0] == "waiting" else entry[1].expires_on))


@once
def count_waiting() -> int:
    """Count licences that wait to be checked."""
    return session().scalar(select(waiting_count())) or 0


def waiting_count() -> ScalarSelect[int]:
    """Return how to count licences that wait to be checked."""
    return select(func.count()).select_from(Credential).where(Credential.state == CredentialState.PENDING).scalar_subquery()


def remind_of_expiry() -> int:
    """Write once to each therapist whose licence runs out within a month; returns how many."""
    today, now = clock.now().date(), clock.now()
    chosen = select(Credential).where(
        Credential.state == CredentialState.VERIFIED, Credential.reminded_at.is_(None), Credential.expires_on >= today, Credential.expires_on <= today + REMIND
    )
    rows = [row for row in session().scalars(chosen) if row.user.state == UserState.ACTIVE]
    for row in rows:
        row.reminded_at = now
        _mail(row.user, "credential_runs_out", f"/practice/credentials/{row.uid}")
    return len(rows)


def _why(row: Credential, today: date) -> str:
    standing = row.standing(today)
    if standing == CredentialState.PENDING:
        return "waiting"
    if standing == CredentialState.REFUSED:
        return "asked"
    if standing == CredentialState.EXPIRED:
        return "expired"
    return "soon" if row.expires_on <= today + SOON else "verified"


def _credential(uid: UUID) -> Credential:
    found = session().get(Credential, uid)
    if found is None:
        raise NotFound()
    return found


def _own(actor: Actor, uid: UUID) -> Credential:
    found = _credential(uid)
    authorize(actor, policy.owns, found)
    return found


def _to_decide(actor: Actor, uid: UUID) -> Credential:
    authorize(actor, policy.can_manage_people)
    found = _credential(uid)
    if found.state != CredentialState.PENDING:
        raise Conflict(_("Somebody has decided this one already."))
    if actor.uid == found.therapist_uid and _other_administrators(found.therapist_uid):
        raise Conflict(_("This is your own registration. Ask another administrator to check it."))
    return found


def _attach(row: Credential, paper: Upload | None) -> None:
    if paper is not None:
        files.forget(EVIDENCE, row.evidence)
        row.evidence, row.evidence_kind = files.store(EVIDENCE, paper.content), paper.kind


def checked_claim(claim: Claim) -> Claim:
    """Return a claim as it is kept; raise Invalid with a sentence for each field."""
    number, title, register = (" ".join(text.split()) for text in (claim.number, claim.title, claim.register))
    tidy = Claim(number, title, register, claim.country, claim.region, claim.expires_on)
    today = clock.now().date()
    wrong = {}
    for name, most in LONGEST.items():
        text = getattr(tidy, name)
        if not text or len(text) > most:
            wrong[name] = _("Write something here, in up to %(most)s letters.", most=most)
    if not records.is_country(tidy.country):
        wrong["country"] = _("Choose a country from the list.")
    elif not records.is_region(tidy.country, tidy.region):
        wrong["region"] = _("Choose a state or province of that country.")
    if tidy.expires_on < today:
        wrong["expires_on"] = _("This day is over. Only a registration that still holds can be checked.")
    elif tidy.expires_on > today + timedelta(days=366 * MOST_YEARS):
        wrong["expires_on"] = _("This day is more than 15 years away. Check the year.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return tidy


def _administrators() -> list[User]:
    return [row for row in session().scalars(select(User).where(User.state == UserState.ACTIVE)) if CLINIC_ADMIN in row.roles]


def _other_administrators(but: UUID) -> bool:
    return any(row.uid != but for row in _administrators())


def _tell_administrators() -> None:
    for admin in _administrators():
        _mail(admin, "credential_waits", "/credentials")


def _tell_owner(row: Credential) -> None:
    if THERAPIST in row.user.roles:
        _mail(row.user, "credential_checked", f"/practice/credentials/{row.uid}")


def _mail(user: User, template: str, path: str) -> None:
    queue_mail(user.email, template, {"url": f"{current_clinic().base_url}{path}"}, locale=user.locale, timezone=user.timezone)
