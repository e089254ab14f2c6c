"""What home brings."""

from vtclinic.core.feature import Feature, NavItem
from vtclinic.core.i18n import lazy as _l
from vtclinic.core.policy import CLINIC_ADMIN, PATIENT, THERAPIST
from vtclinic.features.home import models  # noqa: F401 - its table
from vtclinic.features.home.demo_routes import demo_bp
from vtclinic.features.home.routes import bp

home = Feature(
    "home",
    blueprints=(bp,),
    demo_blueprints=(demo_bp,),
    nav=(
        NavItem(PATIENT, "home.patient_home", _l("Home"), "home", 10),
        NavItem(PATIENT, "home.more", _l("More"), "menu", 99),
        NavItem(THERAPIST, "home.therapist_day", _l("Today"), "sun", 10),
        NavItem(CLINIC_ADMIN, "home.clinic_overview", _l("Overview"), "home", 10),
    ),
)
