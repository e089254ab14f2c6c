"""The console's pages; importing this package hangs them on the blueprint."""

from vtclinic.console.routes import account, add_clinic, clinics, overview, second_step, sign_in
from vtclinic.console.routes.blueprint import bp

__all__ = ["account", "add_clinic", "bp", "clinics", "overview", "second_step", "sign_in"]
