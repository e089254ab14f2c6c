"""What console brings."""

from vtclinic.console import models
from vtclinic.console.policy import IT_ADMIN
from vtclinic.console.routes import bp
from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy as _l

__all__ = ["console", "models"]

console = Feature(
    "console",
    blueprints=(bp,),
    nav=(
        NavItem(IT_ADMIN, "console.clinics", _l("Clinics"), "building", 10),
        NavItem(IT_ADMIN, "console.themes", _l("Themes"), "drop", 20),
        NavItem(IT_ADMIN, "console.health", _l("Health"), "health", 30),
        NavItem(IT_ADMIN, "console.audit", _l("Audit"), "shield", 40),
        NavItem(IT_ADMIN, "console.account", _l("Account"), "person", 90, place="more"),
    ),
)
