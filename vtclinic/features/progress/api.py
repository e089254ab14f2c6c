"""What other features may use of progress."""

from vtclinic.features.progress.after import Onward, add_guide
from vtclinic.features.progress.answering import assign
from vtclinic.features.progress.help import Numbers, about, numbers_for
from vtclinic.features.progress.news import QuestionnaireFinished, RiskAnswered, RiskAnswerLowered, SafetyAnswered
from vtclinic.features.progress.promise import read_by
from vtclinic.features.progress.results import Assigned, ScoreView, Statement, latest_scores, open_questionnaires, statement

__all__ = [
    "Assigned",
    "Numbers",
    "Onward",
    "QuestionnaireFinished",
    "RiskAnswerLowered",
    "RiskAnswered",
    "SafetyAnswered",
    "ScoreView",
    "Statement",
    "about",
    "add_guide",
    "assign",
    "latest_scores",
    "numbers_for",
    "open_questionnaires",
    "read_by",
    "statement",
]
