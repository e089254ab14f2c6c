"""A patient answers: one question at a time, each answer stored before the next page shows."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.events import publish
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.progress import catalogue, policy
from vtclinic.features.progress.instruments import check_answer, risk_of, score
from vtclinic.features.progress.models import Answer, Response, ResponseState, StoredScore
from vtclinic.features.progress.news import QuestionnaireFinished, RiskAnswered, RiskAnswerLowered, SafetyAnswered
from vtclinic.features.progress.sheet import Sheet, answers_of, make_sheet

SAFETY = ("yes", "unsure", "no")
NOT_SAID = "none"


def assign(actor: Actor, patient_uid: UUID, instrument_id: str, *, due: date | None = None, closes: date | None = None) -> UUID:
    """Give a patient a questionnaire; one that is still open is given back instead of a second. After `closes` it cannot be answered."""
    authorize(actor, policy.can_assign, patient_uid)
    pack = catalogue.to_give(instrument_id)
    already = waiting(patient_uid, pack.id)
    if already is not None:
        return already
    row = Response(
        patient_uid=patient_uid,
        instrument=pack.id,
        version=pack.version,
        state=ResponseState.OPEN,
        assigned_at=clock.now(),
        assigned_by=actor.uid,
        due_on=due,
        closes_on=closes,
    )
    try:
        with session().begin_nested():
            session().add(row)
    except IntegrityError:
        # Somebody gave the same questions a moment ago; theirs stand.
        already = waiting(patient_uid, pack.id)
        assert already is not None
        return already
    record(actor, "questionnaire.assign", "questionnaire", row.uid, patient_uid=patient_uid)
    return row.uid


def sheet(actor: Actor, uid: UUID) -> Sheet:
    """Return a patient's own questionnaire."""
    found = _sheet(actor, uid)
    record(actor, "questionnaire.read", "questionnaire", uid, patient_uid=found.response.patient_uid)
    return found


def start(actor: Actor, uid: UUID) -> Sheet:
    """Begin, or go on where it was left on this or another device."""
    found = _sheet_to_write(actor, uid)
    if found.response.state == ResponseState.CLOSED:
        raise Conflict(_("These questions are closed now. You do not need to do anything."))
    found.response.start(clock.now())
    record(actor, "questionnaire.start", "questionnaire", uid, patient_uid=found.response.patient_uid)
    return found


def answer(actor: Actor, uid: UUID, item: int, value: int | None, *, safe: str | None = None) -> Sheet:
    """Store one answer (None skips) and tell the care team when it names self-harm.

    The answer to the last open question finishes the questionnaire unless something was skipped. `safe` is the answer to
    "Are you safe right now?" when it came along; it counts beside a risk answer only.
    """
    found = _sheet_to_write(actor, uid)
    if not found.can_change:
        raise Conflict(
            _("These answers are with your care team now. You can write to them about it.")
            if found.response.finished_at
            else _("These questions are closed now. You do not need to do anything.")
        )
    if found.instrument.item(item) is None:
        raise NotFound
    if value is not None:
        check_answer(found.instrument, item, value)
    before = found.value_of(item)
    _store(found, item, value)
    record(actor, "questionnaire.answer", "questionnaire", uid, patient_uid=found.response.patient_uid)
    _tell(found, item, value, before)
    if safe is not None and risk_of(found.instrument, item, value):
        _note_safety(found, safe)
    _go_on(actor, found)
    return found


def say_line(actor: Actor, uid: UUID, line: str) -> Sheet:
    """Store which cut-off the person says applies to them, or that they prefer not to say; nothing else decides it."""
    found = _sheet_to_write(actor, uid)
    if not found.instrument.asks_which_line or not found.can_change:
        raise NotFound
    if line not in {NOT_SAID, *(each.id for each in found.instrument.cutoffs)}:
        raise Invalid(_("Choose one of the answers shown."), fields={"line": _("Choose one of the answers shown.")})
    found.response.line = line
    record(actor, "questionnaire.answer", "questionnaire", uid, patient_uid=found.response.patient_uid)
    _go_on(actor, found)
    return found


def say_safe(actor: Actor, uid: UUID, safe: str) -> Sheet:
    """Store the answer to "Are you safe right now?" and tell the care team."""
    found = _sheet_to_write(actor, uid)
    if not found.raised:
        raise NotFound
    _note_safety(found, safe)
    record(actor, "questionnaire.answer", "questionnaire", uid, patient_uid=found.response.patient_uid)
    return found


def send(actor: Actor, uid: UUID) -> Sheet:
    """Finish a questionnaire in which something was skipped; sending twice changes nothing."""
    found = _sheet_to_write(actor, uid)
    if found.response.is_open:
        if found.next_item is not None or found.needs_line:
            raise Conflict(_("There are questions you have not seen yet. You can skip each of them."))
        _finish(actor, found)
    return found


def waiting(patient_uid: UUID, instrument_id: str) -> UUID | None:
    """Return the open one of these questions that a patient has, if there is one."""
    return session().scalar(
        select(Response.uid).where(
            Response.patient_uid == patient_uid, Response.instrument == instrument_id, Response.state == ResponseState.OPEN
        )
    )


def _sheet(actor: Actor, uid: UUID) -> Sheet:
    rows = session().execute(select(Response, Answer).outerjoin(Answer).where(Response.uid == uid).order_by(Answer.item)).all()
    if not rows:
        raise NotFound
    authorize(actor, policy.can_answer, rows[0][0])
    return make_sheet(rows[0][0], [row[1] for row in rows if row[1] is not None])


def _sheet_to_write(actor: Actor, uid: UUID) -> Sheet:
    # Two submits at once queue up here, so that each sees what the other stored.
    row = session().get(Response, uid, with_for_update=True)
    if row is None:
        raise NotFound
    authorize(actor, policy.can_answer, row)
    return make_sheet(row, answers_of(uid))


def _store(found: Sheet, item: int, value: int | None) -> None:
    now, row = clock.now(), found.answers.get(item)
    found.response.start(now)
    if row is None:
        row = Answer(patient_uid=found.response.patient_uid, response_uid=found.response.uid, item=item, kept=[value], answered_at=now)
        session().add(row)
        found.answers[item] = row
    elif row.value != value:
        row.change(value, now)


def _tell(found: Sheet, item: int, value: int | None, before: int | None) -> None:
    if value == before:
        return
    patient, uid = found.response.patient_uid, found.response.uid
    level = risk_of(found.instrument, item, value)
    if level is not None and value is not None:
        publish(RiskAnswered(patient, uid, found.instrument.id, item, value, level.value))
    elif risk_of(found.instrument, item, before):
        publish(RiskAnswerLowered(patient, uid, item, value))


def _go_on(actor: Actor, found: Sheet) -> None:
    if not found.response.is_open:
        _score(found)
    elif found.next_item is None and not found.skipped and not found.needs_line:
        _finish(actor, found)


def _note_safety(found: Sheet, safe: str) -> None:
    if safe not in SAFETY:
        raise Invalid(_("Choose one of the answers shown."), fields={"safe": _("Choose one of the answers shown.")})
    if found.response.safety != safe:
        found.response.safety, found.response.safety_at = safe, clock.now()
        publish(SafetyAnswered(found.response.patient_uid, found.response.uid, safe))


def _finish(actor: Actor, found: Sheet) -> None:
    found.response.finish(clock.now())
    _score(found)
    record(actor, "questionnaire.finish", "questionnaire", found.response.uid, patient_uid=found.response.patient_uid)
    publish(QuestionnaireFinished(found.response.patient_uid, found.response.uid, found.instrument.id))


def _score(found: Sheet) -> None:
    response = found.response
    row = session().scalars(select(StoredScore).where(StoredScore.response_uid == response.uid)).first()
    if row is None:
        row = StoredScore(
            patient_uid=response.patient_uid,
            response_uid=response.uid,
            instrument=response.instrument,
            version=response.version,
            taken_at=response.finished_at,
            result={},
        )
        session().add(row)
    values = {number: each.value for number, each in found.answers.items()}
    line = response.line if found.instrument.asks_which_line and response.line != NOT_SAID else None
    came_to = score(found.instrument, values, cutoff=line)
    risks = [value for risk in found.instrument.risk_items if (value := values.get(risk.item)) is not None]
    row.result = {
        "total": came_to.total,
        "band": came_to.band.id if came_to.band else None,
        "risk_answer": max(risks, default=None),
        "positive": came_to.positive,
        "rule_met": came_to.rule_met,
    }
