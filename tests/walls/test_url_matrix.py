"""Every address, as everyone, on a file that is not theirs: never opened, nothing written, nothing learnt."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillage.accounts.enums import Role
from maillage.accounts.models import User
from maillage.accounts.roles import SECTIONS
from maillage.common.clock import now
from maillage.common.forms import new_token
from maillage.tasks.models import Task
from tests.walls.addresses import ABOUT_A_FILE, ALL, OF_ONESELF, SECRET, SHARED, Address, expected, names
from tests.walls.asking import WRONG_METHOD, at_work, lines, text_of
from tests.walls.places import LETTERS, Place, nowhere
from tests.walls.rows import changed, stored


def sent(client: Client, url: str, user: User | None, typed: dict[str, Any]) -> HttpResponse:
    return client.post(url, {"form_token": new_token(user.pk if user else ""), **typed})


def refused(address: Address, letter: str, method: str) -> int:
    """What a stranger gets."""
    if (method == "GET" and address.reads is None) or (method == "POST" and address.typed is None):
        return 403 if letter in address.first and address.name.startswith("accounts:") else WRONG_METHOD
    if letter in address.first:
        return 403
    return address.blind.get(method, 404)


def errors_of(answer: HttpResponse) -> object:
    context = answer.context or {}
    return context["form"].errors.as_text() if "form" in context and context["form"] else ""


def test_every_address_is_known_here() -> None:
    """A new address says here who gets what: see `addresses.py`."""
    known = {address.name for address in ABOUT_A_FILE} | set(OF_ONESELF) | SECRET | SHARED
    assert set(names()) == known


def test_every_role_has_its_letter() -> None:
    """A new role is tried on every address: see `places.py`."""
    assert set(LETTERS.values()) == {*Role, None}
    assert set(ALL) == set(LETTERS)


# Roles that see no young person: strangers to the files of their own home as well.
NOBODYS = {letter for letter, role in LETTERS.items() if role and not SECTIONS[role]}

# Every role is refused on the first engine: those of a home, and health, from another home alone. On the second, one of
# each way in, by a home, by the ASE, on call, by nothing: what is asked of the database is the same for all of a way.
_WAYS, _FROM_FAR = "ECAX", "ECADXOVN"


@pytest.mark.parametrize("whence", ["another home", "another département"])
def test_strangers_get_nothing_and_change_nothing(place: Place, whence: str, pytestconfig: pytest.Config) -> None:
    people = [(letter, user, at_work(user)) for letter, where, user in place.elsewhere if where == whence]
    assert {letter for letter, _user, _client in people} >= set("EFMCHX")
    asking = _WAYS if pytestconfig.getoption("engine_only") else _FROM_FAR if "département" in whence else ALL
    people = [one for one in people if one[0] in asking]
    faults: list[object] = []
    before = stored()
    first, _user, _client = people[0]
    for letter, user, client in people:
        for address in ABOUT_A_FILE:
            url = address.url(place.ids)
            for method in ("GET", "POST"):
                wanted = refused(address, letter, method)
                if wanted == WRONG_METHOD and letter != first:
                    continue  # refused before anybody is looked at: the first of them saw it
                if method == "GET" and letter in NOBODYS and expected(address.reads or "").get(letter) == wanted:
                    continue  # refused so in their own home: `test_get_writes_nothing.py`
                answer = client.get(url) if method == "GET" else sent(client, url, user, address.body(place))
                if answer.status_code != wanted or wanted == 200:
                    faults.append((str(address), letter, method, answer.status_code, wanted))
        after = stored()
        faults += [(letter, "changed", table) for table in sorted(changed(before, after))]
        before = after
    assert not faults, lines(faults)


def test_nobody_signed_out_gets_anything(place: Place) -> None:
    client, before, faults = Client(), stored(), []
    for address in ABOUT_A_FILE:
        url = address.url(place.ids)
        read, written = client.get(url), sent(client, url, None, address.body(place))
        if (read.status_code, written.status_code) != (302, 401) or not read["Location"].startswith("/compte/entrer/"):
            faults.append((str(address), read.status_code, written.status_code))
    for name, (_reads, outside) in OF_ONESELF.items():
        if (got := client.get(reverse(name)).status_code) != outside:
            faults.append((name, got, outside))
    assert not faults, lines(faults)
    assert not changed(before, stored())


def _ask(client: Client, user: User, url: str, body: dict[str, Any] | None) -> tuple[int, str, int]:
    """Status, page, number of queries. No body: a GET."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url) if body is None else sent(client, url, user, body)
    return answer.status_code, text_of(answer).replace(url, ""), len(asked)


def test_a_refusal_never_says_whether_there_is_something(place: Place, pytestconfig: pytest.Config) -> None:
    """The same status, the same page, the same number of queries: judged on what goes out, not by a stopwatch."""
    faults = []
    absent = {word: nowhere(value) for word, value in place.ids.items()}
    asking = [(place.neighbours["E"], "E"), (place.far["A"], "A"), (place.neighbours["X"], "X")]
    for user, letter in asking[:1] if pytestconfig.getoption("engine_only") else asking:
        client = at_work(user)
        with time_machine.travel(now(), tick=False):
            client.get("/compte/")
            for address in ABOUT_A_FILE:
                if letter in address.first:
                    continue  # refused before anything is looked up
                for method, body in (("GET", None), ("POST", address.body(place))):
                    if user != asking[0][0] and refused(address, letter, method) == WRONG_METHOD:
                        continue
                    there, missing = (_ask(client, user, address.url(ids), body) for ids in (place.ids, absent))
                    if there != missing:
                        faults.append((str(address), letter, there[0], missing[0], there[2], missing[2]))
    assert not faults, lines(faults)


# -- so that the refusals above mean something ----------------------------------------------------------------------


def test_what_strangers_sent_is_taken_from_those_it_is_for(place: Place) -> None:
    faults = []
    for address in ABOUT_A_FILE:
        if address.typed is None:
            continue
        user = place.here[address.by] if len(address.by) == 1 else getattr(place.world, address.by)
        client = at_work(user)
        before = stored()
        with transaction.atomic():
            answer = sent(client, address.url(place.ids), user, address.body(place))
            wrote = changed(before, stored())
            transaction.set_rollback(True)
        if answer.status_code != address.done or (address.done == 302) != bool(wrote):
            faults.append((str(address), answer.status_code, sorted(wrote), errors_of(answer)))
    assert not faults, lines(faults)


def test_every_address_opens_to_someone() -> None:
    """No row of the table is there for refusals only."""
    for address in ABOUT_A_FILE:
        answers = set(expected(address.reads or "").values()) | ({address.done} if address.typed is not None else set())
        assert answers & {200, 302}, address


# -- the right role, on the wrong object ----------------------------------------------------------------------------


def test_what_belongs_to_another_file_is_not_reached_through_ones_own(place: Place) -> None:
    """One's own person or episode in the address, and behind it a line, a step, a parent of another."""
    faults = []
    for letter in "EFMCA":
        user = place.far[letter]
        client = at_work(user)
        assert client.get(reverse("episodes:page", args=[place.own["missing"]])).status_code == 200
        before = stored()
        for address in ABOUT_A_FILE:
            outer, *inner = address.at.values()
            if not inner or outer not in ("person", "missing") or inner[0].startswith("="):
                continue
            ids = {**place.ids, outer: place.own["person" if outer == "person" else "missing"]}
            url = address.url(ids)
            for answer in (client.get(url), sent(client, url, user, address.body(place))):
                if answer.status_code not in (403, 404, 405):  # 403: her role writes nothing there anyway
                    faults.append((str(address), letter, answer.status_code))
        assert not changed(before, stored())
    assert not faults, lines(faults)


def test_another_file_is_not_reached_through_the_body_of_a_form(place: Place) -> None:
    world, own = place.world, place.own
    educator, administrator, manager = place.far["E"], place.far["X"], place.far["M"]
    step = Task.objects.filter(context=own["missing"], state="open").order_by("order", "pk")[0]
    day = (now() + timedelta(days=5)).strftime("%Y-%m-%d")
    episode = {"episode_id": own["missing"]}
    cases: list[tuple[User, str, dict[str, Any], dict[str, Any], int]] = [
        (educator, "episodes:open", {}, {"people": str(place.ids["at_home"]), "noticed_at_0": "now",
                                         "go": "questions"}, 404),
        (educator, "episodes:open_person", {"person_id": own["person"]},
         {"people": [str(own["person"]), str(place.ids["at_home"])], "noticed_at_0": "now", "go": "questions"}, 404),
        (educator, "episodes:step_hand_over", {**episode, "task_id": step.pk},
         {"to": f"user:{world.colleague.pk}:{world.home.pk}"}, 422),
        (educator, "episodes:act", {**episode, "slug": "decision"},
         {"title": "Voir", "owner": f"user:{world.colleague.pk}", "due_at": "2099-01-01T10:00"}, 422),
        (educator, "episodes:document_make", {**episode, "kind": "chronology"},
         {"chosen": str(place.ids["line"])}, 422),
        (manager, "tasks:shift_add", {"organisation": own["home"], "role": "on_call_manager"},
         {"user": str(world.manager.pk), "starts_at": f"{day}T08:00", "ends_at": f"{day}T20:00"}, 422),
        (administrator, "accounts:invite", {},
         {"email": "nouvelle@exemple.invalid", "display_name": "Nouvelle", "role": "educator",
          "organisation": str(world.home.pk)}, 422),
        (administrator, "accounts:role_open", {"pk": own["user"]},
         {"organisation": str(world.home.pk), "role": "foster_carer"}, 422),
    ]  # fmt: skip
    clients = {user.pk: at_work(user) for user in (educator, administrator, manager)}
    before = stored()
    faults = []
    for user, name, kwargs, typed, status in cases:
        answer = sent(clients[user.pk], reverse(name, kwargs=kwargs), user, typed)
        if answer.status_code != status:
            faults.append((name, typed, answer.status_code, status))
        said = text_of(answer)
        faults += [(name, "says", word) for word in ("Balai", "Isée", "Sacha Buvard") if word in said]
    found = clients[educator.pk].post("/chercher/", {"text": "Balai"})
    assert "Isée" not in found.content.decode()
    assert not faults, lines(faults)
    assert not changed(before, stored())
