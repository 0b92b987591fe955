"""Queries built once and asked many times: the same answer as when they are built each time, or a refusal."""

import random
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Prefetch, Q, QuerySet

from maillage.accounts.models import Membership, Organisation, User
from maillage.common import clock
from maillage.common.prepared import NotPreparable, Word, prepared

AT = datetime(2026, 3, 3, 21, 42, tzinfo=UTC)


def homes(count: int) -> list[Organisation]:
    return [
        Organisation.objects.create(name=f"Maison {number}", kind="home", departement="99") for number in range(count)
    ]


@pytest.mark.django_db
def test_a_prepared_query_answers_for_any_number_of_ids() -> None:
    """Sets are asked by powers of two: no id too many, none forgotten, whatever their number."""

    @prepared
    def named(ids: frozenset[uuid.UUID], kind: str) -> QuerySet[Organisation]:
        return Organisation.objects.filter(pk__in=ids, kind=kind).order_by("name")

    all_of_them = homes(9)
    for count in (3, 0, 1, 2, 5, 8, 9, 4):
        some = all_of_them[:count]
        assert named(frozenset(one.pk for one in some), "home") == some
    assert named(frozenset(one.pk for one in all_of_them), "service") == []


@pytest.mark.django_db
def test_a_text_that_is_given_is_left_open() -> None:
    """One plan for all of them, and none is kept; what would look into it is refused."""

    @prepared
    def named(name: Word) -> QuerySet[Organisation]:
        return Organisation.objects.filter(name=name)

    @prepared
    def holding(name: Word) -> QuerySet[Organisation]:
        return Organisation.objects.filter(name__contains=name)

    first, second = homes(2)
    for wanted in (first, second, first):
        assert named(Word(wanted.name)) == [wanted]
    assert named(Word("Maison ' OR 1=1 --")) == named(Word("")) == []
    assert len(named._plans) == 1
    assert "Maison" not in repr(named._plans.keys())
    with pytest.raises(NotPreparable):
        holding(Word("Maison"))


@pytest.mark.django_db
def test_each_use_has_its_own_ids_and_instants() -> None:
    """What was given first stays in no later answer: whoever's post has ended is not in it."""
    [home] = homes(1)
    first, second = (User.objects.create(email=f"{name}@exemple.invalid", display_name=name) for name in ("A", "B"))
    Membership.objects.create(user=first, organisation=home, role="educator", starts_at=AT, ends_at=AT + timedelta(1))
    Membership.objects.create(user=second, organisation=home, role="educator", starts_at=AT)

    @prepared
    def held(organisation: uuid.UUID, at: datetime, user: uuid.UUID | None) -> QuerySet[Membership]:
        rows = Membership.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), organisation=organisation)
        return (rows if user is None else rows.filter(user=user)).select_related("user").order_by("user__display_name")

    def names(*given: Any) -> list[str]:
        return [row.user.display_name for row in held(*given)]

    assert names(home.pk, AT, None) == ["A", "B"]
    assert names(home.pk, AT + timedelta(days=2), None) == ["B"]
    assert names(home.pk, AT, first.pk) == ["A"]
    assert names(home.pk, AT, second.pk) == ["B"]
    assert names(uuid.uuid4(), AT, None) == []


@pytest.mark.django_db
def test_it_is_built_for_each_shape_only(django_assert_num_queries: Any) -> None:
    built = 0

    @prepared
    def named(ids: frozenset[uuid.UUID]) -> QuerySet[Organisation]:
        nonlocal built
        built += 1
        return Organisation.objects.filter(pk__in=ids)

    ids = [one.pk for one in homes(4)]
    named(frozenset(ids))
    before = built
    with django_assert_num_queries(3):
        for given in (ids, ids[:3], [uuid.uuid4() for _number in range(4)]):
            named(frozenset(given))
    assert built == before
    named(frozenset(ids[:1]))
    assert built > before


@pytest.mark.django_db
def test_rows_come_as_the_query_says() -> None:
    """Values, annotations, related rows fetched beside, several tables in one."""
    one, two = homes(2)
    user = User.objects.create(email="a@exemple.invalid", display_name="A")
    Membership.objects.create(user=user, organisation=one, role="educator", starts_at=AT)

    @prepared
    def pairs(ids: frozenset[uuid.UUID]) -> "QuerySet[Any, Any]":
        rows = Organisation.objects.filter(pk__in=ids).values_list("name", "kind")
        return rows.union(User.objects.filter(pk__in=ids).values_list("display_name", "email"), all=True)

    @prepared
    def with_posts(ids: frozenset[uuid.UUID]) -> "QuerySet[Any]":
        posts = Membership.objects.select_related("user")
        rows = Organisation.objects.filter(pk__in=ids).annotate(also=F("name"))
        return rows.prefetch_related(Prefetch("memberships", posts)).order_by("name")[:2]

    assert sorted(pairs(frozenset([one.pk, user.pk]))) == [("A", "a@exemple.invalid"), ("Maison 0", "home")]
    found = with_posts(frozenset([one.pk, two.pk]))
    assert [row.also for row in found] == ["Maison 0", "Maison 1"]
    assert [[post.user for post in row.memberships.all()] for row in found] == [[user], []]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "condition",
    [
        lambda pk: Q(pk=pk, memberships__starts_at__lte=clock.now()),
        lambda pk: Q(pk=pk, name=str(random.random())),
        lambda pk: Q(pk=pk, name=str(pk)),
        lambda pk: Q(pk=pk, name__in=list(Organisation.objects.values_list("name", flat=True))),
        lambda pk: Q(pk__in=[] if pk.int % 2 else [pk]),
    ],
    ids=["a clock", "chance", "words made of an id", "rows", "an id decides"],
)
def test_what_would_be_frozen_is_refused(condition: Any) -> None:
    def wrong(pk: uuid.UUID) -> QuerySet[Organisation]:
        return Organisation.objects.filter(condition(pk))

    def often() -> None:  # an id that decides is seen once two stand-ins differ
        for _turn in range(40):
            prepared(wrong)(uuid.uuid4())

    with pytest.raises(NotPreparable):
        often()


@pytest.mark.django_db(transaction=True)
def test_a_thread_asks_through_its_own_connection() -> None:
    [home] = homes(1)

    @prepared
    def named(pk: uuid.UUID) -> QuerySet[Organisation]:
        return Organisation.objects.filter(pk=pk)

    assert named(home.pk) == [home]
    found: list[Organisation] = []

    def ask() -> None:
        found.extend(named(home.pk))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [home]
