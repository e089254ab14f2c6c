"""Keep small groups out of a report, so that nobody can be told from a number, nor worked out from what is left."""

from __future__ import annotations

from collections.abc import Mapping

LEAST = 10


def hidden(counts: Mapping[str, int], *, least: int = LEAST) -> frozenset[str]:
    """Return which groups of one division are left out.

    A group below `least` is; and since the whole is known, the next larger ones too, until those left out are two or more and at least
    `least` people together: a single one would follow from the rest.
    """
    left_out = {name for name, count in counts.items() if 0 < count < least}
    if not left_out:
        return frozenset()
    others = sorted((name for name, count in counts.items() if count >= least), key=lambda name: (counts[name], name))
    while others and (len(left_out) < 2 or sum(counts[name] for name in left_out) < least):
        left_out.add(others.pop(0))
    return frozenset(left_out)
