"""What other features put into a client's file, without records knowing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vtclinic.core.policy import Actor
from vtclinic.features.records.models import Patient


@dataclass(frozen=True)
class Flag:
    """One word beside a client's name; `kind` is a chip's: "", ok, note, help, fix."""

    word: str
    kind: str = ""


@dataclass(frozen=True)
class Section:
    """One part of a client's file: `template` is included with `data` in its context, below the title."""

    key: str
    title: str
    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    order: int = 100
    flags: tuple[Flag, ...] = ()


file_sections: list[Callable[[Actor, Patient], Section | None]] = []


def add_file_section(make: Callable[[Actor, Patient], Section | None]) -> None:
    """Show a section in every client's file from now on; a second call with the same function changes nothing."""
    if make not in file_sections:
        file_sections.append(make)


def sections_of(actor: Actor, patient: Patient) -> list[Section]:
    """Return the sections that have something to show for this client, in order."""
    made = (make(actor, patient) for make in file_sections)
    return sorted((section for section in made if section is not None), key=lambda section: section.order)
