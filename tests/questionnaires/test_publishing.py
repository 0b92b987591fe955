"""Versions of an instrument: numbered, current, withdrawn, immutable once answered."""

import pytest
from django.db import DatabaseError, connection, transaction

from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Organisation
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.questionnaires import publishing, selectors, services
from maillage.questionnaires.models import AnswerSet, Questionnaire
from maillage.questionnaires.workbook import BadWorkbook
from tests.questionnaires import world as worlds
from tests.questionnaires.books import book
from tests.questionnaires.world import World


def test_each_new_workbook_is_a_new_version_and_the_same_one_is_the_same_version(world: World):
    first = world.questionnaire
    again = publishing.publish(by=SYSTEM, workbook=bytes(first.workbook), name="copie.xlsx", slug="essai")
    second = publishing.publish(by=SYSTEM, workbook=worlds.workbook("Essai, suite"), name="b.xlsx", slug="essai")
    other = publishing.publish(by=SYSTEM, workbook=bytes(first.workbook), name="essai.xlsx", slug="autre")
    assert (first.pk, first.number, second.number, other.number) == (again.pk, 1, 2, 1)
    assert selectors.current("essai") == second
    assert selectors.current("inconnu") is None
    own = publishing.publish(
        by=world.ase, workbook=worlds.workbook("Le nôtre"), name="c.xlsx", slug="essai", departement="99"
    )
    assert (own.title, own.number, own.created_by) == ("Le nôtre", 1, world.ase.user_id)


def test_a_departement_owns_its_questionnaire_and_leaves_the_others_alone(world: World):
    shipped = world.questionnaire
    elsewhere = Organisation.objects.create(name="ASE d’à côté", kind=OrganisationKind.ASE, departement="98")
    neighbour = worlds.member("Ayo Compas", Role.ASE_ON_CALL, elsewhere)
    same = bytes(shipped.workbook)
    own = publishing.publish(by=world.ase, workbook=same, name="a.xlsx", slug="essai", departement="99")
    theirs = publishing.publish(
        by=neighbour, workbook=worlds.workbook("Le leur"), name="b.xlsx", slug="essai", departement="98"
    )
    assert [selectors.current("essai", code) for code in ("99", "98", "97")] == [own, theirs, shipped]
    assert selectors.versions("essai", "99") == [own, shipped]
    for by, questionnaire in ((neighbour, own), (world.ase, theirs), (world.ase, shipped)):
        with pytest.raises(NotAllowed):
            services.withdraw(by=by, questionnaire=questionnaire)
    for departement in ("98", "*"):
        with pytest.raises(NotAllowed):
            publishing.publish(by=world.ase, workbook=same, name="c.xlsx", slug="essai", departement=departement)
    services.withdraw(by=world.ase, questionnaire=own)
    assert [selectors.current("essai", code) for code in ("99", "98")] == [shipped, theirs]


def test_only_who_may_change_settings_publishes_and_withdraws(world: World):
    with pytest.raises(NotAllowed):
        publishing.publish(
            by=world.educator, workbook=worlds.workbook("Autre"), name="a.xlsx", slug="essai", departement="99"
        )
    with pytest.raises(NotAllowed):
        services.withdraw(by=world.educator, questionnaire=world.questionnaire)
    assert Role.EDUCATOR in world.educator.roles


def test_a_refused_workbook_leaves_nothing_behind(world: World):
    before = JournalEntry.objects.count()
    with pytest.raises(BadWorkbook):
        publishing.publish(by=SYSTEM, workbook=book([("texte", "a", "A")]), name="a.xlsx", slug="essai")
    assert Questionnaire.objects.count() == 1
    assert JournalEntry.objects.count() == before


def test_a_withdrawn_version_gives_way_to_the_previous_one_and_comes_back_when_published_again(world: World):
    workbook = worlds.workbook("Essai, suite")
    second = publishing.publish(by=SYSTEM, workbook=workbook, name="b.xlsx", slug="essai")
    services.withdraw(by=SYSTEM, questionnaire=second)
    assert selectors.current("essai") == world.questionnaire
    services.withdraw(by=SYSTEM, questionnaire=world.questionnaire)
    assert selectors.current("essai") is None
    assert publishing.publish(by=SYSTEM, workbook=workbook, name="b.xlsx", slug="essai") == second
    assert selectors.current("essai") == second


def test_no_new_answers_to_a_withdrawn_version(world: World):
    services.withdraw(by=SYSTEM, questionnaire=world.questionnaire)
    with pytest.raises(RuleBroken):
        world.start()


def test_a_draft_goes_on_with_its_version_after_a_new_one_is_published(world: World):
    draft = world.start()
    publishing.publish(by=SYSTEM, workbook=worlds.workbook("Essai, suite"), name="b.xlsx", slug="essai")
    services.withdraw(by=SYSTEM, questionnaire=world.questionnaire)
    done = world.submit(draft, faim="non")
    assert done.questionnaire == world.questionnaire
    assert done.submitted_at is not None


def test_shipped_instruments_are_published_once_and_stay_withdrawn(world: World):
    shipped = publishing.publish_shipped(by=SYSTEM)
    assert [row.slug for row in shipped] == ["observations", "retour"]
    journal = JournalEntry.objects.count()
    assert publishing.publish_shipped(by=SYSTEM) == shipped
    assert JournalEntry.objects.count() == journal
    services.withdraw(by=SYSTEM, questionnaire=shipped[1])
    publishing.publish_shipped(by=SYSTEM)
    assert selectors.current("retour") is None
    assert selectors.current("observations") == shipped[0]


def sql(statement: str, *parameters: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


CHANGES = [
    ("definition", '"{}"'),
    ("workbook", b"x"),
    ("sha256", "x"),
    ("number", 9),
    ("slug", "x"),
    ("title", "x"),
    ("answered_at", None),
]


@pytest.mark.parametrize(("column", "value"), CHANGES)
def test_the_database_refuses_to_change_what_was_asked_once_answered(world: World, column: str, value: object):
    world.start()
    statement = f"UPDATE questionnaires_questionnaire SET {column} = %s"
    with pytest.raises(DatabaseError, match="immutable"):
        sql(statement, value)


def test_the_database_lets_a_version_without_answers_be_changed_and_any_version_be_withdrawn(world: World):
    sql("UPDATE questionnaires_questionnaire SET title = %s", "x")
    world.start()
    services.withdraw(by=SYSTEM, questionnaire=world.questionnaire)
    assert Questionnaire.objects.get().withdrawn_at is not None


def test_the_database_refuses_to_delete_an_answered_version(world: World):
    world.start()
    with pytest.raises(DatabaseError, match="immutable"):
        sql("DELETE FROM questionnaires_questionnaire")


@pytest.mark.parametrize("column", ["answers", "words", "health", "parts", "submitted_at", "version", "context"])
def test_the_database_refuses_to_change_answers_once_submitted(world: World, column: str):
    world.submit(world.start(), faim="non")
    with pytest.raises(DatabaseError, match="immutable"):
        sql(f"UPDATE questionnaires_answerset SET {column} = NULL")
    with pytest.raises(DatabaseError, match="immutable"):
        sql("DELETE FROM questionnaires_answerset")
    assert AnswerSet.objects.count() == 1


def test_two_versions_cannot_have_the_same_number_nor_the_same_workbook(world: World):
    row = world.questionnaire
    for changes in ({"number": 2}, {"sha256": "x"}):
        copy = Questionnaire(
            slug=row.slug, number=1, title="x", workbook=b"x", sha256=row.sha256, definition=row.definition
        )
        for name, value in changes.items():
            setattr(copy, name, value)
        with pytest.raises(DatabaseError), transaction.atomic():
            copy.save(force_insert=True)
