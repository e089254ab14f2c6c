"""The matching engine: hard constraints, soft weights, reasons; no database, no web."""

from vtclinic.features.matching.engine.choose import in_order, match
from vtclinic.features.matching.engine.constraints import fits, violations
from vtclinic.features.matching.engine.merit import Scorer, Weights
from vtclinic.features.matching.engine.model import (
    AgeBand,
    Choice,
    Constraint,
    Decider,
    Licence,
    MatchResult,
    PatientNeeds,
    Reason,
    Relaxation,
    Risk,
    TherapistOffer,
    Track,
    Unmet,
    Violation,
    age_band,
)

__all__ = [
    "AgeBand",
    "Choice",
    "Constraint",
    "Decider",
    "Licence",
    "MatchResult",
    "PatientNeeds",
    "Reason",
    "Relaxation",
    "Risk",
    "Scorer",
    "TherapistOffer",
    "Track",
    "Unmet",
    "Violation",
    "Weights",
    "age_band",
    "fits",
    "in_order",
    "match",
    "violations",
]
