"""Which totals can come about at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def reachable(values: Sequence[Sequence[int]]) -> Iterator[int]:
    """Yield every sum of one value of each item, rising.

    The sums are bits of one large number, so that a hundred items of 25 answers cost milliseconds.
    """
    least, sums = sum(min(each) for each in values), 1
    for each in values:
        low, made = min(each), 0
        for value in set(each):
            made |= sums << (value - low)
        sums = made
    return (least + place for place, bit in enumerate(reversed(bin(sums)[2:])) if bit == "1")
