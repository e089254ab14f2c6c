"""What staff read about a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vtclinic.core.i18n import lazy as _l
from vtclinic.features.crisis.models import ActKind, Level, TaskState


@dataclass(frozen=True)
class Reason:
    """Why a task may end; `transferred` when somebody else carries on."""

    words: Any
    transferred: bool = False
    only_words: bool = False


REASONS: Mapping[str, Reason] = {
    "agreed": Reason(_l("We spoke. They are safe for now and we agreed what comes next.")),
    "seen": Reason(_l("I saw them in a session and we spoke about it.")),
    "read": Reason(_l("I read all of it. It does not speak of danger."), only_words=True),
    "mistake": Reason(_l("They chose this answer by mistake. We spoke about it.")),
    "emergency": Reason(_l("An emergency service took over."), transferred=True),
    "elsewhere": Reason(_l("Another service or clinic took over."), transferred=True),
}
STATES: Mapping[str, Any] = {
    TaskState.RAISED: _l("nobody has begun"),
    TaskState.ACKNOWLEDGED: _l("begun"),
    TaskState.CONTACT_ATTEMPTED: _l("contact tried"),
    TaskState.RESOLVED: _l("closed"),
    TaskState.TRANSFERRED: _l("handed to another service"),
}
SOURCES: Mapping[str, Any] = {"message": _l("In a message"), "intake": _l("In the first questions")}
LEVELS: Mapping[str, Any] = {Level.SAME_DAY: _l("same working day"), Level.NOW: _l("now")}
ACTS: Mapping[str, Any] = {
    ActKind.RAISED: _l("gave this answer"),
    ActKind.MORE_URGENT: _l("This became urgent."),
    ActKind.ANSWER_CHANGED: _l("changed the answer"),
    ActKind.SAFE_ANSWER: _l("answered “Are you safe right now?”"),
    ActKind.TOLD: _l("was told"),
    ActKind.UNANSWERED: _l("The time passed and nobody had begun. The lead and the administrators were told."),
    ActKind.CLIMBED: _l("Nobody had begun in time. It went on to"),
    ActKind.AWAY: _l("No longer here, so it went on:"),
    ActKind.MORE_WORDS: _l("wrote more words that need a look"),
    ActKind.TOOK: _l("took this task"),
    ActKind.HANDED_OVER: _l("handed it to"),
    ActKind.CALLED: _l("called"),
    ActKind.REACHED: _l("reached them"),
    ActKind.NOT_REACHED: _l("did not reach them"),
    ActKind.NOTED: _l("noted"),
    ActKind.CLOSED: _l("closed it"),
}
# What a therapist can write down.
DONE: Mapping[str, Any] = {
    ActKind.CALLED: _l("I called"),
    ActKind.REACHED: _l("I reached them"),
    ActKind.NOT_REACHED: _l("I did not reach them"),
    ActKind.NOTED: _l("Something else"),
}
