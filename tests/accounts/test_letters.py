"""E-mails: they say nothing, they leave once, their link is good once."""

import re
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import translation

from maillage import accounts
from maillage.accounts import letters
from maillage.accounts.adapters import AccountAdapter
from maillage.accounts.enums import LetterKind
from maillage.accounts.models import Letter, User
from maillage.accounts.services import post_letter
from maillage.common.clock import now
from tests.accounts.people import professional

MAIL = Path(accounts.__file__).parent / "templates" / "accounts" / "mail"


def test_every_mail_template_holds_a_link_and_nothing_else() -> None:
    found = {file.name: file.read_text(encoding="utf-8") for file in MAIL.iterdir()}
    assert sorted(found) == ["body.txt", "subject.txt"]
    words = re.sub(r"\{%.*?%\}|\{\{ link \}\}", "", found["body.txt"]).strip()
    assert words == ""
    assert re.sub(r"\{% load i18n %\}", "", found["subject.txt"]).strip() == '{% translate "Message" %}'


@pytest.mark.django_db
@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_letter_names_nobody_and_nothing(kind: LetterKind, language: str) -> None:
    user = professional(name="Camille Tabouret")
    User.objects.filter(pk=user.pk).update(language=language)
    post_letter(user, kind)
    with translation.override("en" if language == "fr" else "fr"):
        letters.deliver(now())
    (message,) = mail.outbox
    assert message.subject == "Message"
    assert re.fullmatch(r"http://localhost:8000/compte/(lien/[\w-]+/)?", message.body)
    assert message.to == [user.email]
    said = f"{message.subject} {message.body} {message.from_email} {message.extra_headers}".lower()
    for word in ["camille", "tabouret", "foyer", "fugue", "mineur", "enfant", "protection", "jeune", "ase", "invit"]:
        assert not re.search(rf"\b{word}", said.replace(user.email, "")), word


@pytest.mark.django_db
def test_a_letter_leaves_once() -> None:
    post_letter(professional(), LetterKind.PASSWORD)
    assert letters.deliver(now()) == 1
    assert letters.deliver(now() + timedelta(days=1)) == 0
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_letter_that_fails_is_tried_again_under_the_same_identity(monkeypatch) -> None:
    post_letter(professional(), LetterKind.PASSWORD)
    tried = []

    def fail(self, messages):
        tried.extend(messages)
        raise SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", fail)
        assert letters.deliver(now()) == 0
    assert letters.deliver(now()) == 0  # not before its time
    assert letters.deliver(now() + letters.LEASE) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == tried[0].extra_headers["Message-ID"]


@pytest.mark.django_db
def test_a_letter_is_given_up_after_its_tries(monkeypatch) -> None:
    post_letter(professional(), LetterKind.PASSWORD)

    def fail(self, messages):
        raise OSError

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    at = now()
    for _ in range(letters.TRIES + 3):
        letters.deliver(at)
        at += letters.LEASE
    assert Letter.objects.get().attempts == letters.TRIES


@pytest.mark.django_db
def test_a_letter_leased_by_another_worker_is_left_to_it() -> None:
    letter = post_letter(professional(), LetterKind.PASSWORD)
    Letter.objects.filter(pk=letter.pk).update(try_at=now() + timedelta(minutes=1), attempts=1)
    assert letters.deliver(now()) == 0
    assert not mail.outbox


@pytest.mark.django_db
def test_two_workers_send_each_letter_once(monkeypatch) -> None:
    for name in ("Camille Tabouret", "Sacha Lampadaire"):
        post_letter(professional(name=name), LetterKind.PASSWORD)
    send = EmailBackend.send_messages

    def while_another_works(self, messages):
        monkeypatch.setattr(EmailBackend, "send_messages", send)
        assert letters.deliver(now()) == 1  # the other letter: this one is taken
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", while_another_works)
    assert letters.deliver(now()) == 1
    assert sorted(message.to[0] for message in mail.outbox) == [
        "camille.tabouret@exemple.invalid",
        "sacha.lampadaire@exemple.invalid",
    ]


def test_no_e_mail_of_the_library_ever_leaves() -> None:
    with pytest.raises(NotImplementedError):
        AccountAdapter().send_mail("account/email/unknown_account", "x@exemple.invalid", {})


@pytest.mark.django_db
def test_a_closed_account_and_an_unknown_address_receive_nothing() -> None:
    user = professional()
    User.objects.filter(pk=user.pk).update(is_active=False)
    post_letter(user, LetterKind.PASSWORD)
    post_letter(None, LetterKind.PASSWORD)
    assert letters.deliver(now()) == 0
    assert not mail.outbox
    assert not Letter.objects.filter(sent_at__isnull=True).exists()


@pytest.mark.django_db
def test_the_link_lets_choose_a_password_once_then_says_it_cannot_serve() -> None:
    user = professional(password=None)
    post_letter(user, LetterKind.INVITATION)
    letters.deliver(now())
    path = mail.outbox[0].body.removeprefix("http://localhost:8000")
    client = Client()
    page = client.get(path, follow=True)
    assert page.status_code == 200
    assert path not in page.content.decode()  # the key is out of the address bar and of the page
    chosen = "un lampadaire au fond du jardin"
    form = {"password1": chosen, "password2": chosen}
    assert client.post(page.redirect_chain[-1][0], form).status_code == 302
    user.refresh_from_db()
    assert user.check_password(chosen)
    again = Client().get(path, follow=True)
    assert "Ce lien ne peut plus servir" in again.content.decode()
    Client().post(path, {"password1": "autre chose de long", "password2": "autre chose de long"})
    user.refresh_from_db()
    assert user.check_password(chosen)


@pytest.mark.django_db
def test_the_link_expires(time_machine, settings) -> None:
    user = professional(password=None)
    path = letters.link(user, LetterKind.INVITATION).removeprefix("http://localhost:8000")
    time_machine.move_to(now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT) + timedelta(hours=3))
    assert "Ce lien ne peut plus servir" in Client().get(path, follow=True).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["court", "123456789012345", "password1234", "camille.tabouret"])
def test_a_weak_password_is_refused_beside_its_field(password: str, settings) -> None:
    user = professional(password=None, name="Camille Tabouret")
    client = Client()
    path = letters.link(user, LetterKind.INVITATION).removeprefix("http://localhost:8000")
    form_path = client.get(path, follow=True).redirect_chain[-1][0]
    page = client.post(form_path, {"password1": password, "password2": password})
    assert page.status_code == 422
    assert "password1" in page.context["form"].errors
    user.refresh_from_db()
    assert not user.has_usable_password()
