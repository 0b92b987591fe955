"""Whom the desk lists, read in one query, is whom the plain rules give, whoever reads it."""

import uuid
from datetime import timedelta

import pytest
import time_machine

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import Role
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.desk.selectors import desk, faces_among, watch
from maillage.episodes import access as episodes
from maillage.episodes import services
from maillage.episodes.enums import EpisodeState
from maillage.episodes.lifecycle import state_of
from maillage.tasks import services as tasks
from maillage.youth import services as youth
from maillage.youth.access import current_missions, visible_to
from maillage.youth.faces import homes_of
from maillage.youth.models import Mission, YoungPerson
from maillage.youth.selectors import residents
from tests.episodes import world as worlds

EVERYONE = (
    "educator", "colleague", "manager", "carer", "nurse", "case_worker", "ase_on_call", "stranger", "dpo",
    "administrator", "passing", "former",
)  # fmt: skip


def plain(actor: Actor) -> set[uuid.UUID]:
    """Who lives in her homes, whom she follows herself, the episodes her roles watch: by the rule of sight alone."""
    seen = visible_to(actor)
    hers = current_missions(actor).filter(user_id=actor.user_id)
    watched = {
        one.person_id
        for one in episodes.visible_to(actor).filter(closed_at__isnull=True)
        if (Role.ASE_ON_CALL in actor.roles and state_of(one) in (EpisodeState.MISSING, EpisodeState.LOCATED))
        or (Role.HEALTH_STAFF in actor.roles and one.returned_at)
    }
    listed = {one.pk for one in residents(homes_of(actor), actor)} | watched
    listed |= set(hers.values_list("person__main_id", flat=True))
    return listed & set(seen.values_list("pk", flat=True))


def lines(actor: Actor) -> set[uuid.UUID]:
    found = desk(actor, now())
    seen = {line.face.pk for part in (found.away, found.outside, *(one.lines for one in found.houses)) for line in part}
    # Nothing about somebody she does not see has a name; steps about others are there without any.
    faces = {one.face.pk for one in (*found.relays, *found.steps) if one.face} | seen
    faces |= {step.face.pk for step in watch(actor, now()).steps if step.face}
    assert faces <= set(visible_to(actor).values_list("pk", flat=True))
    return seen


@pytest.fixture
def full(world: worlds.World) -> worlds.World:
    """Everything that brings someone to a desk: a home, an own mission, an hour's access, a step, a relay, an episode,
    a return, a joined file, a mission that ended."""
    away = world.open()
    back = worlds.resident(world.other_home, "Maud", case_worker=world.case_worker, ase=world.ase)
    # The stranger's home: she notes the return, and a nurse may see her.
    manager = actor_of(world.stranger)
    youth.mission_open(by=SYSTEM, person=back, kind="health", organisation=world.health, legal_basis="care")
    services.returned(by=manager, episode=world.open(back, by=manager), happened_at=now())
    step = next(one for one in world.tasks(away).values() if one.live)
    tasks.hand_over(
        by=world.actor(), task=step, to_user=world.stranger, to_organisation=world.other_home,
        answer_within=timedelta(minutes=5),
    )  # fmt: skip
    world.passing = worlds.member("Robin Tampon", (Role.EDUCATOR, world.ase))
    Mission.objects.create(
        person=world.noe, user=world.passing, kind="temporary", sections=["identity"], legal_basis="written_reason",
        data_key=world.noe.data_key, reason=b"sealed", starts_at=now(), ends_at=now() + timedelta(hours=1),
    )  # fmt: skip
    world.former = worlds.member("Ange Agenda", (Role.EDUCATOR, world.ase))
    for start, end in ((3, 2), (-2, None)):  # one ended, one to come
        Mission.objects.create(
            person=world.lila, user=world.former, kind="follows", sections=["identity"], legal_basis="judge",
            starts_at=now() - timedelta(days=start), ends_at=end and now() - timedelta(days=end),
        )  # fmt: skip
    # A second file of Noé, with a case worker and a carer of its own, joined to the first.
    part = youth.person_create(by=SYSTEM, departement="99", given_name="Noé", family_name="Paravent")
    for kind, user in (("case_worker", world.case_worker), ("hosts", world.former), ("follows", world.carer)):
        youth.mission_open(by=SYSTEM, person=part, kind=kind, user=user, legal_basis="judge")
    YoungPerson.objects.filter(pk=part.pk).update(main=world.noe)
    return world


@pytest.mark.parametrize("who", EVERYONE)
def test_the_desk_lists_whom_the_rules_give(full: worlds.World, who: str) -> None:
    actor = actor_of(getattr(full, who))
    for later in (timedelta(), timedelta(hours=1), timedelta(days=2)):
        with time_machine.travel(now() + later, tick=False):
            assert lines(actor) == plain(actor)
            everyone = list(YoungPerson.objects.order_by("pk").values_list("pk", flat=True))
            among = [face.pk for face in faces_among(actor, everyone)]
            assert among == [pk for pk in everyone if visible_to(actor).filter(pk=pk).exists()]
