"""Screens of retention: who opens them, that they name nobody, and the whole way by hand."""

import re
from html import unescape
from typing import Any

from django.test import Client

from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.retention.enums import KeptState
from maillage.retention.models import Disposal, KeepingRules, Kept
from maillage.retention.rules import defaults
from tests.episodes import world as worlds
from tests.retention.test_course import archived, in_months, left
from tests.walls.asking import at_work


def text(answer: Any) -> str:
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def test_the_officer_and_the_archives_take_a_file_to_its_end_without_reading_a_name(world: worlds.World) -> None:
    person = left(world)
    with in_months(26):
        archived(world)
    with in_months(160):
        people = {name: at_work(getattr(world, name)) for name in ("dpo", "archivist", "case_worker", "educator")}
        dpo, archivist = people["dpo"], people["archivist"]
        home = text(dpo.get("/conservation/"))
        assert "Un dossier est arrivé au terme de son archive." in home
        assert "le DPO ne les a pas encore validées" in home
        assert "à valider par le DPO" in home.lower() or "À valider par le DPO" in home
        assert people["educator"].get("/conservation/").status_code == 403
        assert archivist.get("/").headers["Location"] == "/conservation/"
        assert _tap(archivist, "/conservation/", "/conservation/bordereau/").status_code in (403, 422)
        page = _tap(dpo, "/conservation/", "/conservation/bordereau/")["Location"]
        listed = text(archivist.get(page))
        assert person.pk.hex[-8:].upper() in listed
        for one in (home, listed):
            assert "Lila" not in one
            assert "Parapluie" not in one
        assert people["case_worker"].get(page).status_code == 403
        sent = {"reference": "AD99-7", "visa_on": now().date().isoformat(), **_hidden(archivist, page)}
        assert dpo.post(page, {**sent, **_hidden(dpo, page)}).status_code == 403
        assert archivist.post(page, {**sent, "visa_on": "2099-01-01"}).status_code == 422
        assert archivist.post(page, sent | _hidden(archivist, page)).status_code == 302
        kept = Kept.objects.get(person=person)
        assert kept.state == KeptState.TRASH
        undo = f"/conservation/corbeille/{kept.pk}/"
        assert people["case_worker"].post(undo).status_code == 403
        assert _tap(dpo, "/conservation/", undo).status_code == 302
        kept.refresh_from_db()
        assert kept.state == KeptState.ARCHIVED
        # Whoever answered for it finds it by its name, and brings it back.
        owner = people["case_worker"]
        assert "Lila Parapluie" in text(owner.get("/conservation/archives/"))
        assert people["educator"].get(f"/conservation/archives/{person.pk}/").status_code == 404
        bring = f"/conservation/archives/{person.pk}/"
        done = owner.post(bring, {"reason": "Elle rappelle.", **_hidden(owner, bring)})
        assert done.headers["Location"] == f"/p/{person.pk}/"
        assert owner.get(f"/p/{person.pk}/").status_code == 200
        assert "Elle rappelle" not in str(list(JournalEntry.objects.values_list("payload", flat=True)))
        assert Disposal.objects.get().visa_by == world.archivist


def test_rules_are_changed_on_the_version_they_were_read_on(world: worlds.World) -> None:
    dpo = at_work(world.dpo)
    page = "/conservation/durees/"
    given = {**defaults(), "reference": "Avis du 3 mars"}
    assert dpo.post(page, {**given, "trash_days": 1, **_hidden(dpo, page)}).status_code == 422
    stale = _hidden(dpo, page)
    assert dpo.post(page, {**given, **_hidden(dpo, page)}).status_code == 302
    conflict = dpo.post(page, {**given, "trash_days": 60, **stale})
    assert conflict.status_code == 409
    assert "60" in text(conflict)
    assert KeepingRules.objects.get().trash_days == 30
    assert "Décision n° 1" in text(dpo.get("/conservation/"))


def test_the_owner_reads_what_will_happen_to_her_file(world: worlds.World) -> None:
    owner = at_work(world.case_worker)
    page = f"/p/{world.lila.pk}/conservation/"
    assert "Aucun compte ne court : un accueil est en cours." in text(owner.get(page))
    assert at_work(world.educator).get(page).status_code == 403
    left(world)
    assert re.search(rf"Le 1?\w+ \w+ {now().year + 2} : archivé", text(owner.get(page)))
    assert page in text(owner.get(f"/p/{world.lila.pk}/"))
    assert at_work(world.stranger).get(page).status_code == 404


def _hidden(client: Client, page: str) -> dict[str, str]:
    """The token and version of the form on a page."""
    found = client.get(page).content.decode()
    inputs = {}
    for name in ("form_token", "version"):
        _before, mark, rest = found.partition(f'name="{name}" value="')
        if mark:
            inputs[name] = rest.partition('"')[0]
    return inputs


def _tap(client: Client, page: str, url: str) -> Any:
    return client.post(url, _hidden(client, page))
