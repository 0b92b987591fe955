"""An XLSForm workbook, written by people who do not program, made into a `Definition`. Pure.

pyxform reads and checks the form, so that what is accepted here is also a valid form for ODK; this module refuses
what the product does not support, adds the columns `section` and `voice`, and says every fault with sheet, row and
cause. Supported columns, types and functions: docs/guide/ecrire-un-questionnaire.md. Standard: https://xlsform.org
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from maillage.common.enums import Section
from maillage.questionnaires import engine, xpath
from maillage.questionnaires.definition import (
    ANALYSIS,
    GROUP,
    NOTE,
    SECTIONS,
    TEXT,
    WORDS,
    Choice,
    Definition,
    Item,
    Page,
)
from maillage.questionnaires.workbook import BadWorkbook, Book, Fault, Row, Sheet, read

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
# Sheets of the standard that would fetch or create data elsewhere.
PASSED = ("external_choices", "entities", "osm", "cascades")
MAX_QUESTIONS = 400
MAX_DEPTH = 3

_TRANSLATED = frozenset({"label", "hint", "constraint_message", "form_title"})
_COMMENTS = frozenset({"comment", "commentaire"})
_COLUMNS: Mapping[str, frozenset[str]] = {
    SURVEY: frozenset(
        {"type", "name", "label", "hint", "relevant", "constraint", "constraint_message", "required", "section",
         "voice", "appearance"}
    ),
    CHOICES: frozenset({"list_name", "name", "label"}),
    SETTINGS: frozenset({"form_title", "form_id", "version", "default_language"}),
}  # fmt: skip
_ALIASES = {
    "relevance": "relevant",
    "list name": "list_name",
    "constraint message": "constraint_message",
    "value": "name",
}
_LANGUAGES = {
    "fr": "fr",
    "français": "fr",
    "francais": "fr",
    "french": "fr",
    "en": "en",
    "anglais": "en",
    "english": "en",
}
_TYPES = {
    "text": "text", "note": "note", "integer": "integer", "int": "integer", "date": "date", "datetime": "datetime",
    "acknowledge": "acknowledge", "trigger": "acknowledge",
}  # fmt: skip
_SHOWN_TYPES = "text, note, select_one, select_multiple, integer, date, datetime, acknowledge, begin_group, end_group"
_SELECT = re.compile(r"(select[_ ]one|select[_ ]multiple)\s+(\S+)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_YES = frozenset({"yes", "oui", "true", "true()", "1", "x"})
_NO = frozenset({"", "no", "non", "false", "false()", "0"})
_PYXFORM_ROW = re.compile(r"\[row\s*:\s*(\d+)\]")


@dataclass(frozen=True)
class Misfit:
    """Why a valid form is not what it is published as. Where: a `name` of the survey, or a list and an answer."""

    cause: str
    name: str = ""
    choice: tuple[str, str] = ("", "")


Judge = Callable[[Definition], Iterable[Misfit]]


@dataclass
class _Line:
    """A row of the survey as understood here."""

    number: int
    kind: str  # a type of item, "begin", "end"
    name: str
    cells: dict[str, str]
    choices: str = ""
    section: str = Section.EDUCATION
    voice: str = ""


@dataclass
class _Reading:
    book: Book
    faults: list[Fault] = field(default_factory=list)
    lines: list[_Line] = field(default_factory=list)
    lists: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)  # list → choice → header → text
    rows: dict[str, int] = field(default_factory=dict)  # name → row of the survey
    choice_rows: dict[tuple[str, str], int] = field(default_factory=dict)  # list, answer → row of the choices

    def fault(self, cause: str, sheet: str = SURVEY, row: int | None = None) -> None:
        self.faults.append(Fault(cause, sheet, row))


def compile(workbook: bytes, name: str, judge: Judge | None = None) -> Definition:
    """The definition of an XLSForm workbook (.xlsx). `name`: the file's, for messages. `judge`: what it must be
    besides a valid form.

    BadWorkbook (422, field "workbook") lists every fault found: sheet, row, cause, in French.
    """
    book = read(workbook, name, (SURVEY, CHOICES, SETTINGS), PASSED)
    reading = _Reading(book, faults=list(book.faults))
    settings = _settings(reading)
    _read_choices(reading)
    _read_survey(reading)
    _check_conditions(reading)
    _stop_if(reading, name)
    form_id = settings.get("form_id") or slugify(name.rsplit(".", 1)[0]) or "questionnaire"
    tree = _through_pyxform(reading, settings, form_id)
    _stop_if(reading, name)
    definition = _definition(reading, settings, form_id, tree)
    _check_together(reading, definition)
    for misfit in judge(definition) if judge else ():
        if any(misfit.choice):
            reading.fault(misfit.cause, CHOICES, reading.choice_rows.get(misfit.choice))
        else:
            reading.fault(misfit.cause, row=reading.rows.get(misfit.name))
    _stop_if(reading, name)
    return definition


def _stop_if(reading: _Reading, name: str) -> None:
    if reading.faults:
        order = {SETTINGS: 0, SURVEY: 1, CHOICES: 2}
        raise BadWorkbook(name, sorted(reading.faults, key=lambda fault: (order.get(fault.sheet, -1), fault.row or 0)))


# -- headers and cells ----------------------------------------------------------------------------------------------


def _header(raw: str) -> tuple[str, str] | None:
    """(column, language) of a header, language "" or "fr" or "en"; None when it is not understood."""
    base, _colons, language = (part.strip() for part in raw.partition("::"))
    base = base.lower()
    base = _ALIASES.get(base, base).replace(" ", "_")
    if not language:
        return base, ("fr" if base in _TRANSLATED else "")
    code = re.search(r"\((\w+)\)\s*$", language)
    known = _LANGUAGES.get((code[1] if code else language).lower())
    return (base, known) if known and base in _TRANSLATED else None


def _rows(reading: _Reading, sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with canonical headers: `label::fr`, `relevant`… Faults for columns that are not understood, once."""
    canonical: dict[str, str] = {}
    for raw in sheet.headers:
        if not raw:
            continue
        understood = _header(raw)
        if understood is None:
            reading.fault(
                _("colonne « %(column)s » : les langues possibles sont fr et en.") % {"column": raw}, sheet.name, 1
            )
            continue
        base, language = understood
        if base in _COMMENTS:
            continue
        if base not in _COLUMNS[sheet.name]:
            reading.fault(
                _("colonne « %(column)s » inconnue. Colonnes possibles : %(columns)s.")
                % {"column": raw, "columns": ", ".join(sorted(_COLUMNS[sheet.name]))},
                sheet.name,
                1,
            )
            continue
        header = f"{base}::{language}" if language else base
        if header in canonical.values():
            reading.fault(_("colonne « %(column)s » en double.") % {"column": raw}, sheet.name, 1)
        canonical[raw] = header
    for row in sheet.rows:
        yield row.number, _canonical(row, canonical)


def _canonical(row: Row, canonical: Mapping[str, str]) -> dict[str, str]:
    return {canonical[header]: value for header, value in row.cells.items() if header in canonical}


def _settings(reading: _Reading) -> dict[str, str]:
    found = dict(next((cells for _number, cells in _rows(reading, reading.book.sheet(SETTINGS))), {}))
    form_id = found.get("form_id", "")
    if form_id and not _NAME.fullmatch(form_id.replace("-", "_")):
        reading.fault(
            _("form_id « %(name)s » : lettres sans accent, chiffres et « _ » seulement.") % {"name": form_id},
            SETTINGS,
            2,
        )
    return found


def _read_choices(reading: _Reading) -> None:
    for number, cells in _rows(reading, reading.book.sheet(CHOICES)):
        list_name, name = cells.get("list_name", ""), cells.get("name", "")
        if not list_name or not name:
            reading.fault(_("une réponse a besoin d’un list_name et d’un name."), CHOICES, number)
            continue
        if re.search(r"\s", name) or name.startswith("~") or len(name) > 60:
            reading.fault(
                _("le nom de réponse « %(name)s » contient un espace ou un signe interdit.") % {"name": name},
                CHOICES,
                number,
            )
        if "label::fr" not in cells:
            reading.fault(_("la réponse « %(name)s » n’a pas de texte (label).") % {"name": name}, CHOICES, number)
        known = reading.lists.setdefault(list_name, {})
        if name in known:
            reading.fault(
                _("la réponse « %(name)s » est déjà dans la liste « %(list)s ».") % {"name": name, "list": list_name},
                CHOICES,
                number,
            )
        known[name] = cells
        reading.choice_rows[list_name, name] = number


# -- the survey, row by row -----------------------------------------------------------------------------------------


def _read_survey(reading: _Reading) -> None:
    sheet = reading.book.sheet(SURVEY)
    if SURVEY not in reading.book.sheets:
        reading.faults.append(Fault(_("la feuille « survey » manque.")))
        return
    around: list[tuple[_Line, int]] = []  # open groups, and how many items each has
    for number, cells in _rows(reading, sheet):
        line = _line(reading, number, cells)
        if line is None:
            continue
        if line.kind == "end":
            if not around:
                reading.fault(_("end_group sans begin_group."), row=number)
                continue
            begun, inside = around.pop()
            if not inside:
                reading.fault(_("le groupe « %(name)s » est vide.") % {"name": begun.name}, row=begun.number)
        else:
            _check_name(reading, line)
            _place(reading, line, [group for group, _inside in around])
            around[:] = [(group, inside + 1) for group, inside in around]
            if line.kind == "begin":
                around.append((line, 0))
                if len(around) > MAX_DEPTH:
                    reading.fault(
                        _("trop de groupes les uns dans les autres (%(max)d au plus).") % {"max": MAX_DEPTH}, row=number
                    )
        reading.lines.append(line)
    for group, _inside in around:
        reading.fault(
            _("le groupe « %(name)s » n’est jamais fermé (end_group).") % {"name": group.name}, row=group.number
        )
    asked = sum(line.kind not in ("begin", "end", NOTE) for line in reading.lines)
    if not asked and not reading.faults:
        reading.fault(_("aucune question."))
    if asked > MAX_QUESTIONS:
        reading.fault(_("plus de %(max)d questions.") % {"max": MAX_QUESTIONS})


def _line(reading: _Reading, number: int, cells: dict[str, str]) -> _Line | None:
    """The row's type, its list, its label. None when nothing more can be said about it."""
    kind = re.sub(r"\s+", " ", cells.get("type", ""))
    if not kind:
        if cells:
            reading.fault(_("la colonne type est vide."), row=number)
        return None
    name = cells.get("name", "")
    low = kind.lower().replace(" ", "_")
    if low == "end_group":
        return _Line(number, "end", name, cells)
    if low == "begin_group":
        line = _Line(number, "begin", name, cells)
    elif select := _SELECT.fullmatch(kind):
        line = _Line(number, select[1].lower().replace(" ", "_"), name, cells, choices=select[2])
        if select[2] not in reading.lists:
            reading.fault(
                _("la liste « %(list)s » n’existe pas dans la feuille « choices ».") % {"list": select[2]}, row=number
            )
    elif low in ("select_one", "select_multiple"):
        reading.fault(
            _("%(type)s demande le nom d’une liste, par exemple « %(type)s oui_non ».") % {"type": low}, row=number
        )
        return None
    elif low in _TYPES:
        line = _Line(number, _TYPES[low], name, cells)
    else:
        reading.fault(
            _("type « %(type)s » inconnu. Types possibles : %(types)s.") % {"type": kind, "types": _SHOWN_TYPES},
            row=number,
        )
        return None
    if "label::fr" not in cells:
        reading.fault(_("« %(name)s » n’a pas de texte (label).") % {"name": name or kind}, row=number)
    return line


def _check_name(reading: _Reading, line: _Line) -> None:
    if not line.name and line.kind == NOTE:
        line.name = f"note_{line.number}"
        line.cells["name"] = line.name
    if not line.name:
        reading.fault(_("la colonne name est vide."), row=line.number)
    elif not _NAME.fullmatch(line.name):
        reading.fault(
            _("le nom « %(name)s » : lettres sans accent, chiffres et « _ », en commençant par une lettre.")
            % {"name": line.name},
            row=line.number,
        )
    elif line.name in reading.rows:
        reading.fault(
            _("le nom « %(name)s » sert déjà à la ligne %(row)d.")
            % {"name": line.name, "row": reading.rows[line.name]},
            row=line.number,
        )
    else:
        reading.rows[line.name] = line.number


def _place(reading: _Reading, line: _Line, around: list[_Line]) -> None:
    """Section and voice: the row's own, else those of the nearest group, else education."""
    section, voice = line.cells.get("section", "").lower(), line.cells.get("voice", "").lower()
    if section and section not in SECTIONS:
        reading.fault(
            _("section « %(value)s » inconnue : education, words ou health.") % {"value": section}, row=line.number
        )
        section = ""
    if voice and voice not in (WORDS, ANALYSIS):
        reading.fault(_("voice « %(value)s » inconnue : words ou analysis.") % {"value": voice}, row=line.number)
        voice = ""
    if voice == WORDS and section == Section.EDUCATION:
        reading.fault(
            _("la parole de la jeune personne (voice words) se range dans la section words ou health."), row=line.number
        )
    if voice == ANALYSIS and section == Section.WORDS:
        reading.fault(
            _("l’analyse du professionnel (voice analysis) ne se range pas dans la section words."), row=line.number
        )
    parent = around[-1] if around else None
    if not section:
        inherited = parent.section if parent else Section.EDUCATION
        if voice == WORDS and inherited == Section.EDUCATION:
            section = Section.WORDS
        elif voice == ANALYSIS and inherited == Section.WORDS:
            section = Section.EDUCATION
        else:
            section = inherited
    if not voice and section == Section.WORDS:
        voice = WORDS
    elif not voice and parent and parent.section == section:
        voice = parent.voice
    line.section, line.voice = section, voice


# -- through pyxform ------------------------------------------------------------------------------------------------


def _through_pyxform(reading: _Reading, settings: Mapping[str, str], form_id: str) -> dict[str, Any]:
    """pyxform's own reading of the rows: its tree, once it agreed to make an XForm of it."""
    by_number = {line.number: line for line in reading.lines}
    survey = [_for_pyxform(by_number[number]) if number in by_number else {} for number in range(2, max(by_number) + 1)]
    choices = [
        {"list_name": list_name, "name": name, **{h: t for h, t in cells.items() if h.startswith("label")}}
        for list_name, answers in reading.lists.items()
        for name, cells in answers.items()
    ]
    root = re.sub(r"\W", "_", form_id)
    form = {
        SURVEY: survey,
        CHOICES: choices,
        SETTINGS: [{"form_title": settings.get("form_title::fr", form_id), "form_id": root, "default_language": "fr"}],
    }
    try:
        return convert(form, validate=False, form_name=root)._pyxform or {}
    except PyXFormError as error:
        row = _PYXFORM_ROW.search(str(error))
        said = _PYXFORM_ROW.sub("", str(error)).strip()
        reading.fault(
            _("refusé par le lecteur XLSForm : %(cause)s") % {"cause": said}, row=int(row[1]) if row else None
        )
        return {}


def _for_pyxform(line: _Line) -> dict[str, str]:
    written = {"begin": "begin_group", "end": "end_group", "datetime": "dateTime"}.get(line.kind, line.kind)
    row = {header: text for header, text in line.cells.items() if header not in ("section", "voice", "required")}
    row["type"] = f"{written} {line.choices}" if line.choices else written
    required = _required(line)
    if required:
        row["required"] = required
    return row


def _required(line: _Line) -> str:
    text = line.cells.get("required", "")
    return "" if text.lower() in _NO else "true()" if text.lower() in _YES else text


def _definition(reading: _Reading, settings: Mapping[str, str], form_id: str, tree: Mapping[str, Any]) -> Definition:
    lines = {line.name: line for line in reading.lines if line.kind != "end"}
    title = _texts(settings, "form_title") or {"fr": form_id}
    pages: list[Page] = []
    loose: list[Item] = []

    def close() -> None:
        if loose:
            pages.append(Page(f"~{len(pages) + 1}", title, items=tuple(loose)))
            loose.clear()

    for node in tree["children"]:
        if node["name"] not in lines:
            continue  # pyxform's own `meta`
        if node["type"] == GROUP:
            close()
            line = lines[node["name"]]
            pages.append(
                Page(
                    line.name, _texts(line.cells, "label"), _relevant(node), tuple(_items(node["children"], lines, ()))
                )
            )
        else:
            loose += _items([node], lines, ())
    close()
    used = {line.choices for line in lines.values() if line.choices}
    lists = {
        name: tuple(Choice(choice, _texts(cells, "label")) for choice, cells in answers.items())
        for name, answers in reading.lists.items()
        if name in used
    }
    return Definition(form_id, title, tuple(pages), lists)


def _items(nodes: Iterable[Mapping[str, Any]], lines: Mapping[str, _Line], groups: tuple[str, ...]) -> Iterator[Item]:
    for node in nodes:
        line = lines[node["name"]]
        item = Item(
            name=line.name,
            type=line.kind,
            label=_texts(line.cells, "label"),
            hint=_texts(line.cells, "hint"),
            section=str(line.section),
            voice=line.voice,
            relevant=_relevant(node),
            groups=groups,
        )
        if line.kind == "begin":
            yield replace(item, type=GROUP)
            yield from _items(node["children"], lines, (*groups, line.name))
        elif line.kind == NOTE:
            yield item
        else:
            yield replace(
                item,
                required=_required(line),
                constraint=node.get("bind", {}).get("constraint", ""),
                constraint_message=_texts(line.cells, "constraint_message"),
                choices=line.choices,
                long=line.kind == TEXT and "multiline" in line.cells.get("appearance", ""),
            )


def _relevant(node: Mapping[str, Any]) -> str:
    return str(node.get("bind", {}).get("relevant", ""))


def _texts(cells: Mapping[str, str], column: str) -> dict[str, str]:
    return {language: cells[f"{column}::{language}"] for language in ("fr", "en") if cells.get(f"{column}::{language}")}


# -- conditions -----------------------------------------------------------------------------------------------------


def _cause(error: xpath.BadXPath) -> str:
    """What is wrong with a condition, for somebody who does not program."""
    causes = {
        "function": _("la fonction « %(detail)s » n’est pas permise. Fonctions possibles : %(functions)s."),
        "reference": _("« %(detail)s » : une question se cite par son nom, entre « ${ » et « } »."),
        "reference_in_text": _("%(detail)s : une question ne se cite pas entre guillemets."),
        "construct": _("« %(detail)s » n’est pas permis ici. Une question se cite ${ainsi}, un texte 'ainsi'."),
        "arguments": _("la fonction « %(detail)s » n’a pas le bon nombre de valeurs entre parenthèses."),
        "regex_literal": _("le modèle de regex() s’écrit entre guillemets."),
        "regex": _("le modèle de regex() n’est pas valable : %(detail)s"),
        "regex_slow": _("le modèle de regex() est trop compliqué : %(detail)s"),
        "too_long": _("la condition est trop longue."),
        "syntax": _("la condition ne se lit pas : %(detail)s"),
    }
    return causes[error.code] % {"detail": error.detail, "functions": ", ".join(sorted(xpath.FUNCTIONS))}


def _check_conditions(reading: _Reading) -> None:
    """Each condition by itself, before pyxform sees it: our causes are in French and more exact."""
    questions = {line.name: line for line in reading.lines if line.kind not in ("begin", "end", NOTE)}
    for line in reading.lines:
        for column in ("relevant", "constraint"):
            _check(reading, questions, line, column, line.cells.get(column, ""))
        required = _required(line)
        _check(reading, questions, line, "required", "" if required == "true()" else required)


def _check(reading: _Reading, questions: Mapping[str, _Line], line: _Line, column: str, source: str) -> None:
    if not source:
        return

    def fault(cause: str, **values: str) -> None:
        said = _("colonne %(column)s : %(cause)s") % {"column": column, "cause": cause % values if values else cause}
        reading.fault(said, row=line.number)

    try:
        condition = xpath.parse(source)
    except xpath.BadXPath as error:
        fault(_cause(error))
        return
    for other in sorted(condition.references - questions.keys()):
        fault(_("la question « %(name)s » n’existe pas."), name=other)
    if condition.uses_self and column != "constraint":
        fault(_("« . » (la réponse elle-même) ne s’emploie que dans constraint."))
    for other, text in xpath.compared(condition):
        answers = reading.lists.get(questions[other].choices) if other in questions else None
        if answers is not None and text and text not in answers:
            fault(_("« %(text)s » n’est pas une réponse de « %(name)s »."), text=text, name=other)


def _check_together(reading: _Reading, definition: Definition) -> None:
    """What conditions say of each other: no loop, and nothing told across sections."""
    items = {item.name: item for _page, item in definition.items()}
    for page, item in definition.items():
        if item.type != GROUP:
            inherited = [page.relevant, *(items[group].relevant for group in item.groups)]
            _check_sight(reading, definition, item, [*inherited, item.relevant, item.required, item.constraint])
    try:
        engine.check_order(definition)
    except engine.Loop as loop:
        reading.fault(
            _("colonne relevant : ces questions s’attendent l’une l’autre : %(names)s.")
            % {"names": " → ".join(loop.names)},
            row=reading.rows.get(loop.names[0]),
        )


def _check_sight(reading: _Reading, definition: Definition, item: Item, sources: Iterable[str]) -> None:
    """Whether an item shows tells something about the answers its condition names: its reader must open those too."""
    for source in filter(None, sources):
        for other in sorted(xpath.parse(source).references):
            section = definition.questions[other].section
            if not engine.may_depend(item.section, section):
                reading.fault(
                    _(
                        "« %(name)s » (section %(own)s) ne peut pas dépendre de « %(other)s » (section %(section)s) : "
                        "qui lit l’une ne lit pas toujours l’autre."
                    )
                    % {"name": item.name, "own": item.section, "other": other, "section": section},
                    row=reading.rows.get(item.name),
                )
