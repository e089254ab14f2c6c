"""A clinic's logo: drawn anew from its pixels, so that nothing else of the file is kept."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from vtclinic.core.audit import record
from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _
from vtclinic.core.policy import Actor, authorize
from vtclinic.core.scope import current_clinic
from vtclinic.core.uow import control_unit_of_work
from vtclinic.features.clinic.files import replace_file
from vtclinic.features.clinic.policy import can_run_clinic
from vtclinic.tenants import service as tenants
from vtclinic.tenants.instance import Instance
from vtclinic.tenants.look import LOGO

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 16_000_000
HEIGHT, WIDTH = 144, 640  # four times the bar's measures, for sharp screens
LEAST = 32
FORMATS = ("PNG", "JPEG", "WEBP")


def redraw(content: bytes) -> bytes:
    """Return the picture as a PNG that fits the bar; raise Invalid in plain words. Long work: call it through `run_blocking`."""
    if not content:
        raise _refused(_("Choose a file first."))
    if len(content) > MOST_BYTES:
        raise _refused(_("We could not take this file. It is %(size)s MB and the most is 2 MB.", size=-(-len(content) // (1024 * 1024))))
    if b"<svg" in content[:2048].lower():
        raise _refused(_("SVG files can hold programs, so we do not take them. Save the logo as PNG, at least 144 pixels high."))
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise _refused(_("This picture is too large. Make it at most 4000 pixels wide and high."))
            drawn = ImageOps.exif_transpose(found).convert("RGBA")
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _refused(_("We could not open this picture. PNG, JPG and WebP work. Your logo is as it was.")) from error
    if min(drawn.size) < LEAST:
        raise _refused(_("This picture is too small. Make it at least 32 pixels wide and high."))
    drawn.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def keep_logo(instance: Instance, actor: Actor, picture: bytes) -> None:
    """Show this picture beside the clinic's name from now on."""
    authorize(actor, can_run_clinic)
    replace_file(current_clinic().files / "public" / LOGO, picture, mode=0o644)
    _changed(instance, actor)


def remove_logo(instance: Instance, actor: Actor) -> None:
    """Go back to the waves."""
    authorize(actor, can_run_clinic)
    (current_clinic().files / "public" / LOGO).unlink(missing_ok=True)
    _changed(instance, actor)


def _changed(instance: Instance, actor: Actor) -> None:
    clinic = current_clinic()
    with control_unit_of_work():
        tenants.touch_clinic(instance, actor, clinic.slug, "clinic.logo-changed")
    record(actor, "look.logo-changed", "clinic", clinic.uid)


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"logo": sentence})
