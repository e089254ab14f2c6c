"""What the word list finds in a message or an answer: it adds a look by a clinician and help for the author, and takes nothing away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.i18n import current_locale
from vtclinic.core.policy import SYSTEM
from vtclinic.core.uow import session
from vtclinic.features.crisis import ladder, language, notice, raising
from vtclinic.features.crisis.finding_models import WordFinding
from vtclinic.features.crisis.ledger import write
from vtclinic.features.crisis.models import OPEN_STATES, ActKind, Level, RiskTask, TaskKind, TaskState

HELP_SHOWN = timedelta(days=1)
NOTHING = ""
Reader = Callable[[Iterable[UUID]], dict[UUID, str]]


@dataclass(frozen=True)
class Finding:
    """That something was found, and the task it led to; the author is shown help."""

    uid: UUID
    task_uid: UUID
    urgent: bool


@dataclass(frozen=True)
class Passage:
    """A text as it stands where it was written, in pieces: (words, whether they were found)."""

    source: str
    at: datetime
    pieces: tuple[tuple[str, bool], ...]
    rules: tuple[str, ...]
    lexicon: str


_readers: dict[str, Reader] = {}


def add_source(name: str, reader: Reader) -> None:
    """Say how the text of a source is read again, for the clinician who has the task."""
    _readers[name] = reader


def look_at(patient_uid: UUID, text: str, source: str, source_uid: UUID) -> Finding | None:
    """Look at what a patient wrote, in the transaction that stores it; None means nothing was found, which is no sign of safety."""
    seen = language.scan(text, str(current_locale()).partition("_")[0])
    if not seen.hits:
        return None
    level = Level.NOW if seen.urgent else Level.SAME_DAY
    row = session().scalars(select(WordFinding).where(WordFinding.source == source, WordFinding.source_uid == source_uid)).first()
    task = _task_for(patient_uid, source_uid, level)
    hits = [{"rule": hit.rule, "start": hit.start, "end": hit.end} for hit in seen.hits]
    if row is None:
        row = WordFinding(patient_uid=patient_uid, task_uid=task.uid, source=source, source_uid=source_uid, at=clock.now())
        session().add(row)
    row.task_uid, row.at, row.language, row.lexicon, row.hits = task.uid, clock.now(), seen.language, seen.version, hits
    session().flush()
    record(SYSTEM, "risk.words", "risk_task", task.uid, patient_uid=patient_uid)
    return Finding(row.uid, task.uid, seen.urgent)


def found_in(source: str, uids: Iterable[UUID]) -> set[UUID]:
    """Return which of these texts something was found in within the last day, for the help beside them; one query."""
    listed = list(uids)
    if not listed:
        return set()
    chosen = select(WordFinding.source_uid).where(WordFinding.source == source, WordFinding.source_uid.in_(listed))
    return set(session().scalars(chosen.where(WordFinding.at > clock.now() - HELP_SHOWN)))


def recently_found(patient_uid: UUID, source: str) -> bool:
    """Tell whether something was found in what a patient wrote there within the last day; one query."""
    chosen = select(WordFinding.uid).where(WordFinding.patient_uid == patient_uid, WordFinding.source == source)
    return session().scalar(chosen.where(WordFinding.at > clock.now() - HELP_SHOWN).limit(1)) is not None


def passages(rows: Iterable[WordFinding]) -> list[Passage]:
    """Return what was written, read again where it stands with one query for each source; the caller has authorised."""
    listed = list(rows)
    texts: dict[UUID, str] = {}
    for source in {row.source for row in listed} & _readers.keys():
        texts |= _readers[source]([row.source_uid for row in listed if row.source == source])
    return [_passage(row, texts[row.source_uid]) for row in listed if row.source_uid in texts]


def _task_for(patient_uid: UUID, source_uid: UUID, level: Level) -> RiskTask:
    """Return the open task about this patient's words, made more urgent where that is so, or a new one."""
    about = select(RiskTask).where(RiskTask.patient_uid == patient_uid, RiskTask.kind == TaskKind.WORDS)
    task = session().scalars(about.where(RiskTask.state.in_(OPEN_STATES)).order_by(RiskTask.raised_at).with_for_update()).first()
    if task is not None:
        write(task, ActKind.MORE_WORDS, by=patient_uid)
        if level == Level.NOW:
            _press(task)
        return task
    closed = session().scalars(about.where(RiskTask.response_uid == source_uid).with_for_update()).first()
    if closed is not None:
        raising.reopen(closed, level)
        return closed
    return _raise(patient_uid, source_uid, level)


def _press(task: RiskTask) -> None:
    """Tell of explicit words: a task that could wait becomes urgent, the owner of an urgent one hears of them."""
    if task.level == Level.NOW:
        notice.tell(task, about=clock.now())
    else:
        raising.make_urgent(task)


def _raise(patient_uid: UUID, source_uid: UUID, level: Level) -> RiskTask:
    now = clock.now()
    task = RiskTask(
        patient_uid=patient_uid,
        kind=TaskKind.WORDS,
        response_uid=source_uid,
        instrument=NOTHING,
        item=0,
        level=level,
        state=TaskState.RAISED,
        raised_at=now,
        due_by=ladder.due_by(level, now),
    )
    raising.open_task(task)
    return task


def _passage(row: WordFinding, text: str) -> Passage:
    hits: list[dict[str, Any]] = row.hits
    return Passage(row.source, row.at, _pieces(text, [(hit["start"], hit["end"]) for hit in hits]), tuple(hit["rule"] for hit in hits), row.lexicon)


def _pieces(text: str, marked: Iterable[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    pieces, here = [], 0
    for start, end in sorted(marked):
        if end <= here or start >= len(text):
            continue
        pieces += [(text[here : max(here, start)], False), (text[max(here, start) : end], True)]
        here = end
    return tuple(piece for piece in [*pieces, (text[here:], False)] if piece[0])
