"""What is typed to look for someone, and the proof that one looked."""

import uuid
from datetime import date, timedelta

import pytest
import time_machine

from maillage.common.clock import now
from maillage.youth.lookup import PROOF_LIFE, birth, prove, proven
from maillage.youth.names import Born

TODAY = date(2026, 3, 20)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("", None),
        ("17/05/2010", Born.on(date(2010, 5, 17))),
        ("3 mars 2010", Born.on(date(2010, 3, 3))),
        ("2010", Born(2010, 2010)),
        ("mai 2010", Born(2010, 2010)),
        ("vers 2010", Born(2009, 2011)),
        ("14 ans", Born(2011, 2012)),
        ("14", Born(2011, 2012)),
        ("environ 14 ans", Born(2010, 2013)),
        ("12 à 15 ans", Born(2010, 2014)),
        ("entre 15 et 12 ans", Born(2010, 2014)),
    ],
)
def test_a_birth_is_understood_as_it_is_said(typed, understood):
    assert birth(typed, TODAY) == understood


@pytest.mark.parametrize("typed", ["deux mille", "1889", "2027", "31/02/2010", "90 ans", "12 13 14 ans", "40300"])
def test_what_is_no_birth_is_refused(typed):
    with pytest.raises(ValueError, match="not an? |day is out of range"):
        birth(typed, TODAY)


ME, OTHER = uuid.uuid4(), uuid.uuid4()


def test_a_proof_says_what_was_looked_for():
    found = proven(ME, prove(ME, "Lina Parasol", "2010"))
    assert found is not None
    assert (found.text, found.born) == ("Lina Parasol", "2010")
    assert found.covers(["Lina", "Brouette"])
    assert not found.covers(["Tom", "Brouette"])


def test_a_proof_is_one_persons_for_a_while():
    proof = prove(ME, "Lina Parasol")
    assert proven(OTHER, proof) is None
    assert proven(ME, proof[:-1] + ("A" if proof[-1] != "A" else "B")) is None
    assert proven(ME, "") is None
    with time_machine.travel(now() + PROOF_LIFE + timedelta(seconds=1), tick=False):
        assert proven(ME, proof) is None
