"""A sheet nobody confirmed for a year is shown as such, and its people are told, discreetly and once."""

from datetime import timedelta

import time_machine
from django.core import mail

from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.directory import keeping, reminders, selectors
from maillage.directory.services import sheet_confirm
from tests.directory.world import Network


def test_its_people_are_told_once_with_nothing_in_the_letter(network: Network) -> None:
    later = now() + timedelta(days=900)
    assert reminders.remind(now()) == 0
    assert reminders.remind(later) == 1
    assert reminders.remind(later + timedelta(days=1)) == 0
    assert reminders.deliver(later) == 1
    assert reminders.deliver(later + timedelta(hours=1)) == 0
    [letter] = mail.outbox
    assert letter.to == [network.keeper.email]
    assert not any(word in letter.subject + letter.body for word in ("Abri", "fiche", "Tourterelles"))
    assert reminders.remind(later + timedelta(days=61)) == 1


def test_a_stale_sheet_says_so_until_it_is_confirmed(network: Network) -> None:
    with time_machine.travel(now() + timedelta(days=900), tick=False):
        sheet = selectors.public_service(network.talk.pk)
        assert sheet is not None
        assert sheet.stale
        by = network.actor(network.coordinator)
        assert network.talk.structure in keeping.to_do(by).stale
        sheet_confirm(by=SYSTEM, structure=network.talk.structure)
        sheet = selectors.public_service(network.talk.pk)
        assert sheet is not None
        assert not sheet.stale
        assert network.talk.structure not in keeping.to_do(by).stale
