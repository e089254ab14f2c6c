"""What a feature tells the composition root about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint
from sqlalchemy import ScalarSelect

from vtclinic.core.policy import Actor


@dataclass(frozen=True)
class NavItem:
    """One entry of a role's navigation; `count` tells how many things wait there, or how to count them (called within the unit of work).

    What is told as a scalar query is asked together with all others that stand on the page: numbers on every page cost one query.
    `place` is "main" (bar, rail), "more" (patients' More page, the rail's end), or "bell" (a sign in the top bar, on every page).
    """

    role: str
    endpoint: str
    label: Any
    icon: str
    order: int
    count: Callable[[Actor], int | ScalarSelect[int]] | None = None
    count_is_help: bool = False
    place: str = "main"


@dataclass(frozen=True)
class Feature:
    """A feature's manifest: what it brings and how to wire it. `app.FEATURES` imports each one statically."""

    name: str
    blueprints: tuple[Blueprint, ...] = ()
    subscribe: Callable[[], None] | None = None
    socket_events: Callable[[], None] | None = None
    nav: tuple[NavItem, ...] = ()
    # Pages of the demonstration: not there at all unless the setting env is "demo".
    demo_blueprints: tuple[Blueprint, ...] = ()
