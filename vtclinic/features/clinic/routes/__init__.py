"""Pages by which a clinic's administrators run their own clinic; importing this package hangs them on the blueprint."""

from vtclinic.features.clinic.routes import access_log, help_lines, look, rules
from vtclinic.features.clinic.routes.blueprint import bp

__all__ = ["access_log", "bp", "help_lines", "look", "rules"]
