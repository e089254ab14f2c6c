"""What progress brings."""

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.features.notifications import api as notifications
from vtclinic.features.progress import admin_routes, giving, jobs, models, models_catalogue, models_plan, own_routes, plan_routes  # noqa: F401 - its pages, work and tables
from vtclinic.features.progress.routes import bp
from vtclinic.features.progress.section import file_section
from vtclinic.features.records.api import add_file_section, describe_actions

_ACTIONS = {
    "questionnaire.assign": lazy("gave you questions"),
    "questionnaire.read": lazy("opened your questions"),
    "questionnaire.start": lazy("began to answer questions"),
    "questionnaire.answer": lazy("answered a question"),
    "questionnaire.closed": lazy("closed questions that were not finished"),
    "questionnaire.reminded": lazy("reminded you of questions"),
    "questionnaire-plan.made": lazy("chose when questions come"),
    "questionnaire-plan.ended": lazy("ended a rule for questions"),
    "questionnaire-plan.paused": lazy("paused your questions"),
    "questionnaire-plan.went-on": lazy("ended a pause of your questions"),
    "questionnaire.finish": lazy("finished a set of questions"),
    "result.list": lazy("looked at your results over time"),
    "result.read": lazy("read your answers to a set of questions"),
}


def _subscribe() -> None:
    add_file_section(file_section)
    describe_actions(_ACTIONS)
    notifications.register(giving.QUESTIONS)


progress = Feature(
    "progress",
    blueprints=(bp,),
    subscribe=_subscribe,
    nav=(
        NavItem(PATIENT, "progress.index", lazy("Progress"), "chart", 40),
        NavItem(THERAPIST, "progress.waiting", lazy("Questions"), "list", 45),
        NavItem(CLINIC_ADMIN, "progress.questionnaires", lazy("Questionnaires"), "list", 60),
    ),
)
