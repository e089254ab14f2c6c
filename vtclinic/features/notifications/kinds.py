"""Kinds of news: what features can tell a person about, in neutral words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vtclinic.core.policy import ROLES

IN_APP, MAIL, PUSH = "in_app", "mail", "push"
CHANNELS = (IN_APP, MAIL, PUSH)
EVERYWHERE = frozenset(CHANNELS)


@dataclass(frozen=True)
class Kind:
    """One kind of news.

    `title` (a lazy text) is the line in the app and names nobody and no content; `mail` is a mail template, which gets `link` and the
    params; `urgent` passes quiet hours; what cannot be muted stays in the app and in mail. `about` is the line of the preferences,
    `ways` what is on until a person chooses, `roles` who can get it.
    """

    name: str
    title: Any
    mail: str | None = None
    can_mute: bool = True
    urgent: bool = False
    about: Any = None
    ways: frozenset[str] = EVERYWHERE
    roles: frozenset[str] = frozenset(ROLES)

    @property
    def label(self) -> Any:
        """Return the line of the preferences."""
        return self.about or self.title


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; the same one may be registered again (a test opens the house anew)."""
    known = _kinds.get(kind.name)
    if known is not None and (known.mail, known.can_mute, known.urgent) != (kind.mail, kind.can_mute, kind.urgent):
        raise ValueError(f"two kinds of news are called {kind.name}")
    _kinds[kind.name] = kind
    return kind


def kind_named(name: str) -> Kind:
    """Return a kind; raises LookupError for one that nobody registered."""
    if name not in _kinds:
        raise LookupError(f"no kind of news is called {name}")
    return _kinds[name]


def maybe_kind(name: str) -> Kind | None:
    """Return a kind, or None for one that an older version knew."""
    return _kinds.get(name)


def all_kinds() -> list[Kind]:
    """Return every kind, in the order they were registered."""
    return list(_kinds.values())


def kinds_for(roles: Iterable[str]) -> list[Kind]:
    """Return the kinds that somebody in these roles can get."""
    held = set(roles)
    return [kind for kind in _kinds.values() if kind.roles & held]
