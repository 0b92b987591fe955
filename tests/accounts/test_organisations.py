"""Who is above whom, asked by every page: one query, whatever the number of organisations."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.accounts.models import Organisation
from maillage.accounts.selectors import lineage, parents, with_descendants
from tests.accounts.people import organisation

pytestmark = pytest.mark.django_db


def test_above_nearest_first_and_below_at_any_depth() -> None:
    top, other = organisation("Département"), organisation("Autre")
    middle = organisation("Association", parent=top)
    low, twin = organisation("Maison", parent=middle), organisation("Deuxième maison", parent=middle)
    assert lineage(low.pk) == lineage(low.pk, parents()) == [low.pk, middle.pk, top.pk]
    assert lineage(other.pk) == [other.pk]
    assert with_descendants([top.pk]) == {top.pk, middle.pk, low.pk, twin.pk}
    assert with_descendants([low.pk, other.pk]) == {low.pk, other.pk}
    assert with_descendants([]) == frozenset()
    with CaptureQueriesContext(connection) as asked:
        lineage(low.pk)
        with_descendants([top.pk, other.pk])
        with_descendants([])
    assert len(asked) == 2


def test_a_loop_in_the_data_ends() -> None:
    one = organisation("Une")
    two = organisation("Deux", parent=one)
    Organisation.objects.filter(pk=one.pk).update(parent=two)
    assert lineage(one.pk) == [one.pk, two.pk]
    assert with_descendants([two.pk]) == {one.pk, two.pk}
