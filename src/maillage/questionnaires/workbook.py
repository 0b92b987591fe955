"""Opening a workbook somebody sent: what it may be, how big, and its rows as text. Pure.

A workbook is an archive of XML: it is looked through before any reader touches it. Refused: what is not a
workbook, what unpacks to more than `MAX_UNPACKED` bytes, links to anything outside, macros, embedded objects,
data connections, XML with declarations of its own, formulas.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.reader.excel import load_workbook

from maillage.common.errors import RuleBroken

MAX_BYTES = 2_000_000
MAX_UNPACKED = 20_000_000
MAX_PARTS = 400
MAX_ROWS = 3000
MAX_COLUMNS = 60
MAX_CELL = 4000

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Fault:
    """One thing wrong, where it is, why: in French, for the author."""

    cause: str
    sheet: str = ""
    row: int | None = None

    def __str__(self) -> str:
        if not self.sheet:
            return self.cause
        if self.row is None:
            return _("feuille « %(sheet)s » : %(cause)s") % {"sheet": self.sheet, "cause": self.cause}
        return _("feuille « %(sheet)s », ligne %(row)d : %(cause)s") % {
            "sheet": self.sheet,
            "row": self.row,
            "cause": self.cause,
        }


class BadWorkbook(RuleBroken):
    """The workbook is refused. `faults` in the order of the sheets; `message` has one line each."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        lines = [_("%(file)s, %(fault)s") % {"file": name, "fault": str(fault)} for fault in faults]
        super().__init__("\n".join(lines), field="workbook")
        self.faults = list(faults)


@dataclass(frozen=True)
class Row:
    """A row as text: `cells` by header. `number` is the one the spreadsheet shows."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    name: str
    headers: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass
class Book:
    sheets: dict[str, Sheet] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def sheet(self, name: str) -> Sheet:
        return self.sheets.get(name) or Sheet(name)


def read(content: bytes, name: str, known: Sequence[str], passed: Sequence[str]) -> Book:
    """Rows of the sheets in `known`; other sheets are ignored, but those in `passed` may not hold anything.

    BadWorkbook when it cannot be opened safely; faults inside the sheets are returned with the rows.
    """
    _look_through(content, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the reader's remarks about styling it does not know
            opened = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            book = Book()
            for sheet in opened.worksheets:
                title = str(sheet.title).strip().lower()
                if title in known:
                    book.sheets[title] = _rows(title, sheet.iter_rows(max_col=MAX_COLUMNS + 1), book.faults)
                elif title in passed and any(any(cell.value for cell in row) for row in _few(sheet.iter_rows())):
                    book.faults.append(Fault(_("cette feuille n’est pas prise en charge."), title))
            opened.close()
    except Exception as error:  # a hostile or damaged file may break the reader in any way
        raise BadWorkbook(name, [Fault(_("ce fichier est abîmé : le classeur ne s’ouvre pas."))]) from error
    return book


def _few(rows: Iterator[Any]) -> Iterator[Any]:
    for index, row in enumerate(rows):
        if index > MAX_ROWS:
            return
        yield row


def _look_through(content: bytes, name: str) -> None:
    """BadWorkbook unless this is a plain .xlsx archive of a reasonable size."""

    def refuse(cause: str) -> BadWorkbook:
        return BadWorkbook(name, [Fault(cause)])

    if len(content) > MAX_BYTES:
        raise refuse(_("ce fichier est trop gros (%(max)d Mo au plus).") % {"max": MAX_BYTES // 1_000_000})
    if content.startswith(_OLD_EXCEL):
        raise refuse(
            _("ce fichier est un ancien .xls, ou un classeur protégé : enregistrez-le en .xlsx, sans mot de passe.")
        )
    not_a_workbook = refuse(_("ce fichier n’est pas un classeur .xlsx."))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise not_a_workbook from error
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise not_a_workbook
    if len(parts) > MAX_PARTS or len(names) != len(parts) or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise refuse(_("ce classeur devient trop gros une fois ouvert."))
    if any(part.flag_bits & 1 for part in parts):
        raise refuse(_("ce classeur est protégé : enregistrez-le sans mot de passe."))
    for part in parts:
        low = part.filename.lower()
        if "vbaproject" in low or "/macrosheets/" in low:
            raise refuse(_("ce classeur contient des macros : enregistrez-le en .xlsx sans macro."))
        if "/externallinks/" in low or "connections" in low or "querytable" in low:
            raise refuse(
                _("ce classeur va chercher des données ailleurs : supprimez les liens vers d’autres fichiers.")
            )
        if "/embeddings/" in low or "/activex/" in low or "/ctrlprops/" in low:
            raise refuse(_("ce classeur contient un objet inséré : supprimez-le."))
        if not low.endswith((".xml", ".rels", ".vml")):
            continue
        try:
            text = archive.read(part)  # never more than the size announced, which was counted above
        except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise not_a_workbook from error
        except Exception as error:  # zlib, lzma and bz2 have errors of their own
            raise not_a_workbook from error
        if b"\x00" in text or b"<!DOCTYPE" in text.upper() or b"<!ENTITY" in text.upper():
            raise refuse(_("ce classeur contient du XML inattendu : enregistrez-le de nouveau avec un tableur."))
        if low.endswith(".rels") and b"TargetMode" in text and b"External" in text:
            raise refuse(
                _("ce classeur contient un lien vers l’extérieur (%(part)s) : supprimez-le.") % {"part": part.filename}
            )


def _rows(title: str, rows: Iterator[Any], faults: list[Fault]) -> Sheet:
    headers: list[str] = []
    kept: list[Row] = []
    for index, cells in enumerate(rows, start=1):
        values = [_text(title, index, cell, faults) for cell in cells]
        if len(values) > MAX_COLUMNS and values[MAX_COLUMNS]:
            faults.append(Fault(_("plus de %(max)d colonnes.") % {"max": MAX_COLUMNS}, title, index))
            break
        if index == 1:
            headers = values
            continue
        row = {header: value for header, value in zip(headers, values, strict=False) if header and value}
        stray = [
            value
            for position, value in enumerate(values)
            if value and not (headers[position : position + 1] or [""])[0]
        ]
        if stray:
            faults.append(
                Fault(_("« %(text)s » est dans une colonne sans titre.") % {"text": stray[0][:40]}, title, index)
            )
        if row and index > MAX_ROWS:
            faults.append(Fault(_("plus de %(max)d lignes.") % {"max": MAX_ROWS}, title, index))
            break
        if index > 10 * MAX_ROWS:
            break
        if row:
            kept.append(Row(index, row))
    return Sheet(title, tuple(headers), tuple(kept))


def _text(sheet: str, row: int, cell: Any, faults: list[Fault]) -> str:
    """A cell as its author reads it."""
    value = cell.value
    if value is None:
        return ""
    if getattr(cell, "data_type", "") == "f":
        faults.append(Fault(_("une formule de tableur n’est pas acceptée : écrivez la valeur."), sheet, row))
        return ""
    if getattr(cell, "data_type", "") == "e":
        faults.append(Fault(_("la cellule contient une erreur du tableur (%(error)s).") % {"error": value}, sheet, row))
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute) else value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    if len(text) > MAX_CELL:
        faults.append(Fault(_("ce texte est trop long (%(max)d caractères au plus).") % {"max": MAX_CELL}, sheet, row))
        return text[:MAX_CELL]
    return text
