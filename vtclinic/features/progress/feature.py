"""What progress brings."""

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT
from vtclinic.features.progress import admin_routes, models, models_catalogue, models_plan  # noqa: F401 - its pages and tables
from vtclinic.features.progress.routes import bp
from vtclinic.features.progress.section import file_section
from vtclinic.features.records.api import add_file_section, describe_actions

_ACTIONS = {
    "questionnaire.assign": lazy("gave you questions"),
    "questionnaire.read": lazy("opened your questions"),
    "questionnaire.start": lazy("began to answer questions"),
    "questionnaire.answer": lazy("answered a question"),
    "questionnaire.closed": lazy("closed questions that were not finished"),
    "questionnaire.finish": lazy("finished a set of questions"),
    "result.list": lazy("looked at your results over time"),
    "result.read": lazy("read your answers to a set of questions"),
}


def _subscribe() -> None:
    add_file_section(file_section)
    describe_actions(_ACTIONS)


progress = Feature(
    "progress",
    blueprints=(bp,),
    subscribe=_subscribe,
    nav=(
        NavItem(PATIENT, "progress.index", lazy("Progress"), "chart", 40),
        NavItem(CLINIC_ADMIN, "progress.questionnaires", lazy("Questionnaires"), "list", 60),
    ),
)
