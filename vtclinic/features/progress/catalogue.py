"""Which questionnaires there are in this clinic: the shipped ones and its own, and which of them may be given."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import aliased

from vtclinic.core.errors import NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import once, session
from vtclinic.features.progress.instruments import Instrument, build, load_packs
from vtclinic.features.progress.models_catalogue import Attestation, PublishedQuestionnaire, SwitchedOff

USUAL = ("phq-9", "gad-7")  # asked of everybody who comes, so they cannot be switched off


def find(id: str, version: str) -> Instrument:
    """Return the version a result was made with; raises NotFound for one that never was."""
    shipped = load_packs().get(id)
    return shipped if shipped is not None else _published(current_clinic().uid, id, version)


def to_give(id: str) -> Instrument:
    """Return the newest version of a questionnaire that is in use here; raises NotFound otherwise."""
    found = in_use().get(id)
    if found is None:
        raise NotFound(_("These questions are not in use here."))
    return found


def maybe_in_use(id: str) -> Instrument | None:
    """Return the newest version of a questionnaire, or None when it is not in use here."""
    return in_use().get(id)


def newest(id: str) -> Instrument:
    """Return the newest version of a questionnaire, in use or not; raises NotFound."""
    if id in load_packs():
        return load_packs()[id]
    version = next((version for kind, own, version in _standing() if kind == "own" and own == id), "")
    return find(id, version)


def in_use() -> dict[str, Instrument]:
    """Return the questionnaires this clinic gives, by id: the usual two first, then by name."""
    standing = _standing()
    off = {id for kind, id, _version in standing if kind == "off"}
    promised = {id for kind, id, _version in standing if kind == "promised"}
    shipped = [pack for pack in load_packs().values() if not pack.attestation or pack.id in promised]
    own = [find(id, version) for kind, id, version in standing if kind == "own"]
    left = [pack for pack in (*shipped, *own) if pack.id not in off]
    return {pack.id: pack for pack in sorted(left, key=lambda pack: (pack.id not in USUAL, pack.name.casefold()))}


def known() -> set[str]:
    """Return the id of every questionnaire, in use or not."""
    return {*load_packs(), *(id for kind, id, _version in _standing() if kind == "own")}


@once
def _standing() -> list[tuple[str, str, str]]:
    """Return what is off, what is promised and the newest version of each own one, with one query."""
    newer = aliased(PublishedQuestionnaire)
    newest = select(func.max(newer.number)).where(newer.instrument == PublishedQuestionnaire.instrument).scalar_subquery()
    rows = union_all(
        select(literal("off"), SwitchedOff.instrument, literal("")),
        select(literal("promised"), Attestation.instrument, literal("")).where(Attestation.withdrawn_at.is_(None)),
        select(literal("own"), PublishedQuestionnaire.instrument, PublishedQuestionnaire.version).where(PublishedQuestionnaire.number == newest),
    )
    return [(kind, id, version) for kind, id, version in session().execute(rows)]


@lru_cache(maxsize=512)
def _published(clinic: UUID, id: str, version: str) -> Instrument:
    # A published version never changes, so it is read once; the clinic is part of the key.
    wanted = select(PublishedQuestionnaire.data).where(PublishedQuestionnaire.instrument == id, PublishedQuestionnaire.version == version)
    data = session().scalar(wanted)
    if data is None:
        raise NotFound(_("There are no such questions."))
    return build(data)
