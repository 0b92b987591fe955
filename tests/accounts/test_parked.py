"""A form sent after its session had ended is given back to its author, and to nobody else."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from maillage.accounts import parked, sealed
from maillage.accounts.enums import Role
from maillage.accounts.models import User
from maillage.common.clock import now
from maillage.common.forms import new_token
from tests.accounts.people import PASSWORD, enrolled, goes_through_sign_in, organisation, present_code, professional

pytestmark = pytest.mark.django_db

INVITE = "/compte/personnes/inviter/"
PARKED = "/compte/texte/"
TEXT = "Camille, du groupe des grands parapluies"


@pytest.fixture
def user() -> User:
    return professional(Role.ADMINISTRATOR, organisation("Département des Lampadaires"))


@pytest.fixture
def secret(user: User) -> str:
    return enrolled(user)


def typed(user: User, **more: object) -> dict:
    return {"display_name": TEXT, "email": "alix@exemple.invalid", "form_token": new_token(user.pk), **more}


def blob_in(page) -> str:
    found = re.search(r'name="parked" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_a_form_sent_without_a_session_gets_the_sign_in_page_and_keeps_its_text_sealed(user: User) -> None:
    page = Client().post(INVITE, typed(user))
    said = page.content.decode()
    assert page.status_code == 401
    assert "Votre session a expiré ; votre texte est gardé." in said
    assert TEXT not in said
    assert "alix@exemple.invalid" not in said
    assert TEXT not in blob_in(page)


def test_a_form_sent_by_htmx_gets_the_same_page_in_the_place_of_its_own(user: User) -> None:
    page = Client().post(INVITE, typed(user), headers={"HX-Request": "true"})
    assert (page.status_code, page["HX-Retarget"]) == (200, "body")
    assert "votre texte est gardé" in page.content.decode()
    assert blob_in(page)


def test_its_author_finds_it_after_password_and_code_and_sends_it_as_it_was(user: User, secret: str) -> None:
    client = Client()
    sent = typed(user)
    page = client.post(INVITE, sent)
    answer = goes_through_sign_in(client, user, secret, next=page.context["next"], parked=blob_in(page))
    assert answer["Location"] == PARKED
    kept = client.get(PARKED)
    assert "Votre texte est là" in kept.content.decode()
    assert TEXT in kept.content.decode()
    again = kept.context["parked"]
    assert again.path == INVITE
    assert dict(again.fields) == sent
    answer = client.post(again.path, dict(again.fields))
    assert answer.status_code == 422  # the form itself judges: no role was chosen
    assert answer.context["form"]["display_name"].value() == TEXT
    assert client.get(PARKED)["Location"] == "/"  # sent: nothing waits any more


def test_the_text_survives_a_wrong_password_and_a_wrong_code(user: User, secret: str) -> None:
    client = Client()
    page = client.post(INVITE, typed(user))
    fields = {"next": page.context["next"], "parked": blob_in(page)}
    wrong = client.post("/compte/entrer/", {"login": user.email, "password": "pas celui-ci", **fields})
    assert wrong.status_code == 422
    assert "votre texte est gardé" in wrong.content.decode()
    assert blob_in(wrong) == fields["parked"]
    client.post("/compte/entrer/", {"login": user.email, "password": PASSWORD, **fields})
    assert client.post("/compte/entrer/code/", {"code": "000000"}).status_code == 422
    assert client.post("/compte/entrer/code/", {"code": present_code(secret)})["Location"] == PARKED
    assert TEXT in client.get(PARKED).content.decode()


def test_another_person_who_signs_in_gets_nothing(user: User) -> None:
    other = professional(Role.ADMINISTRATOR, organisation("Ailleurs"), name="Sacha Lampadaire")
    client = Client()
    page = client.post(INVITE, typed(user))
    goes_through_sign_in(client, other, enrolled(other), next=page.context["next"], parked=blob_in(page))
    answer = client.get(PARKED)
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("token", ["", "inventé", "abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuv"])
def test_a_form_without_a_token_of_hers_is_not_given_back(token: str, user: User, secret: str) -> None:
    client = Client()
    page = client.post(INVITE, typed(user, form_token=token))
    assert page.status_code == 401
    if not token:
        assert "Rien n’a été enregistré" in page.content.decode()
        assert "parked" not in re.findall(r'name="(\w+)"', page.content.decode())
        return
    goes_through_sign_in(client, user, secret, next=PARKED, parked=blob_in(page))
    assert client.get(PARKED)["Location"] == "/"


def test_it_is_not_kept_for_ever(user: User, secret: str, time_machine) -> None:
    start = now()
    time_machine.move_to(start, tick=False)
    client = Client()
    page = client.post(INVITE, typed(user))
    time_machine.move_to(start + parked.KEPT, tick=False)
    goes_through_sign_in(client, user, secret, next=PARKED, parked=blob_in(page))
    assert client.get(PARKED)["Location"] == "/"


def test_it_can_be_given_up(user: User, secret: str) -> None:
    client = Client()
    page = client.post(INVITE, typed(user))
    goes_through_sign_in(client, user, secret, next=PARKED, parked=blob_in(page))
    client.post(PARKED)
    assert client.get(PARKED)["Location"] == "/"


def test_files_are_not_kept_and_both_pages_say_so(user: User, secret: str) -> None:
    client = Client()
    page = client.post(INVITE, typed(user, photo=SimpleUploadedFile("p.png", b"x")))
    assert "Les fichiers joints ne sont pas gardés" in page.content.decode()
    goes_through_sign_in(client, user, secret, next=PARKED, parked=blob_in(page))
    assert "Les fichiers joints n’ont pas été gardés" in client.get(PARKED).content.decode()


def test_a_form_too_long_to_be_kept_is_not_said_to_be(user: User) -> None:
    page = Client().post(INVITE, typed(user, word="très " * 300_000))
    assert page.status_code == 401
    assert "votre texte est gardé" not in page.content.decode()


def test_what_was_sealed_for_another_purpose_is_not_a_form(user: User, secret: str) -> None:
    client = Client()
    foreign = sealed.seal("maillage.second-factor", b"{}")
    goes_through_sign_in(client, user, secret, next=PARKED, parked=foreign)
    assert client.get(PARKED)["Location"] == "/"


@pytest.mark.parametrize("blob", ["", "x", "zz.zz", "00000000000000000000000000000000.AAAA"])
def test_a_made_up_seal_is_dropped(blob: str, user: User, secret: str) -> None:
    client = Client()
    assert goes_through_sign_in(client, user, secret, parked=blob).status_code == 302
    assert client.get(PARKED)["Location"] == "/"


def test_a_session_that_goes_idle_in_the_middle_of_a_form_keeps_its_text(user: User, secret: str, time_machine) -> None:
    start = now()
    time_machine.move_to(start, tick=False)
    client = Client()
    goes_through_sign_in(client, user, secret)
    token = client.get(INVITE).context["form"]["form_token"].value()
    time_machine.move_to(start + timedelta(minutes=31), tick=False)
    page = client.post(INVITE, typed(user, form_token=token))
    assert page.status_code == 401
    goes_through_sign_in(client, user, secret, next=page.context["next"], parked=blob_in(page))
    assert TEXT in client.get(PARKED).content.decode()


def test_answers_that_are_only_codes_are_counted_and_words_are_shown() -> None:
    kept = parked.Parked(
        path="/x/",
        fields=(
            ("form_token", "t"), ("kind", "runaway"), ("day", "2026-11-21"), ("word", "elle a dit non"), ("none", ""),
        ),
        files=False,
    )  # fmt: skip
    assert kept.texts == ["elle a dit non"]
    assert kept.others == 2
