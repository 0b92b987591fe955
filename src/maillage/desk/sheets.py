"""A table as a file to take away, CSV or XLSX: its mark on every line, nothing a spreadsheet would run. Pure."""

import csv
import io
from collections.abc import Sequence
from importlib import import_module

# What makes a spreadsheet compute a cell, or a copy of it.
_ACTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: str) -> str:
    """The same words, never a formula."""
    text = value.replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_ACTS) or text.startswith(_ACTS) else text


def as_csv(mark: str, number: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with its byte order mark, semicolons: what a French spreadsheet opens by itself."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in _marked(mark, number, head, rows):
        writer.writerow(row)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(mark: str, number: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    openpyxl = import_module("openpyxl")  # by name: few requests need it
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Liste")
    sheet.oddFooter.center.text = harmless(mark)[:200]
    cell_of = import_module("openpyxl.cell").WriteOnlyCell
    for row in _marked(mark, number, head, rows):
        cells = []
        for value in row:
            cell = cell_of(sheet, value="".join(one for one in value if one >= " " or one in "\t\n"))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _marked(mark: str, number: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    whole = [[mark], [*head, "Export"], *([*row, number] for row in rows)]
    return [[harmless(value) for value in row] for row in whole]
