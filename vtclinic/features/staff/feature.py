"""What staff brings."""

from sqlalchemy import ScalarSelect

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST, Actor
from vtclinic.features.records.api import describe_actions
from vtclinic.features.staff import jobs, models  # noqa: F401 - its tables and its periodic work
from vtclinic.features.staff.credentials import waiting_count
from vtclinic.features.staff.routes import bp


def _subscribe() -> None:
    describe_actions({"people.read": lazy("looked at the state of your account")})


def _waiting(_actor: Actor) -> ScalarSelect[int]:
    return waiting_count()


staff = Feature(
    "staff",
    blueprints=(bp,),
    subscribe=_subscribe,
    nav=(
        NavItem(THERAPIST, "staff.practice", lazy("Your profile"), "badge", 80, place="more"),
        NavItem(CLINIC_ADMIN, "staff.people", lazy("People"), "people", 20),
        NavItem(CLINIC_ADMIN, "staff.credentials", lazy("Credentials"), "badge", 30, count=_waiting),
    ),
)
