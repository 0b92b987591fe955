"""A share: a record, and a frozen copy for one recipient. A link tells nothing to whoever lacks its code."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse

from maillage.accounts.enums import Role
from maillage.audit.models import JournalEntry
from maillage.casework.models import Document, Share
from maillage.casework.services import documents, goals, notes, shares
from maillage.casework.views.shares import TICKET
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.forms import new_token
from tests.accounts.people import signed_in
from tests.casework.capabilities import pdf
from tests.casework.test_contracts import every_cell
from tests.episodes.world import World, member

# What is new on each page: tokens, what was typed, the hour.
NEW = ("token", "value=", "data-now")


def share(world: World, **values: Any) -> Share:
    by = values.pop("by", None) or world.actor()
    return shares.share_make(
        by=by,
        person=world.lila,
        **{
            "recipient": "Service des Parapluies",
            "bound": True,
            "basis": "shared_secrecy",
            "why": "Préparer la suite",
            "items": [],
            "text": "Texte partagé synthétique",
            "told_young": "told",
            "told_parents": "told",
            "until": now() + timedelta(days=3),
            **values,
        },
    )


def ask(link: str, code: str) -> Any:
    client = Client()
    client.get(f"/l/{link}/")
    return client.post(f"/l/{link}/", {"code": code, "form_token": new_token("")})


def test_a_link_opens_once_with_its_code_and_says_nothing_otherwise(world: World) -> None:
    row = share(world)
    link, code = shares.link_of(row), shares.code_of(row)
    assert link not in every_cell()
    assert code not in every_cell()
    wrong = ask(link, "00000000" if code != "00000000" else "11111111")
    unknown = ask("x" * len(link), code)
    opened = ask(link, code)
    used = ask(link, code)
    assert (wrong.status_code, unknown.status_code, opened.status_code, used.status_code) == (422, 422, 200, 422)
    assert "Texte partagé synthétique" in opened.content.decode()

    def plain(answer: Any) -> list[str]:
        return [line for line in answer.content.decode().splitlines() if not any(word in line for word in NEW)]

    assert plain(wrong) == plain(unknown) == plain(used)
    assert JournalEntry.objects.filter(verb="share.read", subject=world.lila.pk).count() == 1


def test_five_wrong_codes_end_the_link(world: World) -> None:
    row = share(world)
    link, code = shares.link_of(row), shares.code_of(row)
    wrong = str(int(code) ^ 1).zfill(8)
    for _number in range(5):
        assert shares.open_by_link(link, wrong) is None
    assert shares.open_by_link(link, code) is None
    row.refresh_from_db()
    assert row.tries == 5


def test_an_expired_or_stopped_link_is_an_unknown_one(world: World) -> None:
    expired, stopped = share(world), share(world)
    shares.share_end(by=world.actor(), share=stopped)
    assert shares.open_by_link(shares.link_of(stopped), shares.code_of(stopped)) is None
    with time_machine.travel(now() + timedelta(days=4)):
        assert shares.open_by_link(shares.link_of(expired), shares.code_of(expired)) is None


def test_asking_never_opens(world: World) -> None:
    row = share(world)
    for _number in range(3):
        assert Client().get(f"/l/{shares.link_of(row)}/").status_code == 200
    row.refresh_from_db()
    assert row.opened_at is None
    assert row.tries == 0


def test_the_copy_is_frozen_and_carries_none_of_her_words(world: World) -> None:
    by = world.actor()
    note = notes.note_write(
        by=by, person=world.lila, level="team", text="Comme écrit ce jour-là", words="mes mots à moi"
    )
    goals.goal_set(by=by, person=world.lila, domain="work", title="Objectif")
    row = share(world, items=[f"note:{note.thread}"], to_organisation=world.health)
    notes.note_correct(by=by, note=note, version=1, text="Réécrite depuis", words="")
    copy = shares.copy_of(row)
    said = str(copy)
    assert "Comme écrit ce jour-là" in said
    assert "Réécrite" not in said
    assert "mes mots" not in said


@pytest.mark.parametrize(
    "typed",
    [
        {"bound": False},
        {"told_parents": "not_told"},
        {"until": timedelta(days=-1)},
        {"until": timedelta(days=30)},
        {"text": ""},
        {"items": ["note:01a2000e-8553-70a1-a964-eacbe7026b32"]},
        {"recipient": " "},
        {"why": ""},
    ],
    ids=str,
)
def test_a_share_that_breaks_the_rules_is_refused(world: World, typed: dict[str, Any]) -> None:
    instants = {key: now() + value for key, value in typed.items() if isinstance(value, timedelta)}
    with pytest.raises(RuleBroken):
        share(world, **(typed | instants))
    assert not Share.objects.exists()


def test_only_its_addressee_reads_a_share_and_never_the_file(world: World, at: Any) -> None:
    row = share(world, to_organisation=world.health, by=world.actor("case_worker"))
    seen = at("nurse").get(f"/recu/{row.pk}/")
    assert seen.status_code == 200
    assert "Texte partagé synthétique" in seen.content.decode()
    assert at("educator").get(f"/recu/{row.pk}/").status_code == 404
    assert at("stranger").get(f"/recu/{row.pk}/").status_code == 404
    shares.share_end(by=world.actor("case_worker"), share=row)
    assert at("nurse").get(f"/recu/{row.pk}/").status_code == 404


def fetched(document: Document, ticket: str) -> Any:
    """A paper of a link, asked for as its page does."""
    return Client().post(reverse("casework:opened_paper", args=[document.pk]), {"ticket": ticket})


def test_the_papers_of_an_opened_link_are_fetched_with_its_ticket_alone(world: World) -> None:
    shared, kept = (
        documents.document_file(
            by=world.actor(), person=world.lila, kind="report", title=title, content=pdf(), section="education"
        )
        for title in ("Partagé", "Gardé")
    )
    row = share(world, items=[f"document:{shared.pk}"])
    other = share(world, items=[f"document:{kept.pk}"])
    # Nothing before the link was opened, though whoever asks knew how tickets are made.
    early = signing.dumps(str(row.pk), salt="casework.share")
    assert fetched(shared, early).status_code == 404
    page = ask(shares.link_of(row), shares.code_of(row)).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]  # type: ignore[index]
    answer = fetched(shared, ticket)
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "Gardé" not in page
    assert fetched(kept, ticket).status_code == 404  # of the same file, in another share
    assert Client().get(reverse("casework:opened_paper", args=[shared.pk])).status_code == 405
    forged = [
        "", "x", f"{ticket}x", f"x{ticket}", signing.dumps(str(row.pk)), signing.dumps(str(row.pk), salt="autre"),
        signing.dumps(str(other.pk), salt="casework.share"),
    ]  # fmt: skip
    assert [fetched(shared, one).status_code for one in forged] == [404] * len(forged)
    with time_machine.travel(now() + timedelta(seconds=TICKET - 5), tick=False):
        assert fetched(shared, ticket).status_code == 200
    with time_machine.travel(now() + timedelta(seconds=TICKET + 5), tick=False):
        assert fetched(shared, ticket).status_code == 404
    shares.share_end(by=world.actor(), share=row)
    assert fetched(shared, ticket).status_code == 404


def test_the_form_shares_with_one_account_of_a_service_alone(world: World, at: Any) -> None:
    beside = member("Thaïs Écharpe", (Role.HEALTH_STAFF, world.health))
    client = at("case_worker")
    url = f"/p/{world.lila.pk}/partages/nouveau/"

    def send(**typed: str) -> Any:
        given = {
            "recipient": "Infirmière", "bound": "on", "basis": "shared_secrecy", "why": "Synthétique",
            "text": "Texte partagé synthétique", "told_young": "told", "told_parents": "told",
            "until": f"{now() + timedelta(days=20):%Y-%m-%d}", "form_token": new_token(world.case_worker.pk),
        }  # fmt: skip
        return client.post(url, {**given, **typed})

    service = str(world.health.pk)
    for typed in (
        {"account": world.nurse.email},  # of which service?
        {"account": world.educator.email, "to": service},  # of another
        {"account": "personne@exemple.invalid", "to": service},
    ):
        assert send(**typed).status_code == 422, typed
    assert not Share.objects.exists()
    assert send(account=world.nurse.email.upper(), to=service).status_code == 302
    row = Share.objects.get()
    assert (row.to_user, row.to_organisation, row.link) == (world.nurse, None, None)
    assert at("nurse").get(f"/recu/{row.pk}/").status_code == 200
    assert signed_in(beside).get(f"/recu/{row.pk}/").status_code == 404


def test_another_hand_does_not_stop_a_share(world: World) -> None:
    with pytest.raises(NotAllowed):
        shares.share_end(by=world.actor("manager"), share=share(world))
