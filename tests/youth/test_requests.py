"""A request left where a search found nothing: its author never learns whether a file exists; its owner alone does."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.accounts.enums import Role
from maillage.accounts.models import Letter
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.forms import new_token
from maillage.youth.lookup import prove
from maillage.youth.lookup_models import LikelyTwin, LookupMatch, LookupRequest
from maillage.youth.lookup_services import (
    REQUESTS_A_DAY,
    lookup_ask,
    lookup_close,
    lookup_withdraw,
    twins_distinct,
    twins_tell,
)
from maillage.youth.lookup_worker import look_up
from tests.accounts.people import acting, organisation, professional, signed_in
from tests.youth.young import follower, resident, stranger

pytestmark = pytest.mark.django_db
NAMES = "Zoé Brouette"


@pytest.fixture(autouse=True)
def forgotten_searches(db):
    cache.clear()


@pytest.fixture
def educator():
    return professional(Role.EDUCATOR, organisation("Maison des Tabourets"), name="Camille Tabouret")


@pytest.fixture
def zoe():
    return resident(organisation("Foyer des Parapluies"), "Zoé", "Brouette", birth_date=date(2009, 1, 2))


@pytest.fixture
def owner(zoe):
    return follower(zoe)


def ask(user, names=NAMES, **values):
    typed = {"names": names, "born": "2009", "reason": "Elle serait chez nous ce soir.", "phone": "01 99 00 12 34"}
    return lookup_ask(by=acting(user), **{"proof": prove(user.pk, names), **typed, **values})


def turn():
    look_up(now())


def test_the_owner_alone_is_told_by_a_letter_without_content(educator, zoe, owner):
    ask(educator)
    colleague = professional(Role.CASE_WORKER, organisation("ASE", kind="ase"), name="Collègue Sans Mission")
    turn()
    match = LookupMatch.objects.get()
    assert match.person_id == zoe.pk
    assert list(Letter.objects.values_list("user_id", "kind")) == [(owner.pk, "notice")]
    page = unescape(signed_in(owner).get(f"/demandes/{match.pk}/").content.decode())
    assert "Elle serait chez nous ce soir." in page
    assert "Camille Tabouret" in page
    for other in (educator, colleague, professional(Role.EDUCATOR, zoe.placements.get().organisation, name="Ici")):
        assert signed_in(other).get(f"/demandes/{match.pk}/").status_code == 404
        with pytest.raises(RuleBroken):
            lookup_close(by=acting(other), match=match, answer="answered")


def test_those_on_call_are_told_when_nobody_follows_her(educator):
    ase = organisation("Service de l’ASE", kind="ase")
    on_call = professional(Role.ASE_ON_CALL, ase, name="Ari Parasol")
    resident(organisation(), "Zoé", "Brouette", birth_date=date(2009, 1, 2), ase=ase)
    ask(educator)
    turn()
    assert signed_in(on_call).get(f"/demandes/{LookupMatch.objects.get().pk}/").status_code == 200


def shape(answer):
    text = re.sub(r'value="[^"]{20,}"|[0-9a-f-]{36}|data-now="[^"]+"', "#", answer.content.decode())
    return re.sub("Zoé Brouette|Noé Lucarne", "~", text).splitlines()


def test_the_authors_screens_are_the_same_for_ever_whether_a_file_exists_or_not(zoe, owner):
    seen = []
    for names, who in ((NAMES, "Camille Tabouret"), ("Noé Lucarne", "Camille Escabeau")):
        user = professional(Role.EDUCATOR, organisation("Maison des Tabourets"), name=who)
        answers, counts = [], []
        noon = (now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)  # later than all
        with time_machine.travel(noon, tick=False) as clock:
            browser = signed_in(user)
            typed = {"names": names, "born": "2009", "reason": "Elle serait chez nous.", "phone": "01 99 00 12 34"}
            proof = prove(user.pk, names)
            body = {**typed, "proof": proof, "form_token": new_token(user.pk)}
            steps = [
                lambda b=browser, p=proof: b.post("/demandes/nouvelle/", {"proof": p}),
                lambda b=browser, t=body: b.post("/demandes/nouvelle/", t),
                lambda b=browser: b.get("/demandes/"),
                "worker",
                lambda b=browser: b.get("/demandes/"),
                "answer",
                lambda b=browser: b.get("/demandes/"),
                "expire",
                lambda b=browser: b.get("/demandes/"),
            ]
            for step in steps:
                if step == "worker":
                    turn()
                elif step == "answer":
                    for match in LookupMatch.objects.filter(closed_at__isnull=True):
                        lookup_close(by=acting(owner), match=match, answer="declined")
                elif step == "expire":
                    clock.shift(timedelta(days=31))
                    browser = signed_in(user)
                    turn()
                    steps[-1] = lambda b=browser: b.get("/demandes/")
                    answers.append(shape(browser.get("/demandes/")))
                    break
                else:
                    with CaptureQueriesContext(connection) as queries:
                        answers.append(shape(step()))
                    counts.append([re.sub(r"s\d+_x\d+", "#", one["sql"]).split()[:4] for one in queries])
        seen.append(([[line.replace(who, "~") for line in page] for page in answers], counts))
    assert LookupMatch.objects.count() == 1
    for mine, theirs in zip(seen[0][0], seen[1][0], strict=True):
        assert mine == theirs
    assert seen[0][1] == seen[1][1]


def test_words_are_emptied_when_a_request_expires_or_is_taken_back(educator, zoe, owner):
    first, second = ask(educator), ask(educator, reason="Une autre raison, plus longue.")
    turn()
    lookup_withdraw(by=acting(educator), request=first)
    with time_machine.travel(second.expires_at + timedelta(minutes=1), tick=False):
        turn()
        assert unescape(signed_in(owner).get("/demandes/").content.decode()).count("Camille Tabouret") == 0
    for row in LookupRequest.objects.all():
        assert (row.names, row.born, row.reason, row.phone) == (None, None, None, None)


def test_another_persons_request_is_nobody_elses_to_take_back(educator):
    row = ask(educator)
    other = professional(Role.EDUCATOR, organisation("Autre"), name="Autre Classeur")
    client = signed_in(other)
    answer = client.post(f"/demandes/{row.pk}/retirer/", {"form_token": new_token(other.pk)})
    assert answer.status_code == 404
    assert "Brouette" not in client.get("/demandes/").content.decode()
    row.refresh_from_db()
    assert row.withdrawn_at is None


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"proof": ""}, RuleBroken),
        ({"reason": " "}, RuleBroken),
        ({"phone": ""}, RuleBroken),
        ({"born": "jadis"}, RuleBroken),
    ],
)
def test_a_request_needs_a_search_a_reason_and_a_number(educator, values, error):
    with pytest.raises(error):
        ask(educator, **values)
    assert not LookupRequest.objects.exists()


def test_who_sees_nobody_asks_nothing():
    with pytest.raises(NotAllowed):
        ask(professional(Role.DPO, organisation()))


def test_requests_are_journalled_without_words_and_counted_by_the_day(educator, monkeypatch):
    monkeypatch.setattr("maillage.youth.lookup_services.REQUESTS_A_DAY", 2)
    assert REQUESTS_A_DAY > 2
    ask(educator)
    ask(educator)
    with pytest.raises(RuleBroken):
        ask(educator)
    rows = JournalEntry.objects.filter(verb="lookup.asked")
    assert [(row.subject, row.payload) for row in rows] == [(None, {})] * 2


def test_someone_the_author_sees_already_is_not_passed_on(zoe, owner):
    ask(professional(Role.EDUCATOR, zoe.placements.get().organisation, name="Ici Aussi"))
    turn()
    assert not LookupMatch.objects.exists()


# -- two files that may be of one person ------------------------------------------------------------------------------


@pytest.fixture
def pair(zoe, owner):
    """Another file of the same name, opened elsewhere; and its owner."""
    turn()
    Letter.objects.all().delete()
    other = resident(organisation("Maison des Lampadaires"), "Zoë", "Brouete", birth_date=date(2009, 2, 1))
    newer = follower(other, name="Milan Théière")
    turn()
    return LikelyTwin.objects.get(), other, newer


def test_opening_a_file_never_tells_its_owner_that_another_exists(pair, zoe, owner):
    row, other, newer = pair
    assert (row.known_id, row.newer_id) == (zoe.pk, other.pk)
    assert list(Letter.objects.values_list("user_id", flat=True)) == [owner.pk]
    assert signed_in(owner).get(f"/rapprochements/{row.pk}/").status_code == 200
    assert signed_in(newer).get(f"/rapprochements/{row.pk}/").status_code == 404
    assert "Brouette" not in unescape(signed_in(newer).get("/demandes/").content.decode())


def test_the_owner_told_sees_nothing_of_the_other_file(pair, owner):
    page = unescape(signed_in(owner).get(f"/rapprochements/{pair[0].pk}/").content.decode())
    assert "Brouette" in page
    assert "Brouete" not in page.replace("Brouette", "")
    assert "Lampadaires" not in page


def test_the_other_owner_is_told_when_the_first_chooses_to(pair, owner):
    row, _other, newer = pair
    with pytest.raises(RuleBroken):
        twins_tell(by=acting(newer), pair=row, word="Parlons-en.", phone="01 99 00 12 34")
    twins_tell(by=acting(owner), pair=row, word="Parlons-en.", phone="01 99 00 12 34")
    page = unescape(signed_in(newer).get(f"/rapprochements/{row.pk}/").content.decode())
    assert "Parlons-en." in page
    assert "Foyer des Parapluies" not in page


def test_a_pair_said_to_be_two_people_is_never_raised_again(pair, zoe, owner):
    row, other, newer = pair
    with pytest.raises(RuleBroken):
        twins_distinct(by=acting(newer), pair=row, version=1)
    twins_distinct(by=acting(owner), pair=row, version=1)
    stranger("Autre", "Brosse")
    for person in (zoe, other):
        person.refresh_from_db()
        type(row)._meta.apps.get_model("youth.IdentityRevision").objects.create(person=person, at=now())
    turn()
    assert LikelyTwin.objects.count() == 1
    assert signed_in(owner).get(f"/rapprochements/{row.pk}/").status_code == 404
