"""A clinic's rules: who may open an account, where “Leave quickly” leads, who is on duty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import ClinicScope, current_clinic
from vtclinic.core.uow import control_session, control_unit_of_work, session
from vtclinic.features.clinic.models import OnDuty
from vtclinic.features.clinic.policy import can_run_clinic
from vtclinic.features.staff import api as staff
from vtclinic.tenants import service as tenants
from vtclinic.tenants.helpnow import refresh_help_now
from vtclinic.tenants.instance import Instance
from vtclinic.tenants.resolve import as_scope


@dataclass(frozen=True)
class Rules:
    """What the page of rules shows."""

    clinic: ClinicScope
    registration: str
    leave_url: str
    therapists: list[tuple[UUID, str]]
    on_duty: frozenset[UUID]


def rules(instance: Instance, actor: Actor) -> Rules:
    """Return the rules in force, read from the directory itself: another admin may have changed them a moment ago."""
    authorize(actor, can_run_clinic)
    with control_unit_of_work(write=False):
        row = tenants.find_clinic(current_clinic().slug)
    people = sorted(((each.uid, each.name) for each in staff.active_therapists()), key=lambda pair: pair[1].casefold())
    return Rules(current_clinic(), row.registration, row.leave_url, people, frozenset(on_duty_uids()))


def change_rules(instance: Instance, actor: Actor, *, registration: str, leave_url: str) -> None:
    """Choose who may open an account and where “Leave quickly” leads."""
    authorize(actor, can_run_clinic)
    clinic = current_clinic()
    with control_unit_of_work():
        row = tenants.find_clinic(clinic.slug)
        if row.registration != registration:
            tenants.change_registration(instance, actor, clinic.slug, registration)
            record(actor, "clinic.registration-changed", "clinic", clinic.uid, reason=registration)
        if row.leave_url != leave_url:
            tenants.change_leave_url(instance, actor, clinic.slug, leave_url)
            control_session().flush()
            refresh_help_now(as_scope(instance, row))
            record(actor, "clinic.leave-address-changed", "clinic", clinic.uid)


def choose_on_duty(actor: Actor, uids: Iterable[UUID]) -> None:
    """Say who answers for risk tasks without an owner; nobody chosen means every therapist."""
    authorize(actor, can_run_clinic)
    wanted = set(uids)
    if wanted - {each.uid for each in staff.active_therapists()}:
        sentence = _("Choose among the therapists who work here now.")
        raise Invalid(sentence, fields={"on_duty": sentence})
    session().execute(delete(OnDuty))
    session().add_all([OnDuty(user_uid=uid, since=clock.now()) for uid in sorted(wanted)])
    record(actor, "clinic.duty-changed", "clinic", current_clinic().uid)


def on_duty_uids() -> list[UUID]:
    """Return who was chosen to be on duty; empty when nobody was."""
    return list(session().scalars(select(OnDuty.user_uid).order_by(OnDuty.user_uid)))
