"""The proof that a service of another département was named."""

import uuid
from datetime import timedelta

import pytest
import time_machine

from maillage.common.clock import now
from maillage.youth.elsewhere import TO_OPEN, TO_SEND, prove, proven

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
