"""Questionnaires as data: read a pack, score answers, compare two results."""

from vtclinic.features.progress.instruments.change import Change, ChangeKind, Measured, VersionsDiffer, reliable_change
from vtclinic.features.progress.instruments.loader import PackError, build, instrument, load_pack, load_packs, read_toml
from vtclinic.features.progress.instruments.schema import Answer, Band, Better, Cutoff, Instrument, Item, RiskLevel, Scoring, Total
from vtclinic.features.progress.instruments.scoring import Answers, Score, band_of, check_answer, risk_of, score
from vtclinic.features.progress.instruments.shape import Pack
from vtclinic.features.progress.instruments.validate import validate_pack

__all__ = [
    "Answer",
    "Answers",
    "Band",
    "Better",
    "Change",
    "ChangeKind",
    "Cutoff",
    "Instrument",
    "Item",
    "Measured",
    "Pack",
    "PackError",
    "RiskLevel",
    "Score",
    "Scoring",
    "Total",
    "VersionsDiffer",
    "band_of",
    "build",
    "check_answer",
    "instrument",
    "load_pack",
    "load_packs",
    "read_toml",
    "reliable_change",
    "risk_of",
    "score",
    "validate_pack",
]
