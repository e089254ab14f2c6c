"""What messaging brings."""

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.policy import PATIENT, THERAPIST
from vtclinic.features.crisis import api as crisis
from vtclinic.features.messaging import events, models, notice, service  # noqa: F401 - its tables
from vtclinic.features.messaging.routes import bp
from vtclinic.features.notifications import api as notifications
from vtclinic.identity.service import count_beside, counter


def _listen() -> None:
    crisis.add_source(service.WORDS, service.texts_of)
    notifications.register(notice.NEW_MESSAGE)
    count_beside(service.UNREAD, service.unread_of)


messaging = Feature(
    "messaging",
    blueprints=(bp,),
    subscribe=_listen,
    socket_events=events.register,
    nav=(
        NavItem(PATIENT, "messaging.threads", _l("Messages"), "message", 20, count=counter(service.UNREAD)),
        NavItem(THERAPIST, "messaging.threads", _l("Messages"), "message", 40, count=counter(service.UNREAD)),
    ),
)
