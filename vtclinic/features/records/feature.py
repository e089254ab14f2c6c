"""What records brings."""

from vtclinic.core.events import subscribe as on
from vtclinic.core.feature import Feature
from vtclinic.features.records import models  # noqa: F401 - its tables
from vtclinic.features.records.service import create_patient
from vtclinic.identity.news import PatientRegistered


def _make_record(news: PatientRegistered) -> None:
    create_patient(news.user_uid)


def _subscribe() -> None:
    on(PatientRegistered, _make_record)


records = Feature("records", subscribe=_subscribe)
