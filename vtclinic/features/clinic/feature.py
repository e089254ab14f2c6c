"""What clinic brings."""

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.policy import CLINIC_ADMIN
from vtclinic.features.clinic import models
from vtclinic.features.clinic.routes import bp

__all__ = ["clinic", "models"]

clinic = Feature(
    "clinic",
    blueprints=(bp,),
    nav=(
        NavItem(CLINIC_ADMIN, "clinic.look", _l("Look and words"), "drop", 70),
        NavItem(CLINIC_ADMIN, "clinic.help_lines", _l("Help lines"), "help", 72),
        NavItem(CLINIC_ADMIN, "clinic.rules", _l("Clinic"), "building", 74),
        NavItem(CLINIC_ADMIN, "clinic.access_log", _l("Access log"), "shield", 76),
    ),
)
