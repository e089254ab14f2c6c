"""The pages of matching: patients choose, the clinic looks after who waits and how is matched, therapists read notes."""

from vtclinic.features.matching.routes import choosing, notes, proposals, reports, rules, waiting  # noqa: F401 - each adds its pages
from vtclinic.features.matching.routes.blueprint import bp

__all__ = ["bp"]
