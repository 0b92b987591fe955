"""Who may be told, over the whole table of authority, contact and place."""

from itertools import product

import pytest

from maillage.youth.enums import Authority, Contact
from maillage.youth.parents import may_notify

EVERY = list(product(Authority, Contact, (False, True)))


@pytest.mark.parametrize(("authority", "contact", "place"), EVERY)
def test_every_situation_says_why(authority, contact, place):
    assert may_notify(authority, contact, place).reason


@pytest.mark.parametrize(("authority", "contact", "place"), EVERY)
def test_only_who_holds_authority_and_no_ban_is_told(authority, contact, place):
    expected = authority in ("full", "partial") and contact in ("allowed", "mediated")
    assert may_notify(authority, contact, place).allowed is expected


@pytest.mark.parametrize(("authority", "contact", "place"), EVERY)
def test_the_place_is_told_only_to_someone_who_is_told_and_may_know_it(authority, contact, place):
    decision = may_notify(authority, contact, place)
    assert decision.may_tell_place is (decision.allowed and place)
    assert ("Ne dire ni le lieu" in decision.reason) is (decision.allowed and not place)


@pytest.mark.parametrize(
    ("authority", "contact", "said"),
    [
        ("full", "forbidden", "Une décision interdit le contact"),
        ("unknown", "forbidden", "Une décision interdit le contact"),
        ("withdrawn", "unknown", "a été retirée"),
        ("delegated", "allowed", "déléguée"),
        ("unknown", "allowed", "vérifier avec l’ASE"),
        ("full", "unknown", "si le contact est autorisé"),
        ("full", "allowed", "Exerce l’autorité parentale"),
        ("partial", "allowed", "limitée"),
        ("full", "mediated", "passe par un tiers"),
    ],
)
def test_the_firmest_reason_is_the_one_said(authority, contact, said):
    assert said in may_notify(authority, contact, True).reason


def test_an_unknown_word_is_an_error_not_a_permission():
    with pytest.raises(ValueError, match="maybe"):
        may_notify("maybe", "allowed", True)
