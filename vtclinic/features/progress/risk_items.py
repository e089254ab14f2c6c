"""The questions about self-harm and how soon each of their answers is read, for the clinic's rules."""

from __future__ import annotations

from dataclasses import dataclass

from vtclinic.features.progress.instruments import RiskLevel, load_packs


@dataclass(frozen=True)
class RiskQuestion:
    """One such question; `answers` are (value, words, how soon it is read at the latest)."""

    instrument: str
    name: str
    item: int
    text: str
    answers: tuple[tuple[int, str, RiskLevel], ...]


def risk_items() -> list[RiskQuestion]:
    """Return each question about self-harm of every questionnaire that is shipped."""
    found = []
    for pack in load_packs().values():
        for risk in pack.risk_items:
            item = pack.item(risk.item)
            assert item is not None  # packs are checked when they are read
            answers = tuple((each.value, each.text, level) for each in item.answers if (level := risk.level(each.value)))
            found.append(RiskQuestion(pack.id, pack.name, risk.item, item.text, answers))
    return found
