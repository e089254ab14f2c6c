"""What sessions with seats bring to the feature."""

from __future__ import annotations

from flask import Blueprint

from vtclinic.features.scheduling.groups import models  # noqa: F401 - its tables

BLUEPRINTS: tuple[Blueprint, ...] = ()


def listen() -> None:
    """Make the kinds of news known."""
