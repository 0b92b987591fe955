"""Who is above whom, asked by every page: one query, whatever the number of organisations."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.accounts.models import Organisation
from maillage.accounts.tree import tree_around
from tests.accounts.people import organisation

pytestmark = pytest.mark.django_db


def test_above_nearest_first_and_below_at_any_depth() -> None:
    top, other = organisation("Département"), organisation("Autre")
    middle = organisation("Association", parent=top)
    low, twin = organisation("Maison", parent=middle), organisation("Deuxième maison", parent=middle)
    around = tree_around([low.pk])
    assert around.line(low.pk) == [low.pk, middle.pk, top.pk]
    assert around.line(other.pk) == [other.pk]
    assert tree_around([top.pk]).below([top.pk]) == {top.pk, middle.pk, low.pk, twin.pk}
    assert tree_around([low.pk, other.pk]).below([low.pk, other.pk]) == {low.pk, other.pk}
    assert tree_around([middle.pk], "above").below([middle.pk]) == {middle.pk}  # what was asked, no more
    assert tree_around([]).below([]) == frozenset()
    with CaptureQueriesContext(connection) as asked:
        tree_around([low.pk])
        tree_around([top.pk, other.pk])
        tree_around([])
    assert len(asked) == 2


def test_a_loop_in_the_data_ends() -> None:
    one = organisation("Une")
    two = organisation("Deux", parent=one)
    Organisation.objects.filter(pk=one.pk).update(parent=two)
    assert tree_around([one.pk]).line(one.pk) == [one.pk, two.pk]
    assert tree_around([two.pk]).below([two.pk]) == {one.pk, two.pk}
