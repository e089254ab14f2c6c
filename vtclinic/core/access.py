"""What a view declares about who may come in; without a declaration a sign-in is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
CLINIC, CONSOLE, ANYWHERE = "clinic", "console", "anywhere"


@dataclass(frozen=True)
class Access:
    """The coarse gate of one endpoint. Services authorise all the same."""

    public: bool = False
    roles: frozenset[str] = frozenset()
    fresh: bool = False
    own_unit: bool = False
    before_second_step: bool = False
    space: str = CLINIC


def access_of(view: Callable[..., Any] | None) -> Access:
    """Return what a view declares (nothing declared: any signed-in person of a clinic)."""
    return getattr(view, "vt_access", Access())


def _declare(view: F, **changes: Any) -> F:
    view.vt_access = replace(access_of(view), **changes)  # type: ignore[attr-defined]
    return view


def public(view: F) -> F:
    """Open the view to people who are not signed in."""
    return _declare(view, public=True)


def roles(*names: str) -> Callable[[F], F]:
    """Open the view to these roles only."""
    return lambda view: _declare(view, roles=frozenset(names))


def fresh(view: F) -> F:
    """Ask for the password or passkey again unless that was minutes ago."""
    return _declare(view, fresh=True)


def own_unit(view: F) -> F:
    """Let the view open its own units of work (it hashes, or waits, in between)."""
    return _declare(view, own_unit=True)


def before_second_step(view: F) -> F:
    """Open the view to staff who have yet to add or pass their second step."""
    return _declare(view, before_second_step=True)


def console(view: F) -> F:
    """Serve the view on the IT console's host only."""
    return _declare(view, space=CONSOLE)


def anywhere(view: F) -> F:
    """Serve the view on any host: clinics', console's and unknown ones."""
    return _declare(view, space=ANYWHERE)
