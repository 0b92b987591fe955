"""The other pages of the desk: late steps, search, journal, help, appearance."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.desk import selectors, views
from maillage.tasks import services as tasks
from maillage.tasks.models import Notice, Task
from tests.episodes import world as worlds

Browse = Callable[[str], Client]


@pytest.fixture(autouse=True)
def forgotten_searches(db: None) -> None:
    cache.clear()


def text(client: Client, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode()).replace("\u00a0", " ")


# -- late steps ---------------------------------------------------------------------------------------------------


def test_the_manager_sees_late_steps_of_her_homes_oldest_first(world: worlds.World, browse: Browse) -> None:
    world.open(ago=300)
    world.open(world.noe, ago=90)
    watch = selectors.watch(world.actor("manager"), now())
    due = [step.due_at for step in watch.steps]
    assert due == sorted(due)
    assert len(due) == Task.objects.filter(state="open", due_at__lt=now()).count() > 2
    assert {step.face.name for step in watch.steps if step.face} == {"Lila", "Noé"}
    page = text(browse("manager"), "/garde/")
    assert page.index("en retard de 5 h") < page.index("en retard de 1 h")


def test_a_relay_nobody_confirmed_is_listed_before_it_is_late(world: worlds.World, browse: Browse) -> None:
    episode = world.open(ago=1)
    Task.objects.filter(context=episode.pk, state="open").update(due_at=now() + timedelta(hours=3))
    manager = browse("manager")
    assert "Rien en retard" in text(manager, "/garde/")
    task = next(task for task in world.tasks(episode).values() if task.state == "open")
    tasks.hand_over(
        by=world.actor(),
        task=task,
        to_user=world.colleague,
        to_organisation=world.home,
        answer_within=timedelta(minutes=20),
    )
    page = text(manager, "/garde/")
    assert "Relais proposé par Nour Lampe, pas encore confirmé" in page
    assert task.title in page


def test_a_step_nobody_could_be_told_of_is_said_before_it_is_late(world: worlds.World, browse: Browse) -> None:
    task = lone_step(world)
    Task.objects.filter(pk=task.pk).update(unreached_since=now())
    (step,) = selectors.watch(world.actor("manager"), now()).steps
    assert (step.pk, step.notes) == (task.pk, ("Personne n’a pu être prévenu",))
    assert "personne n’a pu être prévenu" in text(browse("educator"), "/")
    for url in ("/", "/garde/"):
        assert "a pu être prévenu" not in text(browse("stranger"), url)


@pytest.mark.parametrize("state", ["uncertain", "failed"])
def test_a_message_that_may_not_have_arrived_says_whom_to_call(world: worlds.World, browse: Browse, state: str) -> None:
    task = lone_step(world)
    notice = Notice.objects.create(
        task=task, kind="reminder", recipient=world.colleague, state="pending", message_id="<a@b>", not_before=now()
    )
    assert selectors.watch(world.actor("manager"), now()).steps == []
    Notice.objects.filter(pk=notice.pk).update(state=state)
    (step,) = selectors.watch(world.actor("manager"), now()).steps
    assert step.pk == task.pk
    assert step.notes == ("Message peut-être pas arrivé à Sacha Buvard\N{NO-BREAK SPACE}: appelez",)
    assert "Un message n’est peut-être pas arrivé" in text(browse("manager"), "/")
    for url in ("/", "/garde/"):
        assert "pas arrivé" not in text(browse("stranger"), url)
    Task.objects.filter(pk=task.pk).update(state="done", done_at=now(), done_by=world.educator, recorded_at=now())
    assert selectors.watch(world.actor("manager"), now()).steps == []


def lone_step(world: worlds.World) -> Task:
    """An episode of which nothing is late."""
    episode = world.open(ago=1)
    Task.objects.filter(context=episode.pk, state="open").update(due_at=now() + timedelta(hours=3))
    return next(task for task in world.tasks(episode).values() if task.state == "open")


def test_the_manager_of_another_home_sees_nothing_of_it(world: worlds.World, browse: Browse) -> None:
    world.open(ago=300)
    page = text(browse("stranger"), "/garde/")
    assert "Rien en retard" in page
    assert "Lila" not in page


def test_the_page_of_late_steps_says_who_answers_now(world: worlds.World, browse: Browse) -> None:
    page = text(browse("manager"), "/garde/")
    assert "Qui répond maintenant" in page
    assert "Camille Tiroir" in page
    assert "01 99 00 12 34" in page
    assert "sans tour d’astreinte noté" in page
    tasks.shift_save(
        by=world.actor("manager"),
        organisation=world.home,
        role="on_call_manager",
        user=world.manager,
        starts_at=now() - timedelta(hours=1),
        ends_at=now() + timedelta(hours=8),
    )
    answers = selectors.watch(world.actor("manager"), now()).on_call
    assert [answer.from_rota for answer in answers if answer.users == [world.manager]] == [True]


def test_late_steps_refresh_like_the_desk(world: worlds.World, browse: Browse) -> None:
    world.open(ago=300)
    fragment = text(browse("manager"), "/garde/", **{"hx-request": "true", "x-maillage-refresh": "1"})
    assert "<html" not in fragment
    assert "en retard de" in fragment


@pytest.mark.parametrize("who", ["educator", "carer", "nurse", "dpo", "administrator"])
def test_late_steps_are_for_those_who_lead(browse: Browse, who: str) -> None:
    assert browse(who).get("/garde/").status_code == 403


def test_late_steps_cost_the_same_for_one_and_for_many(world: worlds.World, browse: Browse) -> None:
    manager = browse("manager")
    world.open(ago=300)
    text(manager, "/garde/")
    with CaptureQueriesContext(connection) as few:
        text(manager, "/garde/")
    for number in range(9):
        world.open(worlds.resident(world.home, f"Zia{number}", "Bougeoir"), ago=300)
    text(manager, "/garde/")
    with CaptureQueriesContext(connection) as many:
        text(manager, "/garde/")
    assert len(many) == len(few)


# -- search -------------------------------------------------------------------------------------------------------


def found(client: Client, **typed: str) -> str:
    answer = client.post("/chercher/", typed)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_name_is_found_in_spite_of_a_typo(world: worlds.World, browse: Browse) -> None:
    page = found(browse("educator"), text="Lyla Paraplui")
    assert "Dossiers proches" in page
    assert f"/p/{world.lila.pk}/" in page


def test_nobody_near_and_somebody_elsewhere_get_the_same_page(world: worlds.World, browse: Browse) -> None:
    stranger = browse("stranger")
    pages = []
    found(stranger, text="Personne")  # the index of this process is built once
    for name in ("Lila Parapluie", "Zéphyr Inexistante"):
        with CaptureQueriesContext(connection) as queries:
            page = found(stranger, text=name)
        own = r'data-now="[^"]+"|name="(?:csrfmiddlewaretoken|proof)" value="[^"]+"'
        pages.append((re.sub(own, "", page).replace(name, ""), queries))
        assert "Aucun nom proche" in page
        assert "Dossiers proches" not in page
    assert pages[0][0] == pages[1][0]
    assert len(pages[0][1]) == len(pages[1][1])


def test_a_search_is_journalled_and_leaves_nothing_in_the_address(world: worlds.World, browse: Browse) -> None:
    educator = browse("educator")
    assert 'method="post"' in text(educator, "/chercher/")
    before = JournalEntry.objects.filter(verb="youth.searched").count()
    found(educator, text="Lila")
    assert JournalEntry.objects.filter(verb="youth.searched").count() == before + 1
    assert "Dossiers proches" not in text(educator, "/chercher/?text=Lila")


@pytest.mark.parametrize("typed", [{"text": ""}, {"text": "L"}, {"text": "Lila", "born": "deux mille"}])
def test_a_search_that_asks_nothing_is_refused_beside_its_field(browse: Browse, typed: dict[str, str]) -> None:
    answer = browse("educator").post("/chercher/", typed)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "À corriger avant d’enregistrer" in page
    assert typed["text"] in page


def test_searching_many_names_is_held_back(
    world: worlds.World, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SEARCHES_A_MINUTE", 2)
    educator = browse("educator")
    statuses = [educator.post("/chercher/", {"text": "Lila"}).status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert browse("colleague").post("/chercher/", {"text": "Lila"}).status_code == 200


def test_who_sees_nobody_does_not_search(world: worlds.World, browse: Browse) -> None:
    for who in ("dpo", "administrator"):
        assert browse(who).post("/chercher/", {"text": "Lila"}).status_code == 403
        assert browse(who).get("/chercher/").status_code == 403


# -- journal, help, legal -----------------------------------------------------------------------------------------


def test_the_data_protection_officer_reads_the_journal_page_by_page(
    world: worlds.World, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "JOURNAL_PAGE", 5)
    world.open()
    dpo = browse("dpo")
    first = text(dpo, "/registre/")
    assert first.count("<tr>") == 6
    assert "Lila" not in first
    older = first.split('href="?avant=')[1].split('"')[0]
    second = text(dpo, f"/registre/?avant={older}")
    assert second != first
    assert text(dpo, "/registre/?avant=rien").count("<tr>") == 6
    assert text(dpo, f"/registre/?avant={'9' * 5000}").count("<tr>") == 6


@pytest.mark.parametrize("who", ["educator", "manager", "case_worker", "administrator"])
def test_the_journal_is_for_who_answers_for_it(browse: Browse, who: str) -> None:
    assert browse(who).get("/registre/").status_code == 403


def test_help_links_the_blank_paper_set(browse: Browse) -> None:
    assert "/e/papier/" in text(browse("educator"), "/aide/")


def test_legal_mentions_need_no_account(db: None) -> None:
    answer = Client().get("/mentions/")
    assert answer.status_code == 200
    assert not answer.cookies.get("s")


@pytest.mark.parametrize(
    "url", ["/garde/", "/chercher/", "/registre/", "/aide/", "/relais/01a2000e-8553-70a1-a964-eacbe7026b32/"]
)
def test_nothing_else_opens_without_an_account(db: None, url: str) -> None:
    answer = Client().get(url)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/compte/entrer/")


# -- appearance ---------------------------------------------------------------------------------------------------


def test_appearance_and_language_are_kept_in_neutral_cookies(db: None) -> None:
    client = Client()
    page = client.get("/mentions/").content.decode()
    assert '<html lang="fr">' in page
    answer = client.post("/affichage/", {"theme": "dark", "next": "/mentions/"})
    assert answer.headers["Location"] == "/mentions/"
    cookie = answer.cookies["t"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert '<html lang="fr" data-bs-theme="dark">' in client.get("/mentions/").content.decode()
    client.post("/affichage/", {"language": "en"})
    assert '<html lang="en"' in client.get("/mentions/").content.decode()
    client.post("/affichage/", {"theme": ""})
    assert "data-bs-theme" not in client.get("/mentions/").content.decode().split("<head>")[0]


@pytest.mark.parametrize("elsewhere", ["https://exemple.invalid/", "//exemple.invalid/", "javascript:alert(1)", ""])
def test_appearance_never_leads_elsewhere(db: None, elsewhere: str) -> None:
    assert Client().post("/affichage/", {"theme": "dark", "next": elsewhere}).headers["Location"] == "/"


def test_made_up_appearances_change_nothing(db: None) -> None:
    answer = Client().post("/affichage/", {"theme": "pink", "language": "xx", "discreet": "maybe"})
    assert not answer.cookies


@pytest.mark.parametrize(
    ("who", "doors", "seldom"),
    [
        ("educator", ["Accueil", "Astreinte", "Recherche", "Mon compte"], ["Listes", "Reçus", "Annuaire", "Abords"]),
        (
            "manager",
            ["Accueil", "Retards", "Astreinte", "Recherche", "Mon compte"],
            ["Relevé", "Listes", "Reçus", "Annuaire", "Abords"],
        ),
        ("dpo", ["Annuaire", "Conservation", "Journal", "Mon compte"], []),
        ("administrator", ["Annuaire", "Comptes", "Mon compte"], []),
    ],
)
def test_navigation_shows_the_doors_that_open(
    world: worlds.World, browse: Browse, who: str, doors: list[str], seldom: list[str]
) -> None:
    """The bar of a phone holds the first; where there is room the others stand beside them."""
    page = text(browse(who), "/aide/")
    item = '><a class="sitenav__item".*?<span>(.*?)</span>'
    assert re.findall(f"<li{item}", page) == doors
    assert re.findall(f'<li class="sitenav__more"{item}', page) == seldom
    client = browse(who)
    for part in page.split('class="sitenav__item" href="')[1:]:
        assert client.get(part.split('"')[0], follow=True).status_code == 200
