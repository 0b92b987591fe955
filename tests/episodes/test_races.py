"""Several processes open at once, on SQLite and on PostgreSQL alike. Judged on rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from maillage.common.clock import now
from maillage.common.errors import RuleBroken
from maillage.episodes import services
from maillage.episodes.models import MissingEpisode
from tests.episodes import world as worlds
from tests.tasks.crash import run
from tests.tasks.test_races import Shared, shared, together  # noqa: F401  # fixture


def crowded() -> worlds.World:
    """A home with eight residents."""
    world = worlds.build()
    world.others = [worlds.resident(world.home, f"Résidente {n}", "Étagère") for n in range(6)]  # type: ignore[attr-defined]
    return world


def opening(world: worlds.World, *people: Any, token: str | None = None) -> Callable[[], str]:
    """Open for these people: the ids of the episodes, or the field of the refusal."""

    def work() -> str:
        try:
            found = services.episodes_open(
                by=world.actor(token=token),
                people=people,
                noticed_at=now() - timedelta(minutes=5),
                facts=worlds.RUNAWAY,
            )
        except RuleBroken as refusal:
            return str(refusal.field)
        return ",".join(str(one.pk) for one in found)

    return work


def numbers() -> list[int]:
    return sorted(MissingEpisode.objects.values_list("number", flat=True))


def test_episodes_opened_at_once_have_numbers_that_follow(shared: Shared):  # noqa: F811
    settings, world = shared(crowded)
    together(settings, *(opening(world, one) for one in world.others))
    assert run(settings, numbers).value == [1, 2, 3, 4, 5, 6]


def test_two_professionals_open_one_episode_and_the_second_is_told(shared: Shared):  # noqa: F811
    settings, world = shared(worlds.build)
    said = together(settings, *(opening(world, world.lila) for _time in range(3)))
    assert sorted(said)[1:] == ["people", "people"]
    assert run(settings, numbers).value == [1]


def test_the_same_form_sent_at_once_gives_the_same_episodes(shared: Shared):  # noqa: F811
    settings, world = shared(worlds.build)
    same = opening(world, world.lila, world.noe, token="s" * 40)
    said = together(settings, same, same, same)
    assert len(set(said)) == 1
    assert run(settings, numbers).value == [1, 2]
