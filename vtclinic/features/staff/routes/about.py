"""What patients read about a therapist."""

from __future__ import annotations

from uuid import UUID

from flask import Response, current_app

from vtclinic.core import clock
from vtclinic.core.errors import NotFound
from vtclinic.core.web import actor, page
from vtclinic.features.records import api as records
from vtclinic.features.staff import files, service
from vtclinic.features.staff.models import CredentialState
from vtclinic.features.staff.practice import PHOTOS
from vtclinic.features.staff.routes.blueprint import bp
from vtclinic.features.staff.vocabulary import FORMATS, MODALITIES, SPECIALITIES, STYLES, joined, spoken

CHOOSE_TIME = "scheduling.choose_time"


@bp.get("/therapists/<uuid:uid>")
def read_about(uid: UUID) -> Response:
    """Show a therapist to people who may choose them."""
    found = service.read_about(actor(), uid)
    today = clock.now().date()
    licences = [row for row in service.credentials_of([uid])[uid] if row.standing(today) == CredentialState.VERIFIED]
    return page(
        "staff/about.html",
        therapist=found,
        licences=licences,
        place_name=records.place_name,
        works_with=joined(spoken(found.specialities, SPECIALITIES)),
        styles=joined(spoken(found.styles, STYLES)),
        modalities=spoken(found.modalities, MODALITIES),
        formats=spoken(found.formats, FORMATS),
        languages=records.language_names(found.languages),
        can_choose=actor().is_patient and bool(licences) and CHOOSE_TIME in current_app.view_functions,
    )


@bp.get("/therapists/<uuid:uid>/photo")
def photo(uid: UUID) -> Response:
    """Return a therapist's portrait."""
    found = service.read_about(actor(), uid)
    if found.photo is None:
        raise NotFound()
    return Response(files.read(PHOTOS, found.photo), mimetype="image/jpeg")
