"""Each trap of the suite is sprung once: a trap that does not close would let everything through."""

import socket
import warnings
from datetime import datetime

import pytest
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import path
from pytest_django.fixtures import Settings

from maillage.accounts.models import Organisation, User
from maillage.common.doors import door
from maillage.common.middleware import WriteDuringRead
from tests.traps import InlineCode, OutsideWorld, UndefinedVariable, inline_code


def rendered(text: str, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


def test_an_undefined_variable_fails_and_a_defined_one_does_not() -> None:
    assert rendered("{{ name }}{% if other %}x{% endif %}", name="Lampadaire") == "Lampadaire"
    for text in ("{{ name }}", "{{ name.first }}", "{{ name|default:'x' }}", "{{ given.missing }}"):
        with pytest.raises(UndefinedVariable):
            rendered(text, given="x")


def test_an_undefined_variable_fails_after_settings_changed_too(settings: Settings) -> None:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "NAME": "django"}]
    with pytest.raises(UndefinedVariable):
        rendered("{{ name }}")


def test_the_outside_world_is_closed_and_loopback_is_not() -> None:
    with socket.socket() as reaching, pytest.raises(OutsideWorld):
        reaching.connect(("192.0.2.1", 80))
    with socket.socket() as listening, socket.socket() as calling:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        calling.connect(listening.getsockname())


def test_a_warning_is_an_error() -> None:
    with pytest.raises(UserWarning):
        warnings.warn("careful", UserWarning, stacklevel=1)


@pytest.mark.django_db
def test_a_naive_datetime_fails() -> None:
    with pytest.raises(RuntimeWarning, match="naive"):
        User.objects.create(email="a@exemple.invalid", last_seen_at=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.django_db
def test_rows_without_an_order_come_back_in_another_one() -> None:
    names = [f"Maison {number}" for number in range(9)]
    for name in names:
        Organisation.objects.create(name=name, kind="home", departement="99")
    assert [row.name for row in Organisation.objects.all()] != names
    assert [row.name for row in Organisation.objects.order_by("name")] == names
    both = Organisation.objects.filter(name="Maison 1").union(Organisation.objects.filter(name="Maison 2"))
    assert {row.name for row in both} == {"Maison 1", "Maison 2"}
    assert list(Organisation.objects.values_list("kind").annotate(Count("pk"))) == [("home", 9)]
    assert Organisation.objects.count() == 9
    assert Organisation.objects.filter(pk__in=Organisation.objects.filter(name="Maison 1")).exists()


@pytest.mark.parametrize(
    "html",
    [
        "<script>1</script>",
        "<style>p{}</style>",
        '<p style="color:red">',
        '<p onclick="x()">',
        '<a href="javascript:x()">',
        '<script src="https://elsewhere.invalid/x.js"></script>',
        '<img src="//elsewhere.invalid/x.png">',
        '<link rel="stylesheet" href="https://elsewhere.invalid/x.css">',
    ],
)
def test_inline_code_and_foreign_resources_are_found(html: str) -> None:
    assert inline_code(html)


@pytest.mark.parametrize(
    "html",
    [
        '<script src="/static/x.js" defer></script>',
        '<script type="application/json">{}</script>',
        '<a href="https://elsewhere.invalid/">',
        '<p class="style">once</p>',
        '<link rel="stylesheet" href="/static/x.css">',
    ],
)
def test_what_the_policy_allows_is_not_found(html: str) -> None:
    assert inline_code(html) == []


@door(public=True)
def inline(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p style='color:red'>")


@door(public=True)
def writing(_request: HttpRequest) -> HttpResponse:
    Organisation.objects.create(name="x", kind="home", departement="99")
    return HttpResponse("done")


urlpatterns = [path("inline/", inline), path("writing/", writing)]


@override_settings(ROOT_URLCONF="tests.architecture.test_traps")
@pytest.mark.django_db
def test_a_page_with_inline_code_fails_whoever_asks_for_it(client: Client) -> None:
    with pytest.raises(InlineCode):
        client.get("/inline/")


@override_settings(ROOT_URLCONF="tests.architecture.test_traps")
@pytest.mark.django_db(transaction=True)
def test_a_get_that_writes_fails_and_writes_nothing(client: Client) -> None:
    with pytest.raises(WriteDuringRead):
        client.get("/writing/")
    assert not Organisation.objects.filter(name="x").exists()
    assert client.post("/writing/").status_code == 200
