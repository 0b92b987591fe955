"""A flag: a line above the file until its day, lifted by hand before, read where its section is open."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.http import Http404

from maillage.casework.models import Flag
from maillage.casework.services import flags
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.desk.file import file_page
from maillage.youth.access import enter
from tests.episodes.world import World

WORDS = "Repère-synthétique"


def raised(world: World, by: str = "educator", section: str = "education", days: int = 3) -> Flag:
    return flags.flag_raise(by=world.actor(by), person=world.lila, text=WORDS, until=on(days), section=section)


def on(days: int) -> date:
    return (now() + timedelta(days=days)).date()


def shown(world: World, who: str = "educator") -> list[str]:
    """What stands above the file for this reader."""
    page = file_page(enter(world.actor(who), world.lila.pk), now())
    return [one.text for one in page.rows.flags]


def test_it_stands_above_the_file_until_its_day(world: World, at: Any) -> None:
    raised(world)
    for who in ("educator", "colleague", "case_worker"):
        assert shown(world, who) == [WORDS]
    assert WORDS in at("educator").get(f"/p/{world.lila.pk}/").content.decode()
    assert shown(world, "nurse") == []  # what the team writes is not of her section
    noon = now().replace(hour=12)
    with time_machine.travel(noon + timedelta(days=3), tick=False):
        assert shown(world) == [WORDS]
    with time_machine.travel(noon + timedelta(days=4), tick=False):
        assert shown(world) == []


def test_lifted_it_is_gone_and_says_by_whom(world: World, at: Any) -> None:
    row = raised(world)
    other = raised(world)
    flags.flag_lift(by=world.actor("manager"), flag=row)
    assert shown(world) == [WORDS]
    row.refresh_from_db()
    first = row.lifted_at
    flags.flag_lift(by=world.actor("colleague"), flag=row)  # twice: the first stands
    row.refresh_from_db()
    assert (row.lifted_by, row.lifted_at) == (world.manager, first)
    flags.flag_lift(by=world.actor(), flag=other)
    assert WORDS not in at("educator").get(f"/p/{world.lila.pk}/").content.decode()


def test_one_of_health_is_for_health_staff_alone(world: World, at: Any) -> None:
    row = raised(world, by="nurse", section="health")
    assert shown(world, "nurse") == [WORDS]
    for who in ("educator", "manager", "carer", "case_worker", "ase_on_call"):
        assert shown(world, who) == [], who
    assert WORDS not in at("educator").get(f"/p/{world.lila.pk}/").content.decode()
    with pytest.raises(NotAllowed):
        raised(world, section="health")
    with pytest.raises(Http404):  # for her there is no such row
        flags.flag_lift(by=world.actor(), flag=row)


@pytest.mark.parametrize("days", [-1, 367])
def test_a_day_gone_by_or_beyond_a_year_is_refused(world: World, days: int) -> None:
    with pytest.raises(RuleBroken) as refusal:
        raised(world, days=days)
    assert refusal.value.field == "until"
