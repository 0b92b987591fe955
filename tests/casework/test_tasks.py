"""Tasks by hand: who may be asked, where they show, who ends them, and how late hands are refused."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from maillage.accounts.enums import OrganisationKind, Role
from maillage.audit.journal import SYSTEM
from maillage.casework.services import tasks
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from maillage.tasks.models import Task
from maillage.tasks.selectors import addressed_to
from maillage.tasks.services.steps import UNDO_WITHIN
from maillage.youth import services as youth
from maillage.youth.access import enter
from tests.casework.capabilities import SECRET, task
from tests.episodes import world as worlds
from tests.episodes.world import World
from tests.walls.test_url_matrix import sent


def asked(world: World, name: str = "educator") -> dict[str, str]:
    return {one.value: one.label for one in tasks.may_be_asked(enter(world.actor(name), world.lila.pk))}


def test_only_those_who_follow_her_and_would_read_it_may_be_asked(world: World) -> None:
    offered = asked(world)
    assert list(offered)[0] == f"user:{world.educator.pk}"
    people = {getattr(world, name).pk for name in ("educator", "colleague", "manager", "carer", "case_worker")}
    assert {f"user:{pk}" for pk in people} <= set(offered)
    for name in ("nurse", "stranger", "dpo", "administrator"):
        assert f"user:{getattr(world, name).pk}" not in offered, name
    assert f"role:educator:{world.home.pk}" in offered
    assert not any(str(world.other_home.pk) in value or str(world.health.pk) in value for value in offered)


def test_a_mission_without_the_words_asks_nobody(world: World) -> None:
    aemo = worlds.organisation("AEMO des Parasols", OrganisationKind.AEMO)
    member = worlds.member("Olive Cuillère", (Role.EDUCATOR, aemo))
    mission = youth.mission_open(
        by=SYSTEM, person=world.lila, kind="follows", organisation=aemo, legal_basis="judge", sections=["identity"]
    )
    assert f"user:{member.pk}" not in asked(world)
    assert mission.pk


def test_it_waits_for_its_owner_and_shows_on_her_file_and_her_desk(world: World, at: Any) -> None:
    row = task(world.actor(), world.lila, owner=f"user:{world.colleague.pk}", kind="meeting")
    assert row.task in addressed_to(world.actor("colleague"))
    assert row.task not in addressed_to(world.actor())
    address = f"/p/{world.lila.pk}/taches/{row.task_id}/"
    page = at("colleague").get(f"/p/{world.lila.pk}/").content.decode()
    assert address in page
    assert SECRET in page
    desk = at("colleague").get("/").content.decode()
    assert address in desk
    assert SECRET not in desk
    assert address not in at("nurse").get(f"/p/{world.lila.pk}/").content.decode()


def test_an_episode_with_many_steps_hides_none(world: World, at: Any) -> None:
    row = task(world.actor(), world.lila, due_at=now() + timedelta(days=9))
    world.open()
    page = at("educator").get(f"/p/{world.lila.pk}/").content.decode()
    assert "autres étapes" in page
    assert f"/taches/{row.task_id}/" in page


def test_a_role_is_asked_in_its_own_team(world: World) -> None:
    row = task(world.actor("case_worker"), world.lila, owner=f"role:educator:{world.home.pk}")
    assert (row.task.owner_user, row.task.organisation) == (None, world.home)
    assert row.task in addressed_to(world.actor("colleague"))


def test_it_is_added_and_ended_on_the_screen(world: World, at: Any) -> None:
    client, base = at("educator"), f"/p/{world.lila.pk}/"
    assert f"{base}taches/nouvelle/" in client.get(base).content.decode()
    due = (now() + timedelta(days=2)).strftime("%Y-%m-%d")
    typed = {"kind": "paper", "text": "Carte du tramway", "owner": f"user:{world.educator.pk}", "due_at": due}
    refused = sent(client, f"{base}taches/nouvelle/", world.educator, {**typed, "hour": ""})
    assert refused.status_code == 422
    assert "Carte du tramway" in refused.content.decode()
    assert sent(client, f"{base}taches/nouvelle/", world.educator, {**typed, "hour": "10:00"}).status_code == 302
    owed = Task.objects.get(context=world.lila.pk)
    here = f"{base}taches/{owed.pk}/"
    silent = sent(client, here, world.educator, {"version": 1, "state": "not_needed"})
    assert silent.status_code == 422
    ended = {"version": 1, "state": "not_needed", "word": "Elle l’a déjà"}
    assert sent(client, here, world.educator, ended).status_code == 302
    for page in (base, here):
        found = client.get(page).content.decode()
        assert "Elle l’a déjà" in found
        assert "Carte du tramway" in found
    late = sent(client, here, world.educator, {"version": 1, "state": "done", "word": "Faite ce matin"})
    assert late.status_code == 409
    assert "Faite ce matin" in late.content.decode()
    again = sent(client, here, world.educator, {"version": 2, "state": "done", "word": "Faite ce matin"})
    assert again.status_code == 422
    owed.refresh_from_db()
    assert owed.state == "not_due"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("kind", "autre"), ("text", " "), ("owner", "user:personne"), ("due_at", timedelta(minutes=-1))],
)
def test_what_makes_no_task(world: World, field: str, wrong: Any) -> None:
    value = now() + wrong if field == "due_at" else wrong
    with pytest.raises(RuleBroken) as refusal:
        task(world.actor(), world.lila, **{field: value})
    assert refusal.value.field == field
    assert not Task.objects.filter(context=world.lila.pk).exists()


def test_another_teams_task_is_read_and_not_ended(world: World, at: Any) -> None:
    row = task(world.actor("case_worker"), world.lila, owner=f"user:{world.case_worker.pk}")
    address = f"/p/{world.lila.pk}/taches/{row.task_id}/"
    page = at("educator").get(address)
    assert SECRET in page.content.decode()
    assert "fin" not in [part.split('"')[0] for part in page.content.decode().split('id="')]
    assert sent(at("educator"), address, world.educator, {"version": 1, "state": "done"}).status_code == 403
    with pytest.raises(NotAllowed):
        tasks.task_settle(by=world.actor(), hand=row, state="done", version=1)


def test_health_staff_add_none_to_the_teams_list(world: World, at: Any) -> None:
    with pytest.raises(NotAllowed):
        task(world.actor("nurse"), world.lila, owner=f"user:{world.educator.pk}")
    assert at("nurse").get(f"/p/{world.lila.pk}/taches/nouvelle/").status_code == 403


def test_two_hands_end_it_once(world: World) -> None:
    row = task(world.actor(), world.lila, owner=f"role:educator:{world.home.pk}")
    tasks.task_settle(by=world.actor(), hand=row, state="done", version=1)
    with pytest.raises(StaleEdit):
        tasks.task_settle(by=world.actor("colleague"), hand=row, state="not_needed", word="x", version=1)


def test_a_slip_is_taken_back_by_its_author_a_moment_after(world: World, at: Any) -> None:
    row = task(world.actor(), world.lila, owner=f"role:educator:{world.home.pk}")
    here = f"/p/{world.lila.pk}/taches/{row.task_id}/"
    again = f"{here}remettre/"
    client, owed = at("educator"), row.task
    assert sent(client, again, world.educator, {"version": 1}).status_code == 422  # nothing to take back
    assert sent(client, here, world.educator, {"version": 1, "state": "done", "word": "Appelé"}).status_code == 302
    assert again in client.get(here).content.decode()
    assert again not in at("colleague").get(here).content.decode()
    assert sent(at("colleague"), again, world.colleague, {"version": 2}).status_code == 403
    assert sent(client, again, world.educator, {"version": 1}).status_code == 409
    assert sent(client, again, world.educator, {"version": 2}).status_code == 302
    owed.refresh_from_db()
    assert (owed.state, owed.due_at, owed.done_by) == ("open", row.task.due_at, None)
    assert owed in addressed_to(world.actor("colleague"))
    assert 'id="fin"' in client.get(here).content.decode()


def test_what_was_no_longer_needed_is_needed_again_and_only_its_last_words_are_shown(world: World, at: Any) -> None:
    row = task(world.actor(), world.lila)
    base, here = f"/p/{world.lila.pk}/", f"/p/{world.lila.pk}/taches/{row.task_id}/"
    tasks.task_settle(by=world.actor(), hand=row, state="not_needed", word="Premier mot", version=1)
    tasks.task_reopen(by=world.actor(), hand=row, version=2)
    assert "Premier mot" not in at("educator").get(here).content.decode()
    tasks.task_settle(by=world.actor(), hand=row, state="done", word="", version=3)
    for page in (base, here):
        found = at("educator").get(page).content.decode()
        assert SECRET in found
        assert "Premier mot" not in found


def test_after_a_while_nothing_is_taken_back(world: World, at: Any) -> None:
    row = task(world.actor(), world.lila)
    tasks.task_settle(by=world.actor(), hand=row, state="done", version=1)
    with time_machine.travel(now() + UNDO_WITHIN + timedelta(seconds=1), tick=False):
        assert "remettre/" not in at("educator").get(f"/p/{world.lila.pk}/taches/{row.task_id}/").content.decode()
        with pytest.raises(RuleBroken, match="délai"):
            tasks.task_reopen(by=world.actor(), hand=row, version=2)


def test_a_task_of_another_file_is_not_found_under_this_one(world: World, at: Any) -> None:
    row = task(world.actor(), world.noe)
    assert at("educator").get(f"/p/{world.lila.pk}/taches/{row.task_id}/").status_code == 404
