"""Files: the real schemas accept what is written, reading it back gives the same, bad rows are told and left out."""

import json
from pathlib import Path
from typing import Any

import pytest
from data_inclusion.schema import v1

from maillage.audit.journal import SYSTEM
from maillage.directory import content, indexing, selectors, vocabulary
from maillage.directory.enums import Confidentiality
from maillage.directory.exchange import export, hsds, intake
from maillage.directory.exchange.columns import EXTENSION, LISTS, SERVICE, STRUCTURE, from_csv, to_csv
from maillage.directory.models import Alias, Change, HiddenPlace, Pending, Service, Structure
from maillage.directory.queries import Query
from maillage.directory.services import structure_save, structures_merge
from maillage.directory.terms import EVERYTHING
from tests.directory.world import Network


def forget_everything() -> None:
    for model in (Change, HiddenPlace, Pending, Alias, Service, Structure):
        model.objects.all().delete()


def written(folder: Path, name: str = "a.json") -> dict[str, Any]:
    export.write(folder / name, "data-inclusion")
    found: dict[str, Any] = json.loads((folder / name).read_text())
    return found


def test_the_columns_are_those_of_the_standard_one_to_one() -> None:
    for pairs, standard, model in ((STRUCTURE, v1.Structure, Structure), (SERVICE, v1.Service, Service)):
        assert set(pairs) == set(standard.model_fields)
        assert len(set(pairs.values())) == len(pairs)
        ours = {field.name for field in model._meta.concrete_fields} | {"structure_reference"}
        assert set(pairs.values()) <= ours
    assert set(EXTENSION.values()) <= {field.name for field in Service._meta.concrete_fields}


def test_the_vocabularies_are_those_of_the_package() -> None:
    enums = {
        "frais": v1.Frais, "modes-accueil": v1.ModeAccueil, "modes-mobilisation": v1.ModeMobilisation,
        "personnes-mobilisatrices": v1.PersonneMobilisatrice, "publics": v1.Public,
        "reseaux-porteurs": v1.ReseauPorteur, "thematiques": v1.Thematique, "categories": v1.Categorie,
        "types-services": v1.TypeService,
    }  # fmt: skip
    for name, enum in enums.items():
        ours = [vars(term) for term in vocabulary.standard()[name].values()]
        assert ours == enum.as_dict_list()
    assert {need.theme for need in vocabulary.needs().values()} <= set(vocabulary.standard()["thematiques"])


@pytest.mark.django_db
def test_all_that_ships_is_accepted_by_the_real_schema_and_comes_back_the_same(tmp_path: Path) -> None:
    content.load_shipped()
    content.load_institutions("51")
    Structure.objects.filter(kind="crip").update(state="published", verified_on="2026-01-02")
    Service.objects.filter(structure__kind="crip").update(state="published")
    first = written(tmp_path)
    assert len(first["structures"]) > 20
    kinds = dict(Structure.objects.filter(state="published", confidentiality="public").values_list("reference", "kind"))
    assert len(set(kinds.values())) > 8
    for record in first["structures"]:
        v1.Structure.model_validate(record)
    for record in first["services"]:
        v1.Service.model_validate(record)
    forget_everything()
    report = intake.run(tmp_path / "a.json")
    assert not report.refused
    assert written(tmp_path, "b.json") == first
    assert dict(Structure.objects.values_list("reference", "kind")) == kinds
    export.write(tmp_path / "51.json", "data-inclusion", departement="51")
    told = json.loads((tmp_path / "51.json").read_text())
    assert [one["id"] for one in told["structures"]] == ["maillage--51-crip"]
    assert [one["structure_id"] for one in told["services"]] == ["maillage--51-crip"]
    assert told["extension_structures"][0] == {
        "id": "maillage--51-crip", "nature": "crip", "departement": "51", "verifie_le": "2026-01-02",
    }  # fmt: skip
    again = intake.run(tmp_path / "a.json")
    assert (again.structures, again.services) == (0, 0)
    assert again.unchanged == len(first["structures"]) + len(first["services"])


@pytest.mark.django_db
def test_csv_comes_back_the_same_but_for_the_extension(tmp_path: Path) -> None:
    content.load_shipped()
    first = written(tmp_path)
    export.write(tmp_path / "a.csv", "data-inclusion")
    forget_everything()
    assert not intake.run(tmp_path / "a.csv").refused
    second = written(tmp_path, "b.json")
    assert (second["structures"], second["services"]) == (first["structures"], first["services"])


@pytest.mark.django_db
def test_hsds_is_accepted_by_its_schema_and_read_back(tmp_path: Path) -> None:
    content.load_shipped()
    export.write(tmp_path / "a.json", "hsds")
    told = json.loads((tmp_path / "a.json").read_text())
    assert [list(hsds.validator().iter_errors(one)) for one in told] == [[]] * len(told)
    before = {row.reference: (row.name, row.phone, row.hours, row.age_from) for row in Service.objects.order_by("pk")}
    before = {
        key: value for key, value in before.items() if Service.objects.get(reference=key).confidentiality == "public"
    }
    forget_everything()
    assert not intake.run(tmp_path / "a.json").refused
    after = {row.reference: (row.name, row.phone, row.hours, row.age_from) for row in Service.objects.order_by("pk")}
    assert after == before


STRUCTURE_ROW = {"id": "dora--1", "source": "dora", "nom": "Maison du Tabouret", "date_maj": "2026-01-02"}
SERVICE_ROW = {
    "id": "dora--s1", "structure_id": "dora--1", "source": "dora", "nom": "Atelier", "date_maj": "2026-01-02",
    "description": "Un atelier pour tous.",
}  # fmt: skip


def file(folder: Path, structures: list[Any], services: list[Any] | None = None) -> Path:
    path = folder / "in.json"
    path.write_text(json.dumps({"structures": structures, "services": services or []}))
    return path


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({**STRUCTURE_ROW, "id": "dora--2", "nom": "x"}, "nom"),
        ({**STRUCTURE_ROW, "id": "dora--2", "date_maj": "2199-01-01"}, "date_maj"),
        ({**STRUCTURE_ROW, "id": "dora--2", "siret": "12"}, "siret"),
        ({**STRUCTURE_ROW, "id": "dora--2", "latitude": 400}, "latitude"),
        ({**STRUCTURE_ROW, "id": "dora--2", "adresse": "x" * 400}, "adresse"),
        ({**STRUCTURE_ROW, "id": "dora--2", "adresse": "a\x00b"}, "adresse"),
        (STRUCTURE_ROW, "already read"),
        ("not a row", "id"),
    ],
)
def test_a_bad_row_is_told_and_left_out_and_the_others_are_written(tmp_path: Path, row: Any, why: str) -> None:
    report = intake.run(file(tmp_path, [STRUCTURE_ROW, row]))
    assert len(report.refused) == 1
    assert report.refused[0].startswith("structures 2")
    assert why in report.refused[0]
    assert Structure.objects.count() == 1


@pytest.mark.django_db
def test_a_service_without_its_structure_is_left_out(tmp_path: Path) -> None:
    report = intake.run(file(tmp_path, [], [SERVICE_ROW]))
    assert "structure is not known" in report.refused[0]
    assert not Service.objects.exists()


@pytest.mark.django_db
def test_what_was_edited_here_since_the_date_of_the_file_stays(tmp_path: Path) -> None:
    intake.run(file(tmp_path, [STRUCTURE_ROW], [SERVICE_ROW]))
    structure_save(by=SYSTEM, structure=Structure.objects.get(), name="Maison corrigée")
    intake.run(file(tmp_path, [{**STRUCTURE_ROW, "nom": "Maison d’avant"}], [SERVICE_ROW]))
    assert Structure.objects.get().name == "Maison corrigée"


@pytest.mark.django_db
def test_a_file_larger_than_what_is_taken_up_one_by_one_asks_for_everything_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexing.rebuild()
    monkeypatch.setattr(intake, "ENOUGH_TO_REBUILD", 1)
    rows = [{**SERVICE_ROW, "id": f"dora--s{number}"} for number in range(3)]
    intake.run(file(tmp_path, [STRUCTURE_ROW], rows))
    assert list(Pending.objects.values_list("service_id", flat=True)) == [EVERYTHING]
    assert indexing.refresh() == 6  # three in each index
    assert selectors.search(Query()).total == 3
    assert not Pending.objects.exists()


@pytest.mark.django_db
def test_a_check_writes_nothing(tmp_path: Path) -> None:
    report = intake.run(file(tmp_path, [STRUCTURE_ROW, {"id": "x"}], [SERVICE_ROW]), apply=False)
    assert len(report.refused) == 1
    assert not Structure.objects.exists()


def test_a_file_that_is_no_directory_is_refused_whole(tmp_path: Path) -> None:
    for name, text in (("a.json", "{}"), ("a.json", "no"), ("a.csv", "x,y\n1,2\n"), ("a.json", "[" * 100_000)):
        (tmp_path / name).write_text(text)
        with pytest.raises(intake.Unreadable):
            intake.run(tmp_path / name)


def test_an_import_never_brings_a_hidden_place_back(network: Network, tmp_path: Path) -> None:
    row = {
        "id": network.shelter.reference, "source": "maillage", "nom": "Abri", "date_maj": "2026-01-05",
        "adresse": "17 rue de la Théière", "latitude": 45.0, "longitude": 5.0,
    }  # fmt: skip
    bed = {**SERVICE_ROW, "structure_id": network.shelter.reference, "adresse": "17 rue de la Théière"}
    assert not intake.run(file(tmp_path, [row], [bed])).refused
    network.shelter.refresh_from_db()
    assert (network.shelter.name, network.shelter.address, network.shelter.latitude) == ("Abri", "", None)
    made = Service.objects.get(reference="dora--s1")
    assert (made.confidentiality, made.address) == (Confidentiality.ON_REQUEST, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"age_min": 30, "age_max": 12}, "age_max"),
        ({"age_min": "douze"}, "age_min"),
        ({"verifie_le": "2026-13-99"}, "verifie_le"),
        ({"repond": ["pigeon"]}, "repond"),
        ({"themes_propres": ["rien--du-tout"]}, "themes_propres"),
        ({"besoins": "listening"}, "besoins"),
    ],
)
def test_a_bad_extension_is_told_and_left_out_and_breaks_no_page(
    tmp_path: Path, more: dict[str, Any], why: str
) -> None:
    path = tmp_path / "in.json"
    whole = {"id": "dora--s1", "besoins": ["listening", "unheard-of"], "langues": ["ro"], **more}
    path.write_text(json.dumps({"structures": [STRUCTURE_ROW], "services": [SERVICE_ROW], "extension": [whole]}))
    report = intake.run(path)
    [told] = report.refused
    assert told.startswith("extension dora--s1: ")
    assert why in told
    made = Service.objects.get()
    assert made.languages == ["ro"]
    assert made.needs == ([] if why == "besoins" else ["listening"])
    indexing.rebuild()
    assert [one.name for one in selectors.search(Query()).hits] == ["Atelier"]
    for record in written(tmp_path)["services"]:
        v1.Service.model_validate(record)


@pytest.mark.django_db
def test_a_csv_as_spreadsheets_write_it_is_read(tmp_path: Path) -> None:
    head = "id,source,nom,date_maj,reseaux_porteurs,longitude,description,score_qualite"
    first = 'dora--1,dora,"Maison, du Tabouret",2026-01-02,"[""ase"",""pjj""]","5,72",,0.5'
    endless = f"dora--2,dora,Maison sans fin,2026-01-02,,,{'x' * 200_000},"
    (tmp_path / "a.csv").write_text(f"\ufeff{head}\r\n{first}\r\n{endless}\r\n")
    (tmp_path / "a.services.csv").write_text(
        "id;source;structure_id;nom;date_maj;description\r\ndora--s;dora;dora--1;Atelier;2026-01-02;Lire, écrire\r\n"
    )
    report = intake.run(tmp_path / "a.csv")
    [told] = report.refused
    assert told.startswith("a.csv line 3 dora--2: description")
    made = Service.objects.get()
    assert (made.description, made.structure.name) == ("Lire, écrire", "Maison, du Tabouret")
    assert (made.structure.longitude, made.structure.networks) == (5.72, ["ase", "pjj"])


@pytest.mark.django_db
def test_a_bad_extension_of_a_structure_is_told_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    for more, kind in (
        ({"nature": "castle", "departement": "75"}, "other"), ({"nature": "crip", "departement": "00"}, "crip"),
        ({"nature": "care", "verifie_le": "hier"}, "care"),
    ):  # fmt: skip
        path.write_text(
            json.dumps({"structures": [STRUCTURE_ROW], "extension_structures": [{"id": "dora--1", **more}]})
        )
        [told] = intake.run(path).refused
        assert told.startswith("extension_structures dora--1: ")
        assert Structure.objects.get().kind == kind


@pytest.mark.django_db
def test_what_hsds_says_of_ages_and_of_who_verified_is_read(tmp_path: Path) -> None:
    service = {
        "id": "s1", "name": "Atelier", "status": "active", "minimum_age": 12.0, "maximum_age": 17,
        "assured_date": "2026-01-05", "assurer_email": "relecture@exemple.invalid",
    }  # fmt: skip
    (tmp_path / "a.json").write_text(
        json.dumps([{"id": "o1", "name": "Maison du Tabouret", "description": "Une maison.", "services": [service]}])
    )
    assert not intake.run(tmp_path / "a.json").refused
    made = Service.objects.get()
    assert (made.age_from, made.age_to, str(made.verified_on)) == (12, 17, "2026-01-05")
    assert made.verified_by == "relecture@exemple.invalid"


@pytest.mark.django_db
def test_what_a_spreadsheet_would_compute_comes_back_as_it_was(tmp_path: Path) -> None:
    intake.run(file(
        tmp_path, [{**STRUCTURE_ROW, "description": "- Accueil\n- Écoute", "telephone": "+33199001122"}],
        [{**SERVICE_ROW, "nom": "@telier", "description": "'=Dans les deux sens"}],
    ))  # fmt: skip
    first = written(tmp_path)
    export.write(tmp_path / "a.csv", "data-inclusion")
    assert "'- Accueil" in (tmp_path / "a.csv").read_text()
    report = intake.run(tmp_path / "a.csv")
    assert (report.refused, report.unchanged) == ([], 2)
    assert written(tmp_path, "b.json") == first


@pytest.mark.django_db
def test_a_service_of_a_sheet_that_was_merged_is_found_under_the_one_that_stays(tmp_path: Path) -> None:
    intake.run(file(tmp_path, [STRUCTURE_ROW], [SERVICE_ROW]))
    kept = structure_save(by=SYSTEM, name="Maison des Tabourets")
    structures_merge(by=SYSTEM, kept=kept, absorbed=Structure.objects.get(reference="dora--1"))
    later = {**SERVICE_ROW, "id": "dora--s2", "date_maj": "2026-02-02"}
    assert not intake.run(file(tmp_path, [STRUCTURE_ROW], [SERVICE_ROW, later])).refused
    assert {row.structure for row in Service.objects.order_by("pk")} == {kept}


@pytest.mark.django_db
def test_a_service_goes_where_a_newer_file_says_and_never_wider(tmp_path: Path) -> None:
    other, shelter = ({**STRUCTURE_ROW, "id": f"dora--{number}"} for number in (2, 3))
    intake.run(file(tmp_path, [STRUCTURE_ROW, other, shelter], [SERVICE_ROW]))
    for structure, level in (("dora--2", Confidentiality.PROFESSIONALS), ("dora--3", Confidentiality.ON_REQUEST)):
        structure_save(by=SYSTEM, structure=Structure.objects.get(reference=structure), confidentiality=level)

    def told(structure: str, day: str) -> intake.Report:
        return intake.run(file(tmp_path, [], [{**SERVICE_ROW, "structure_id": structure, "date_maj": day}]))

    assert told("dora--2", "2025-12-31").unchanged == 1  # older than what is known
    assert told("dora--2", "2026-02-02").services == 1
    assert told("dora--2", "2026-02-02").unchanged == 1
    row = Service.objects.get()
    assert (row.structure.reference, row.confidentiality) == ("dora--2", Confidentiality.PROFESSIONALS)
    assert Change.objects.filter(service=row).exclude(structure=row.structure).count() == 0
    assert "on request" in told("dora--3", "2026-02-02").refused[0]


def test_a_cell_is_never_a_formula() -> None:
    assert to_csv({"nom": "=1+1", "telephone": "+33199001122"}, ["nom", "telephone"]) == ["'=1+1", "+33199001122"]
    assert from_csv({"publics": "{jeunes,familles}"})["publics"] == ["jeunes", "familles"]
    assert "publics" in LISTS
