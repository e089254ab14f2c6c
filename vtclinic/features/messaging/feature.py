"""What messaging brings."""

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.policy import PATIENT, THERAPIST
from vtclinic.features.messaging import api, events, models  # noqa: F401 - its tables
from vtclinic.features.messaging.routes import bp

messaging = Feature(
    "messaging",
    blueprints=(bp,),
    socket_events=events.register,
    nav=(
        NavItem(PATIENT, "messaging.threads", _l("Messages"), "message", 20, count=api.unread),
        NavItem(THERAPIST, "messaging.threads", _l("Messages"), "message", 40, count=api.unread),
    ),
)
