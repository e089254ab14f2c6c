"""Identity's pages."""

from vtclinic.identity.routes import account, join, recover, second_step, security, sign_in
from vtclinic.identity.routes.blueprint import bp

__all__ = ["account", "bp", "join", "recover", "second_step", "security", "sign_in"]
