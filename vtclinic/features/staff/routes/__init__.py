"""Pages about therapists, for patients, for themselves and for the office."""

from vtclinic.features.staff.routes import about, credentials, hours, imports, people, practice
from vtclinic.features.staff.routes.blueprint import bp

__all__ = ["about", "bp", "credentials", "hours", "imports", "people", "practice"]
