"""The shape of a data pack: which keys it has and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Pack = dict[str, Any]

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
    "?better": str,
    "?multiply": int,
    "?answers": _ANSWERS,
    "?scale": _SCALE,
    "items": [{"text": str, "?answers": _ANSWERS, "?scale": _SCALE, "?reverse": bool, "?loinc": str}],
    "?bands": {"source": str, "levels": [{"id": str, "text": str, "from": int}]},
    "?cutoffs": {"source": str, "levels": [{"id": str, "text": str, "at": int}]},
    "?change": {"source": str, "reliable": int, "?recovery": int},
    "?risk": {"items": [{"item": int, "steps": [{"from": int, "level": str}]}]},
    "?rule": {"source": str, "id": str, "present_from": int, "clusters": [{"id": str, "items": [int], "need": int}]},
    "?loinc": {"panel": str, "total": str, "notice": str},
}
_KINDS = {str: "text", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"}


def shape_faults(value: object, shape: object = PACK, where: str = "") -> Iterator[str]:
    """Yield one sentence for every key that is missing, unknown, empty or of the wrong kind."""
    kind = shape if isinstance(shape, type) else type(shape)
    if type(value) is not kind:
        yield f"{where or 'A pack'} must be {_KINDS[kind]}."
    elif value in ("", [], {}):
        yield f"{where} must not be empty."
    elif isinstance(shape, dict) and isinstance(value, dict):
        yield from _table_faults(value, shape, where)
    elif isinstance(shape, list) and isinstance(value, list):
        for number, entry in enumerate(value, 1):
            yield from shape_faults(entry, shape[0], f"{where} {number}")


def _table_faults(value: Pack, shape: Pack, where: str) -> Iterator[str]:
    prefix = f"{where}: " if where else ""
    known = {key.removeprefix("?"): key for key in shape}
    for key in sorted(value.keys() - known.keys()):
        yield f"{prefix}{key} is not a key here."
    for key, named in known.items():
        if key in value:
            yield from shape_faults(value[key], shape[named], f"{prefix}{key}")
        elif key == named:
            yield f"{prefix}{key} is missing."
