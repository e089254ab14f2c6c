"""What people are reminded of: an appointment, or a seat beside others, seen the same way; each kind says how its own are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Asked(NamedTuple):
    """Names what is to be planned: what, for whom first of all, and when it begins."""

    uid: UUID
    to_uid: UUID
    starts_at: datetime


@dataclass(frozen=True)
class Reader:
    """One person who is reminded: on which clock, where they see it, and whether as staff."""

    uid: UUID
    zone: str
    path: str
    staff: bool = False


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One time that will take place, as it is now.

    Keys of what is told begin with `name`, and `sequence` rises with every change. Without `cancel_by`, giving it back never counts as late.
    An unanswered one is looked at again later. `links` makes what patients' letters lead to; nobody else is written a link that acts.
    """

    uid: UUID
    name: str
    sequence: int
    starts_at: datetime
    readers: tuple[Reader, ...]
    letter: str
    links: Callable[[], Mapping[str, str]]
    cancel_by: datetime | None = None
    is_answered: bool = True

    @property
    def asked(self) -> Asked:
        """Return what names it among the plans."""
        return Asked(self.uid, self.readers[0].uid, self.starts_at)

    def reader(self, uid: UUID) -> Reader | None:
        """Return how somebody is reminded of it, or None."""
        return next((each for each in self.readers if each.uid == uid), None)


@dataclass(frozen=True)
class Source:
    """How one kind is found: by its uid, None when it will not take place; and all that one person has ahead."""

    find: Callable[[UUID], Matter | None]
    ahead_of: Callable[[UUID], list[Asked]]
