"""People for tests: made by the same services the product uses."""

from __future__ import annotations

from dataclasses import dataclass

from vtclinic.app import House


@dataclass
class People:
    """Makes patients, therapists and admins in a clinic. Grows with identity."""

    house: House
