"""A clinic's look and words: a draft, its check, publishing it and taking that back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import control_session, control_unit_of_work, session
from vtclinic.features.clinic.files import replace_file
from vtclinic.features.clinic.models import LookDraft, PublishedLook
from vtclinic.features.clinic.policy import can_run_clinic
from vtclinic.tenants import service as tenants
from vtclinic.tenants.helpnow import refresh_help_now
from vtclinic.tenants.instance import Instance
from vtclinic.tenants.look import OWN_THEME, SHIPPED, theme_folders, theme_path
from vtclinic.tenants.resolve import as_scope
from vtclinic.tenants.themes import (
    BASES,
    ContrastFailure,
    Theme,
    ThemeRefused,
    available_themes,
    check_theme,
    load_theme,
    parse_theme,
    theme_css,
    theme_toml,
)

_ONLY = 1


@dataclass(frozen=True)
class Look:
    """What an administrator chooses: the theme and the clinic's name."""

    theme: Theme
    name: str

    def as_data(self) -> dict[str, Any]:
        """Return it as it is stored."""
        theme = self.theme
        return {
            "clinic": self.name,
            "name": theme.name,
            "description": theme.description,
            "base": theme.base,
            "corners": theme.corners,
            "fonts": {"text": theme.text_font, "headings": theme.heading_font},
            "words": dict(theme.words),
            **{mode: dict(theme.colours[mode]) for mode in theme.colours},
        }


@dataclass(frozen=True)
class Desk:
    """The editor's page: what is chosen, what is wrong with it, who saved it and what could be undone."""

    look: Look
    version: int
    failures: list[ContrastFailure]
    draft: LookDraft | None
    last: PublishedLook | None


def desk(instance: Instance, actor: Actor) -> Desk:
    """Return the draft, or what is published when there is none."""
    authorize(actor, can_run_clinic)
    row = session().get(LookDraft, _ONLY)
    look = look_from(row.data) if row and row.data else published(instance)
    return Desk(look, row.version if row else 0, check_theme(look.theme), row if row and row.data else None, _last())


def published(instance: Instance) -> Look:
    """Return the look in force."""
    clinic = current_clinic()
    return Look(load_theme(theme_path(instance.settings, clinic.files, clinic.theme)), clinic.name)


def look_from(data: Mapping[str, Any]) -> Look:
    """Read a stored or typed look; raise Invalid in plain words when it cannot be one."""
    name = str(data.get("clinic", "")).strip()
    if not 0 < len(name) <= tenants.LONGEST_NAME:
        sentence = _("Give the clinic a name of 1 to 80 characters.")
        raise Invalid(sentence, fields={"name": sentence})
    try:
        return Look(parse_theme(current_clinic().slug, {key: value for key, value in data.items() if key != "clinic"}), name)
    except ThemeRefused as error:
        raise Invalid(" ".join(error.problems)) from error


def start_from(instance: Instance, actor: Actor, base: str, *, seen: int) -> None:
    """Begin the draft anew with another theme's colours, corners and fonts; name and words stay."""
    authorize(actor, can_run_clinic)
    folder = available_themes(theme_folders(instance.settings)).get(base)
    if folder is None:
        raise Invalid(_("Choose one of the answers shown."), fields={"start": _("Choose one of the answers shown.")})
    kept, fresh = desk(instance, actor).look, load_theme(folder)
    data = Look(fresh, kept.name).as_data() | {"words": dict(kept.theme.words), "name": kept.theme.name}
    _store(actor, look_from(data), seen)


def save_draft(actor: Actor, data: Mapping[str, Any], *, seen: int) -> Look:
    """Keep a draft, contrast or no contrast: only publishing has to pass."""
    authorize(actor, can_run_clinic)
    look = look_from(data)
    _store(actor, look, seen)
    return look


def discard_draft(actor: Actor, *, seen: int) -> None:
    """Forget the draft; what is published stays."""
    authorize(actor, can_run_clinic)
    _draft(seen).data = None
    record(actor, "look.draft-discarded", "clinic", current_clinic().uid)


def publish(instance: Instance, actor: Actor, data: Mapping[str, Any], *, seen: int) -> None:
    """Give everybody the new look, unless a pair of colours cannot be read well enough.

    Raises Invalid for what cannot be published, and Conflict when another administrator was faster.
    """
    look = save_draft(actor, data, seen=seen)
    if check_theme(look.theme):
        raise Invalid(_("Something has to be fixed before you publish. Your draft is saved."))
    before = published(instance).as_data()
    _draft(seen + 1).data = None
    session().add(PublishedLook(data=look.as_data(), before=before, at=clock.now(), by=actor.uid))
    session().flush()
    _bring_out(instance, actor, look)
    record(actor, "look.published", "clinic", current_clinic().uid)


def undo(instance: Instance, actor: Actor, *, seen: int) -> None:
    """Put the look back that the newest published one replaced."""
    authorize(actor, can_run_clinic)
    row = _last()
    if row is None:
        raise Conflict(_("There is nothing to undo."))
    draft = _draft(seen)
    draft.data, draft.saved_at, draft.saved_by = row.data, clock.now(), actor.uid
    row.undone_at = clock.now()
    session().flush()
    _bring_out(instance, actor, look_from(row.before))
    record(actor, "look.undone", "clinic", current_clinic().uid)


def preview_css(instance: Instance, actor: Actor) -> str:
    """Return the draft's stylesheet for the preview alone."""
    return theme_css(desk(instance, actor).look.theme, preview=True)


def starts(instance: Instance) -> list[tuple[str, str]]:
    """Return the themes an administrator can start from, the shipped ones first."""
    found = available_themes(theme_folders(instance.settings))
    order = sorted(found, key=lambda slug: (BASES.index(slug) if slug in BASES else len(BASES), slug))
    return [(slug, load_theme(found[slug]).name) for slug in order if found[slug].parent == SHIPPED or _loads(found[slug])]


def _loads(folder: Path) -> bool:
    try:
        return bool(load_theme(folder).name)
    except ThemeRefused:
        return False


def _bring_out(instance: Instance, actor: Actor, look: Look) -> None:
    clinic = current_clinic()
    replace_file(clinic.files / OWN_THEME, theme_toml(look.theme).encode())
    with control_unit_of_work():
        # By the stored name: the scope's may be a second old.
        if look.name != tenants.find_clinic(clinic.slug).name:
            tenants.change_name(instance, actor, clinic.slug, look.name)
        tenants.touch_clinic(instance, actor, clinic.slug, "clinic.look-published")
        control_session().flush()
        refresh_help_now(as_scope(instance, tenants.find_clinic(clinic.slug)))


def _store(actor: Actor, look: Look, seen: int) -> None:
    row = _draft(seen)
    row.data, row.saved_at, row.saved_by = look.as_data(), clock.now(), actor.uid
    record(actor, "look.draft-saved", "clinic", current_clinic().uid)


def _draft(seen: int) -> LookDraft:
    row = session().get(LookDraft, _ONLY, with_for_update=True)
    if row is None:
        row = LookDraft(id=_ONLY, version=0)
        session().add(row)
    row.claim(seen)
    return row


def _last() -> PublishedLook | None:
    return session().scalar(select(PublishedLook).where(PublishedLook.undone_at.is_(None)).order_by(PublishedLook.at.desc()).limit(1))
