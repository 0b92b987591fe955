"""kill -9 before write n, for every n of opening two episodes: all or nothing, and the same form again finishes it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from maillage.audit.models import JournalEntry
from maillage.episodes import services
from maillage.episodes.models import EpisodeEvent, MissingEpisode
from maillage.tasks.models import Task
from maillage.youth.services import SheetOpening
from tests.episodes import world as worlds
from tests.tasks import crash

AT = datetime(2026, 11, 3, 22, 40, tzinfo=UTC)


def rows() -> tuple[int, ...]:
    opened = JournalEntry.objects.filter(verb__in=["episode.opened", "sheet.opened"])
    return tuple(
        table.count() for table in (MissingEpisode.objects, EpisodeEvent.objects, SheetOpening.objects, opened)
    )


def test_opening_is_whole_or_absent_and_the_same_form_finishes_it(
    prepared: Callable[[Callable[[], object]], tuple[Path, worlds.World]],
    tmp_path: Path,
):
    with time_machine.travel(AT, tick=False):
        file, world = prepared(worlds.build)

        def opening() -> int:
            with time_machine.travel(AT, tick=False):
                services.episodes_open(
                    by=world.actor(token="t" * 40),
                    people=[world.lila, world.noe],
                    noticed_at=AT - timedelta(minutes=5),
                    facts=worlds.WORRYING,
                )
                return Task.objects.count()

        def whole(killed: bool) -> None:
            assert rows() == ((0, 0, 0, 0) if killed else (2, 2, 2, 4))
            assert bool(Task.objects.exists()) != killed
            tasks = opening()
            assert rows() == (2, 2, 2, 4)
            assert Task.objects.count() == tasks == 2 * len(set(Task.objects.values_list("key", flat=True)))

        outcomes = crash.before_every_write(file, tmp_path, act=opening, check=whole)
    assert len(outcomes) > 10
    assert [outcome.killed for outcome in outcomes] == [True] * (len(outcomes) - 1) + [False]
