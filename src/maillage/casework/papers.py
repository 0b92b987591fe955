"""A paper made safe: its type read from its content, what it hides left out. Pure.

A picture is read and written again; of a PDF the pages alone are kept: no author, no script, no attachment.
"""

import io
from dataclasses import dataclass
from importlib import import_module

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 10 * 1024 * 1024
MAX_PAGES = 300
MAX_SIDE = 2400  # pixels: a photographed page stays legible
MAX_PIXELS = 50_000_000
_PICTURES = ("JPEG", "PNG", "WEBP")
# Of a page: what acts, follows a link or names who made it.
_ACTING = ("/AA", "/Metadata", "/PieceInfo")


class Refused(ValueError):
    """The file cannot be kept; the message is French, translated, ready to show."""


@dataclass(frozen=True)
class Paper:
    """What is kept of a file."""

    mime: str
    suffix: str
    content: bytes


def clean(content: bytes) -> Paper:
    """The file without what it hides. Refused says why not."""
    if not content:
        raise Refused(_("Le fichier est vide."))
    if len(content) > MAX_BYTES:
        raise Refused(_("Ce fichier dépasse 10 Mo : choisissez-en un plus léger."))
    if content.lstrip()[:5] == b"%PDF-":
        return Paper("application/pdf", "pdf", _pdf(content))
    return Paper("image/jpeg", "jpg", _picture(content))


def _pdf(content: bytes) -> bytes:
    pypdf = import_module("pypdf")  # by name, with the first PDF: loading it takes half a second
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Refused(_("Ce PDF est protégé par un mot de passe : enregistrez-le sans, puis recommencez."))
        if not 0 < len(reader.pages) <= MAX_PAGES:
            raise Refused(_("Ce PDF a trop de pages, ou aucune."))
        writer = pypdf.PdfWriter()
        for page in reader.pages:
            kept = writer.add_page(page)
            for name in _ACTING:
                kept.pop(name, None)
            for note in kept.get("/Annots", None) or ():
                shown = note.get_object()
                for name in ("/A", "/AA", "/FS"):
                    shown.pop(name, None)
        writer.metadata = None
        out = io.BytesIO()
        writer.write(out)
    except (
        pypdf.errors.PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
    ) as broken:
        if isinstance(broken, Refused):
            raise
        raise Refused(_("Ce PDF est abîmé : on ne peut pas le lire.")) from broken
    return out.getvalue()


def _picture(content: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=_PICTURES) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(_("Cette image est trop grande : choisissez une photo ordinaire."))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            plain = upright.convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Refused(_("Cette image est trop grande : choisissez une photo ordinaire.")) from bomb
    except UnidentifiedImageError as unknown:
        raise Refused(_("Seuls les PDF et les photos (JPEG, PNG, WebP) sont acceptés.")) from unknown
    except (OSError, SyntaxError, ValueError) as broken:
        if isinstance(broken, Refused):
            raise
        raise Refused(_("Cette image est abîmée : on ne peut pas la lire.")) from broken
    flat = Image.new("RGB", plain.size, "white")
    flat.paste(plain, mask=plain.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
