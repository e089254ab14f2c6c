"""What we take from people's devices: checked by content, never by name; pictures are drawn anew."""

from __future__ import annotations

import io
from dataclasses import dataclass

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError

from vtclinic.core.errors import Invalid
from vtclinic.core.i18n import gettext as _

MEGABYTE = 1024 * 1024
SIDE = 512
MOST_PIXELS = 40_000_000
PHOTOS = {"image/jpeg": "jpg", "image/png": "png"}
PAPERS = PHOTOS | {"application/pdf": "pdf"}


@dataclass(frozen=True)
class Upload:
    """A file that passed: its content and what it really is."""

    content: bytes
    kind: str

    @property
    def ending(self) -> str:
        """Return the usual ending of a file's name for this kind."""
        return PAPERS[self.kind]


def checked_paper(content: bytes, *, most_mb: int, field: str = "evidence") -> Upload:
    """Take a PDF or a photo of a document; raise Invalid in plain words."""
    return _checked(content, PAPERS, most_mb, field, _("Photos (JPG, PNG) and PDF work."))


def checked_photo(content: bytes, *, most_mb: int, field: str = "photo") -> Upload:
    """Take a photo; raise Invalid in plain words."""
    return _checked(content, PHOTOS, most_mb, field, _("Photos (JPG, PNG) work."))


def redrawn(upload: Upload) -> bytes:
    """Return a photo as a new square JPEG made from its pixels alone, so nothing else of the file is kept.

    Long work: call it through `run_blocking`. Raises ValueError for a picture that cannot be drawn.
    """
    try:
        with Image.open(io.BytesIO(upload.content), formats=("JPEG", "PNG")) as found:
            if found.width * found.height > MOST_PIXELS:
                raise ValueError("too many pixels")
            upright = ImageOps.exif_transpose(found)
            flat = Image.new("RGB", upright.size, "white")
            rich = upright.convert("RGBA")
            flat.paste(rich, mask=rich.getchannel("A"))
    except (OSError, UnidentifiedImageError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("this picture cannot be drawn") from error
    drawn = io.BytesIO()
    ImageOps.fit(flat, (SIDE, SIDE), Image.Resampling.LANCZOS).save(drawn, "JPEG", quality=86, optimize=True)
    return drawn.getvalue()


def refused_photo(field: str = "photo") -> Invalid:
    """Return the refusal of a photo that `redrawn` could not draw."""
    sentence = _("We could not open this photo. Save it again as JPG or PNG, then try once more. Nothing was changed.")
    return Invalid(sentence, fields={field: sentence})


def _checked(content: bytes, kinds: dict[str, str], most_mb: int, field: str, works: str) -> Upload:
    reason = ""
    if len(content) > most_mb * MEGABYTE:
        size = -(-len(content) // MEGABYTE)
        reason = _("It is %(size)s MB and the most is %(most)s MB.", size=size, most=most_mb)
    elif not content:
        reason = _("It is empty.")
    kind = filetype.guess_mime(content) if content else None
    if not reason and kind not in kinds:
        reason = _("It is another kind of file.")
    if reason:
        words = (_("We could not take this file."), reason, works, _("What you wrote is still here."))
        raise Invalid(" ".join(words), fields={field: " ".join(words)})
    assert kind is not None
    return Upload(content, kind)
