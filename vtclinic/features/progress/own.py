"""Questionnaires a clinic builds itself: a draft that can be saved with faults, and published versions that never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.ids import new_id
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import session
from vtclinic.features.progress import catalogue, fhir_import, policy
from vtclinic.features.progress.instruments import Instrument, Pack, build, validate_pack
from vtclinic.features.progress.models_catalogue import OwnQuestionnaire, PublishedQuestionnaire

MOST = 100


@dataclass(frozen=True)
class Own:
    """One questionnaire of the clinic's own: its draft, what is wrong with it, and its published versions, newest first."""

    row: OwnQuestionnaire
    faults: list[str]
    versions: list[PublishedQuestionnaire]
    is_on: bool

    @property
    def name(self) -> str:
        """What it is called now."""
        return str(self.row.draft.get("name") or _("No name yet"))

    @property
    def preview(self) -> Instrument | None:
        """The draft as patients would answer it; None while something is wrong."""
        return None if self.faults else build(self.row.draft)

    @property
    def changed(self) -> bool:
        """Tell whether the draft says something else than the newest version."""
        return not self.versions or _content(self.versions[0].data) != _content(self.row.draft)


def all_own(actor: Actor) -> list[Own]:
    """Return the clinic's own questionnaires, the one changed last first."""
    authorize(actor, policy.can_choose)
    rows = session().scalars(select(OwnQuestionnaire).order_by(OwnQuestionnaire.changed_at.desc(), OwnQuestionnaire.uid).limit(MOST)).all()
    return _with_versions(list(rows))


def own(actor: Actor, uid: UUID) -> Own:
    """Return one of them."""
    authorize(actor, policy.can_choose)
    row = session().get(OwnQuestionnaire, uid)
    if row is None:
        raise NotFound
    return _with_versions([row])[0]


def begin(actor: Actor, raw: bytes | None = None) -> UUID:
    """Begin an empty draft, or one read from a FHIR Questionnaire; raises Invalid for a file that cannot be taken."""
    authorize(actor, policy.can_choose)
    assert actor.uid is not None
    row = OwnQuestionnaire(uid=new_id(), draft={}, edition=0, made_at=clock.now(), made_by=actor.uid, changed_at=clock.now())
    row.draft = _empty(row.instrument_id) if raw is None else fhir_import.read(raw, id=row.instrument_id)
    session().add(row)
    record(actor, "own-questionnaire.begun", "own-questionnaire", row.uid)
    return row.uid


def save(actor: Actor, uid: UUID, draft: Pack, *, seen: int) -> Own:
    """Keep a draft, faults and all; raise Conflict when somebody else saved meanwhile."""
    found = own(actor, uid)
    found.row.change({**draft, "id": found.row.instrument_id, "version": str(len(found.versions) + 1)}, clock.now(), seen=seen)
    record(actor, "own-questionnaire.saved", "own-questionnaire", uid)
    session().flush()
    return own(actor, uid)


def publish(actor: Actor, uid: UUID, *, seen: int) -> str:
    """Make the draft the newest version, which never changes; returns its number. The same draft twice is one version."""
    found = own(actor, uid)
    if found.row.edition != seen:
        raise Conflict(_("Somebody else changed these questions. Look at them again before you publish."))
    if found.faults:
        raise Invalid(found.faults[0])
    assert actor.uid is not None
    if not found.changed:
        return found.versions[0].version
    number = found.versions[0].number + 1 if found.versions else 1
    data = {**found.row.draft, "version": str(number)}
    made = PublishedQuestionnaire(
        own_uid=uid, instrument=found.row.instrument_id, version=str(number), number=number, data=data, at=clock.now(), by=actor.uid
    )
    try:
        with session().begin_nested():
            session().add(made)
    except IntegrityError:
        raise Conflict(_("Somebody else published a moment ago. Look at it again.")) from None
    record(actor, "own-questionnaire.published", "own-questionnaire", uid, reason=f"version {number}")
    return str(number)


def _with_versions(rows: list[OwnQuestionnaire]) -> list[Own]:
    published: dict[UUID, list[PublishedQuestionnaire]] = {row.uid: [] for row in rows}
    wanted = select(PublishedQuestionnaire).where(PublishedQuestionnaire.own_uid.in_(published)).order_by(PublishedQuestionnaire.number.desc())
    for version in session().scalars(wanted):
        published[version.own_uid].append(version)
    on = catalogue.in_use()
    return [Own(row, validate_pack(row.draft), published[row.uid], row.instrument_id in on) for row in rows]


def _content(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != "version"}


def _empty(id: str) -> Pack:
    return {
        "id": id,
        "version": "1",
        "name": "",
        "title": "",
        "language": current_clinic().locale.partition("_")[0] or "en",
        "licence": _("Our own questions"),
        "notice": _("Questions of %(clinic)s. They have not been validated.", clinic=current_clinic().name),
        "source": current_clinic().name,
        "validated": False,
        "stem": "",
        "answers": [{"value": value, "text": text} for value, text in enumerate((_("Not at all"), _("A little"), _("Quite a bit"), _("Very much")))],
        "items": [],
    }
