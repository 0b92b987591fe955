"""A service of another département is named, so many times an hour; the proof that it was."""

import uuid
from datetime import timedelta

import pytest
import time_machine

from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.errors import RuleBroken
from maillage.youth import elsewhere
from maillage.youth.elsewhere import TO_OPEN, TO_SEND, named, prove, proven
from maillage.youth.selectors import hosts_anywhere
from tests.accounts.people import acting, organisation, professional

ME, HER, THERE = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
OTHER = uuid.uuid4()


@pytest.mark.parametrize("about", [(OTHER, HER, THERE), (ME, OTHER, THERE), (ME, HER, OTHER)])
def test_a_proof_is_of_one_professional_about_one_young_person_and_one_service(about):
    proof = prove(ME, HER, THERE)
    assert proven(ME, HER, THERE, proof, TO_OPEN)
    assert not proven(*about, proof, TO_OPEN)


def test_a_proof_is_not_made_up_and_says_nothing():
    proof = prove(ME, HER, THERE)
    for wrong in ("", ":", "a:b:c", "é\x00", proof[:-1], proof.swapcase(), f":{proof}"):
        assert not proven(ME, HER, THERE, wrong, TO_OPEN)
    assert not any(str(one)[:8] in proof or one.hex[:8] in proof for one in (ME, HER, THERE))


def test_the_form_opens_for_an_hour_and_is_sent_within_two():
    proof = prove(ME, HER, THERE)
    with time_machine.travel(now() + TO_OPEN + timedelta(seconds=2), tick=False):
        assert not proven(ME, HER, THERE, proof, TO_OPEN)
        assert proven(ME, HER, THERE, proof, TO_SEND)
    with time_machine.travel(now() + TO_SEND + timedelta(seconds=2), tick=False):
        assert not proven(ME, HER, THERE, proof, TO_SEND)


@pytest.fixture
def worker(db):
    return acting(professional(name="Léonie Cafetière"))


def test_each_look_up_is_journalled_found_or_not_and_never_its_words(worker):
    far = organisation("Maison de l’Étagère", departement="98", confidential=True)
    organisation("Maison du Buffet", departement="98")
    organisation("Maison du Buffet", departement="75")
    assert named(worker, "maison de l'etagere", outside="99", among=hosts_anywhere(), person_id=HER) == far
    for wrong in ("Maison du Buffet", "Maison du Tabouret", "Maison de l’Étagère (75)"):
        with pytest.raises(RuleBroken):
            named(worker, wrong, outside="99", among=hosts_anywhere(), person_id=HER)
    rows = JournalEntry.objects.filter(verb="youth.service_named", by=worker.user_id, subject=HER).order_by("pk")
    assert [(row.payload["found"], row.payload["organisation"]) for row in rows] == [
        (1, str(far.pk)),
        (2, None),
        (0, None),
        (0, None),
    ]
    assert not any(word in str(rows.values()) for word in ("agère", "agere", "Buffet", "Tabouret"))


def test_an_account_looks_so_many_names_up_an_hour_whatever_the_answer(worker, monkeypatch):
    monkeypatch.setattr(elsewhere, "LOOK_UPS_AN_HOUR", 2)
    far = organisation("Maison de l’Étagère", departement="98")
    ask = {"outside": "99", "among": hosts_anywhere(), "field": "name"}
    named(worker, far.name, **ask)
    with pytest.raises(RuleBroken, match="exactement"):
        named(worker, "Maison du Tabouret", **ask)
    for one in (far.name, "Maison du Tabouret"):
        with pytest.raises(RuleBroken, match="Trop de noms") as refused:
            named(worker, one, **ask)
        assert refused.value.field == "name"
    assert named(acting(professional(name="Noé Carafon")), far.name, **ask) == far
    with time_machine.travel(now() + timedelta(minutes=61), tick=False):
        assert named(worker, far.name, **ask) == far
