"""First steps: a short list per role of what makes the rest work, until it is done or closed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from vtclinic.core import clock
from vtclinic.core.errors import Forbidden
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor
from vtclinic.core.uow import session
from vtclinic.features.home.models import GuideClosed


@dataclass(frozen=True)
class Step:
    """One first step; `done` is None where we cannot know."""

    label: str
    text: str
    endpoint: str
    done: bool | None = False


@dataclass(frozen=True)
class Guide:
    """The first steps of one role."""

    steps: tuple[Step, ...]

    @property
    def next_step(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not step.done), None)


def patient_steps(*, told: bool, answered: bool) -> Guide:
    """What a patient does before the first session."""
    return Guide(
        (
            Step(_("Tell us what you need"), _("About 5 minutes. You can stop and come back."), "intake.go_on", told),
            Step(_("Answer two short lists of questions"), _("They help your therapist start well."), "intake.go_on", answered),
            Step(_("Choose a therapist and a time"), _("You see up to three people who fit."), "matching.choices"),
        )
    )


def therapist_steps(*, profile: bool, hours: bool, licence: bool) -> Guide:
    """What a therapist does before clients can book."""
    return Guide(
        (
            Step(_("Write about yourself"), _("Clients read this before they choose you."), "staff.practice", profile),
            Step(_("Set your working hours"), _("Only these times can be booked."), "staff.hours", hours),
            Step(_("Add your licence"), _("The clinic checks it. Until then nobody can book you."), "staff.my_credentials", licence),
        )
    )


def admin_steps(*, team: bool, licences: bool) -> Guide:
    """What a clinic admin does before the first patient comes."""
    return Guide(
        (
            Step(_("Invite your team"), _("Each person gets a link and sets a second step."), "staff.people", team),
            Step(_("Check the first licences"), _("Only checked therapists can be booked."), "staff.credentials", licences),
            Step(_("Make it look like your clinic"), _("Colours, words and logo, with a preview."), "clinic.look", None),
            Step(_("Add your own help lines"), _("They stand on Get help now, beside the country’s."), "clinic.help_lines", None),
        )
    )


def is_closed(actor: Actor) -> bool:
    """Tell whether this person closed the first steps of the role they act in."""
    return session().scalar(select(GuideClosed.closed_at).where(GuideClosed.user_uid == actor.uid, GuideClosed.role == actor.role)) is not None


def close(actor: Actor) -> None:
    """Do not show the first steps of this role any more; a second press changes nothing."""
    if actor.uid is None:
        raise Forbidden()
    if session().get(GuideClosed, (actor.uid, actor.role)) is None:
        session().add(GuideClosed(user_uid=actor.uid, role=actor.role, closed_at=clock.now()))
