"""What identity brings."""

from __future__ import annotations

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy as _
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.identity import jobs
from vtclinic.identity.routes import account, join, recover, second_step, security, sign_in
from vtclinic.identity.routes.blueprint import bp

__all__ = ["account", "identity", "jobs", "join", "recover", "second_step", "security", "sign_in"]

identity = Feature(
    name="identity",
    blueprints=(bp,),
    nav=tuple(NavItem(role, "identity.account", _("Settings"), "gear", 90, place="more") for role in (PATIENT, THERAPIST, CLINIC_ADMIN)),
)
