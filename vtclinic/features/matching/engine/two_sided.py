"""Pair people and therapists where both sides rank: deferred acceptance (Gale & Shapley 1962), people propose, therapists have many places.

No person and therapist who are not paired would both rather have each other than what they got.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from uuid import UUID


def pair(wishes: Mapping[UUID, Sequence[UUID]], ranks: Mapping[UUID, Mapping[UUID, int]], places: Mapping[UUID, int]) -> dict[UUID, UUID]:
    """Return who is paired with whom; the best stable pairing for every person.

    `wishes` are each person's therapists, best first; `ranks` give a therapist's order, 0 first, and leave out whom they do not take.
    """
    following = {person: iter(listed) for person, listed in wishes.items()}
    # Of each therapist's people the one ranked last is on top.
    held: dict[UUID, list[tuple[int, UUID]]] = {}
    free = sorted(wishes, reverse=True)
    while free:
        person = free.pop()
        for therapist in following[person]:
            rank = ranks.get(therapist, {}).get(person)
            if rank is None or places.get(therapist, 0) < 1:
                continue
            mine = held.setdefault(therapist, [])
            heapq.heappush(mine, (-rank, person))
            if len(mine) > places[therapist]:
                free.append(heapq.heappop(mine)[1])
            break
    return {person: therapist for therapist, mine in held.items() for _rank, person in mine}


def blocking(
    pairs: Mapping[UUID, UUID], wishes: Mapping[UUID, Sequence[UUID]], ranks: Mapping[UUID, Mapping[UUID, int]], places: Mapping[UUID, int]
) -> list[tuple[UUID, UUID]]:
    """Return the pairs who would both rather have each other; a stable pairing has none."""
    people: dict[UUID, list[int]] = {}
    for person, therapist in pairs.items():
        people.setdefault(therapist, []).append(ranks[therapist][person])
    found = []
    for person, listed in wishes.items():
        for therapist in listed:
            if pairs.get(person) == therapist:
                break
            rank, mine = ranks.get(therapist, {}).get(person), people.get(therapist, [])
            if rank is not None and (len(mine) < places.get(therapist, 0) or (mine and rank < max(mine))):
                found.append((person, therapist))
    return found
