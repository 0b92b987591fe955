"""Reading what other tools export."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from maillage.youth import tables
from maillage.youth.tables import Unreadable, read


def written(folder: Path, content: bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def cells(path: Path, **options) -> list[list[str]]:
    return [row.cells for row in read(path, **options).rows if not row.problem]


def workbook(folder: Path, rows: list[list[object]], **properties) -> Path:
    book = Workbook()
    page = book.active
    for row in rows:
        page.append(row)
    for name, value in properties.items():
        setattr(book, name, value)
    path = folder / "export.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends_are_recognised(tmp_path, encoding, delimiter, end):
    lines = [["Prénom", "Né(e) le"], ["Élodie", "17/05/2010"], ["Noé", "’"]]
    content = end.join(delimiter.join(line) for line in lines).encode(encoding)
    table = read(written(tmp_path, content))
    assert table.headers == ["Prénom", "Né(e) le"]
    assert [(row.line, row.cells) for row in table.rows] == [(2, ["Élodie", "17/05/2010"]), (3, ["Noé", "’"])]
    assert table.total == 2


def test_quotes_hold_delimiters_quotes_and_new_lines(tmp_path):
    path = written(tmp_path, b'a;b\n"x;y";"dit ""oui"""\n"une\nadresse";z\nfin;"fin"\n')
    assert [(row.line, row.cells) for row in read(path).rows] == [
        (2, ["x;y", 'dit "oui"']),
        (3, ["une\nadresse", "z"]),
        (5, ["fin", "fin"]),
    ]


@pytest.mark.parametrize("bad", ['"jamais fermé;1', '"mal" fermé;1'])
def test_a_quote_gone_wrong_spoils_its_own_line_only(tmp_path, bad):
    lines = ["a;b", "avant;1", bad, *(f'"après";{number}' for number in range(60))]
    rows = list(read(written(tmp_path, "\n".join(lines).encode())).rows)
    assert [row.line for row in rows if row.problem] == [3]
    assert [row.cells for row in rows if not row.problem][:2] == [["avant", "1"], ["après", "0"]]
    assert len(rows) == 62


@given(st.lists(st.lists(st.text('ab;"\n é’,', max_size=6), min_size=2, max_size=2), min_size=1, max_size=6))
def test_what_a_csv_writer_writes_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "export.csv"
    quoted = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [["h1", "h2"], *rows]]
    path.write_text("\n".join(quoted) + "\n", encoding="utf-8", newline="")
    expected = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    assert [[cell.strip() for cell in row] for row in cells(path)] == expected


def test_an_undefined_byte_refuses_its_line_and_no_other(tmp_path):
    path = written(tmp_path, "a;b\nÉlodie;1\n".encode("cp1252") + b"x\x81y;2\n" + "Noé;3\n".encode("cp1252"))
    rows = list(read(path).rows)
    assert [bool(row.problem) for row in rows] == [False, True, False]


def test_an_endless_line_refuses_itself_only(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_LINE", 50)
    rows = list(read(written(tmp_path, b"a;b\n" + b"x" * 500 + b";1\ny;2\n")).rows)
    assert [(row.line, bool(row.problem)) for row in rows] == [(2, True), (3, False)]


def test_what_no_screen_shows_is_dropped(tmp_path):
    assert cells(written(tmp_path, "a;b\nLi\x1b\u202ena;\u00a0x\u00a0\n".encode())) == [["Lina", "x"]]


def test_the_separator_line_of_a_spreadsheet_is_skipped(tmp_path):
    table = read(written(tmp_path, b"sep=;\na;b\n1;2\n"))
    assert (table.headers, [row.cells for row in table.rows]) == (["a", "b"], [["1", "2"]])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"\n\n", "vide"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
        (b"\xff\xfea\x00;\x00", "ni un CSV"),
        (b"PK\x03\x04 pas une archive", "ne s’ouvre pas"),
    ],
)
def test_what_is_no_table_is_refused_whole(tmp_path, content, said):
    with pytest.raises(Unreadable, match=said):
        read(written(tmp_path, content))


def test_a_workbook_gives_dates_numbers_and_truths_as_text(tmp_path):
    path = workbook(
        tmp_path,
        [
            ["Référence", "Né le", "Nombre", "Tél", "Oui", "Heure"],
            [12, datetime(2010, 5, 17), 40315, 639980041.0, True, date(2010, 5, 17)],  # noqa: DTZ001
            [None, None, None, None, None, None],
            ["A", "17/05/2010", 1.5, "", False, None],
        ],
    )
    table = read(path)
    assert [(row.line, row.cells) for row in table.rows] == [
        (2, ["12", "2010-05-17", "40315", "639980041", "oui", "2010-05-17"]),
        (4, ["A", "17/05/2010", "1.5", "", "non"]),
    ]


def test_a_cell_in_error_refuses_its_line(tmp_path):
    rows = list(read(workbook(tmp_path, [["a"], ["#REF!"], ["x"]])).rows)
    assert [(row.line, bool(row.problem)) for row in rows] == [(2, True), (3, False)]


def test_a_formula_is_never_computed(tmp_path):
    assert cells(workbook(tmp_path, [["a", "b"], ["=1+1", "x"]])) == [["", "x"]]


def test_a_sheet_is_chosen_by_name(tmp_path):
    book = Workbook()
    book.active.append(["rien"])
    book.create_sheet("Jeunes").append(["a"])
    book["Jeunes"].append(["x"])
    path = tmp_path / "export.xlsx"
    book.save(path)
    assert cells(path, sheet="Jeunes") == [["x"]]
    with pytest.raises(Unreadable, match="Absente"):
        read(path, sheet="Absente")


def test_a_workbook_that_unfolds_too_far_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_UNPACKED", 1000)
    with pytest.raises(Unreadable, match="trop volumineux"):
        read(workbook(tmp_path, [["a"], ["x"]]))
