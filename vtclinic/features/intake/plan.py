"""What a clinic asks its new patients: our questions less those it leaves out, its own, and the questionnaires after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from vtclinic.core import clock
from vtclinic.core.audit import record
from vtclinic.core.errors import Conflict, Invalid, NotFound
from vtclinic.core.i18n import gettext as _
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.uow import session
from vtclinic.features.intake import policy
from vtclinic.features.intake.models import IntakePlan
from vtclinic.features.intake.questions import CAN_BE_LEFT_OUT, CARE_TEAM, QUESTIONS, Kind, Question
from vtclinic.features.progress import api as progress

DEFAULT_PACKS = ("phq-9", "gad-7")
OWN_KINDS = (Kind.TEXT, Kind.WORDS, Kind.ONE, Kind.MANY)
REMIND_DAYS = (2, 3, 5, 7)
MOST_OWN, MOST_OPTIONS = 12, 12
_OWN = "own-"


@dataclass(frozen=True)
class OwnQuestion:
    """A question a clinic wrote itself; nobody has to answer it."""

    key: str
    kind: str
    title: str
    hint: str = ""
    options: tuple[str, ...] = ()

    def as_question(self) -> Question:
        """Return it as one page of the wizard."""
        options: Mapping[str, Any] = {f"o{number}": words for number, words in enumerate(self.options, 1)}
        return Question(
            self.key,
            Kind(self.kind),
            self.title,
            _l("Your clinic asks everybody this."),
            CARE_TEAM,
            self.title,
            hint=self.hint,
            options=(lambda: options) if options else None,
            sensitive=True,
        )


@dataclass(frozen=True)
class Plan:
    """One version of it; version 0 is what a clinic has that never changed anything."""

    version: int = 0
    left_out: frozenset[str] = frozenset()
    own: tuple[OwnQuestion, ...] = ()
    packs: tuple[str, ...] = DEFAULT_PACKS
    remind_days: int | None = None
    _ours: tuple[Question, ...] = field(default=QUESTIONS, repr=False, compare=False)

    @property
    def questions(self) -> list[Question]:
        """Return the pages in order: ours, then the clinic's own."""
        return [each for each in self._ours if each.key not in self.left_out] + [each.as_question() for each in self.own]


def current_plan() -> Plan:
    """Return what new patients are asked now."""
    return _plan(session().scalars(select(IntakePlan).order_by(IntakePlan.version.desc()).limit(1)).first())


def plan_of(version: int) -> Plan:
    """Return the version under which somebody sent their answers."""
    return _plan(session().get(IntakePlan, version)) if version else Plan()


def view_plan(actor: Actor) -> Plan:
    """Return the plan for who runs the clinic."""
    authorize(actor, policy.can_plan)
    return current_plan()


def change_plan(actor: Actor, seen: int, *, left_out: frozenset[str], packs: tuple[str, ...], remind_days: int | None) -> Plan:
    """Choose which questions and questionnaires there are, and after how many days a reminder goes out by itself."""
    known = {pack.id for pack in progress.can_be_given()}
    if left_out - set(CAN_BE_LEFT_OUT) or set(packs) - known or remind_days not in (None, *REMIND_DAYS):
        raise Invalid(_("Choose one of the answers shown."))
    return _store(actor, seen, replace(current_plan(), left_out=left_out, packs=packs, remind_days=remind_days))


def save_own(actor: Actor, seen: int, question: OwnQuestion) -> Plan:
    """Add a question, or change the one with the same key."""
    checked = _checked(question)
    plan = current_plan()
    if not checked.key:
        if len(plan.own) >= MOST_OWN:
            raise Invalid(_("You have %(num)s questions of your own. Remove one first.", num=MOST_OWN))
        return _store(actor, seen, replace(plan, own=(*plan.own, replace(checked, key=f"{_OWN}{uuid4().hex[:8]}"))))
    before = own_question(plan, checked.key)
    if before.kind != checked.kind or before.options != checked.options:
        # Answers given so far belong to the old words, so the changed question is a new one.
        checked = replace(checked, key=f"{_OWN}{uuid4().hex[:8]}")
    return _store(actor, seen, replace(plan, own=tuple(checked if each.key == before.key else each for each in plan.own)))


def remove_own(actor: Actor, seen: int, key: str) -> Plan:
    """Ask this no more; answers given stay in the record."""
    plan = current_plan()
    own_question(plan, key)
    return _store(actor, seen, replace(plan, own=tuple(each for each in plan.own if each.key != key)))


def move_own_up(actor: Actor, seen: int, key: str) -> Plan:
    """Ask this before the own question that is now before it."""
    plan = current_plan()
    place = [each.key for each in plan.own].index(own_question(plan, key).key)
    own = list(plan.own)
    if place:
        own[place - 1], own[place] = own[place], own[place - 1]
    return _store(actor, seen, replace(plan, own=tuple(own)))


def own_question(plan: Plan, key: str) -> OwnQuestion:
    """Return one of the clinic's own questions; raises NotFound."""
    found = next((each for each in plan.own if each.key == key), None)
    if found is None:
        raise NotFound
    return found


def _store(actor: Actor, seen: int, wanted: Plan) -> Plan:
    authorize(actor, policy.can_plan)
    assert actor.uid is not None  # the policy let a signed-in person through
    changed = Conflict(_("Somebody else changed this a moment ago."), hint=_("Look at it again, then save. Nothing was overwritten."))
    if current_plan().version != seen:
        raise changed
    made = replace(wanted, version=seen + 1)
    content = {"left_out": sorted(made.left_out), "own": [asdict(each) for each in made.own], "packs": list(made.packs), "remind_days": made.remind_days}
    try:
        with session().begin_nested():
            session().add(IntakePlan(version=made.version, made_at=clock.now(), made_by=actor.uid, content=content))
    except IntegrityError:
        raise changed from None
    record(actor, "intake.plan-changed", "intake_plan", str(made.version))
    return made


def _plan(row: IntakePlan | None) -> Plan:
    if row is None:
        return Plan()
    kept = row.content
    own = tuple(OwnQuestion(**(each | {"options": tuple(each["options"])})) for each in kept["own"])
    return Plan(row.version, frozenset(kept["left_out"]), own, tuple(kept["packs"]), kept["remind_days"])


def _checked(question: OwnQuestion) -> OwnQuestion:
    wrong: dict[str, str] = {}
    options = tuple(dict.fromkeys(each.strip() for each in question.options if each.strip()))
    if question.kind not in OWN_KINDS:
        wrong["kind"] = _("Choose one of the answers shown.")
    if not 3 <= len(question.title) <= 160:
        wrong["title"] = _("Write the question in 3 to 160 letters.")
    if len(question.hint) > 240:
        wrong["hint"] = _("Use up to 240 letters.")
    chooses = question.kind in (Kind.ONE, Kind.MANY)
    if chooses and not 2 <= len(options) <= MOST_OPTIONS:
        wrong["options"] = _("Write 2 to %(num)s answers, one a line.", num=MOST_OPTIONS)
    if any(len(each) > 120 for each in options):
        wrong["options"] = _("Each answer can have up to 120 letters.")
    if wrong:
        raise Invalid(_("Something is missing."), fields=wrong)
    return replace(question, options=options if chooses else ())
