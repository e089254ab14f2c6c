"""Results over time: for the patient, for the therapists in whose care they are, and for other features."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select

from vtclinic.core.audit import record
from vtclinic.core.crypto.patients import PatientKey
from vtclinic.core.errors import NotFound
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import once, session
from vtclinic.features.progress import catalogue, policy, words
from vtclinic.features.progress.instruments import Change, Instrument, Total, reliable_change
from vtclinic.features.progress.models import Answer, Response, ResponseState, StoredScore
from vtclinic.features.progress.models_plan import SessionHeld
from vtclinic.features.progress.sheet import Sheet, answers_of, make_sheet

MOST_DRAWN = 60


@dataclass(frozen=True)
class ScoreView:
    """The newest result of one questionnaire; `baseline` is the first total of the same version, None when this is it."""

    response_uid: UUID
    instrument: str
    title: str
    total: Total | None
    highest: Total
    band: str
    baseline: Total | None
    change: Change | None
    taken_at: datetime
    risk_answer: int | None


@dataclass(frozen=True)
class Assigned:
    """A questionnaire that waits for its patient."""

    uid: UUID
    instrument: str
    title: str
    answered: int
    total: int
    due_on: date | None
    started: bool


@dataclass(frozen=True)
class Series:
    """All results of one questionnaire, oldest first; the newest is last."""

    instrument: Instrument
    title: str
    scores: list[StoredScore]
    latest: ScoreView
    sessions: list[datetime] = field(default_factory=list)

    @property
    def drawable(self) -> list[StoredScore]:
        """The newest results whose version has the same range, so that one scale fits; the table holds all."""
        last = self.instrument
        ranges = {row.version: catalogue.find(row.instrument, row.version) for row in self.scores}
        same = [row for row in self.scores if (ranges[row.version].lowest, ranges[row.version].highest) == (last.lowest, last.highest)]
        return same[-MOST_DRAWN:]

    @property
    def rows(self) -> list[tuple[StoredScore, Total | None]]:
        """Every result, newest first, with its change since the first of its own version; None for that first one, and without a total."""
        firsts: dict[str, StoredScore] = {}
        rows: list[tuple[StoredScore, Total | None]] = []
        for row in self.scores:
            first = firsts.setdefault(row.version, row) if row.total is not None else row
            compared = first is not row and row.total is not None and first.total is not None
            rows.append((row, round((row.total or 0) - (first.total or 0), 2) if compared else None))
        return rows[::-1]

    @property
    def sessions_since_start(self) -> int:
        """How many sessions were held since the first comparable result."""
        return sum(at >= self.measured[0].taken_at for at in self.sessions) if self.measured else 0

    @property
    def has_versions(self) -> bool:
        """Tell whether the questions changed on the way."""
        return len({row.version for row in self.scores}) > 1

    @property
    def measured(self) -> list[StoredScore]:
        """The results that can be compared with the newest: same version, nothing skipped."""
        return [row for row in self.scores if row.total is not None and row.version == self.scores[-1].version]


@dataclass(frozen=True)
class ResultPage:
    """One finished questionnaire as a therapist reads it."""

    sheet: Sheet
    score: StoredScore | None
    view: ScoreView | None
    earlier: list[StoredScore]

    @property
    def risk_items(self) -> list[int]:
        """The questions about self-harm that were answered above zero."""
        return [risk.item for risk in self.sheet.instrument.risk_items if risk.level(self.sheet.value_of(risk.item) or 0)]


@dataclass(frozen=True)
class Statement:
    """What was said when a risk task was raised: the form, the question, the words chosen, before and now."""

    name: str
    title: str
    question: str
    said: str
    value: int | None
    at: datetime
    earlier: list[str]
    safety: str | None
    safety_at: datetime | None


@once
def open_questionnaires(patient_uid: UUID) -> list[Assigned]:
    """List what waits for a patient, oldest first."""
    return [_assigned(row, count) for row, count in session().execute(_waiting(), {"patient": patient_uid})]


def count_waiting(instruments: Iterable[str]) -> Counter[UUID]:
    """Count, by patient, the questionnaires of these kinds that wait for answers, with one query."""
    chosen = select(Response.patient_uid, func.count()).where(Response.state == ResponseState.OPEN, Response.instrument.in_(list(instruments)))
    counted: dict[UUID, int] = dict(session().execute(chosen.group_by(Response.patient_uid)).all())
    return Counter(counted)


@cache
def _waiting() -> Select[Response, int]:
    # Made once: the home of every patient asks it.
    counted = select(func.count()).where(Answer.response_uid == Response.uid).scalar_subquery()
    return (
        select(Response, counted)
        .where(Response.patient_uid == bindparam("patient"), Response.state == ResponseState.OPEN)
        .order_by(Response.assigned_at, Response.uid)
    )


def latest_scores(patient_uids: Iterable[UUID]) -> dict[UUID, dict[str, ScoreView]]:
    """Return each patient's newest results by instrument, with one query for all of them."""
    uids = list(patient_uids)
    if not uids:
        return {}
    grouped: defaultdict[UUID, defaultdict[str, list[StoredScore]]] = defaultdict(lambda: defaultdict(list))
    # The keys ride along, so that opening the results asks for nothing more.
    keyed = select(StoredScore, PatientKey).outerjoin(PatientKey, PatientKey.patient_uid == StoredScore.patient_uid)
    rows = session().execute(keyed.where(StoredScore.patient_uid.in_(uids)).order_by(StoredScore.taken_at, StoredScore.uid)).all()
    for row, _key in rows:
        grouped[row.patient_uid][row.instrument].append(row)
    return {uid: {name: _view(scores) for name, scores in own.items()} for uid, own in grouped.items()}


def my_progress(actor: Actor, patient_uid: UUID) -> tuple[list[Assigned], list[Series]]:
    """Return what waits for a patient, oldest first, and their results by questionnaire, the one answered last first."""
    authorize(actor, policy.can_see_results, patient_uid)
    record(actor, "result.list", "patient", patient_uid, patient_uid=patient_uid)
    counted = select(func.count()).where(Answer.response_uid == Response.uid).scalar_subquery()
    rows = session().execute(
        select(Response, StoredScore, counted)
        .outerjoin(StoredScore, StoredScore.response_uid == Response.uid)
        .where(Response.patient_uid == patient_uid)
        .order_by(Response.assigned_at, Response.uid)
    )
    waiting, grouped = [], defaultdict(list)
    for response, score, answered in rows:
        if response.is_open:
            waiting.append(_assigned(response, answered))
        elif score is not None:
            grouped[score.instrument].append(score)
    held = list(session().scalars(select(SessionHeld.at).where(SessionHeld.patient_uid == patient_uid).order_by(SessionHeld.at))) if grouped else []
    series = [_series(sorted(scores, key=lambda row: row.taken_at), held) for scores in grouped.values()]
    return waiting, sorted(series, key=lambda each: each.latest.taken_at, reverse=True)


def result(actor: Actor, patient_uid: UUID, uid: UUID) -> ResultPage:
    """Return one questionnaire for its therapist; audited. Answers show from the first one on, also before it is finished."""
    row = session().get(Response, uid)
    if row is None or row.patient_uid != patient_uid or row.started_at is None:
        raise NotFound
    authorize(actor, policy.can_read_result, row)
    record(actor, "result.read", "questionnaire", uid, patient_uid=row.patient_uid)
    scores = list(
        session().scalars(
            select(StoredScore)
            .where(StoredScore.patient_uid == row.patient_uid, StoredScore.instrument == row.instrument)
            .order_by(StoredScore.taken_at, StoredScore.uid)
        )
    )
    upto = scores[: next((place for place, each in enumerate(scores, 1) if each.response_uid == uid), 0)]
    own = upto[-1] if upto else None
    return ResultPage(make_sheet(row, answers_of(uid)), own, _view(upto) if upto else None, upto[:-1])


def given(patient_uid: UUID) -> list[tuple[Response, StoredScore | None]]:
    """Return a patient's questionnaires that were begun, newest first; the caller has authorised."""
    rows = session().execute(
        select(Response, StoredScore)
        .outerjoin(StoredScore, StoredScore.response_uid == Response.uid)
        .where(Response.patient_uid == patient_uid, Response.started_at.is_not(None))
        .order_by(Response.started_at.desc())
        .limit(12)
    )
    return [(response, score) for response, score in rows]


def statement(response_uid: UUID, item: int) -> Statement:
    """Return what was said; crisis, which alone asks, has authorised its reader."""
    asked = select(Response, Answer).join(Answer, Answer.response_uid == Response.uid).where(Response.uid == response_uid, Answer.item == item)
    both = session().execute(asked).first()
    if both is None:
        raise NotFound
    row, found = both
    pack = catalogue.find(row.instrument, row.version)
    question = pack.item(item)
    assert question is not None
    texts: dict[int | None, str] = {answer.value: answer.text for answer in question.answers}
    return Statement(
        name=pack.name,
        title=words.plain_title(pack),
        question=question.text,
        said=texts.get(found.value, ""),
        value=found.value,
        at=found.answered_at,
        earlier=[texts.get(value, "") for value in found.earlier],
        safety=row.safety,
        safety_at=row.safety_at,
    )


def can_be_given() -> list[Instrument]:
    """Return the questionnaires this clinic can give: the usual two first, then by name."""
    return list(catalogue.in_use().values())


def _series(scores: list[StoredScore], sessions: list[datetime]) -> Series:
    pack = catalogue.find(scores[-1].instrument, scores[-1].version)
    return Series(pack, words.plain_title(pack), scores, _view(scores), sessions)


def _assigned(row: Response, answered: int) -> Assigned:
    pack = catalogue.find(row.instrument, row.version)
    return Assigned(row.uid, pack.id, words.plain_title(pack), answered, len(pack.items), row.due_on, row.started_at is not None)


def _view(scores: list[StoredScore]) -> ScoreView:
    last = scores[-1]
    pack = catalogue.find(last.instrument, last.version)
    first = next((row for row in scores if row.version == last.version and row.total is not None), None)
    compared = first if first is not None and first is not last and last.total is not None and last.version == pack.version else None
    return ScoreView(
        response_uid=last.response_uid,
        instrument=pack.id,
        title=words.plain_title(pack),
        total=last.total,
        highest=pack.highest,
        band=words.band_word(pack, last.band),
        baseline=compared.total if compared else None,
        change=reliable_change(pack, _measured(compared), _measured(last)) if compared else None,
        taken_at=last.taken_at,
        risk_answer=last.risk_answer,
    )


@dataclass(frozen=True)
class _Measured:
    instrument: str
    version: str
    total: Total | None


def _measured(row: StoredScore) -> _Measured:
    return _Measured(row.instrument, row.version, row.total)
