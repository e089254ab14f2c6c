"""The first questions: each answer saved at once, sent together, then two questionnaires."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.events import publish
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor
from vtclinic.core.uow import session
from vtclinic.features.crisis import api as crisis
from vtclinic.features.intake.consents import give, standing, withdraw
from vtclinic.features.intake.models import Intake, IntakeAnswer
from vtclinic.features.intake.news import NeedsChanged
from vtclinic.features.intake.plan import Plan, current_plan, plan_of
from vtclinic.features.intake.policy import own_uid
from vtclinic.features.intake.questions import CONSENTS, QUESTIONS, WISHES, Kind, Question
from vtclinic.features.progress import api as progress
from vtclinic.features.records import api as records

WORDS = "intake"  # what the word list calls what it read here


@dataclass(frozen=True)
class Sheet:
    """A patient's answers so far. A question in `answers` with None was passed over."""

    patient_uid: UUID
    intake: Intake | None
    answers: Mapping[str, Any]

    @property
    def sent(self) -> bool:
        """Tell whether the answers were sent."""
        return self.intake is not None and self.intake.sent_at is not None

    @cached_property
    def plan(self) -> Plan:
        """What this patient is asked: until they send it what the clinic asks now, afterwards what it asked then."""
        return plan_of(self.intake.plan_version or 0) if self.sent and self.intake is not None else current_plan()

    @cached_property
    def questions(self) -> list[Question]:
        """The pages this patient sees: after sending, what the record holds is changed in the profile; no musts without a wish."""
        return [each for each in self.asked if (each.key != "musts" or self.wishes) and not (self.sent and (each.record or each.kind is Kind.CONSENT))]

    @cached_property
    def asked(self) -> list[Question]:
        """All questions of the plan."""
        return self.plan.questions

    @property
    def waiting(self) -> list[progress.Assigned]:
        """The questionnaires of the plan that wait for answers."""
        return [each for each in progress.open_questionnaires(self.patient_uid) if each.instrument in self.plan.packs]

    @property
    def wishes(self) -> dict[str, Any]:
        """The wishes that can be made a must, with their words."""
        return {facet: words for facet, words in WISHES.items() if self.answers.get(facet)}

    @property
    def refused(self) -> str:
        """The consent that was not given, if any; nothing goes on without it."""
        return next((kind for kind in CONSENTS if self.answers.get(kind) == "no"), "")

    @property
    def next_key(self) -> str | None:
        """The first question nobody has dealt with; None after the last."""
        return next((each.key for each in self.questions if each.key not in self.answers), None)

    def after(self, key: str) -> str | None:
        """Return the question that follows, None after the last."""
        keys = [each.key for each in self.questions]
        return next(iter(keys[keys.index(key) + 1 :]), None) if key in keys else self.next_key

    def before(self, key: str) -> str | None:
        """Return the question before, None at the first."""
        keys = [each.key for each in self.questions]
        return keys[keys.index(key) - 1] if key in keys and keys.index(key) else None


def sheet(actor: Actor) -> Sheet:
    """Return the actor's own answers so far."""
    uid = own_uid(actor)
    record(actor, "intake.read", "intake", uid, patient_uid=uid)
    return _sheet(uid)


def save(actor: Actor, key: str, value: Any) -> Sheet:
    """Store one answer; None passes over. Raises Invalid where an answer is a must, NotFound for no such question."""
    uid = own_uid(actor)
    found = _sheet_to_write(uid)
    question = next((each for each in found.asked if each.key == key), None)
    if question is None:
        raise NotFound
    if found.sent and (question.record or question.kind is Kind.CONSENT):
        raise Conflict(_("You have sent this. You can change it under Settings."))
    if question.must and not value:
        raise Invalid(_("We need this to go on."), fields={"value": _("We need this to go on.")})
    row = _store(uid, key, value)
    if question.is_read_by_word_list and value:
        crisis.look_at(uid, value, WORDS, row.uid)
    if key in CONSENTS:
        _consent(actor, key, agreed=value == "yes")
    record(actor, "intake.answer", "intake", uid, patient_uid=uid)
    if found.sent and found.intake is not None:
        found.intake.changed_at = clock.now()
        publish(NeedsChanged(uid))
    return replace(found, answers={**found.answers, key: value})


def send(actor: Actor) -> Sheet:
    """Send the answers: they fill the record, and two questionnaires are given. Sending twice changes nothing."""
    uid = own_uid(actor)
    found = _sheet_to_write(uid)
    if found.sent:
        return found
    if found.refused or set(standing(uid)) != set(CONSENTS):
        raise Conflict(_("We need your yes to go on. You can look at it again."))
    if found.next_key is not None:
        raise Conflict(_("There are questions you have not seen yet. You can pass over most of them."))
    _fill_record(actor, found)
    in_use = {pack.id for pack in progress.can_be_given()}
    for name in (each for each in found.plan.packs if each in in_use):
        progress.assign(actor, uid, name)
    assert found.intake is not None
    found.intake.plan_version = found.plan.version
    found.intake.sent_at = clock.now()
    record(actor, "intake.send", "intake", uid, patient_uid=uid)
    publish(NeedsChanged(uid))
    return found


def answers_of(patient_uid: UUID) -> Sheet:
    """Return a patient's answers, for code that authorises by itself."""
    return _sheet(patient_uid)


def suggestions(actor: Actor) -> dict[str, Any]:
    """Return what the record knows already, to be offered as an answer."""
    found = records.patient(own_uid(actor))
    known = {"name": found.preferred_name, "pronouns": found.pronouns, "languages": found.languages, "place": found.place, "born": found.date_of_birth}
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in known.items()}


def _sheet(uid: UUID) -> Sheet:
    session().flush()
    rows = session().execute(
        select(Intake, IntakeAnswer).outerjoin(IntakeAnswer, IntakeAnswer.patient_uid == Intake.patient_uid).where(Intake.patient_uid == uid)
    )
    listed = list(rows)
    answers = {row.question: row.value for _intake, row in listed if row is not None}
    return Sheet(uid, listed[0][0] if listed else None, answers)


def _sheet_to_write(uid: UUID) -> Sheet:
    intake = session().get(Intake, uid, with_for_update=True)
    if intake is None:
        try:
            with session().begin_nested():
                session().add(Intake(patient_uid=uid, started_at=clock.now()))
        except IntegrityError:
            # The same first answer came twice at once; from here on the other one's row is the lock.
            session().get_one(Intake, uid, with_for_update=True)
    return _sheet(uid)


def _store(uid: UUID, key: str, value: Any) -> IntakeAnswer:
    row = session().scalars(select(IntakeAnswer).where(IntakeAnswer.patient_uid == uid, IntakeAnswer.question == key)).first()
    if row is None:
        row = IntakeAnswer(patient_uid=uid, question=key, value=value, answered_at=clock.now())
        session().add(row)
        session().flush()
    else:
        row.value, row.answered_at = value, clock.now()
    return row


def texts_of(uids: Iterable[UUID]) -> dict[UUID, str]:
    """Return answers in somebody's own words for the clinician whom the word list asked to read them; crisis has authorised them."""
    rows = session().scalars(select(IntakeAnswer).where(IntakeAnswer.uid.in_(list(uids))))
    return {row.uid: row.value for row in rows if isinstance(row.value, str)}


def _consent(actor: Actor, kind: str, *, agreed: bool) -> None:
    if agreed:
        give(actor, kind)
    elif kind in standing(own_uid(actor)):
        withdraw(actor, kind)


def _fill_record(actor: Actor, found: Sheet) -> None:
    values = {each.record: found.answers.get(each.key) for each in QUESTIONS if each.record}
    told = {name: value for name, value in values.items() if value}
    if "date_of_birth" in told:
        told["date_of_birth"] = date.fromisoformat(told["date_of_birth"])
    records.change_profile(actor, found.patient_uid, **told)
