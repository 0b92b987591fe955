"""The journal: named writes, forms sent twice, and a history that cannot be changed unseen."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from maillage.audit import seal
from maillage.audit.journal import SYSTEM, action, note, record
from maillage.audit.models import JournalEntry, SealedBatch
from maillage.audit.seal import seal_batch
from maillage.audit.verbs import Verb, registered
from maillage.audit.verify import verify
from maillage.common.clock import now
from maillage.common.errors import RuleBroken, TokenConflict
from maillage.tasks.models import SweeperRun
from maillage.vault import keyring
from tests.flush import without_triggers

DONE = Verb("test.done", "Fait", {"level": int})


@dataclass(frozen=True)
class Someone:
    user_id: uuid.UUID
    token: str | None = None
    digest: str = ""


@pytest.fixture
def own_keys(settings, tmp_path):
    settings.KEYS = tmp_path / "keys"
    keyring.create_missing()


@action(DONE)
def beat(*, by, name: str, fail: bool = False) -> SweeperRun:
    row = SweeperRun.objects.create(name=name, at=now())
    note(subject=row.pk, level=2)
    if fail:
        raise RuleBroken("Non")
    return row


@pytest.mark.django_db
def test_an_action_leaves_one_row_with_its_author_subject_and_object() -> None:
    author = Someone(uuid.uuid4())
    row = beat(by=author, name="a")
    entry = JournalEntry.objects.get()
    assert (entry.by, entry.verb, entry.subject) == (author.user_id, "test.done", row.pk)
    assert (entry.object_type, entry.object_id, entry.payload) == ("tasks.SweeperRun", str(row.pk), {"level": 2})


@pytest.mark.django_db
def test_an_action_that_fails_leaves_neither_write_nor_row() -> None:
    with pytest.raises(RuleBroken):
        beat(by=Someone(uuid.uuid4()), name="a", fail=True)
    assert not SweeperRun.objects.exists()
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db
def test_an_action_without_author_is_refused() -> None:
    with pytest.raises(TypeError):
        beat(by=None, name="a")


@pytest.mark.django_db
def test_the_same_form_twice_is_done_once_and_answers_the_first_result() -> None:
    author = Someone(uuid.uuid4(), token="t1", digest="body")
    first = beat(by=author, name="a")
    again = beat(by=author, name="a")
    assert again.pk == first.pk
    assert (SweeperRun.objects.count(), JournalEntry.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_the_same_token_with_another_body_is_a_conflict() -> None:
    author = uuid.uuid4()
    beat(by=Someone(author, "t1", "body"), name="a")
    with pytest.raises(TokenConflict):
        beat(by=Someone(author, "t1", "other"), name="b")
    assert SweeperRun.objects.count() == 1


@pytest.mark.django_db
def test_two_people_may_use_the_same_token() -> None:
    beat(by=Someone(uuid.uuid4(), "t1", "x"), name="a")
    beat(by=Someone(uuid.uuid4(), "t1", "x"), name="b")
    assert SweeperRun.objects.count() == 2


@pytest.mark.django_db
def test_an_action_inside_an_action_spends_the_token_once() -> None:
    @action(DONE)
    def outer(*, by) -> SweeperRun:
        beat(by=by, name="inner")
        return SweeperRun.objects.create(name="outer", at=now())

    outer(by=Someone(uuid.uuid4(), "t1", "x"))
    assert sorted(JournalEntry.objects.values_list("token", flat=True), key=str) == [None, "t1"]


@pytest.mark.django_db
@pytest.mark.parametrize("payload", [{"text": "libre"}, {"level": "deux"}])
def test_a_payload_the_verb_does_not_declare_is_refused(payload: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"test\.done"):
        record(DONE, by=SYSTEM, payload=payload)


def test_no_verb_allows_free_text_beyond_codes() -> None:
    for verb in registered().values():
        assert not {"text", "note", "name", "words", "comment"} & set(verb.payload), verb.code


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["UPDATE audit_journalentry SET verb = 'x'", "DELETE FROM audit_journalentry"])
def test_the_database_refuses_to_change_a_row(sql: str) -> None:
    record(DONE, by=SYSTEM)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert JournalEntry.objects.get().verb == "test.done"


def forced(sql: str, *values: object) -> None:
    """What an administrator of the database can do: drop the triggers, write, put them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in ("audit_journalentry", "audit_sealedbatch"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(sql, values)
            for table in ("audit_journalentry", "audit_sealedbatch"):
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        else:
            with without_triggers(connection):
                cursor.execute(sql, values)


@pytest.fixture
def history(db, own_keys) -> list[int]:
    """Three sealed batches of three rows."""
    for _batch in range(3):
        for level in range(3):
            record(DONE, by=SYSTEM, payload={"level": level})
        assert seal_batch() == 3
    return list(JournalEntry.objects.order_by("pk").values_list("pk", flat=True))


def test_an_untouched_history_is_sound(history: list[int]) -> None:
    report = verify()
    assert report.sound, report.faults
    assert (report.rows, report.batches, report.unsealed) == (9, 3, 0)


@pytest.mark.parametrize("column", ["verb", "object_id", "at"])
def test_an_altered_row_is_found(history: list[int], column: str) -> None:
    value = now() - timedelta(days=3) if column == "at" else "x"
    forced(f"UPDATE audit_journalentry SET {column} = %s WHERE id = %s", value, history[4])
    assert verify().faults[0].row == history[4]


def test_an_altered_payload_is_found(history: list[int]) -> None:
    forced("UPDATE audit_journalentry SET payload = %s WHERE id = %s", '{"level": 7}', history[4])
    assert verify().faults[0].row == history[4]


def test_a_removed_row_is_found(history: list[int]) -> None:
    forced("DELETE FROM audit_journalentry WHERE id = %s", history[4])
    assert verify().faults[0].row == history[4]


def test_an_inserted_row_is_found(history: list[int]) -> None:
    copied = JournalEntry.objects.get(pk=history[4])
    copied.pk, copied.nonce = None, uuid.uuid4()
    copied.save(force_insert=True)
    assert verify().faults[0].row == copied.pk


def test_a_true_row_copied_is_refused_by_the_database_and_found_without_it(history: list[int]) -> None:
    copied = JournalEntry.objects.get(pk=history[4])
    copied.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        copied.save(force_insert=True)


def test_a_row_put_in_the_place_of_another_is_found(history: list[int]) -> None:
    forced("DELETE FROM audit_journalentry WHERE id = %s", history[4])
    fresh = record(DONE, by=SYSTEM, payload={"level": 1})
    forced("UPDATE audit_journalentry SET id = %s WHERE id = %s", history[4], fresh.pk)
    assert not verify().sound


def test_a_tail_cut_with_its_batch_is_found(history: list[int]) -> None:
    forced("DELETE FROM audit_journalentry WHERE id > %s", history[5])
    forced("DELETE FROM audit_sealedbatch WHERE id = %s", SealedBatch.objects.latest("pk").pk)
    assert "tail cut" in verify().faults[0].cause


def test_a_tail_rewritten_and_sealed_again_is_found(history: list[int]) -> None:
    """Even with our own keys: the mark outside the database knows the batch that was there."""
    mark = seal.mark_path().read_text()
    last = SealedBatch.objects.latest("pk").pk
    forced("DELETE FROM audit_journalentry WHERE id > %s", history[5])
    forced("DELETE FROM audit_sealedbatch WHERE id = %s", last)
    record(DONE, by=SYSTEM, payload={"level": 1})
    seal_batch()
    forced("UPDATE audit_sealedbatch SET id = %s WHERE id = %s", last, SealedBatch.objects.latest("pk").pk)
    seal.mark_path().write_text(mark)
    assert any("tail rewritten" in fault.cause for fault in verify().faults)


def test_a_batch_removed_from_the_middle_is_found(history: list[int]) -> None:
    middle = SealedBatch.objects.order_by("pk")[1].pk
    forced("DELETE FROM audit_sealedbatch WHERE id = %s", middle)
    assert any("was removed" in fault.cause for fault in verify().faults)


def test_a_forged_mark_is_found(history: list[int]) -> None:
    seal.mark_path().write_text(seal.mark_path().read_text().replace('"batch": ', '"batch": 9'))
    assert any("mark" in fault.cause for fault in verify().faults)


def test_a_missing_mark_is_found(history: list[int]) -> None:
    seal.mark_path().unlink()
    assert any("mark" in fault.cause for fault in verify().faults)


def test_rows_wait_unsealed_for_a_while_then_count_as_a_fault(history: list[int]) -> None:
    fresh = record(DONE, by=SYSTEM)
    assert (verify().sound, verify().unsealed) == (True, 1)
    assert verify(at=now() + timedelta(hours=1)).faults[0].row == fresh.pk


def test_a_row_committed_late_with_a_lower_id_is_sealed_by_the_next_batch(history: list[int]) -> None:
    """PostgreSQL gives ids before commit: a slow transaction lands behind a sealed batch."""
    first, second = record(DONE, by=SYSTEM), record(DONE, by=SYSTEM)
    late = JournalEntry.objects.get(pk=first.pk)
    forced("DELETE FROM audit_journalentry WHERE id = %s", first.pk)
    assert seal_batch() == 1
    late.save(force_insert=True)
    assert seal_batch() == 1
    assert verify().sound
    assert second.pk > first.pk


def test_a_clock_that_runs_backwards_raises_an_alert(history: list[int]) -> None:
    record(DONE, by=SYSTEM, at=now() - timedelta(days=1))
    seal_batch()
    assert JournalEntry.objects.filter(verb="journal.clock_moved").exists()


def test_nothing_to_seal_makes_no_batch(history: list[int]) -> None:
    assert seal_batch() == 0
    assert SealedBatch.objects.count() == 3


@pytest.mark.parametrize(
    ("ids", "ranges"), [([], []), ([3], [[3, 3]]), ([1, 2, 3, 7, 8], [[1, 3], [7, 8]]), ([8, 1, 2], [[1, 2], [8, 8]])]
)
def test_ranges_hold_exactly_their_ids(ids: list[int], ranges: list[list[int]]) -> None:
    assert seal.to_ranges(ids) == ranges
    assert seal.from_ranges(ranges) == sorted(ids)
