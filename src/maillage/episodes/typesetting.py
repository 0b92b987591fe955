"""From content to PDF. The only module that loads typst; imported by what makes documents."""

import io
import json
from importlib import resources
from typing import Any

import typst
from PIL import Image

TEMPLATE = "sheet.typ"
PHOTO_SIDE = 520  # pixels: sharp at 38 mm, light in the file


def canonical(content: dict[str, Any]) -> bytes:
    """The same content gives the same bytes, whatever the order it was built in."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def for_print(photo: bytes) -> bytes:
    """The same face, no larger than it is printed."""
    with Image.open(io.BytesIO(photo)) as picture:
        picture.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def pdf(content: dict[str, Any], photo: bytes | None = None) -> bytes:
    """PDF/UA-1 of a content (shape in `documents`). No network, no system font, nothing written to disk."""
    inputs = {"data": json.dumps(content, ensure_ascii=False)}
    if photo is not None:
        inputs["photo"] = json.dumps(list(photo))
    folder = resources.files("maillage.episodes") / "typst"
    made = typst.compile(
        (folder / TEMPLATE).read_bytes(),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=content["stamp"],
    )
    assert isinstance(made, bytes)
    return made
