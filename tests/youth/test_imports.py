"""Taking in a département's file: dry, then for good, then again."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from openpyxl import Workbook

from maillage.accounts.enums import Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.sealed import place_of
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.errors import RuleBroken
from maillage.vault.sealing import Opened, destroy
from maillage.youth import imports, services
from maillage.youth.access import visible_to
from maillage.youth.imports import Report, run
from maillage.youth.models import Mission, ParentalSituation, Placement, YoungPerson
from maillage.youth.selectors import full_name, placement_now
from maillage.youth.tables import Unreadable
from tests.accounts.people import acting, organisation, professional
from tests.youth.young import ALL, resident

pytestmark = pytest.mark.django_db

EXAMPLES = Path(__file__).parents[2] / "docs" / "operate" / "examples"
HEADINGS = [
    "Référence", "Nom", "Prénom", "Date de naissance", "Sexe", "Département", "Statut juridique",
    "Référence du lieu", "Lieu d’accueil", "Type d’accueil", "Code postal du lieu", "Commune du lieu",
    "Accueil depuis", "Parent 1 lien", "Parent 1 nom", "Parent 1 autorité parentale", "Parent 1 contact",
]  # fmt: skip
LINA = ["EX-1", "Parapluie", "Lina", "17/05/2010", "F", "93", "OPP", "F-1", "Foyer des Réverbères", "MECS", "93200",
        "Saint-Denis", "12/02/2024", "Mère", "Rosalie Parapluie", "oui", "interdit"]  # fmt: skip
NOE = ["EX-2", "Tabouret", "Noé", "03/03/2009", "M", "93", "Placement judiciaire", "F-1", "Foyer des Réverbères",
       "foyer", "93200", "St Denis", "10/09/2025", "Père", "Élie Tabouret", "déléguée", "autorisé"]  # fmt: skip
TABLES = ("youth_youngperson", "youth_placement", "youth_mission", "youth_parentalsituation", "accounts_organisation",
          "vault_datakey", "audit_journalentry", "youth_identityrevision")  # fmt: skip


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=True):
        yield


def changed(row: list[str], **values: str) -> list[str]:
    place = {
        "reference": 0,
        "family": 1,
        "given": 2,
        "born": 3,
        "home_reference": 7,
        "home": 8,
        "commune": 11,
        "nom": 14,
    }
    row = list(row)
    for name, value in values.items():
        row[place[name]] = value
    return row


def csv(folder: Path, *rows: list[str], encoding: str = "utf-8-sig", delimiter: str = ";") -> Path:
    path = folder / f"export-{encoding}.csv"
    path.write_text("\n".join(delimiter.join(row) for row in [HEADINGS, *rows]) + "\n", encoding=encoding)
    return path


def xlsx(folder: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in [HEADINGS, *rows]:
        book.active.append(row)
    path = folder / "export.xlsx"
    book.save(path)
    return path


def counts() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def imported(path: Path, mapping: Path | None = None) -> Report:
    return run(path, mapping, apply=True, by=SYSTEM)


def names() -> list[str]:
    people = YoungPerson.objects.select_related("data_key").order_by("pk")
    return sorted(full_name(Opened(person.data_key, ALL), person) for person in people)


def test_a_dry_run_says_everything_and_writes_nothing(tmp_path):
    before = counts()
    report = run(csv(tmp_path, LINA, NOE), by=SYSTEM)
    assert counts() == before
    assert (report.applied, report.read, report.created, report.organisations) == (False, 2, 2, 1)
    assert report.lines()[0].startswith("Essai")


@pytest.mark.parametrize(
    "make",
    [
        lambda folder, *rows: csv(folder, *rows),
        lambda folder, *rows: csv(folder, *rows, encoding="cp1252"),
        lambda folder, *rows: csv(folder, *rows, delimiter=","),
        xlsx,
    ],
    ids=["utf-8", "windows-1252", "commas", "xlsx"],
)
def test_people_homes_places_and_parents_come_from_one_file(tmp_path, make):
    report = imported(make(tmp_path, LINA, NOE))
    assert (report.created, report.refused, report.twins, report.to_settle) == (2, [], [], [])
    assert names() == ["Lina Parapluie", "Noé Tabouret"]
    home = Organisation.objects.get()
    assert (home.name, home.kind, place_of(home)[1], home.departement) == (
        "Foyer des Réverbères",
        "home",
        "93066",
        "93",
    )
    lina = YoungPerson.objects.get(reference_digest=services.reference_digest("EX-1"))
    opened = Opened(lina.data_key, ALL)
    assert (opened.text(lina, "birth_date"), opened.text(lina, "sex"), lina.legal_status) == ("2010-05-17", "f", "opp")
    assert placement_now(lina).starts_on == date(2024, 2, 12)
    mother = ParentalSituation.objects.get(person=lina)
    assert (mother.kinship, mother.authority, mother.contact) == ("mother", "full", "forbidden")
    assert opened.text(mother, "name") == "Rosalie Parapluie"
    assert set(visible_to(acting(professional(where=home)))) == set(YoungPerson.objects.all())


@pytest.mark.parametrize("make", [csv, xlsx])
def test_the_same_file_twice_changes_nothing_at_all(tmp_path, make):
    path = make(tmp_path, LINA, NOE)
    imported(path)
    before = counts()
    report = imported(path)
    assert counts() == before
    assert (report.created, report.updated, report.unchanged, report.organisations) == (0, 0, 2, 0)
    assert report.twins == report.to_settle == report.refused == []


def test_dates_a_workbook_kept_as_numbers_are_dates(tmp_path):
    row = [*LINA]
    row[3], row[12], row[5], row[10] = 40315, 45334, 93, 93200
    report = imported(xlsx(tmp_path, row))
    assert report.refused == []
    person = YoungPerson.objects.get()
    assert Opened(person.data_key, ALL).text(person, "birth_date") == "2010-05-17"
    assert placement_now(person).starts_on == date(2024, 2, 12)


def test_a_bad_row_stops_and_spoils_no_other(tmp_path):
    path = csv(
        tmp_path,
        LINA,
        changed(NOE, reference="EX-3", born="31/02/2010"),
        changed(NOE, reference="EX-4", home_reference="F-9", home="Foyer perdu", commune="Nulle-Part-sur-Rien"),
        ["EX-5"],
        changed(NOE, reference="EX-1"),
        NOE,
    )
    dry, report = run(path, by=SYSTEM), imported(path)
    assert names() == ["Lina Parapluie", "Noé Tabouret"]
    assert {remark.line for remark in report.refused} == {3, 4, 5, 6}
    assert [str(remark) for remark in report.refused if remark.line != 5] == [
        "ligne 3 : Date de naissance : date non comprise (attendu : JJ/MM/AAAA)",
        "ligne 4 : Commune du lieu : commune « Nulle-Part-sur-Rien 93200 » absente de la liste officielle",
        "ligne 6 : même référence qu’à la ligne 2",
    ]
    assert dry.refused == report.refused
    assert (dry.created, dry.organisations) == (report.created, report.organisations) == (2, 1)
    assert not Organisation.objects.filter(name="Foyer perdu").exists()


def test_a_row_refused_while_writing_leaves_no_half(tmp_path, monkeypatch):
    plain = services.parent_save

    def refuse(**values):
        if values.get("name") == "Rosalie Parapluie":
            raise RuleBroken("refusé par le test")
        return plain(**values)

    monkeypatch.setattr(services, "parent_save", refuse)
    report = imported(csv(tmp_path, LINA, NOE))
    assert [str(remark) for remark in report.refused] == ["ligne 2 : refusé par le test"]
    assert names() == ["Noé Tabouret"]
    assert (report.created, report.organisations) == (1, 1)
    assert Placement.objects.count() == 1


def test_a_file_made_by_somebody_else_meanwhile_refuses_its_row_alone(tmp_path, monkeypatch):
    plain = imports._some

    def late(*values):
        if not YoungPerson.objects.exists():
            services.person_create(by=SYSTEM, departement="93", given_name="Autre", external_reference="EX-2")
        return plain(*values)

    monkeypatch.setattr(imports, "_some", late)
    report = imported(csv(tmp_path, LINA, NOE, changed(LINA, reference="EX-3", given="Zoé", born="01/02/2011")))
    assert [str(remark) for remark in report.refused] == ["ligne 3 : contredit ce qui est déjà enregistré"]
    assert (report.created, report.organisations) == (2, 1)
    assert names() == ["Autre", "Lina Parapluie", "Zoé Parapluie"]
    # Written once, whole, with its journal; of the refused row, nothing.
    assert Placement.objects.count() == Mission.objects.filter(kind="hosts").count() == 2
    assert JournalEntry.objects.filter(verb="person.created").count() == 3


def test_rows_that_are_written_together_cost_few_statements(tmp_path, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(imports, "_TOGETHER", 60)
    rows = [
        changed(NOE, reference=f"EX-{number}", given=given, born=f"0{number}/05/2010")
        for number, given in enumerate(("Ana", "Bao", "Cléo", "Dina", "Elio", "Faïza", "Gil", "Hana"), 1)
    ]
    imported(csv(tmp_path, NOE))  # whatever is read once
    with django_assert_max_num_queries(41):
        imported(csv(tmp_path, *rows))
    assert Placement.objects.filter(ends_on=None).count() == 8


def test_what_changed_in_the_file_changes_and_empty_cells_erase_nothing(tmp_path):
    imported(csv(tmp_path, LINA))
    row = changed(LINA, family="Tournesol", given="", nom="")
    report = imported(csv(tmp_path, row))
    assert (report.updated, report.unchanged) == (1, 0)
    assert names() == ["Lina Tournesol"]
    person = YoungPerson.objects.get()
    parent = ParentalSituation.objects.get()
    assert Opened(person.data_key, ALL).text(parent, "name") == "Rosalie Parapluie"
    assert (person.version, parent.version) == (2, 1)


def test_likely_twins_are_listed_by_line_or_file_and_never_merged(tmp_path):
    known = resident(given="Lyna", family="Parapluie", birth_date=date(2010, 5, 17))
    twin = changed(LINA, reference="EX-9", family="PARAPLUIE")
    for report in (run(csv(tmp_path, LINA, twin, NOE), by=SYSTEM), imported(csv(tmp_path, LINA, twin, NOE))):
        assert [str(remark) for remark in report.twins] == [
            f"ligne 2 : ressemble au dossier {known.pk}",
            f"ligne 3 : ressemble au dossier {known.pk}",
            "ligne 3 : ressemble à la ligne 2",
        ]
        assert report.created == 3
    assert YoungPerson.objects.count() == 4


def test_a_report_names_nobody(tmp_path):
    path = csv(
        tmp_path, LINA, changed(LINA, reference="EX-9"), changed(NOE, born="?"), changed(NOE, family="=Tabouret")
    )
    text = "\n".join(imported(path).lines())
    assert not any(clear in text for clear in ("Lina", "Parapluie", "Noé", "Tabouret", "17/05/2010", "Rosalie"))


def test_the_journal_of_an_import_names_nobody_and_its_author(tmp_path):
    user = professional(name="Irène Agrafeuse")
    run(csv(tmp_path, LINA), apply=True, by=acting(user))
    rows = JournalEntry.objects.filter(verb__startswith="person.") | JournalEntry.objects.filter(
        verb="placement.started"
    )
    assert {row.by for row in rows} == {user.pk}
    assert not any(clear in repr(list(rows.values())) for clear in ("Lina", "Parapluie", "EX-1"))


def test_a_move_is_never_decided_by_a_file(tmp_path):
    imported(csv(tmp_path, LINA))
    report = imported(csv(tmp_path, changed(LINA, home_reference="F-2", home="Foyer des Lampadaires")))
    assert [remark.line for remark in report.to_settle] == [2]
    assert placement_now(YoungPerson.objects.get()).organisation.name == "Foyer des Réverbères"


def test_a_place_ended_in_maillage_is_not_opened_again(tmp_path):
    path = csv(tmp_path, LINA)
    imported(path)
    services.placement_end(
        by=SYSTEM,
        placement=placement_now(YoungPerson.objects.get()),
        version=1,
        ends_on=date(2026, 11, 20),
        end_kind="move",
        motive="Un motif",
        next_place="Ailleurs",
    )
    report = imported(path)
    assert [remark.line for remark in report.to_settle] == [2]
    assert placement_now(YoungPerson.objects.get()) is None


def test_an_erased_file_is_not_made_again(tmp_path):
    path = csv(tmp_path, LINA)
    imported(path)
    destroy(YoungPerson.objects.get().data_key)
    report = imported(path)
    assert [str(remark) for remark in report.refused] == ["ligne 2 : ce dossier a été effacé"]
    assert YoungPerson.objects.count() == 1


def test_a_known_home_is_left_as_its_people_keep_it(tmp_path):
    organisation("Le nom qu’on lui donne", external_reference="F-1", phone="+33199001234")
    report = imported(csv(tmp_path, LINA))
    home = Organisation.objects.get()
    assert (home.name, home.phone, report.organisations) == ("Le nom qu’on lui donne", "+33199001234", 0)


def test_an_overseas_home_keeps_its_own_clock(tmp_path):
    row = [*LINA]
    row[5], row[10], row[11] = "974", "97400", "St-Denis"
    imported(csv(tmp_path, row))
    home = Organisation.objects.get()
    assert (home.zone, place_of(home)[1]) == ("Indian/Reunion", "97411")


def test_a_formula_in_a_cell_is_text_or_refused(tmp_path):
    report = imported(csv(tmp_path, changed(LINA, given='=cmd|"calc"!A1'), changed(NOE, nom="@SUM(A1)")))
    assert report.refused_lines == 2
    assert not YoungPerson.objects.exists()


def test_the_documented_example_imports_whole_then_changes_nothing():
    worker = professional("case_worker", organisation("ASE", kind="ase"), name="Léonie Cafetière",
                          email="leonie.cafetiere@exemple.invalid")  # fmt: skip
    files = (EXAMPLES / "young-people.csv", EXAMPLES / "young-people.mapping.yaml")
    report = imported(*files)
    assert (report.created, report.refused, report.to_settle, report.ignored_columns) == (3, [], [], [])
    assert visible_to(acting(worker)).count() == 1
    home = Organisation.objects.get(external_reference="F-01")
    assert home.parent.name == "Association du Parasol"
    assert Mission.objects.filter(organisation=home.parent, kind="on_call").count() == 2
    before = counts()
    assert imported(*files).unchanged == 3
    assert counts() == before


def test_a_case_worker_without_account_is_left_to_settle():
    report = imported(EXAMPLES / "young-people.csv", EXAMPLES / "young-people.mapping.yaml")
    assert [remark.line for remark in report.to_settle] == [2]


def test_progress_counts_every_row(tmp_path):
    said: list[tuple[int, int]] = []
    run(csv(tmp_path, LINA, ["EX-7"], NOE), by=SYSTEM, progress=lambda done, total: said.append((done, total)))
    assert said == [(1, 3), (2, 3), (3, 3)]


def test_a_file_that_is_no_table_is_refused_whole(tmp_path):
    path = tmp_path / "photo.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(Unreadable):
        run(path, by=SYSTEM)


def test_a_broken_workbook_keeps_what_it_could_read(tmp_path):
    path = xlsx(tmp_path, LINA)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(Unreadable):
        run(path, by=SYSTEM)


# -- who follows: foster carers by name, legal bases from the closed list --------------------------------------------

FOSTERED = ["Référence", "Nom", "Prénom", "Département", "Statut juridique", "Référence du lieu", "Lieu d’accueil",
            "Type d’accueil", "Accueil depuis", "Base légale", "Assistant familial"]  # fmt: skip


def fostered(carer: str, reference: str = "EX-7", basis: str = "") -> list[str]:
    return [reference, "Coquelicot", "Anaïs", "93", "OPP", "S-1", "Accueil familial du Parasol", "famille d’accueil",
            "12/02/2024", basis, carer]  # fmt: skip


@pytest.fixture
def service() -> Organisation:
    return organisation("Accueil familial du Parasol", kind="foster_care", external_reference="S-1", departement="93")


@pytest.fixture
def carer(service: Organisation) -> User:
    return professional(Role.FOSTER_CARER, service, name="Basile Paillasson")


def fostering(tmp_path: Path, *rows: list[str]) -> Report:
    path = tmp_path / "enfants.csv"
    path.write_text("\n".join(";".join(row) for row in [FOSTERED, *rows]), "utf-8")
    return run(path, apply=True, by=SYSTEM)


def test_a_foster_carer_is_named_by_her_address_or_her_accounts_reference(tmp_path, service, carer):
    other = professional(Role.FOSTER_CARER, service, name="Alix Bobine")
    report = fostering(tmp_path, fostered(carer.email.upper()), fostered(str(other.pk), "EX-8"))
    assert (report.created, report.to_settle) == (2, [])
    hers, others = (visible_to(acting(user)).get() for user in (carer, other))
    assert hers != others
    mission = Mission.objects.get(user=carer)
    assert (mission.kind, mission.placement) == ("hosts", placement_now(hers))
    again = fostering(tmp_path, fostered(carer.email), fostered(str(other.pk), "EX-8"))
    assert (again.unchanged, Mission.objects.filter(user=carer).count()) == (2, 1)


def test_a_carer_named_later_is_added_by_the_next_import(tmp_path, service, carer):
    fostering(tmp_path, fostered(""))
    assert not visible_to(acting(carer)).exists()
    report = fostering(tmp_path, fostered(carer.email))
    assert (report.updated, visible_to(acting(carer)).count()) == (1, 1)


@pytest.mark.parametrize("who", ["unknown", "closed", "other service", "other role", "reference of nobody"])
def test_a_carer_who_is_not_one_of_that_service_is_refused_and_the_rest_of_the_line_taken(
    tmp_path, service, carer, who
):
    elsewhere = organisation("Autre accueil familial", kind="foster_care")
    name = {
        "unknown": lambda: "personne@exemple.invalid",
        "closed": lambda: (User.objects.filter(pk=carer.pk).update(is_active=False), carer.email)[1],
        "other service": lambda: professional(Role.FOSTER_CARER, elsewhere, name="Alix Bobine").email,
        "other role": lambda: professional(Role.EDUCATOR, service, name="Alix Bobine").email,
        "reference of nobody": lambda: "01a200b0-baef-75a3-9259-3ce186f3801d",
    }[who]()
    report = fostering(tmp_path, fostered(name))
    assert report.created == 1
    [remark] = report.to_settle
    assert remark.line == 2
    assert remark.reason.startswith("famille d’accueil refusée")
    assert "exemple" not in str(remark)
    assert not Mission.objects.filter(user__isnull=False).exists()


def test_a_legal_basis_is_of_the_closed_list_and_any_other_text_is_sealed(tmp_path, service):
    words = "Ordonnance inventée du 3 mars"
    report = fostering(tmp_path, fostered("", "A", words), fostered("", "B", "ward"), fostered("", "C"))
    assert report.created == 3
    said = {}
    for reference in "ABC":
        person = YoungPerson.objects.get(reference_digest=services.reference_digest(reference))
        mission = Mission.objects.get(person=person, kind="hosts")
        said[reference] = (mission.legal_basis, Opened(person.data_key, ALL).text(mission, "reason"))
    assert said == {"A": ("emergency", words), "B": ("ward", ""), "C": ("emergency", "")}
