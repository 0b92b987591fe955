"""Sessions that are over and letters that left do not stay for ever; what may still serve does."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from maillage.accounts.enums import LetterKind
from maillage.accounts.letters import TRIES
from maillage.accounts.models import Letter
from maillage.accounts.services import post_letter
from maillage.accounts.tidying import AGAIN_AFTER, LETTERS_KEPT, tidy
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from tests.accounts.people import professional, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _not_yet_this_hour() -> None:
    cache.delete("accounts.tidied")


def test_a_session_goes_when_it_is_over_and_not_before() -> None:
    user = professional()
    kept, ended = signed_in(user), signed_in(user)
    Session.objects.filter(session_key=ended.session._name(ended.session.session_key)).update(expire_date=now())
    assert tidy(now()) == 1
    assert kept.get("/compte/").status_code == 200
    assert ended.get("/compte/").status_code == 302
    entry = JournalEntry.objects.get(verb="accounts.tidied")
    assert entry.payload == {"sessions": 1, "letters": 0}


def test_a_letter_goes_a_month_after_it_was_asked_for_once_it_has_left_or_never_will() -> None:
    user = professional()
    sent, lost, waiting, recent = (post_letter(user, LetterKind.NOTICE) for _each in range(4))
    long_ago = now() - LETTERS_KEPT - timedelta(minutes=1)
    Letter.objects.exclude(pk=recent.pk).update(created_at=long_ago)
    Letter.objects.filter(pk__in=[sent.pk, recent.pk]).update(sent_at=long_ago)
    Letter.objects.filter(pk=lost.pk).update(attempts=TRIES)
    assert tidy(now()) == 2
    assert set(Letter.objects.values_list("pk", flat=True)) == {waiting.pk, recent.pk}


def test_it_looks_once_an_hour_and_says_nothing_when_there_is_nothing() -> None:
    at = now()
    assert tidy(at) == 0
    signed_in(professional())
    Session.objects.update(expire_date=at - timedelta(seconds=1))
    assert tidy(at) == 0
    cache.delete("accounts.tidied")
    assert tidy(at + AGAIN_AFTER) == 1
    assert JournalEntry.objects.filter(verb="accounts.tidied").count() == 1
