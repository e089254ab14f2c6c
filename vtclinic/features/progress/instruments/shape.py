"""The shape of a data pack: which keys it has, what stands in them and how much of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

Pack = dict[str, Any]

MOST_TEXT, MOST_ENTRIES, MOST_NUMBER = 2000, 200, 10_000


class Number:
    """A number that may have decimals: a total where the mean is taken."""


# A key that begins with ? may be left out; a list of one shape means one or more of it.
_SCALE = {"from": int, "to": int, "low": str, "high": str}
_ANSWERS = [{"value": int, "text": str, "?loinc": str}]
PACK: dict[str, Any] = {
    "id": str,
    "version": str,
    "name": str,
    "title": str,
    "language": str,
    "licence": str,
    "notice": str,
    "source": str,
    "validated": bool,
    "stem": str,
    "?attestation": str,
    "?better": str,
    "?multiply": int,
    "?scoring": str,
    "?answers": _ANSWERS,
    "?scale": _SCALE,
    "items": [{"text": str, "?answers": _ANSWERS, "?scale": _SCALE, "?reverse": bool, "?loinc": str}],
    "?bands": {"source": str, "levels": [{"id": str, "text": str, "from": Number, "?to": Number}]},
    "?cutoffs": {"source": str, "levels": [{"id": str, "text": str, "at": Number}]},
    "?change": {"source": str, "reliable": Number, "?recovery": Number},
    "?risk": {"items": [{"item": int, "steps": [{"from": int, "level": str}]}]},
    "?rule": {"source": str, "id": str, "present_from": int, "clusters": [{"id": str, "items": [int], "need": int}]},
    "?loinc": {"panel": str, "total": str, "notice": str},
}
_KINDS = {str: "text", bool: "true or false", int: "a whole number", Number: "a number", list: "a list", dict: "a table"}


def shape_faults(value: object, shape: object = PACK, where: str = "") -> Iterator[str]:
    """Yield one sentence for every key that is missing, unknown, empty, too much or of the wrong kind."""
    kind = shape if isinstance(shape, type) else type(shape)
    if not _is(value, kind):
        yield f"{where or 'A pack'} must be {_KINDS[kind]}."
    elif value in ("", [], {}) or (isinstance(value, str) and not value.strip()):
        yield f"{where} must not be empty."
    elif _too_much(value):
        yield f"{where} is too {'long' if isinstance(value, (str, list)) else 'large'}."
    elif isinstance(shape, dict) and isinstance(value, dict):
        yield from _table_faults(value, shape, where)
    elif isinstance(shape, list) and isinstance(value, list):
        for number, entry in enumerate(value, 1):
            yield from shape_faults(entry, shape[0], f"{where} {number}")


def _is(value: object, kind: type) -> bool:
    if kind is Number:
        return type(value) is int or (type(value) is float and math.isfinite(value))
    return type(value) is kind


def _too_much(value: object) -> bool:
    if isinstance(value, str):
        return len(value) > MOST_TEXT
    if isinstance(value, list):
        return len(value) > MOST_ENTRIES
    return isinstance(value, (int, float)) and abs(value) > MOST_NUMBER


def _table_faults(value: Pack, shape: Pack, where: str) -> Iterator[str]:
    prefix = f"{where}: " if where else ""
    known = {key.removeprefix("?"): key for key in shape}
    for key in sorted(value.keys() - known.keys(), key=str):
        yield f"{prefix}{str(key)[:60]} is not a key here."
    for key, named in known.items():
        if key in value:
            yield from shape_faults(value[key], shape[named], f"{prefix}{key}")
        elif key == named:
            yield f"{prefix}{key} is missing."
