"""Workbooks into definitions; broken ones refused with sheet, row and cause."""

import io
import json
import zipfile

import pytest
from django.utils import translation
from openpyxl import load_workbook

from maillage.questionnaires import engine, workbook
from maillage.questionnaires.definition import Definition
from maillage.questionnaires.workbook import BadWorkbook
from maillage.questionnaires.xlsform import compile as compile_form
from tests.questionnaires.books import OUI_NON, SURVEY, book, repacked

SIMPLE = [("text", "prenom", "Comment va-t-elle ?")]


def refused(content: bytes, name: str = "essai.xlsx") -> list[tuple[str, int | None, str]]:
    with pytest.raises(BadWorkbook) as caught:
        compile_form(content, name)
    assert caught.value.field == "workbook"
    assert all(line.startswith(f"{name}, ") for line in caught.value.message.splitlines())
    return [(fault.sheet, fault.row, fault.cause.replace("\u00a0", " ")) for fault in caught.value.faults]


def test_every_type_groups_lists_and_languages_are_read():
    definition = compile_form(
        book(
            [
                ("begin_group", "accueil", "Accueil", "Welcome", None, None, None, None),
                ("note", None, "Prenez le temps", "Take time", None, None, None, None),
                ("select_one oui_non", "faim", "Faim ?", "Hungry?", "Ce soir", None, "yes", None),
                ("begin group", "suite", "Suite", None, None, "${faim} = 'oui'", None, None),
                ("select_multiple oui_non", "plusieurs", "Plusieurs ?", None, None, None, None, None),
                ("end group", None, None, None, None, None, None, None),
                ("integer", "nuits", "Nuits ?", None, None, None, "${faim} = 'oui'", None),
                ("end_group", None, None, None, None, None, None, None),
                ("date", "jour", "Jour ?", None, None, None, "non", None),
                ("dateTime", "instant", "Quand ?", None, None, None, None, None),
                ("acknowledge", "vu", "Vu", None, None, None, None, None),
                ("text", "mots", "Ses mots", None, None, None, None, "multiline"),
            ],
            columns=(
                "type", "name", "label::Français (fr)", "label::English (en)", "hint", "relevance", "required",
                "appearance",
            ),
            sheets={"settings": [["form_title", "form_id"], ["Un essai", "essai"]]},
        ),
        "essai.xlsx",
    )  # fmt: skip
    assert (definition.name, definition.title) == ("essai", {"fr": "Un essai"})
    assert [(page.name, page.label["fr"]) for page in definition.pages] == [("accueil", "Accueil"), ("~2", "Un essai")]
    assert [(item.type, item.groups) for item in definition.pages[0].items] == [
        ("note", ()),
        ("select_one", ()),
        ("group", ()),
        ("select_multiple", ("suite",)),
        ("integer", ()),
    ]
    faim = definition.questions["faim"]
    assert (faim.label, faim.hint, faim.required) == ({"fr": "Faim ?", "en": "Hungry?"}, {"fr": "Ce soir"}, "true()")
    assert [choice.name for choice in definition.choices(faim)] == ["oui", "non"]
    assert definition.questions["nuits"].required == "${faim} = 'oui'"
    assert definition.questions["jour"].required == ""
    assert [item.type for item in definition.pages[1].items] == ["date", "datetime", "acknowledge", "text"]
    assert definition.questions["mots"].long
    assert Definition.from_json(json.loads(json.dumps(definition.to_json()))) == definition


def test_no_break_spaces_of_the_author_are_kept():
    definition = compile_form(book([("text", "a", "Comment\u00a0?")]), "essai.xlsx")
    assert definition.questions["a"].label["fr"] == "Comment\u00a0?"


def test_sections_and_voices_are_inherited_from_the_group():
    rows = [
        ("begin_group", "g", "Groupe", None, None, None, "health", "words"),
        ("text", "a", "A"),
        ("text", "b", "B", None, None, None, "health", "analysis"),
        ("text", "c", "C", None, None, None, "education", None),
        ("end_group",),
        ("text", "d", "D", None, None, None, None, "words"),
        ("text", "e", "E", None, None, None, "words", None),
        ("text", "f", "F"),
    ]
    questions = compile_form(book(rows), "essai.xlsx").questions
    assert {name: (item.section, item.voice) for name, item in questions.items()} == {
        "a": ("health", "words"),
        "b": ("health", "analysis"),
        "c": ("education", ""),
        "d": ("words", "words"),
        "e": ("words", "words"),
        "f": ("education", ""),
    }


BROKEN = {
    "unknown type": ([("texte", "a", "A")], 2, "type « texte » inconnu"),
    "a type that fetches files": ([("select_one_from_file villes.csv", "a", "A")], 2, "inconnu"),
    "repeat": ([*SIMPLE, ("begin_repeat", "r", "R")], 3, "type « begin_repeat » inconnu"),
    "calculation": ([("calculate", "a", "A")], 2, "inconnu"),
    "duplicate name": ([*SIMPLE, ("text", "prenom", "Encore")], 3, "« prenom » sert déjà à la ligne 2"),
    "name with an accent": ([("text", "prénom", "A")], 2, "lettres sans accent"),
    "no name": ([("text", None, "A")], 2, "la colonne name est vide"),
    "no label": ([("text", "a", None)], 2, "n’a pas de texte"),
    "no type": ([(None, "a", "A"), *SIMPLE], 2, "la colonne type est vide"),
    "unknown list": ([("select_one couleurs", "a", "A")], 2, "la liste « couleurs » n’existe pas"),
    "select without list": ([("select_one", "a", "A")], 2, "demande le nom d’une liste"),
    "bad XPath": ([*SIMPLE, ("text", "b", "B", "${prenom} = = 'x'")], 3, "la condition ne se lit pas"),
    "empty reference": ([*SIMPLE, ("text", "b", "B", "${prenom")], 3, "se cite par son nom"),
    "unknown question": ([*SIMPLE, ("text", "b", "B", "${nom} = 'x'")], 3, "la question « nom » n’existe pas"),
    "condition on a note": (
        [("note", "n", "N"), ("text", "b", "B", "${n} = 'x'")],
        3,
        "la question « n » n’existe pas",
    ),
    "forbidden function": ([*SIMPLE, ("text", "b", "B", "pulldata(1) = 1")], 3, "« pulldata » n’est pas permise"),
    "document access": ([*SIMPLE, ("text", "b", "B", "document('x.xml') = 1")], 3, "« document » n’est pas permise"),
    "path": ([*SIMPLE, ("text", "b", "B", "/data/prenom = 'x'")], 3, "n’est pas permis ici"),
    "question between quotes": ([*SIMPLE, ("text", "b", "B", "'${prenom}' = 'x'")], 3, "pas entre guillemets"),
    "too few arguments": ([("select_one oui_non", "a", "A"), ("text", "b", "B", "selected(${a})")], 3, "ne se lit pas"),
    "answer that does not exist": (
        [("select_one oui_non", "a", "A"), ("text", "b", "B", "selected(${a}, 'yes')")],
        3,
        "« yes » n’est pas une réponse de « a »",
    ),
    "slow pattern": ([("text", "a", "A", None, "regex(., '(a+)+b')")], 2, "trop compliqué"),
    "broken pattern": ([("text", "a", "A", None, "regex(., '[')")], 2, "n’est pas valable"),
    "itself in relevant": ([*SIMPLE, ("text", "b", "B", ". = 'x'")], 3, "ne s’emploie que dans constraint"),
    "group never closed": ([("begin_group", "g", "G"), *SIMPLE], 2, "jamais fermé"),
    "group never begun": ([*SIMPLE, ("end_group",)], 3, "end_group sans begin_group"),
    "empty group": ([*SIMPLE, ("begin_group", "g", "G"), ("end_group",)], 3, "est vide"),
    "unknown section": ([("text", "a", "A", None, None, None, "justice")], 2, "section « justice » inconnue"),
    "unknown voice": ([("text", "a", "A", None, None, None, None, "elle")], 2, "voice « elle » inconnue"),
    "words in the education section": (
        [("text", "a", "A", None, None, None, "education", "words")],
        2,
        "se range dans la section words ou health",
    ),
    "analysis in the words section": (
        [("text", "a", "A", None, None, None, "words", "analysis")],
        2,
        "ne se range pas dans la section words",
    ),
    "formula": ([("text", "a", "=HYPERLINK(\"x\")")], 2, "formule de tableur"),
    "value under no heading": ([(*SIMPLE[0], None, None, None, None, None, "perdu")], 2, "colonne sans titre"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_row_is_named_with_its_sheet_row_and_cause(case: str):
    rows, row, cause = BROKEN[case]
    faults = refused(book(rows))
    assert any(fault[:2] == ("survey", row) and cause in fault[2] for fault in faults), faults


def test_every_fault_is_said_at_once_in_the_order_of_the_rows():
    faults = refused(book([("texte", "a", "A"), *SIMPLE, ("text", "prenom", "B"), ("text", "c", None)]))
    assert [(sheet, row) for sheet, row, _cause in faults] == [("survey", 2), ("survey", 4), ("survey", 5)]


def test_the_message_reads_as_a_sentence_in_french_and_is_translatable():
    with pytest.raises(BadWorkbook) as caught, translation.override("fr"):
        compile_form(book([("texte", "a", "A")]), "essai.xlsx")
    line = caught.value.message.replace("\u00a0", " ")
    assert line.startswith("essai.xlsx, feuille « survey », ligne 2 : type « texte » inconnu. Types possibles : text,")


@pytest.mark.parametrize(
    ("choices", "cause"),
    [
        ([*OUI_NON, ("oui_non", "oui", "Encore")], "« oui » est déjà dans la liste « oui_non »"),
        ([*OUI_NON, ("oui_non", "je ne sais", "?")], "contient un espace"),
        ([*OUI_NON, ("oui_non", "~wish", "?")], "signe interdit"),
        ([*OUI_NON, ("oui_non", "bof", None)], "n’a pas de texte"),
        ([*OUI_NON, (None, "bof", "Bof")], "a besoin d’un list_name"),
    ],
)
def test_a_broken_choice_is_named_with_its_row(choices: list, cause: str):
    faults = refused(book(SIMPLE, choices))
    assert any(fault[:2] == ("choices", 4) and cause in fault[2] for fault in faults), faults


def test_a_misspelt_column_is_refused_rather_than_ignored():
    faults = refused(book([("text", "a", "A", "health")], columns=("type", "name", "label", "secton")))
    assert faults[0][:2] == ("survey", 1)
    assert "« secton » inconnue" in faults[0][2]


@pytest.mark.parametrize("column", ["calculation", "image", "choice_filter", "default", "label::Español (es)"])
def test_columns_that_are_not_supported_are_refused(column: str):
    faults = refused(book([("text", "a", "A", "x")], columns=("type", "name", "label", column)))
    assert faults[0][:2] == ("survey", 1)


def test_the_author_may_keep_a_column_of_comments_and_sheets_of_her_own():
    content = book(
        [("text", "a", "A", "à revoir")],
        columns=("type", "name", "label", "commentaire"),
        sheets={"lisez-moi": [["ceci n’est pas lu"]]},
    )
    assert list(compile_form(content, "essai.xlsx").questions) == ["a"]


@pytest.mark.parametrize("sheet", ["external_choices", "entities", "osm"])
def test_sheets_that_reach_elsewhere_are_refused(sheet: str):
    faults = refused(book(SIMPLE, sheets={sheet: [["name"], ["x"]]}))
    assert (faults[0][0], "n’est pas prise en charge" in faults[0][2]) == (sheet, True)


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([("text", "a", "A", "${b} = 'x'"), ("text", "b", "B", "${a} = 'x'")], {"a", "b"}),
        ([("text", "a", "A", "${a} = 'x'")], {"a"}),
        ([("begin_group", "g", "G", "${a} = 'x'"), ("text", "a", "A"), ("end_group",)], {"a", "g"}),
        (
            [("text", "a", "A", "${b} = 'x'"), ("text", "b", "B", "${c} = 'x'"), ("text", "c", "C", "${a} = 'x'")],
            {"a", "b", "c"},
        ),
    ],
)
def test_a_loop_in_relevance_names_the_questions_of_the_loop(rows: list, names: set[str]):
    faults = refused(book(rows))
    assert len(faults) == 1
    sheet, row, cause = faults[0]
    assert sheet == "survey"
    assert row is not None
    assert set(cause.rpartition(":")[2].strip(" .").split(" → ")) == names


@pytest.mark.parametrize(
    ("item", "other", "allowed"),
    [
        ("education", "education", True),
        ("words", "education", True),
        ("words", "words", True),
        ("health", "health", True),
        ("education", "words", False),
        ("education", "health", False),
        ("words", "health", False),
        ("health", "education", False),
        ("health", "words", False),
    ],
)
@pytest.mark.parametrize("column", [3, 4, 5])
def test_a_condition_never_tells_a_reader_about_a_section_she_may_not_open(item, other, allowed, column):
    row: list = ["text", "b", "B", None, None, None, item]
    row[column] = "${a} = 'x'"
    content = book([("text", "a", "A", None, None, None, other), row])
    if allowed:
        assert compile_form(content, "essai.xlsx").questions["b"].section == item
    else:
        faults = refused(content)
        assert "ne peut pas dépendre de" in faults[0][2]
        assert faults[0][:2] == ("survey", 3)


def test_a_condition_inherited_from_the_page_is_checked_too():
    rows = [
        ("text", "a", "A", None, None, None, "health"),
        ("begin_group", "g", "G", "${a} = 'x'"),
        ("text", "b", "B"),
        ("end_group",),
    ]
    assert "ne peut pas dépendre de" in refused(book(rows))[0][2]


# -- what is not a workbook, or is more than one --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "n’est pas un classeur"),
        (b"type,name,label\ntext,a,A\n", "n’est pas un classeur"),
        (b"PK\x03\x04 pas vraiment une archive", "n’est pas un classeur"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "ancien .xls"),
        (b"\x00" * 2_000_001, "trop gros"),
    ],
)
def test_a_file_that_is_not_a_workbook_is_refused(content: bytes, cause: str):
    assert cause in refused(content)[0][2]


def test_another_kind_of_archive_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert "n’est pas un classeur" in refused(stream.getvalue())[0][2]


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    def swell(parts: dict[str, bytes]) -> None:
        parts["xl/media/vide.xml"] = b" " * (workbook.MAX_UNPACKED + 1)

    bomb = repacked(book(SIMPLE), swell)
    assert len(bomb) < workbook.MAX_BYTES
    assert "trop gros une fois ouvert" in refused(bomb)[0][2]


def test_an_archive_that_lies_about_its_size_unpacks_no_more_than_it_said():
    def swell(parts: dict[str, bytes]) -> None:
        parts["xl/menteur.xml"] = b"<a>" + b" " * 5_000_000 + b"</a>"

    content = bytearray(repacked(book(SIMPLE), swell))
    size = (5_000_007).to_bytes(4, "little")
    assert content.count(size) == 2
    lying = bytes(content).replace(size, (100).to_bytes(4, "little"))
    refused(lying)


def test_too_many_parts_are_refused():
    def split(parts: dict[str, bytes]) -> None:
        parts.update({f"xl/rien{index}.bin": b"" for index in range(workbook.MAX_PARTS)})

    assert "trop gros une fois ouvert" in refused(repacked(book(SIMPLE), split))[0][2]


@pytest.mark.parametrize(
    ("name", "content", "cause"),
    [
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "va chercher des données ailleurs"),
        ("xl/connections.xml", b"<x/>", "va chercher des données ailleurs"),
        ("xl/vbaProject.bin", b"x", "macros"),
        ("xl/embeddings/oleObject1.bin", b"x", "objet inséré"),
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            b'<Relationships><Relationship Target="http://exemple.invalid" TargetMode="External"/></Relationships>',
            "lien vers l’extérieur",
        ),
        ("xl/styles2.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "XML inattendu"),
        ("xl/styles2.xml", '<?xml version="1.0" encoding="utf-16"?><x/>'.encode("utf-16"), "XML inattendu"),
    ],
)
def test_whatever_reaches_outside_the_workbook_is_refused(name: str, content: bytes, cause: str):
    faults = refused(repacked(book(SIMPLE), lambda parts: parts.update({name: content})))
    assert cause in faults[0][2]


def test_an_entity_in_the_sheet_itself_is_refused():
    def inject(parts: dict[str, bytes]) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"]
        parts["xl/worksheets/sheet1.xml"] = b'<!DOCTYPE x SYSTEM "file:///etc/hostname">' + sheet

    assert "XML inattendu" in refused(repacked(book(SIMPLE), inject))[0][2]


def test_a_damaged_sheet_is_refused_without_a_traceback():
    def damage(parts: dict[str, bytes]) -> None:
        parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:-40]

    assert "abîmé" in refused(repacked(book(SIMPLE), damage))[0][2]


def test_a_protected_workbook_is_refused():
    content = bytearray(book(SIMPLE))
    for header, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = content.find(header)
        content[start + offset] |= 1
    assert "protégé" in refused(bytes(content))[0][2]


def test_a_row_far_below_does_not_keep_the_reader_busy():
    sheet = load_workbook(io.BytesIO(book(SIMPLE)))
    sheet["survey"].cell(1_048_576, 1).value = "text"
    stream = io.BytesIO()
    sheet.save(stream)
    assert list(compile_form(stream.getvalue(), "essai.xlsx").questions) == ["prenom"]


def test_too_many_rows_and_too_long_a_text_are_named():
    long = "x" * (workbook.MAX_CELL + 1)
    assert "trop long" in refused(book([("text", "a", long)]))[0][2]
    many = [("text", f"q{index}", "Q") for index in range(workbook.MAX_ROWS + 5)]
    assert any("plus de" in fault[2] for fault in refused(book(many)))


def test_no_question_and_no_survey_are_said():
    assert "aucune question" in refused(book([("note", "n", "N")]))[0][2]
    workbook_without = load_workbook(io.BytesIO(book(SIMPLE)))
    workbook_without["survey"].title = "feuille"
    stream = io.BytesIO()
    workbook_without.save(stream)
    assert "la feuille « survey » manque" in refused(stream.getvalue())[0][2]


def test_definitions_of_another_format_are_refused():
    with pytest.raises(ValueError, match="format"):
        Definition.from_json({"format": 99})


def test_the_order_of_evaluation_is_found_for_conditions_that_look_ahead():
    rows = [("text", "a", "A", "${c} = 'x'"), ("text", "b", "B", "${a} = 'x'"), ("text", "c", "C")]
    definition = compile_form(book(rows), "essai.xlsx")
    engine.check_order(definition)
    assert SURVEY[3] == "relevant"
