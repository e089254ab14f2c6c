"""What staff brings."""

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, THERAPIST
from vtclinic.features.records.api import describe_actions
from vtclinic.features.staff import jobs, models  # noqa: F401 - its tables and its periodic work
from vtclinic.features.staff.credentials import waiting_count
from vtclinic.features.staff.routes import bp
from vtclinic.identity.service import count_beside, counter

_WAITING = "licences to check"


def _subscribe() -> None:
    describe_actions({"people.read": lazy("looked at the state of your account")})
    count_beside(_WAITING, lambda _whose: waiting_count(), role=CLINIC_ADMIN)


staff = Feature(
    "staff",
    blueprints=(bp,),
    subscribe=_subscribe,
    nav=(
        NavItem(THERAPIST, "staff.practice", lazy("Your profile"), "badge", 80, place="more"),
        NavItem(CLINIC_ADMIN, "staff.people", lazy("People"), "people", 20),
        NavItem(CLINIC_ADMIN, "staff.credentials", lazy("Credentials"), "badge", 30, count=counter(_WAITING)),
    ),
)
