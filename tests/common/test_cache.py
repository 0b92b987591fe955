"""The shared cache: forged rows run nothing, counters hold."""

import base64
import os
import pickle
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection

from maillage.common.clock import now

pytestmark = pytest.mark.django_db


class Command:
    """What somebody who writes the database would put there."""

    def __reduce__(self):
        return (os.mkdir, (os.environ["TRACE"],))


def forge(key: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute('UPDATE "maillage_cache" SET "value" = %s WHERE "cache_key" = %s', [value, f":1:{key}"])
        assert cursor.rowcount == 1


def test_a_row_forged_in_the_database_runs_nothing(tmp_path, monkeypatch):
    trace = tmp_path / "it-ran"
    monkeypatch.setenv("TRACE", str(trace))
    cache.set("limit", [1.5], 60)
    forge("limit", base64.b64encode(pickle.dumps(Command())).decode())
    assert cache.get("limit", "nothing") == "nothing"
    assert not trace.exists()


def test_what_is_kept_comes_back_until_it_expires():
    with time_machine.travel(now(), tick=False) as clock:
        cache.set("history", [12.5, 3], 60)
        assert cache.get("history") == [12.5, 3]
        clock.shift(timedelta(seconds=61))
        assert cache.get("history") is None
        assert cache.add("history", "again", 60)
        assert cache.get("history") == "again"


def test_only_the_first_of_two_adds_counts():
    assert cache.add("lock", 1, 60)
    assert not cache.add("lock", 2, 60)
    assert cache.get("lock") == 1
    assert cache.delete("lock")
    assert cache.get("lock") is None


def test_counting_does_not_put_off_the_end():
    with time_machine.travel(now(), tick=False) as clock:
        cache.add("search", 1, 60)
        clock.shift(timedelta(seconds=59))
        assert cache.incr("search") == 2
        clock.shift(timedelta(seconds=2))
        with pytest.raises(ValueError, match="no such key"):
            cache.incr("search")


def test_a_counter_is_never_pushed_out_by_others():
    cache.set("attempts", 5, 300)
    for number in range(400):
        cache.set(f"filling-{number:03}", 1, 300)
    cache.add("one-more", 1, 300)
    assert cache.get("attempts") == 5
