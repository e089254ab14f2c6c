"""What identity brings."""

from __future__ import annotations

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy as _
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.identity import jobs
from vtclinic.identity.routes import bp

__all__ = ["identity", "jobs"]

identity = Feature(
    name="identity",
    blueprints=(bp,),
    nav=tuple(NavItem(role, "identity.account", _("Settings"), "gear", 90, place="more") for role in (PATIENT, THERAPIST, CLINIC_ADMIN)),
)
