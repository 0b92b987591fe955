"""Screens of administrators: what they do, whom they refuse, what they never show."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from maillage.accounts.enums import LetterKind, OrganisationKind, Role
from maillage.accounts.models import Letter, Membership, Organisation, User
from maillage.common.clock import now
from maillage.common.forms import new_token
from tests.accounts.people import PASSWORD, enrolled, organisation, professional, signed_in

pytestmark = pytest.mark.django_db

PEOPLE, INVITE = "/compte/personnes/", "/compte/personnes/inviter/"


@pytest.fixture
def departement() -> Organisation:
    return organisation("Département des Lampadaires", kind=OrganisationKind.DEPARTEMENT)


@pytest.fixture
def home(departement: Organisation) -> Organisation:
    return organisation("Foyer des Parapluies", parent=departement)


@pytest.fixture
def administrator(departement: Organisation) -> User:
    return professional(Role.ADMINISTRATOR, departement, name="Dominique Lampadaire")


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


@pytest.fixture
def educator(home: Organisation) -> User:
    return professional(Role.EDUCATOR, home, name="Camille Tabouret")


@pytest.fixture
def stranger() -> User:
    return professional(Role.EDUCATOR, organisation("Foyer d’Ailleurs"), name="Sacha Bouilloire")


def sends(client: Client, path: str, **fields: object):
    """A form of the administrator, as her browser sends it."""
    author = User.objects.get(pk=client.session["_auth_user_id"])
    return client.post(path, {"form_token": new_token(author.pk), **fields})


def invitation(home: Organisation, **fields: object) -> dict:
    return {
        "email": "alix@exemple.invalid", "display_name": "Alix Bouilloire", "organisation": str(home.pk),
        "role": Role.EDUCATOR.value, **fields,
    }  # fmt: skip


def test_the_list_shows_the_accounts_of_her_organisations_and_no_other(
    client: Client, administrator: User, educator: User, stranger: User
) -> None:
    page = client.get(PEOPLE)
    assert {row.user for row in page.context["rows"]} == {administrator, educator}
    assert stranger.display_name not in page.content.decode()


def test_the_list_costs_the_same_for_one_account_and_for_many(
    client: Client, home: Organisation, django_assert_max_num_queries
) -> None:
    client.get(PEOPLE)

    def cost() -> int:
        with django_assert_max_num_queries(30) as queries:
            client.get(PEOPLE)
        return len(queries)

    one = cost()
    for number in range(5):
        enrolled(professional(Role.EDUCATOR, home, name=f"Numéro {number}", email=f"n{number}@exemple.invalid"))
    assert cost() == one


def test_an_invitation_makes_an_account_a_role_and_a_letter(client: Client, home: Organisation) -> None:
    answer = sends(client, INVITE, **invitation(home))
    user = User.objects.get(email="alix@exemple.invalid")
    assert answer["Location"] == f"{PEOPLE}{user.pk}/"
    assert Membership.objects.get(user=user).organisation == home
    assert list(Letter.objects.values_list("user", "kind")) == [(user.pk, LetterKind.INVITATION)]
    assert "Invité, pas encore venu" in client.get(PEOPLE).content.decode()


def test_an_invitation_elsewhere_is_refused_beside_its_field(client: Client, stranger: User) -> None:
    elsewhere = Membership.objects.get(user=stranger).organisation
    answer = sends(client, INVITE, **invitation(elsewhere))
    assert answer.status_code == 422
    assert "organisation" in answer.context["form"].errors
    assert answer.context["form"]["display_name"].value() == "Alix Bouilloire"
    assert not User.objects.filter(email="alix@exemple.invalid").exists()


def test_a_role_forbidden_beside_another_is_refused_beside_its_field(
    client: Client, educator: User, home: Organisation
) -> None:
    answer = sends(client, f"{PEOPLE}{educator.pk}/role/", organisation=str(home.pk), role=Role.ADMINISTRATOR.value)
    assert answer.status_code == 422
    assert "role" in answer.context["role_form"].errors


def test_roles_are_given_and_taken_back(client: Client, educator: User, home: Organisation) -> None:
    sends(client, f"{PEOPLE}{educator.pk}/role/", organisation=str(home.pk), role=Role.ON_CALL_MANAGER.value)
    given = Membership.objects.get(user=educator, role=Role.ON_CALL_MANAGER)
    assert given.ends_at is None
    sends(client, f"/compte/roles/{given.pk}/fin/")
    given.refresh_from_db()
    assert given.ends_at is not None


def test_an_account_is_closed_opened_again_and_loses_its_second_factor(client: Client, educator: User) -> None:
    enrolled(educator)
    sends(client, f"{PEOPLE}{educator.pk}/desactiver/")
    assert not User.objects.get(pk=educator.pk).is_active
    sends(client, f"{PEOPLE}{educator.pk}/reactiver/")
    assert User.objects.get(pk=educator.pk).is_active
    sends(client, f"{PEOPLE}{educator.pk}/second-facteur/")
    assert not Authenticator.objects.exists()


def test_an_invitation_is_sent_again_only_to_someone_who_has_not_come(client: Client, home: Organisation) -> None:
    sends(client, INVITE, **invitation(home))
    user = User.objects.get(email="alix@exemple.invalid")
    sends(client, f"{PEOPLE}{user.pk}/inviter/")
    assert Letter.objects.filter(user=user, kind=LetterKind.INVITATION).count() == 2
    user.set_password(PASSWORD)
    user.save()
    refused = sends(client, f"{PEOPLE}{user.pk}/inviter/")
    assert "a déjà choisi son mot de passe" in client.get(refused["Location"]).content.decode()
    assert Letter.objects.filter(user=user).count() == 2


def test_a_stale_edit_gets_both_texts(client: Client, educator: User) -> None:
    path = f"{PEOPLE}{educator.pk}/"
    version = client.get(path).context["form"]["version"].value()
    assert sends(client, path, display_name="Camille du Matin", version=version).status_code == 302
    answer = sends(client, path, display_name="Camille du Soir", version=version)
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "Camille du Matin" in said
    assert "Camille du Soir" in said
    assert User.objects.get(pk=educator.pk).display_name == "Camille du Matin"


ACTS = ["", "role/", "desactiver/", "reactiver/", "second-facteur/", "inviter/"]


@pytest.mark.parametrize("act", ACTS)
def test_an_account_elsewhere_does_not_exist_for_her(act: str, client: Client, stranger: User) -> None:
    assert sends(client, f"{PEOPLE}{stranger.pk}/{act}").status_code == 404
    membership = Membership.objects.get(user=stranger)
    assert sends(client, f"/compte/roles/{membership.pk}/fin/").status_code == 404
    membership.refresh_from_db()
    assert membership.ends_at is None


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_no_other_role_reaches_these_screens(role: Role, home: Organisation, educator: User) -> None:
    client = signed_in(professional(role, home, name="Sacha Bouilloire"))
    for path in (PEOPLE, INVITE, f"{PEOPLE}{educator.pk}/"):
        assert client.get(path).status_code == 403
    for act in ACTS:
        assert sends(client, f"{PEOPLE}{educator.pk}/{act}").status_code == 403


def test_her_own_account_offers_no_change_of_rights(client: Client, administrator: User) -> None:
    page = client.get(f"{PEOPLE}{administrator.pk}/").content.decode()
    assert "/role/" not in page
    assert "/fin/" not in page
    sends(client, f"{PEOPLE}{administrator.pk}/desactiver/")
    assert User.objects.get(pk=administrator.pk).is_active


def test_a_change_of_rights_waits_until_she_has_proved_who_she_is(
    client: Client, administrator: User, educator: User, home: Organisation, time_machine
) -> None:
    start = now()
    time_machine.move_to(start, tick=False)
    client.get(PEOPLE)  # the session starts
    time_machine.move_to(start + timedelta(minutes=6), tick=False)
    held = sends(client, f"{PEOPLE}{educator.pk}/role/", organisation=str(home.pk), role=Role.CASE_WORKER.value)
    assert held.status_code == 302
    assert held["Location"].startswith("/compte/confirmer/")
    assert not Membership.objects.filter(role=Role.CASE_WORKER).exists()
    path = f"{PEOPLE}{educator.pk}/role/"
    wrong = client.post("/compte/confirmer/", {"password": "pas celui-ci", "next": path})
    assert wrong.status_code == 422
    assert not Membership.objects.filter(role=Role.CASE_WORKER).exists()
    client.post("/compte/confirmer/", {"password": PASSWORD, "next": path})
    assert Membership.objects.get(role=Role.CASE_WORKER).user == educator


def test_the_form_held_back_keeps_its_own_token(
    client: Client, educator: User, home: Organisation, time_machine
) -> None:
    start = now()
    time_machine.move_to(start, tick=False)
    client.get(PEOPLE)
    time_machine.move_to(start + timedelta(minutes=6), tick=False)
    path = f"{PEOPLE}{educator.pk}/role/"
    token = client.get(f"{PEOPLE}{educator.pk}/").context["role_form"]["form_token"].value()
    fields = {"organisation": str(home.pk), "role": Role.CASE_WORKER.value, "form_token": token}
    client.post(path, fields)
    client.post("/compte/confirmer/", {"password": PASSWORD, "next": path})
    # The same form again is the same act.
    assert client.post(path, fields).status_code == 302
    assert Membership.objects.filter(role=Role.CASE_WORKER).count() == 1


def test_no_screen_of_accounts_knows_a_young_person(client: Client, educator: User) -> None:
    for path in (PEOPLE, INVITE, f"{PEOPLE}{educator.pk}/", "/compte/"):
        assert "/p/" not in client.get(path).content.decode()
