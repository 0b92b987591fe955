"""Rows of a file another tool exports: CSV (UTF-8 or Windows-1252, « ; », « , » or tab) or XLSX, read as a stream.

Every cell comes as text. A row that cannot be read says why and stops nothing: the next one is read as usual,
even after a quote that was never closed.
"""

import codecs
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_UNPACKED = 512 * 1024 * 1024  # an XLSX is an archive: how far it may unfold
MAX_LINE = 1024 * 1024  # characters of one line
MAX_COLUMNS = 500
_ROW_LINES = 30  # lines a quoted cell may run over before its quote is taken for a mistake
_DELIMITERS = ";,\t"
_CHUNK = 1024 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_EXCEL_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


class Unreadable(ValueError):
    """The file as a whole cannot be taken; the message is French, translated, ready to show."""


@dataclass(frozen=True)
class Row:
    """`line` counts from 1, as an editor or a spreadsheet shows it. `problem`: why it cannot be read, if it cannot."""

    line: int
    cells: list[str] = field(default_factory=list)
    problem: str = ""


@dataclass(frozen=True)
class Table:
    """`rows` can be read once. `total`: about how many there are, for a progress bar."""

    headers: list[str]
    rows: Iterable[Row]
    total: int
    mac_dates: bool = False  # the spreadsheet counts days from 1904


def read(path: Path, sheet: str | None = None) -> Table:
    """The table in that file. Unreadable when it is neither CSV nor XLSX, is empty, or has no such sheet."""
    with path.open("rb") as start:
        magic = start.read(8)
    if magic.startswith(b"PK\x03\x04"):
        return _workbook(path, sheet)
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(_("C’est un ancien classeur .xls : enregistrez-le en .xlsx ou en CSV."))
    if magic.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in magic:
        raise Unreadable(_("Ce fichier n’est ni un CSV (UTF-8 ou Windows-1252) ni un classeur .xlsx."))
    return _text(path)


# -- CSV -----------------------------------------------------------------------------------------------------------


def _encoding(path: Path) -> str:
    """UTF-8 when the whole file is, else Windows-1252, which Excel writes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as content:
        try:
            while chunk := content.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _text(path: Path) -> Table:
    encoding = _encoding(path)
    with path.open("rb") as content:
        total = _count(content)
    # Windows-1252 leaves five bytes undefined: the row that has one is refused, not the file.
    lines = _lines(path, encoding)
    first = next(lines, None)
    if first is None or not first[1].strip():
        raise Unreadable(_("Le fichier est vide, ou sa première ligne l’est : elle doit nommer les colonnes."))
    # « sep=; » is what Excel writes to itself.
    if first[1].strip().lower().startswith("sep=") and (second := next(lines, None)) is not None:
        first = second
    delimiter = max(_DELIMITERS, key=first[1].count)
    headers = _split(first[1], delimiter)
    if headers is None or len(headers) > MAX_COLUMNS:
        raise Unreadable(_("La première ligne ne nomme pas les colonnes."))
    return Table(headers=[_clean(cell) for cell in headers], rows=_records(lines, delimiter), total=max(total - 1, 0))


def _count(content: BinaryIO) -> int:
    lines, last = 0, b"\n"
    while chunk := content.read(_CHUNK):
        lines += chunk.count(b"\n")
        last = chunk[-1:]
    return lines + (last != b"\n")


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """Lines with their number, bounded: the rest of an endless one is dropped, so that its row is refused."""
    with path.open(encoding=encoding, errors="replace", newline=None) as content:
        number = 0
        while line := content.readline(MAX_LINE):
            number += 1
            whole = line.endswith("\n") or len(line) < MAX_LINE
            yield number, line.rstrip("\n") if whole else "\ufffd"
            while not whole:
                rest = content.readline(MAX_LINE)
                whole = not rest or rest.endswith("\n")


def _split(text: str, delimiter: str) -> list[str] | None:
    """Cells of one record; None while a quote is open. ValueError when a closed quote is followed by text."""
    if '"' not in text:
        return text.split(delimiter)
    cells: list[str] = []
    place, end = 0, len(text)
    while True:
        if place < end and text[place] == '"':
            cell, place = "", place + 1
            while True:
                close = text.find('"', place)
                if close < 0:
                    return None
                cell += text[place:close]
                if text[close + 1 : close + 2] == '"':
                    cell, place = cell + '"', close + 2
                    continue
                place = close + 1
                break
            if place < end and text[place] != delimiter:
                raise ValueError("text after a quote")
            cells.append(cell)
        else:
            stop = text.find(delimiter, place)
            stop = end if stop < 0 else stop
            cells.append(text[place:stop])
            place = stop
        if place >= end:
            return cells
        place += 1


def _records(lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[Row]:
    waiting: list[tuple[int, str]] = []  # lines read ahead for a quote that turned out to be a mistake
    while True:
        number, text = waiting.pop(0) if waiting else next(lines, (0, ""))
        if not number:
            return
        taken = [(number, text)]
        cells: list[str] | None = None
        broken = False
        while True:
            try:
                cells = _split("\n".join(line for _number, line in taken), delimiter)
            except ValueError:
                broken = True
            if cells is not None or broken or len(taken) >= _ROW_LINES:
                break
            following = waiting.pop(0) if waiting else next(lines, None)
            if following is None:
                break
            taken.append(following)
        if cells is None:
            waiting = taken[1:] + waiting
            yield Row(number, problem=_("guillemets mal fermés"))
        elif any(cell.strip() for cell in cells):
            yield _row(number, cells)


def _row(number: int, cells: list[str]) -> Row:
    if any("\ufffd" in cell for cell in cells):
        return Row(number, problem=_("caractère illisible ou ligne trop longue"))
    return Row(number, cells=[_clean(cell) for cell in cells])


def _clean(cell: str) -> str:
    """Without what no screen shows: control characters, marks that turn the direction of text."""
    return _CONTROL.sub("", cell).replace("\u00a0", " ").replace("\u202f", " ").strip()


# -- XLSX ----------------------------------------------------------------------------------------------------------


def _workbook(path: Path, sheet: str | None) -> Table:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise Unreadable(_("Ce classeur est trop volumineux : exportez-le en CSV."))
        # Formulas are never computed: the value last shown is what counts.
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, SyntaxError) as broken:
        raise Unreadable(_("Ce classeur .xlsx ne s’ouvre pas.")) from broken
    names = [page.title for page in book.worksheets if page.sheet_state == "visible"]
    if sheet is not None and sheet not in names:
        raise Unreadable(_("Ce classeur n’a pas de feuille « %(name)s ».") % {"name": sheet})
    if not names:
        raise Unreadable(_("Ce classeur n’a aucune feuille visible."))
    page = book[sheet or names[0]]
    total = max((page.max_row or 1) - 1, 0)
    page.reset_dimensions()  # some tools write a wrong size, which would hide rows
    rows = page.iter_rows(values_only=True)
    headers = [_cell(value) for value in next(rows, ())[:MAX_COLUMNS]]
    while headers and not headers[-1]:
        headers.pop()
    if not headers:
        raise Unreadable(_("Le fichier est vide, ou sa première ligne l’est : elle doit nommer les colonnes."))
    return Table(headers, _sheet_rows(rows, len(headers)), total, mac_dates=book.epoch.year == 1904)


def _sheet_rows(rows: Iterator[tuple[Any, ...]], width: int) -> Iterator[Row]:
    number = 1
    while True:
        number += 1
        try:
            values = next(rows)
        except StopIteration:
            return
        except (ParseError, zipfile.BadZipFile, ValueError, KeyError, IndexError, OSError):
            yield Row(number, problem=_("le classeur est abîmé à partir d’ici : la suite n’est pas lue"))
            return
        cells = [_cell(value) for value in values[:width]]
        wrong = _EXCEL_ERRORS.intersection(cells)
        if wrong:
            yield Row(number, problem=_("cellule en erreur (%(error)s)") % {"error": min(wrong)})
        elif any(cells):
            yield Row(number, cells=cells)


def _cell(value: Any) -> str:
    """A cell as text: dates in ISO form, whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date | time):
        return value.isoformat()
    return _clean(str(value))
