"""A face, made safe: read by content, bounded, turned upright, re-encoded to JPEG without metadata. Pure.

Re-encoding is what removes the place and phone written in a picture, and whatever else hides behind it.
"""

import io

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 8 * 1024 * 1024
MAX_SIDE = 1200  # pixels of the longer side kept
MAX_PIXELS = 50_000_000  # read no further: a small file can unfold into gigabytes
_QUALITY = 85
_FORMATS = ("JPEG", "PNG", "WEBP")


class Refused(ValueError):
    """The picture cannot be kept; the message is French, translated, ready to show."""


def reencode(content: bytes) -> bytes:
    """A JPEG of at most MAX_SIDE pixels a side, its metadata gone. Refused says why not."""
    if not content:
        raise Refused(_("Le fichier est vide."))
    if len(content) > MAX_BYTES:
        raise Refused(_("La photo dépasse 8 Mo : choisissez-en une plus légère."))
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(_("Cette image est trop grande : choisissez une photo ordinaire."))
            picture.draft("RGB", (2 * MAX_SIDE, 2 * MAX_SIDE))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            flat = _on_white(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Refused(_("Cette image est trop grande : choisissez une photo ordinaire.")) from bomb
    except UnidentifiedImageError as unknown:
        raise Refused(_("Ce fichier n’est pas une photo JPEG, PNG ou WebP.")) from unknown
    except (OSError, SyntaxError, ValueError) as broken:
        if isinstance(broken, Refused):
            raise
        raise Refused(_("Cette photo est abîmée : on ne peut pas la lire.")) from broken
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """A new picture with the pixels only."""
    plain = picture.convert("RGBA")
    flat = Image.new("RGB", plain.size, "white")
    flat.paste(plain, mask=plain.getchannel("A"))
    return flat
