"""Writes about a young person: who may, what is refused, what is left behind."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from maillage.accounts.enums import Role
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from maillage.vault import files
from maillage.vault.sealing import Opened
from maillage.youth import services
from maillage.youth.access import visible_to
from maillage.youth.models import (
    DepartureSheet,
    IdentityRevision,
    Mission,
    ParentalSituation,
    Photo,
    Placement,
    YoungPerson,
)
from maillage.youth.selectors import age_at, display_name, full_name, initials, parents_of, photo_of, placement_now
from tests.accounts.people import acting, organisation, professional
from tests.youth.young import ALL, BASIS, follower, hosting_mission, picture, resident, stranger

pytestmark = pytest.mark.django_db


def opened(person: YoungPerson) -> Opened:
    return Opened(person.data_key, ALL)


def fresh(person: YoungPerson) -> YoungPerson:
    return YoungPerson.objects.select_related("data_key").get(pk=person.pk)


@pytest.fixture
def home():
    return organisation()


@pytest.fixture
def lina(home):
    return resident(home)


@pytest.fixture
def educator(home):
    return acting(professional(where=home))


@pytest.fixture
def worker(lina):
    return acting(follower(lina))


# -- creating and editing ------------------------------------------------------------------------------------------


def test_nothing_of_a_new_file_is_stored_in_the_clear():
    person = stranger("Oihana", "Réverbère", phones=["+33639980099"], birth_place="Montbrouette")
    row = YoungPerson.objects.filter(pk=person.pk).values().get()
    stored = (
        b"".join(bytes(value) for value in row.values() if isinstance(value, bytes | memoryview)) + repr(row).encode()
    )
    for clear in ("Oihana", "Réverbère", "+33639980099", "2010-05-17", "Montbrouette"):
        assert clear.encode() not in stored
    assert full_name(opened(person), person) == "Oihana Réverbère"


def test_a_file_without_any_name_is_refused():
    with pytest.raises(RuleBroken) as refusal:
        services.person_create(by=SYSTEM, departement="99", given_name="  ")
    assert refusal.value.field == "given_name"
    assert not YoungPerson.objects.exists()


def test_two_files_never_share_an_external_reference():
    stranger(external_reference="ASE-12")
    with pytest.raises(RuleBroken) as refusal:
        stranger("Noé", external_reference=" ase-12 ")
    assert refusal.value.field == "external_reference"


@pytest.mark.parametrize("born", [date(1850, 1, 1), "2999-01-01"])
def test_an_impossible_birth_date_is_refused(born):
    with pytest.raises(RuleBroken) as refusal:
        stranger(birth_date=born)
    assert refusal.value.field == "birth_date"


def test_only_those_who_open_missions_create_files(educator, home):
    with pytest.raises(NotAllowed):
        services.person_create(by=educator, departement="99", given_name="Awa")
    ase = acting(professional(Role.CASE_WORKER, organisation("ASE", kind="ase"), name="Léonie Cafetière"))
    person = services.person_create(by=ase, departement="99", given_name="Awa")
    assert not visible_to(ase).exists()
    services.placement_start(
        by=ase, person=person, organisation=home, kind="home", starts_on=now().date(), legal_basis=BASIS
    )
    assert visible_to(educator).get() == person
    # Once somebody follows her, having created the file gives no right over it.
    with pytest.raises(NotAllowed):
        services.mission_open(by=ase, person=person, kind="follows", user=ase.user, legal_basis=BASIS)


def test_a_changed_name_makes_one_numbered_revision_and_another_change_none(lina, educator):
    before = IdentityRevision.objects.count()
    person = services.person_edit(by=educator, person=lina, version=1, birth_place="Montbrouette", given_name="Lina")
    assert (person.version, IdentityRevision.objects.count()) == (2, before)
    person = services.person_edit(by=educator, person=person, version=2, usual_name="Lili")
    assert IdentityRevision.objects.count() == before + 1
    assert display_name(opened(person), person) == "Lili"
    assert full_name(opened(person), person) == "Lina (Lili) Parasol"
    assert initials(opened(person), person) == "L. P."


def test_the_journal_names_the_columns_changed_and_nothing_of_their_content(lina, educator):
    services.person_edit(by=educator, person=lina, version=1, family_name="Tournesol", sex="f")
    row = JournalEntry.objects.get(verb="person.edited")
    assert (row.subject, row.payload) == (lina.pk, {"fields": "family_name,sex", "version": 2})


def test_a_stale_edit_shows_both_texts_and_writes_nothing(lina, educator):
    services.person_edit(by=educator, person=lina, version=1, family_name="Tournesol")
    with pytest.raises(StaleEdit) as refusal:
        services.person_edit(by=educator, person=lina, version=1, family_name="Coquelicot", given_name="Lina")
    (difference,) = refusal.value.differences
    assert (difference.label, difference.stored, difference.typed) == ("Nom de famille", "Tournesol", "Coquelicot")
    assert refusal.value.current_version == 2
    assert full_name(opened(lina), fresh(lina)) == "Lina Tournesol"


def test_an_edit_that_changes_nothing_is_never_late(lina, educator):
    services.person_edit(by=educator, person=lina, version=1, family_name="Tournesol")
    same = services.person_edit(by=educator, person=lina, version=1, family_name="Tournesol")
    assert same.version == 2


def test_the_right_role_on_the_wrong_person_is_refused(lina):
    other = acting(professional(where=organisation("Autre foyer"), name="Autre Classeur"))
    with pytest.raises(NotAllowed):
        services.person_edit(by=other, person=lina, version=1, given_name="X")
    with pytest.raises(NotAllowed):
        services.photo_replace(by=other, person=lina, content=picture())
    with pytest.raises(NotAllowed):
        services.sheet_save(by=other, person=lina, description="X")
    with pytest.raises(NotAllowed):
        services.placement_keep(by=other, placement=placement_now(lina), version=1, until=now().date())
    with pytest.raises(NotAllowed):
        services.parent_save(by=other, person=lina, kinship="mother")


def test_a_foster_carer_does_not_edit_what_justice_decided():
    service = organisation("Accueil familial", kind="foster_care")
    person = resident(service)
    carer = acting(professional(Role.FOSTER_CARER, service))
    with pytest.raises(NotAllowed):
        services.parent_save(by=carer, person=person, kinship="mother", decision="X")


def test_the_last_name_cannot_be_emptied(lina, educator):
    services.person_edit(by=educator, person=lina, version=1, family_name="")
    with pytest.raises(RuleBroken):
        services.person_edit(by=educator, person=lina, version=2, given_name="")


# -- parents -------------------------------------------------------------------------------------------------------


def test_a_parent_is_sealed_and_comes_back_as_written(lina, educator):
    contacts = {"phones": ["+33639980031"], "email": "rosalie@exemple.invalid", "address": ""}
    services.parent_save(
        by=educator, person=lina, kinship="father", name="Achille Parasol", decision="Contact interdit"
    )
    mother = services.parent_save(
        by=educator, person=lina, kinship="mother", name="Rosalie Parasol", contacts=contacts, authority="full"
    )
    assert [row.kinship for row in parents_of(lina)] == ["mother", "father"]
    assert opened(lina).value(mother, "contacts") == {"phones": ["+33639980031"], "email": "rosalie@exemple.invalid"}
    assert b"Rosalie" not in bytes(mother.name)


def test_an_edited_parent_keeps_what_was_not_typed(lina, educator):
    row = services.parent_save(by=educator, person=lina, kinship="mother", name="Rosalie", authority="full")
    row = services.parent_save(by=educator, person=lina, parent=row, version=1, contact="forbidden")
    assert (row.authority, row.contact, row.version) == ("full", "forbidden", 2)
    assert opened(lina).text(row, "name") == "Rosalie"
    with pytest.raises(StaleEdit) as refusal:
        services.parent_save(by=educator, person=lina, parent=row, version=1, contact="allowed")
    (difference,) = refusal.value.differences
    assert (difference.stored, difference.typed) == ("Contact interdit par décision", "Contact autorisé")


@pytest.mark.parametrize(
    ("values", "field"),
    [({}, "kinship"), ({"kinship": "cousin"}, "kinship"), ({"kinship": "mother", "authority": "maybe"}, "authority")],
)
def test_a_parent_that_makes_no_sense_is_refused(lina, educator, values, field):
    with pytest.raises(RuleBroken) as refusal:
        services.parent_save(by=educator, person=lina, **values)
    assert refusal.value.field == field


def test_a_parent_of_someone_else_is_not_edited(lina, educator, home):
    other = services.parent_save(by=SYSTEM, person=resident(home, "Noé"), kinship="mother")
    with pytest.raises(ParentalSituation.DoesNotExist):
        services.parent_save(by=educator, person=lina, parent=other, version=1, kinship="father")


# -- places and missions -------------------------------------------------------------------------------------------


def test_a_placement_opens_the_missions_that_go_with_it(home):
    association = organisation(
        "Association", kind="association", parent=organisation("Département", kind="departement")
    )
    ase = organisation("ASE", kind="ase")
    worker = professional(Role.CASE_WORKER, ase, name="Léonie Cafetière")
    person = resident(organisation("Foyer", parent=association), case_worker=worker, ase=ase)
    held = {
        (row.kind, (row.organisation or row.user).pk, row.placement_id is not None) for row in Mission.objects.all()
    }
    assert held == {
        ("hosts", placement_now(person).organisation_id, True),
        ("on_call", association.pk, True),
        ("case_worker", worker.pk, False),
        ("on_call", ase.pk, False),
    }


def test_a_mission_that_runs_already_is_not_opened_twice(day, lina, worker):
    services.placement_end(by=worker, placement=placement_now(lina), version=1, **END)
    services.placement_start(
        by=SYSTEM,
        person=lina,
        organisation=organisation("Autre foyer"),
        kind="home",
        starts_on=date(2026, 3, 2),
        legal_basis=BASIS,
        case_worker=worker.user,
    )
    assert Mission.objects.filter(user=worker.user).count() == 1


def test_nobody_lives_in_two_places_at_once(lina):
    with pytest.raises(RuleBroken):
        services.placement_start(
            by=SYSTEM,
            person=lina,
            organisation=organisation("Autre"),
            kind="home",
            starts_on=now().date(),
            legal_basis=BASIS,
        )
    assert Placement.objects.count() == 1


def test_a_place_that_begins_tomorrow_is_refused_by_the_clock_of_the_place():
    reunion = organisation("Foyer de La Réunion", departement="974", zone="Indian/Reunion")
    person = stranger()
    with time_machine.travel(datetime(2026, 3, 1, 21, 30, tzinfo=UTC), tick=False):  # 2 March, 01:30 there
        services.placement_start(
            by=SYSTEM, person=person, organisation=reunion, kind="home", starts_on=date(2026, 3, 2), legal_basis=BASIS
        )
    with time_machine.travel(datetime(2026, 3, 1, 19, 30, tzinfo=UTC), tick=False), pytest.raises(RuleBroken):
        services.placement_start(
            by=SYSTEM,
            person=stranger("Noé"),
            organisation=reunion,
            kind="home",
            starts_on=date(2026, 3, 2),
            legal_basis=BASIS,
        )


END = {"ends_on": date(2026, 3, 2), "end_kind": "breakdown", "motive": "Un motif", "next_place": "Chez une tante"}


@pytest.fixture
def day():
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=True):
        yield


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"motive": " "}, "motive"),
        ({"next_place": ""}, "next_place"),
        ({"end_kind": "because"}, "end_kind"),
        ({"ends_on": date(2026, 3, 4)}, "ends_on"),
        ({"ends_on": date(2020, 1, 1)}, "ends_on"),
    ],
)
def test_a_placement_ends_with_a_motive_and_a_next_place(day, lina, worker, change, field):
    placement = placement_now(lina)
    with pytest.raises(RuleBroken) as refusal:
        services.placement_end(by=worker, placement=placement, version=1, **{**END, **change})
    assert refusal.value.field == field
    assert placement_now(lina) == placement
    assert hosting_mission(lina).ends_at is None


def test_only_the_ase_ends_a_placement(day, lina, educator):
    with pytest.raises(NotAllowed):
        services.placement_end(by=educator, placement=placement_now(lina), version=1, **END)


def test_ending_a_placement_closes_the_homes_mission_and_keeps_the_case_workers(day, lina, worker, educator):
    row = services.placement_end(by=worker, placement=placement_now(lina), version=1, **END)
    assert (row.ase_agreed_by, row.end_kind, row.version) == (worker.user_id, "breakdown", 2)
    assert opened(lina).text(row, "end_motive") == "Un motif"
    assert placement_now(fresh(lina)) is None
    with time_machine.travel(now() + timedelta(seconds=1)):
        assert not visible_to(educator).exists()
        assert visible_to(worker).get() == lina
    with pytest.raises(RuleBroken):
        services.placement_end(by=worker, placement=row, version=2, **END)


def test_the_next_place_is_another_place(day, lina, worker, home):
    with pytest.raises(RuleBroken) as refusal:
        services.placement_end(by=worker, placement=placement_now(lina), version=1, **END, next_organisation=home)
    assert refusal.value.field == "next_organisation"


def test_a_place_is_kept_until_a_day_to_come(lina, educator):
    placement = placement_now(lina)
    until = now().date() + timedelta(days=20)
    row = services.placement_keep(by=educator, placement=placement, version=1, until=until)
    assert (row.kept_until, row.version) == (until, 2)
    with pytest.raises(RuleBroken) as refusal:
        services.placement_keep(by=educator, placement=row, version=2, until=now().date() - timedelta(days=2))
    assert refusal.value.field == "until"
    with pytest.raises(StaleEdit):
        services.placement_keep(by=educator, placement=row, version=1, until=until + timedelta(days=1))


def test_a_mission_is_for_one_holder_on_a_stated_basis(lina, worker, home):
    values = {"by": worker, "person": lina, "kind": "follows", "legal_basis": BASIS}
    with pytest.raises(RuleBroken):
        services.mission_open(**values)
    with pytest.raises(RuleBroken):
        services.mission_open(**values, organisation=home, user=worker.user)
    with pytest.raises(RuleBroken) as refusal:
        services.mission_open(**{**values, "legal_basis": ""}, user=worker.user)
    assert refusal.value.field == "legal_basis"
    with pytest.raises(RuleBroken) as refusal:
        services.mission_open(**{**values, "legal_basis": "Décision du 3 mars, dit-on"}, user=worker.user)
    assert refusal.value.field == "legal_basis"
    with pytest.raises(ValueError, match="secrets"):
        services.mission_open(**values, organisation=home, sections=["secrets"])


# -- departure sheet -----------------------------------------------------------------------------------------------


def test_the_sheet_is_written_by_its_editors_version_by_version(lina, educator):
    sheet = services.sheet_save(by=educator, person=lina, description="Veste bleue", friends=["Une amie", " "])
    assert opened(lina).value(sheet, "friends") == ["Une amie"]
    sheet = services.sheet_save(by=educator, person=lina, version=1, description="Veste grise", prepared_with=True)
    assert (sheet.version, sheet.updated_by, sheet.prepared_with) == (2, educator.user_id, True)
    with pytest.raises(StaleEdit) as refusal:
        services.sheet_save(by=educator, person=lina, version=1, description="Veste verte")
    assert [(d.stored, d.typed) for d in refusal.value.differences] == [("Veste grise", "Veste verte")]


def test_a_second_first_sheet_is_a_conflict_not_a_second_sheet(lina, educator):
    services.sheet_save(by=educator, person=lina, description="Veste bleue")
    with pytest.raises(StaleEdit):
        services.sheet_save(by=educator, person=lina, version=None, description="Veste verte")
    assert DepartureSheet.objects.count() == 1


def test_whom_the_sheet_is_open_to_does_not_write_it():
    ase = organisation("ASE", kind="ase")
    person = resident(ase=ase)
    on_call = acting(professional(Role.ASE_ON_CALL, ase))
    services.sheet_open(by=SYSTEM, person=person, context=ase.pk, at=now())
    with pytest.raises(NotAllowed):
        services.sheet_save(by=on_call, person=person, description="X")


def test_opening_the_sheet_twice_for_one_episode_is_once_and_for_another_refused(lina, home):
    one = services.sheet_open(by=SYSTEM, person=lina, context=home.pk, at=now())
    assert services.sheet_open(by=SYSTEM, person=lina, context=home.pk, at=now()) == one
    with pytest.raises(RuleBroken):
        services.sheet_open(by=SYSTEM, person=lina, context=lina.pk, at=now())
    closed = services.sheet_close(by=SYSTEM, context=home.pk, at=now())
    assert services.sheet_close(by=SYSTEM, context=home.pk, at=now()).closed_at == closed.closed_at
    assert services.sheet_open(by=SYSTEM, person=lina, context=home.pk, at=now()) != one


# -- photo ---------------------------------------------------------------------------------------------------------


def test_a_photo_is_kept_sealed_and_the_one_before_is_no_longer_shown(lina, educator):
    first = services.photo_replace(by=educator, person=lina, content=picture())
    second = services.photo_replace(by=educator, person=lina, content=picture(colour="#805060"))
    assert photo_of(lina) == second
    assert Photo.objects.get(pk=first.pk).replaced_at is not None
    assert files.load(second, opened(lina)).startswith(b"\xff\xd8")
    stored = [path.read_bytes() for path in settings.FILES.rglob("*") if path.is_file()]
    assert not any(b"JFIF" in content or content.startswith(b"\xff\xd8") for content in stored)


def test_a_refused_photo_leaves_the_one_before(lina, educator):
    first = services.photo_replace(by=educator, person=lina, content=picture())
    with pytest.raises(RuleBroken) as refusal:
        services.photo_replace(by=educator, person=lina, content=b"%PDF-1.7 pas une image")
    assert refusal.value.field == "photo"
    assert photo_of(lina) == first


# -- what the database defends --------------------------------------------------------------------------------------


def test_age_counts_full_years(lina):
    born = opened(lina)
    assert age_at(born, lina, date(2026, 5, 16)) == 15
    assert age_at(born, lina, date(2026, 5, 17)) == 16
    assert age_at(Opened(lina.data_key, [Section.WHEREABOUTS]), lina, date(2026, 5, 17)) is None


def test_names_are_not_shown_without_the_identity_section(lina):
    closed = Opened(lina.data_key, [Section.WHEREABOUTS])
    assert display_name(closed, lina) == full_name(closed, lina) == "Identité non ouverte"
    assert initials(closed, lina) == "—"


def test_no_clear_value_reaches_any_table(lina, educator):
    services.parent_save(
        by=educator, person=lina, kinship="mother", name="Rosalie Parasol", decision="Contact interdit"
    )
    services.sheet_save(by=educator, person=lina, description="Veste bleue", handles=["lina_parasol"])
    found = []
    for table in connection.introspection.table_names():
        if table.startswith(("youth_", "audit_")):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM {table}")
                for row in cursor.fetchall():
                    text = b"|".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
                    found += [
                        (table, clear)
                        for clear in ("Lina", "Parasol", "Rosalie", "2010-05-17", "Veste", "lina_parasol", "interdit")
                        if clear.encode() in text
                    ]
    assert found == []
