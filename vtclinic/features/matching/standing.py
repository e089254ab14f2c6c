"""What stands besides profiles when somebody is matched: loads, limits, places kept, pairs kept apart, and the clinic's weights; one query."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, CompoundSelect, Integer, Select, String, Uuid, bindparam, cast, func, literal, null, select, union_all

from vtclinic.core import clock
from vtclinic.core.crypto.patients import PatientKey
from vtclinic.core.i18n import current_timezone
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import once, session
from vtclinic.core.zones import wall_instant, zone
from vtclinic.features.matching.engine import Weights
from vtclinic.features.matching.models import BlockedPair, Change, Interest, Limit, MatchRun, Proposal, ProposalState, Says, WeightSet
from vtclinic.features.records import api as records

_NOBODY = UUID(int=0)
_NAMES = tuple(each.name for each in fields(Weights))


@dataclass(frozen=True)
class Standing:
    """Loads and rules of one moment; `version` 0 means the default weights.

    Of the patient it was read for: `carers` care for them now, they look for somebody else than `leaving`, and `blocked`, which holds
    those too, are never offered.
    """

    weights: Weights = field(default_factory=Weights)
    version: int = 0
    caseload: Mapping[UUID, int] = field(default_factory=dict)
    begun: Mapping[UUID, int] = field(default_factory=dict)
    held: Mapping[UUID, int] = field(default_factory=dict)
    per_week: Mapping[UUID, int] = field(default_factory=dict)
    paused: frozenset[UUID] = frozenset()
    blocked: frozenset[UUID] = frozenset()
    carers: frozenset[UUID] = frozenset()
    leaving: frozenset[UUID] = frozenset()


@once
def standing(patient_uid: UUID | None = None) -> Standing:
    """Read it; a place that is kept for the patient is free to them."""
    return _standing(session().execute(_everything(), _values(patient_uid)))


@once
def standing_and_newest(patient_uid: UUID) -> tuple[Standing, MatchRun | None]:
    """Read it together with a patient's newest match, with one query."""
    rows = list(session().execute(_with_newest(), _values(patient_uid)))
    return _standing(row[:4] for row in rows), next((row[4] for row in rows if row[4] is not None), None)


def _values(patient_uid: UUID | None) -> dict[str, object]:
    return {"now": clock.now(), "week": week_began(), "patient": patient_uid or _NOBODY}


def _standing(rows: Iterable[Sequence[Any]]) -> Standing:
    found: dict[str, dict[UUID, int]] = {kind: {} for kind in ("care", "begun", "held", "limit", "paused", "blocked", "carer", "leaving")}
    weights, version = Weights(), 0
    for kind, uid, number, text in rows:
        if kind == "weights":
            weights, version = weights_of(json.loads(text)), number
        elif kind in found:
            found[kind][uid] = number
    sets = {kind: frozenset(found[kind]) for kind in ("paused", "blocked", "carer", "leaving")}
    counts = (found["care"], found["begun"], found["held"], found["limit"])
    return Standing(weights, version, *counts, sets["paused"], sets["blocked"] | sets["leaving"], sets["carer"], sets["leaving"])


def blocked_pairs() -> dict[UUID, set[UUID]]:
    """Return whom each patient is kept from, for many at once: by a word of either side, and whom they want to change from."""
    kept: dict[UUID, set[UUID]] = {}
    pairs = select(BlockedPair.patient_uid, BlockedPair.therapist_uid).where(BlockedPair.lifted_at.is_(None))
    leaving = select(Change.patient_uid, Change.from_uid).where(Change.closed_at.is_(None))
    declined = select(Interest.patient_uid, Interest.therapist_uid).where(Interest.says == Says.NOT_FIT)
    for patient, therapist in session().execute(union_all(pairs, leaving, declined)):
        kept.setdefault(patient, set()).add(therapist)
    return kept


def weights_of(values: Mapping[str, Any]) -> Weights:
    """Return stored weights; what a later version stored and this one does not know is left out."""
    return Weights(**{name: value for name, value in values.items() if name in _NAMES})


def week_began() -> datetime:
    """Return this week's Monday morning on the clinic's clock."""
    place = current_clinic().timezone or current_timezone().key
    today = clock.now().astimezone(zone(place)).date()
    return wall_instant(today - timedelta(days=today.weekday()), time(0), place)


@cache
def _everything() -> CompoundSelect[str, UUID, int, str]:
    # One row each: what it is, whom it is about, a number, and for weights their text.
    nothing, care, held = cast(null(), String), records.CareRelation, Proposal
    count = func.count()
    kept = (held.state == ProposalState.ACCEPTED) & (held.held_until > bindparam("now")) & (held.patient_uid != bindparam("patient"))
    newest = select(func.max(WeightSet.version)).scalar_subquery()
    mine: BindParameter[UUID] = bindparam("patient")
    return union_all(
        select(literal("care"), care.therapist_uid, count, nothing).where(care.until.is_(None)).group_by(care.therapist_uid),
        select(literal("begun"), care.therapist_uid, count, nothing).where(care.since >= bindparam("week")).group_by(care.therapist_uid),
        select(literal("held"), held.therapist_uid, count, nothing).where(kept).group_by(held.therapist_uid),
        select(literal("limit"), Limit.therapist_uid, Limit.new_per_week, nothing).where(Limit.new_per_week.is_not(None)),
        select(literal("paused"), Limit.therapist_uid, literal(1), nothing).where(Limit.paused),
        select(literal("blocked"), BlockedPair.therapist_uid, literal(1), nothing).where(BlockedPair.patient_uid == mine, BlockedPair.lifted_at.is_(None)),
        select(literal("blocked"), Interest.therapist_uid, literal(1), nothing).where(Interest.patient_uid == mine, Interest.says == Says.NOT_FIT),
        select(literal("leaving"), Change.from_uid, literal(1), nothing).where(Change.patient_uid == mine, Change.closed_at.is_(None)),
        select(literal("carer"), care.therapist_uid, literal(1), nothing).where(care.patient_uid == mine, care.until.is_(None)),
        select(literal("weights"), cast(null(), Uuid), cast(WeightSet.version, Integer), cast(WeightSet.values, String)).where(WeightSet.version == newest),
    )


@cache
def _with_newest() -> Select[Any]:
    # One more row in front, beside which the newest match and the key to it stand.
    front = select(literal("newest").label("kind"), cast(null(), Uuid).label("uid"), literal(0).label("number"), cast(null(), String).label("text"))
    lines, whose = union_all(front, *_everything().selects).subquery("line"), MatchRun.patient_uid == bindparam("patient")
    newest = select(MatchRun.uid).where(whose).order_by(MatchRun.made_at.desc(), MatchRun.uid.desc()).limit(1).scalar_subquery()
    return (
        select(*lines.c, MatchRun, PatientKey)
        .outerjoin(MatchRun, (lines.c.kind == "newest") & (MatchRun.uid == newest))
        .outerjoin(PatientKey, PatientKey.patient_uid == MatchRun.patient_uid)
    )
