"""Turn answers into a total, a band, a screen result and a risk level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vtclinic.core.errors import Invalid
from vtclinic.features.progress.instruments.schema import Band, Better, Cutoff, Instrument, RiskLevel, SymptomRule, Total

Answers = Mapping[int, int | None]


@dataclass(frozen=True)
class Score:
    """What a set of answers comes to.

    `total`, `band`, `positive` and `rule_met` are None while an item is missing; `risk` is never held back by that.
    """

    instrument: str
    version: str
    total: Total | None
    complete: bool
    band: Band | None
    positive: bool | None
    risk: RiskLevel | None
    rule_met: bool | None = None
    missing: tuple[int, ...] = ()


def score(instrument: Instrument, answers: Answers, *, cutoff: str | None = None) -> Score:
    """Score one set of answers; None or an absent key is a missing item.

    `cutoff` names the cut-off the person said applies (AUDIT-C: "women" or "men"); with several and none named, `positive` is None.
    Raises Invalid for an item or a value the instrument does not have.
    """
    given = _checked(instrument, answers)
    missing = tuple(item.number for item in instrument.items if item.number not in given)
    total = None if missing else instrument.total_of(sum(item.points(given[item.number]) for item in instrument.items))
    rule = instrument.rule
    return Score(
        instrument=instrument.id,
        version=instrument.version,
        total=total,
        complete=not missing,
        band=None if total is None else band_of(instrument, total),
        positive=None if total is None else _positive(instrument, total, cutoff),
        risk=_highest_risk(instrument, given),
        rule_met=None if rule is None or missing else _rule_met(rule, given),
        missing=missing,
    )


def band_of(instrument: Instrument, total: Total) -> Band | None:
    """Return the band a total falls in; None when the instrument has no bands."""
    return next((band for band in reversed(instrument.bands) if band.low <= total), None)


def risk_of(instrument: Instrument, item: int, value: int | None) -> RiskLevel | None:
    """Return how soon one single answer must be read; answers are saved one by one, so this comes before any total."""
    if value is None:
        return None
    levels = [risk.level(value) for risk in instrument.risk_items if risk.item == item]
    return next((level for level in levels if level), None)


def check_answer(instrument: Instrument, number: int, value: int) -> None:
    """Raise Invalid unless the instrument has this item and the item has this answer."""
    item = instrument.item(number)
    if item is None:
        raise Invalid(f"{instrument.name} has no question {number}")
    if type(value) is not int or item.answer(value) is None:
        raise Invalid(f"question {number} of {instrument.name} has no answer {value!r}")


def _checked(instrument: Instrument, answers: Answers) -> dict[int, int]:
    given = {number: value for number, value in answers.items() if value is not None}
    for number, value in given.items():
        check_answer(instrument, number, value)
    unknown = sorted(number for number in answers if instrument.item(number) is None)
    if unknown:
        raise Invalid(f"{instrument.name} has no question {unknown[0]}")
    return given


def _chosen_cutoff(instrument: Instrument, wanted: str | None) -> Cutoff | None:
    if wanted is None:
        return instrument.cutoffs[0] if len(instrument.cutoffs) == 1 else None
    for cutoff in instrument.cutoffs:
        if cutoff.id == wanted:
            return cutoff
    raise Invalid(f"{instrument.name} has no cut-off called {wanted!r}")


def _positive(instrument: Instrument, total: Total, wanted: str | None) -> bool | None:
    cutoff = _chosen_cutoff(instrument, wanted)
    if cutoff is None:
        return None
    return total >= cutoff.at if instrument.better is Better.LOWER else total <= cutoff.at


def _highest_risk(instrument: Instrument, given: Mapping[int, int]) -> RiskLevel | None:
    levels = {risk_of(instrument, number, value) for number, value in given.items()}
    return next((level for level in (RiskLevel.NOW, RiskLevel.SAME_DAY) if level in levels), None)


def _rule_met(rule: SymptomRule, given: Mapping[int, int]) -> bool:
    present = {number for number, value in given.items() if value >= rule.present_from}
    return all(len(present.intersection(cluster.items)) >= cluster.need for cluster in rule.clusters)
