"""Drawn faces: nobody's. Pure."""

import hashlib
import io

from PIL import Image, ImageDraw

_SIDE = 480
_WALLS = ("#cfe3e8", "#e8dccf", "#d9e8cf", "#e4d3e8", "#e8e3c6", "#d3dce8")
_SKINS = ("#f1c9a5", "#d9a066", "#a66a3f", "#7b4a2b", "#e8b98d")
_HAIRS = ("#2b211c", "#5a3a22", "#8a5a2b", "#1d1d24", "#b5843c")
_CLOTHES = ("#48688a", "#7a8f52", "#8a5a6b", "#566b7a", "#a0793d")


def face(name: str) -> bytes:
    """A JPEG drawn from the name: the same name gives the same face."""
    seed = hashlib.sha256(name.encode()).digest()
    wall, skin, hair, cloth = (
        colours[byte % len(colours)] for colours, byte in zip((_WALLS, _SKINS, _HAIRS, _CLOTHES), seed, strict=False)
    )
    picture = Image.new("RGB", (_SIDE, _SIDE), wall)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 340, 420, 700), fill=cloth)
    if seed[4] % 2:
        draw.rounded_rectangle((130, 110, 350, 400), 90, fill=hair)
    draw.rectangle((205, 300, 275, 370), fill=skin)
    draw.ellipse((145, 110, 335, 340), fill=skin)
    draw.pieslice((135, 90, 345, 300), 180, 360, fill=hair)
    for eye in (200, 280):
        draw.ellipse((eye - 9, 222, eye + 9, 240), fill="#26201c")
    draw.arc((205, 250, 275, 300), 20, 160, fill="#7a3b34", width=6)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
