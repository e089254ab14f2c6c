"""What notifications bring."""

from vtclinic.core.events import subscribe
from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import ROLES
from vtclinic.features.notifications import (
    jobs,  # noqa: F401 - sends push messages
    models,  # noqa: F401 - its tables
    pushes,
    reading,
    routes,
)
from vtclinic.identity.service import AccountDisabled, count_beside, counter


def _disabled(news: AccountDisabled) -> None:
    pushes.forget_person(news.user_uid)


def _listen() -> None:
    subscribe(AccountDisabled, _disabled)
    count_beside(reading.NEW, reading.new_of)


notifications = Feature(
    "notifications",
    blueprints=(routes.bp,),
    subscribe=_listen,
    nav=tuple(
        item
        for role in ROLES
        for item in (
            NavItem(role, "notifications.index", lazy("What is new"), "bell", 1, count=counter(reading.NEW), place="bell"),
            NavItem(role, "notifications.index", lazy("What is new"), "bell", 84, place="more"),
            NavItem(role, "notifications.choose", lazy("What we tell you"), "mail", 85, place="more"),
        )
    ),
)
