"""What other features may use of progress."""

from vtclinic.features.progress.after import Onward, add_guide
from vtclinic.features.progress.answering import assign
from vtclinic.features.progress.giving import on_session_booked, on_session_done, on_session_missed
from vtclinic.features.progress.help import Numbers, about, numbers_for
from vtclinic.features.progress.news import QuestionnaireFinished, RiskAnswered, RiskAnswerLowered, SafetyAnswered
from vtclinic.features.progress.promise import AT_ONCE, Duty, WorkingDays, ask_clinic, read_by
from vtclinic.features.progress.results import (
    Assigned,
    ScoreView,
    Statement,
    can_be_given,
    count_waiting,
    latest_scores,
    open_questionnaires,
    statement,
)
from vtclinic.features.progress.risk_items import RiskQuestion, risk_items
from vtclinic.features.progress.words import plain_title

__all__ = [
    "AT_ONCE",
    "Assigned",
    "Duty",
    "Numbers",
    "Onward",
    "QuestionnaireFinished",
    "RiskAnswerLowered",
    "RiskAnswered",
    "RiskQuestion",
    "SafetyAnswered",
    "ScoreView",
    "Statement",
    "WorkingDays",
    "about",
    "add_guide",
    "ask_clinic",
    "assign",
    "can_be_given",
    "count_waiting",
    "latest_scores",
    "numbers_for",
    "on_session_booked",
    "on_session_done",
    "on_session_missed",
    "open_questionnaires",
    "plain_title",
    "read_by",
    "risk_items",
    "statement",
]
