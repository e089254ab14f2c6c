"""What other features may use of records."""

from vtclinic.features.records.care import caseload, caseloads, end_care, everybody_in_care, in_care, open_care, therapists_of
from vtclinic.features.records.models import CareRelation, Patient
from vtclinic.features.records.news import CareEnded, CareOpened, ProfileChanged
from vtclinic.features.records.opened import describe_actions
from vtclinic.features.records.places import (
    COMMON_LANGUAGES,
    REGIONS,
    country_choices,
    is_country,
    is_language,
    is_region,
    language_choices,
    language_name,
    language_names,
    place_name,
    region_choices,
    region_name,
    zone_choices,
)
from vtclinic.features.records.policy import can_view_patient, visible_to
from vtclinic.features.records.profile import checked as checked_profile
from vtclinic.features.records.profile import is_phone, years_old
from vtclinic.features.records.sections import Flag, Section, add_file_section, file_sections
from vtclinic.features.records.service import (
    NamedPatient,
    called,
    change_profile,
    change_timezone,
    create_patient,
    may_be_named,
    may_mail,
    named_patients,
    patient,
    patients,
    view_patient,
)

__all__ = [
    "COMMON_LANGUAGES",
    "REGIONS",
    "CareEnded",
    "CareOpened",
    "CareRelation",
    "Flag",
    "NamedPatient",
    "Patient",
    "ProfileChanged",
    "Section",
    "add_file_section",
    "called",
    "can_view_patient",
    "caseload",
    "caseloads",
    "change_profile",
    "change_timezone",
    "checked_profile",
    "country_choices",
    "create_patient",
    "describe_actions",
    "end_care",
    "everybody_in_care",
    "file_sections",
    "in_care",
    "is_country",
    "is_language",
    "is_phone",
    "is_region",
    "language_choices",
    "language_name",
    "language_names",
    "may_be_named",
    "may_mail",
    "named_patients",
    "open_care",
    "patient",
    "patients",
    "place_name",
    "region_choices",
    "region_name",
    "therapists_of",
    "view_patient",
    "visible_to",
    "years_old",
    "zone_choices",
]
