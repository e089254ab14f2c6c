"""Read instrument packs from disk; a pack with a fault is refused whole."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from vtclinic.core.errors import NotFound, SettingsError
from vtclinic.features.progress.instruments.schema import (
    Answer,
    Band,
    Better,
    ChangeRule,
    Cluster,
    Cutoff,
    Instrument,
    Item,
    Loinc,
    RiskItem,
    RiskLevel,
    Scale,
    Scoring,
    SymptomRule,
)
from vtclinic.features.progress.instruments.shape import Pack
from vtclinic.features.progress.instruments.validate import band_step, item_answers, total_range, validate_pack

PACKS = Path(__file__).parent.parent / "packs"
MOST_BYTES = 256 * 1024


class PackError(SettingsError):
    """A data pack cannot be used; the message lists every fault."""


@cache
def load_packs(folder: Path = PACKS) -> dict[str, Instrument]:
    """Return every instrument in the folder by its id; raises PackError naming the file and its faults."""
    packs: dict[str, Instrument] = {}
    for path in sorted(folder.glob("*.toml")):
        pack = load_pack(path)
        if pack.id in packs:
            raise PackError(f"{path.name}: another pack is already called {pack.id}.")
        packs[pack.id] = pack
    return packs


def load_pack(path: Path) -> Instrument:
    """Return the instrument one file describes."""
    data = read_toml(path)
    faults = validate_pack(data)
    if faults:
        raise PackError(f"{path.name}: {' '.join(faults)}")
    return build(data)


def read_toml(path: Path) -> Pack:
    """Return what a file says; raises PackError for one that is too large or is not TOML."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise PackError(f"{path.name} is larger than {MOST_BYTES // 1024} kB.")
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name} is not valid TOML: {error}") from error
    except RecursionError:
        raise PackError(f"{path.name} is nested too deeply.") from None
    except ValueError as error:
        # A whole number of thousands of digits is TOML, but not a number Python reads.
        raise PackError(f"{path.name} is not valid TOML: {error}") from error


def instrument(id: str) -> Instrument:
    """Return a shipped instrument; raises NotFound for an id that is not shipped."""
    try:
        return load_packs()[id]
    except KeyError:
        raise NotFound(f"there is no questionnaire called {id}") from None


def build(data: Pack) -> Instrument:
    """Make an instrument of data that `validate_pack` found no fault in."""
    return Instrument(
        id=data["id"],
        version=data["version"],
        name=data["name"],
        title=data["title"],
        language=data["language"],
        licence=data["licence"],
        notice=data["notice"],
        source=data["source"],
        validated=data["validated"],
        stem=data["stem"],
        better=Better(data.get("better", "lower")),
        multiply=data.get("multiply", 1),
        scoring=Scoring(data.get("scoring", "sum")),
        attestation=data.get("attestation", ""),
        items=tuple(_item(data, number, item) for number, item in enumerate(data["items"], 1)),
        bands=_bands(data),
        bands_source=data.get("bands", {}).get("source", ""),
        cutoffs=tuple(Cutoff(level["id"], level["text"], level["at"]) for level in data.get("cutoffs", {}).get("levels", [])),
        cutoffs_source=data.get("cutoffs", {}).get("source", ""),
        change=_change(data),
        risk_items=tuple(_risk(item) for item in data.get("risk", {}).get("items", [])),
        rule=_rule(data),
        loinc=_loinc(data),
    )


def _item(data: Pack, number: int, item: Pack) -> Item:
    answers = tuple(Answer(answer["value"], answer["text"], answer.get("loinc", "")) for answer in item_answers(data, item))
    scale = item.get("scale", None if "answers" in item else data.get("scale"))
    return Item(
        number=number,
        text=item["text"],
        answers=answers,
        scale=Scale(scale["low"], scale["high"]) if scale else None,
        reverse=item.get("reverse", False),
        loinc=item.get("loinc", ""),
    )


def _bands(data: Pack) -> tuple[Band, ...]:
    levels = data.get("bands", {}).get("levels", [])
    step = band_step(data)
    ends = [round(level["from"] - step, 2) for level in levels[1:]] + [total_range(data)[1]]
    return tuple(Band(level["id"], level["text"], level["from"], end) for level, end in zip(levels, ends, strict=False))


def _change(data: Pack) -> ChangeRule | None:
    change = data.get("change")
    return ChangeRule(change["reliable"], change.get("recovery"), change["source"]) if change else None


def _risk(item: Pack) -> RiskItem:
    return RiskItem(item["item"], tuple((step["from"], RiskLevel(step["level"])) for step in item["steps"]))


def _rule(data: Pack) -> SymptomRule | None:
    rule = data.get("rule")
    if rule is None:
        return None
    clusters = tuple(Cluster(cluster["id"], tuple(cluster["items"]), cluster["need"]) for cluster in rule["clusters"])
    return SymptomRule(rule["id"], rule["present_from"], clusters, rule["source"])


def _loinc(data: Pack) -> Loinc | None:
    codes = data.get("loinc")
    return Loinc(codes["panel"], codes["total"], codes["notice"]) if codes else None
