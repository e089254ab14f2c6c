"""What records brings."""

from vtclinic.core.events import subscribe as on
from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import PATIENT, THERAPIST
from vtclinic.features.records import models  # noqa: F401 - its tables
from vtclinic.features.records.routes import bp
from vtclinic.features.records.service import create_patient
from vtclinic.identity.news import PatientRegistered


def _make_record(news: PatientRegistered) -> None:
    create_patient(news.user_uid)


def _subscribe() -> None:
    on(PatientRegistered, _make_record)


records = Feature(
    "records",
    blueprints=(bp,),
    subscribe=_subscribe,
    nav=(
        NavItem(THERAPIST, "records.clients", lazy("Clients"), "people", 30),
        NavItem(PATIENT, "records.profile", lazy("About you"), "person", 50, place="more"),
        NavItem(PATIENT, "records.who_opened", lazy("Who opened your record"), "eye", 60, place="more"),
    ),
)
