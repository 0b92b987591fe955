"""How a département signs its screens: a name, a logo, a colour for each theme. All public."""

import io
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from maillage.accounts.models import DepartementLook, User
from maillage.common.colours import DARK, LIGHT, READABLE, Accent, accent_of, colour, least, nearest
from maillage.common.errors import RuleBroken

MAX_BYTES = 1_000_000
MAX_PIXELS = 20_000_000
# Drawn for screens of twice the density, as high as the bar allows.
LOGO_HEIGHT, LOGO_WIDTH = 64, 320
_SHOWN_HEIGHT = 32
GROUNDS = {"light": LIGHT, "dark": DARK}


def readable(theme: str, typed: str) -> str:
    """« #rrggbb », or nothing for ours. RuleBroken when it is no colour, or when a text in it could not be read."""
    if not typed.strip():
        return ""
    chosen, ground = colour(typed), GROUNDS[theme]
    if chosen is None:
        raise RuleBroken(
            _("Une couleur s’écrit #1d5566 : un dièse, puis six chiffres ou lettres de a à f."), field=theme
        )
    if (found := least(chosen, ground)) < READABLE:
        raise RuleBroken(
            _(
                "Un texte de cette couleur ne se lirait pas : contraste %(found)s, il en faut 4,5. La plus proche qui "
                "convient : %(nearest)s."
            )
            % {"found": f"{found:.1f}".replace(".", ","), "nearest": nearest(chosen, ground)},
            field=theme,
        )
    return chosen


def drawn(content: bytes) -> bytes:
    """The logo drawn again, small, as PNG: nothing of the file that was sent stays. RuleBroken says why not."""
    if len(content) > MAX_BYTES:
        raise RuleBroken(_("Ce logo dépasse 1 Mo : choisissez-en un plus léger."), field="logo")
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise RuleBroken(_("Cette image est trop grande pour un logo."), field="logo")
            plain = ImageOps.exif_transpose(picture).convert("RGBA")
    except UnidentifiedImageError as unknown:
        raise RuleBroken(_("Un logo est une image PNG, JPEG ou WebP."), field="logo") from unknown
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as broken:
        raise RuleBroken(_("Cette image est abîmée : on ne peut pas la lire."), field="logo") from broken
    plain.thumbnail((LOGO_WIDTH, LOGO_HEIGHT))
    out = io.BytesIO()
    plain.save(out, "PNG", optimize=True)
    return out.getvalue()


def look_of(departement: str) -> DepartementLook | None:
    return DepartementLook.objects.filter(departement=departement).first()


def shown_to(user: User | None) -> DepartementLook | None:
    """That of the département she works for; before signing in, the only one there is."""
    found = DepartementLook.objects.order_by("departement")
    if user is not None:
        return found.filter(departement__in=user.memberships.values("organisation__departement")).first()
    only = list(found[:2])
    return only[0] if len(only) == 1 else None


def css(look: DepartementLook | None) -> str:
    """What stands after the look's own colours. Paper stays black on white."""
    if look is None:
        return ""
    rules = []
    if look.light:
        made = _tokens(accent_of(look.light, LIGHT))
        rules.append(f':root,[data-bs-theme="light"]{{{made}}}')
    if look.dark:
        made = _tokens(accent_of(look.dark, DARK))
        rules += [
            f'[data-bs-theme="dark"]{{{made}}}',
            f"@media (prefers-color-scheme:dark){{:root:not([data-bs-theme]){{{made}}}}}",
        ]
    if look.logo:
        with Image.open(io.BytesIO(look.logo)) as picture:
            width = round(picture.width * _SHOWN_HEIGHT / picture.height)
        address = reverse("accounts:logo") + "?" + urlencode({"v": look.version})
        rules += [
            ".brand .brand__mark{display:none}",
            f'.brand::before{{content:"";flex:none;width:{min(width, 160)}px;height:{_SHOWN_HEIGHT}px;'
            f'border-radius:4px;background:#fff url("{address}") center/contain no-repeat}}',
        ]
    return "@media screen{" + "".join(rules) + "}\n" if rules else ""


def _tokens(made: Accent) -> str:
    return (
        f"--accent:{made.accent};--accent-strong:{made.strong};--on-accent:{made.on};--accent-soft:{made.soft};"
        f"--bs-link-color:{made.accent};--bs-link-hover-color:{made.strong}"
    )
