"""The rules by which questionnaires come: the clinic's, a patient's own in their place, and pauses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.core.zones import zone
from vtclinic.features.progress import catalogue, policy
from vtclinic.features.progress.models_plan import Plan, PlanPause, When

MOST_EVERY, MOST_DAYS = 52, 60


@dataclass(frozen=True)
class Wish:
    """A rule somebody wants: which questionnaire, when, every how many sessions or weeks, and how many days there are to answer."""

    instrument: str
    when: str
    every: int = 1
    days: int = 7


def clinic_rules(actor: Actor) -> list[Plan]:
    """Return the rules that hold for every patient."""
    authorize(actor, policy.can_choose)
    return in_force(())[None]


def add_for_clinic(actor: Actor, wish: Wish) -> None:
    """Make a rule for every patient; it takes the place of the clinic's earlier one for these questions."""
    authorize(actor, policy.can_choose)
    if wish.when == When.NEVER:
        raise Invalid(_("Choose one of the answers shown."), fields={"when": _("Choose one of the answers shown.")})
    row = _replace(actor, None, wish)
    record(actor, "questionnaire-plan.made", "questionnaire-plan", row.uid)


def add_for_patient(actor: Actor, patient_uid: UUID, wish: Wish) -> None:
    """Make a rule for one patient; it takes the place of the clinic's for these questions."""
    authorize(actor, policy.is_carer, patient_uid)
    row = _replace(actor, patient_uid, wish)
    record(actor, "questionnaire-plan.made", "questionnaire-plan", row.uid, patient_uid=patient_uid)


def end(actor: Actor, uid: UUID) -> UUID | None:
    """End a rule; returns whose it was, None for the clinic's. What was given stays."""
    row = session().get(Plan, uid)
    if row is None:
        raise NotFound
    if row.patient_uid is None:
        authorize(actor, policy.can_choose)
    else:
        authorize(actor, policy.is_carer, row.patient_uid)
    if row.ended_at is None:
        row.ended_at, row.ended_by = clock.now(), actor.uid
        record(actor, "questionnaire-plan.ended", "questionnaire-plan", uid, patient_uid=row.patient_uid)
    return row.patient_uid


def pause(actor: Actor, patient_uid: UUID, until: date | None) -> None:
    """Let nothing come by itself for one patient, until a last day or until somebody goes on."""
    authorize(actor, policy.is_carer, patient_uid)
    if until is not None and until < today():
        raise Invalid(_("Choose a day that is still to come."), fields={"until": _("Choose a day that is still to come.")})
    assert actor.uid is not None
    row = session().get(PlanPause, patient_uid)
    if row is None:
        session().add(PlanPause(patient_uid=patient_uid, since=clock.now(), until=until, by=actor.uid))
    else:
        row.since, row.until, row.by = clock.now(), until, actor.uid
    record(actor, "questionnaire-plan.paused", "patient", patient_uid, patient_uid=patient_uid)


def go_on(actor: Actor, patient_uid: UUID) -> None:
    """End a pause; what would have come meanwhile does not come later."""
    authorize(actor, policy.is_carer, patient_uid)
    row = session().get(PlanPause, patient_uid)
    if row is not None:
        session().delete(row)
        record(actor, "questionnaire-plan.went-on", "patient", patient_uid, patient_uid=patient_uid)


def paused(patient_uid: UUID) -> PlanPause | None:
    """Return the pause a patient is in today."""
    row = session().get(PlanPause, patient_uid)
    return row if row is not None and (row.until is None or row.until >= today()) else None


def in_force(patient_uids: Iterable[UUID]) -> dict[UUID | None, list[Plan]]:
    """Return the rules in force: the clinic's under None, and each patient's own."""
    found: dict[UUID | None, list[Plan]] = {None: []}
    uids = list(patient_uids)
    wanted = or_(Plan.patient_uid.is_(None), Plan.patient_uid.in_(uids)) if uids else Plan.patient_uid.is_(None)
    for row in session().scalars(select(Plan).where(Plan.ended_at.is_(None), wanted).order_by(Plan.made_at, Plan.uid)):
        found.setdefault(row.patient_uid, []).append(row)
    return found


def rules_of(patient_uid: UUID) -> list[Plan]:
    """Return the rules that hold for one patient: their own, and the clinic's for the other questions."""
    return for_one(in_force([patient_uid]), patient_uid)


def for_one(rules: dict[UUID | None, list[Plan]], patient_uid: UUID) -> list[Plan]:
    """Choose among rules in force those of one patient."""
    own = rules.get(patient_uid, [])
    replaced = {row.instrument for row in own}
    return [*own, *(row for row in rules[None] if row.instrument not in replaced)]


def today() -> date:
    """Return the clinic's own day."""
    return clock.now().astimezone(zone(current_clinic().timezone)).date()


def _replace(actor: Actor, patient_uid: UUID | None, wish: Wish) -> Plan:
    catalogue.to_give(wish.instrument)
    if wish.when not in set(When):
        raise Invalid(_("Choose one of the answers shown."), fields={"when": _("Choose one of the answers shown.")})
    if not 1 <= wish.every <= MOST_EVERY or not 1 <= wish.days <= MOST_DAYS:
        raise Conflict(_("A rule counts 1 to 52 sessions or weeks, and gives 1 to 60 days to answer."))
    whose = Plan.patient_uid.is_(None) if patient_uid is None else Plan.patient_uid == patient_uid
    now = clock.now()
    for row in session().scalars(select(Plan).where(whose, Plan.instrument == wish.instrument, Plan.ended_at.is_(None))):
        row.ended_at, row.ended_by = now, actor.uid
    assert actor.uid is not None
    made = Plan(patient_uid=patient_uid, instrument=wish.instrument, when=wish.when, every=wish.every, days=wish.days, made_at=now, made_by=actor.uid)
    session().add(made)
    session().flush()
    return made
