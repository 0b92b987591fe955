"""Lists: in one's sight alone, kept and shared without widening it, taken away with a reason and a mark."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.test import Client

from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.forms import new_token
from maillage.desk import lists, sheets
from maillage.desk.enums import ListKind, Which, Within
from maillage.desk.models import ListExport, SavedList
from maillage.episodes import services as episodes
from maillage.questionnaires.enums import Observed
from maillage.questionnaires.xlsform import compile as compile_form
from maillage.tasks.models import Task
from maillage.youth.enums import MissionKind
from maillage.youth.models import Mission, YoungPerson
from tests.episodes import world as worlds
from tests.questionnaires.observed import SHIPPED
from tests.walls.asking import at_work


def text(answer: Any) -> str:
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def token(page: str, url: str) -> str:
    """The token of the form that sends to `url`."""
    found = re.search(re.escape(f'action="{url}"') + r'.*?name="form_token" value="([^"]+)"', page, re.DOTALL)
    assert found, url
    return found[1]


def shown(client: Client, what: str, home: object = "", **filters: str) -> str:
    answer = client.post("/listes/", {"what": what, "home": str(home), **filters})
    assert answer.status_code == 302, answer.status_code
    return answer["Location"]


def action_of(page: str, ending: str) -> str:
    found = re.search(rf'action="(/listes/[^"]*/{ending}/)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("sign", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|' /C calc'!A0"])
def test_no_cell_is_ever_a_formula(sign: str) -> None:
    for made in (sheets.as_csv(sign, sign, [sign], [[sign]]), sheets.as_xlsx(sign, sign, [sign], [[sign]])):
        for row in rows_in(made):
            assert all(str(value).startswith("'") for value in row if value and value != "Export"), row
    assert sheets.harmless("Léo-Paul = lui") == "Léo-Paul = lui"


def rows_in(made: bytes) -> list[list[Any]]:
    if made[:2] == b"PK":
        sheet = openpyxl.load_workbook(io.BytesIO(made)).active
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        return [list(row) for row in sheet.values]
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_each_list_shows_its_reader_whom_she_sees(world: worlds.World) -> None:
    world.open()
    actor = world.actor
    names: Callable[..., set[str]] = lambda who, kind, which=Which.ALL: {  # noqa: E731
        row.name for row in lists.table(actor(who), lists.Choice(kind, which), now()).rows
    }
    assert names("educator", ListKind.PEOPLE) == {"Lila", "Noé"}
    assert names("educator", ListKind.PEOPLE, Which.AWAY) == {"Lila"} == names("educator", ListKind.EPISODES)
    assert names("educator", ListKind.PEOPLE, Which.HERE) == {"Noé"}
    assert names("educator", ListKind.TASKS) == {"Lila"}
    assert names("educator", ListKind.EPISODES, Which.CLOSED) == set()
    Task.objects.filter(subject=world.lila.pk, state="open").update(due_at=now())
    assert names("educator", ListKind.TASKS, Which.LATE) == {"Lila"}
    for who in ("stranger", "dpo", "administrator"):
        for kind in ListKind:
            assert names(who, kind) == set()
    # A home gives the place: only whoever works there filters by it.
    with pytest.raises(lists.Http404):
        lists.table(actor("educator"), lists.Choice(ListKind.PEOPLE, home=world.other_home.pk), now())
    table = lists.table(actor("nurse"), lists.Choice(ListKind.PEOPLE), now())
    assert {row.cells[0] for row in table.rows} & {"Maison du Parapluie"} == set()


def test_a_list_is_narrowed_by_state_by_date_and_by_ones_own_mission(world: worlds.World) -> None:
    old = world.open(world.noe, ago=60 * 24 * 40)
    episodes.returned(by=world.actor(), episode=old, happened_at=old.noticed_at + timedelta(hours=2))
    world.open()
    worker = world.actor("case_worker")

    def names(who: str, kind: ListKind, **filters: Any) -> set[str]:
        choice = lists.from_words(lists.Choice(kind, **filters).words())  # as an address or a kept list gives it back
        return {row.name for row in lists.table(world.actor(who), choice, now()).rows}

    assert names("educator", ListKind.EPISODES) == {"Lila", "Noé"}
    assert names("educator", ListKind.EPISODES, which=Which.AWAY) == {"Lila"}
    assert names("educator", ListKind.EPISODES, which=Which.BACK) == {"Noé"}
    for kind in (ListKind.PEOPLE, ListKind.EPISODES):
        assert names("educator", kind, within=Within.MONTH) == {"Lila"}
        assert names("educator", kind, within=Within.YEAR) == {"Lila", "Noé"}
    Task.objects.filter(subject=world.lila.pk).update(due_at=now() + timedelta(days=3))
    Task.objects.filter(subject=world.noe.pk).update(due_at=now() + timedelta(hours=3))
    assert names("educator", ListKind.TASKS, within=Within.DAY) == {"Noé"}
    assert names("educator", ListKind.TASKS, within=Within.WEEK) == {"Lila", "Noé"}
    # Her own missions alone: of a health service's, an educator learns nothing by asking for it.
    Mission.objects.filter(person=world.noe, user=worker.user_id).update(ends_at=now())
    for kind in ListKind:
        assert names("educator", kind, mission="hosts") == {"Lila", "Noé"}
        assert names("educator", kind, mission="health") == set()
        assert names("educator", kind, mission=lists.IN_MY_NAME) == set()
        assert names("case_worker", kind, mission=lists.IN_MY_NAME) == {"Lila Parapluie"}
    assert names("nurse", ListKind.PEOPLE, mission="health") == {"Lila Parapluie", "Noé Lampadaire"}
    # A list kept when there were three words.
    assert lists.from_words(["people", "away", ""]) == lists.Choice(ListKind.PEOPLE, Which.AWAY)


def test_no_list_knows_what_was_observed() -> None:
    filters = {str(which) for which in Which} | {str(kind) for kind in ListKind}
    shipped = compile_form(SHIPPED.read_bytes(), SHIPPED.name)
    assert set(dict(lists.missions())) == {lists.IN_MY_NAME, *MissionKind}
    assert not filters & ({*shipped.questions} | {str(one) for one in Observed})


def test_a_list_is_kept_shared_renamed_deleted_and_brought_back(world: worlds.World) -> None:
    world.open()
    educator, colleague, stranger = (at_work(getattr(world, who)) for who in ("educator", "colleague", "stranger"))
    url = shown(educator, "people.away", world.home.pk, within="30", mission="hosts")
    # Long words alone: a sealed address may hold four given letters by chance.
    assert not re.search(r"people|hosts|" + world.home.pk.hex[:8], url)
    page = text(educator.get(url))
    assert "Lila" in page
    assert 'data-label="Absence constatée"' in page
    assert "Jeunes, absences en cours, absence constatée depuis 30 jours, mission : accueille, Maison du Para" in page
    keep = action_of(page, "garder")
    sent = {"name": "À revoir lundi, Lila", "team": str(world.home.pk), "form_token": token(page, keep)}
    assert educator.post(keep, {**sent, "name": " "}).status_code == 422
    assert educator.post(keep, {**sent, "team": str(world.other_home.pk)}).status_code == 422
    kept = educator.post(keep, sent)["Location"]
    row = SavedList.objects.get()
    assert b"Lila" not in bytes(row.name)
    assert "À revoir lundi, Lila" in text(colleague.get("/listes/"))
    assert "Lila" in text(colleague.get(kept))
    # A shared list opens no file: when her mission ends, she reads it empty.
    Mission.objects.filter(person=world.lila).update(ends_at=now())
    assert str(world.lila.pk) not in text(colleague.get(kept))
    assert stranger.get(kept).status_code == 404
    assert "À revoir" not in text(stranger.get("/listes/"))
    page = text(educator.get(kept))
    named = {"name": "Autre nom", "version": 1, "form_token": token(page, f"{kept}nommer/")}
    assert colleague.post(f"{kept}nommer/", {"name": "x"}).status_code == 422  # a form of hers is needed first
    assert stranger.post(f"{kept}nommer/", named).status_code == 404
    assert educator.post(f"{kept}nommer/", named).status_code == 302
    # The same page, still open in another window.
    late = educator.post(
        f"{kept}nommer/", {**named, "name": "Encore un nom", "form_token": new_token(world.educator.pk)}
    )
    assert late.status_code == 409
    assert "Autre nom" in text(late)
    assert "Encore un nom" in text(late)
    assert educator.post(f"{kept}retirer/", {"form_token": token(page, f"{kept}retirer/")}).status_code == 302
    assert educator.get(kept).status_code == 404
    page = text(educator.get("/listes/"))
    assert "Autre nom" in page
    assert educator.post(f"{kept}rendre/", {"form_token": token(page, f"{kept}rendre/")}).status_code == 302
    assert educator.get(kept).status_code == 200


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_carries_who_when_why_and_only_what_she_sees(world: worlds.World, form: str) -> None:
    world.open()
    educator = at_work(world.educator)
    url = shown(educator, "people.all")
    page = text(educator.get(url))
    out = action_of(page, "sortir")
    sent = {"reason": "Réunion de synthèse du 3", "format": form, "form_token": token(page, out)}
    assert educator.post(out, {**sent, "reason": "x"}).status_code == 422
    assert not ListExport.objects.exists()
    answer = educator.post(out, sent)
    row = ListExport.objects.get()
    assert answer["Content-Disposition"] == f'attachment; filename="document-{row.number}.{form}"'
    mark, head, *found = rows_in(answer.content)
    assert all(said in mark[0] for said in (row.number, "Nour Lampe", "Réunion de synthèse du 3"))
    assert head[-1] == "Export"
    assert [line[0] for line in found] == ["Lila", "Noé"]
    assert all(row.number in line[-1] and "Nour Lampe" in line[-1] for line in found)
    assert b"synth" not in bytes(row.reason)
    said = JournalEntry.objects.filter(verb="list.exported").get()
    assert (said.payload["rows"], said.payload["number"]) == (2, row.number)
    told = set(JournalEntry.objects.filter(verb="list.person_exported").values_list("subject", flat=True))
    assert told == set(YoungPerson.objects.values_list("pk", flat=True))
    # The same address, another reader: her own sight.
    stranger = at_work(world.stranger)
    assert "Lila" not in text(stranger.get(url))
    assert at_work(world.dpo).get(url).status_code == 403
