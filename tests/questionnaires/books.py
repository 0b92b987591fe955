"""Workbooks for tests, written row by row."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

SURVEY = ("type", "name", "label", "relevant", "constraint", "required", "section", "voice")

OUI_NON = (("oui_non", "oui", "Oui"), ("oui_non", "non", "Non"))


def book(
    survey: Iterable[Sequence[Any]],
    choices: Iterable[Sequence[Any]] = OUI_NON,
    *,
    columns: Sequence[str] = SURVEY,
    sheets: Mapping[str, Iterable[Sequence[Any]]] | None = None,
) -> bytes:
    """An XLSForm: survey rows under `columns` (row 2 is the first), choices as (list, name, label)."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "survey"
    sheet.append(list(columns))
    for row in survey:
        sheet.append(list(row))
    listed = workbook.create_sheet("choices")
    listed.append(["list_name", "name", "label"])
    for row in choices:
        listed.append(list(row))
    for title, rows in (sheets or {}).items():
        more = workbook.create_sheet(title)
        for row in rows:
            more.append(list(row))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def repacked(
    workbook: bytes, change: Callable[[dict[str, bytes]], None], compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """The same archive with its parts changed in place."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()
