"""From the last contact to destruction: archived, brought back, proposed, visa, trash, destroyed, and a restore."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, transaction
from django.http import Http404

from maillage.accounts.actors import actor_of
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.casework.models import (
    Document,
    FamilyContact,
    HandTask,
    Judgement,
    Note,
    Observation,
    PlaceIncident,
    Share,
    TimelineEntry,
)
from maillage.casework.services import incidents, notes
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from maillage.desk import coverage
from maillage.episodes import services as episodes
from maillage.episodes.coverage import Period
from maillage.episodes.models import EpisodeDocument
from maillage.retention import ledger, selectors, services, worker
from maillage.retention.enums import FORGOTTEN, KeptState
from maillage.retention.models import Disposal, Erasure, Kept, OwnCopy
from maillage.retention.rules import defaults, later
from maillage.tasks.models import Task
from maillage.vault import files
from maillage.vault.models import DataKey
from maillage.vault.sealing import Erased, Opened
from maillage.youth import access, search
from maillage.youth import services as youth
from maillage.youth.lookup_models import KeptNames
from maillage.youth.models import Mission, ParentalSituation, Photo, Placement, YoungPerson
from tests.casework import capabilities
from tests.episodes import world as worlds
from tests.youth.young import picture


def left(world: worlds.World) -> YoungPerson:
    """Lila's placement ended today, nothing is owed about her."""
    placement = Placement.objects.get(person=world.lila)
    youth.placement_end(
        by=world.actor("case_worker"),
        placement=placement,
        version=placement.version,
        ends_on=now().date(),
        end_kind="return_home",
        motive="Synthétique",
        next_place="Chez sa grand-mère",
    )
    owed = Task.objects.filter(subject=world.lila.pk).exclude(state="done")
    owed.update(state="not_due", reason_not_due="Synthétique")
    return world.lila


def state_of(person: YoungPerson) -> str:
    return Kept.objects.get(person=person).state


def in_months(months: int) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(days=31 * months), tick=False)


def archived(world: worlds.World) -> Kept:
    worker.look(now())
    worker.look(now())
    worker.archive_due(now())
    return Kept.objects.get(person=world.lila)


def test_a_file_is_archived_after_its_time_and_brought_back_by_its_owner_alone(world: worlds.World) -> None:
    person = left(world)
    worker.look(now())
    assert Kept.objects.get(person=world.noe).held == "placed"  # she lives there: no clock
    with in_months(20):
        notes.note_write(by=world.actor("case_worker"), **_note(world))
        assert archived(world).state == KeptState.ACTIVE
    with in_months(40):  # twenty months after the note
        assert archived(world).state == KeptState.ACTIVE
        assert access.visible_to(world.actor("case_worker")).filter(pk=person.pk).exists()
    with in_months(46):
        kept = archived(world)
        assert kept.state == KeptState.ARCHIVED
        owner = world.actor("case_worker")
        for who in ("case_worker", "nurse", "ase_on_call"):
            assert not access.visible_to(world.actor(who)).filter(pk=person.pk).exists()
        assert [one.name for one in selectors.archives_of(owner)] == ["Lila Parapluie"]
        assert selectors.archives_of(world.actor("educator")) == selectors.archives_of(world.actor("nurse")) == []
        with pytest.raises(Http404):
            services.file_restore(by=world.actor("educator"), kept=kept, reason="Synthétique")
        with pytest.raises(RuleBroken):
            services.file_restore(by=owner, kept=kept, reason=" ")
        services.file_restore(by=owner, kept=kept, reason="Elle rappelle.")
        assert access.visible_to(owner).filter(pk=person.pk).exists()
        archived(world)
        assert state_of(person) == KeptState.ACTIVE  # its time starts anew


def _note(world: worlds.World) -> dict[str, Any]:
    return {"person": world.lila, "level": "team", "text": "Synthétique"}


def test_nothing_is_destroyed_without_the_visa_and_everything_before_is_undone(world: worlds.World) -> None:
    person = left(world)
    dpo, archivist = world.actor("dpo"), world.actor("archivist")
    with in_months(26):
        kept = archived(world)
        with pytest.raises(RuleBroken):
            services.disposal_make(by=dpo, departement="99")
    with in_months(160):
        worker.keep(now())
        assert state_of(person) == KeptState.ARCHIVED  # it waits, however long
        for who in ("archivist", "case_worker", "administrator"):
            with pytest.raises(NotAllowed):
                services.disposal_make(by=world.actor(who), departement="99")
        first = services.disposal_make(by=dpo, departement="99")
        services.disposal_withdraw(by=dpo, disposal=first)
        assert state_of(person) == KeptState.ARCHIVED
        second = services.disposal_make(by=dpo, departement="99")
        given = {"disposal": second, "reference": "AD99-2039-4", "visa_on": now().date()}
        with pytest.raises(NotAllowed):
            services.visa_give(by=dpo, **given)
        with pytest.raises(RuleBroken):
            services.visa_give(by=archivist, **{**given, "visa_on": date(2099, 1, 1)})
        services.visa_give(by=archivist, **given)
        with pytest.raises(RuleBroken):
            services.disposal_withdraw(by=dpo, disposal=second)
        worker.destroy_due(now())
        assert state_of(person) == KeptState.TRASH
        with pytest.raises(RuleBroken):
            services.file_destroy(by=SYSTEM, kept=kept)
        services.trash_undo(by=dpo, kept=kept)
        assert state_of(person) == KeptState.ARCHIVED
        third = services.disposal_make(by=dpo, departement="99")
        services.visa_give(by=archivist, **{**given, "disposal": third, "withheld": [kept.pk]})
        assert (state_of(person), selectors.ready("99", now()).count()) == (KeptState.ARCHIVED, 0)  # kept as history


def destroyed(world: worlds.World) -> YoungPerson:
    """Through every step, some years later; the clock of the test is moved by its caller."""
    services.disposal_make(by=world.actor("dpo"), departement="99")
    services.visa_give(
        by=world.actor("archivist"), disposal=Disposal.objects.get(), reference="AD99-1", visa_on=now().date()
    )
    Kept.objects.filter(person=world.lila).update(trash_until=now())
    worker.destroy_due(now())
    return world.lila


def test_destruction_leaves_no_word_only_figures_and_a_restored_backup_forgets_again(world: worlds.World) -> None:
    before = _figures(world, opened := world.in_state(worlds.EpisodeState.CLOSED))
    world.parent()
    photo = youth.photo_replace(by=SYSTEM, person=world.lila, content=picture())
    notes.note_write(by=world.actor("case_worker"), **_note(world))
    person, since = left(world), now()
    key = DataKey.objects.get(pk=person.data_key_id)
    search.search(world.actor("case_worker"), "Lila")
    search.Names().keep(now())
    kept_names = KeptNames.objects.select_related("data_key").get()
    with in_months(26):
        archived(world)
    with in_months(160):
        destroyed(world)
        row = Kept.objects.get(person=person)
        assert (row.state, Erasure.objects.get().key) == (KeptState.DESTROYED, key.pk)
        with pytest.raises(Erased):
            Opened(DataKey.objects.get(pk=key.pk), ["identity"])
        assert not files.path_of(photo.pk).exists()
        assert not Photo.objects.filter(person=person).exists()
        assert not Mission.objects.filter(person=person).exists()
        assert {one.authority for one in ParentalSituation.objects.filter(person=person)} == {"unknown"}
        assert search.whole_index().search("Lila", born=None, among=frozenset([person.pk]), limit=5) == []
        assert "Lila" not in _dump()
        with pytest.raises(Erased):
            Opened(DataKey.objects.get(pk=kept_names.data_key_id), ["identity"])
        # What is counted stays, without a name.
        assert _figures(world, opened, since) == before
        # Yesterday's backup: the key is there again.
        DataKey.objects.filter(pk=key.pk).update(wrapped=key.wrapped, destroyed_at=None)
        DataKey.objects.filter(pk=kept_names.data_key_id).update(wrapped=kept_names.data_key.wrapped, destroyed_at=None)
        kept_names.save(force_insert=True)
        Kept.objects.filter(person=person).update(state="archived", destroyed_at=None, disposal=None)
        Opened(DataKey.objects.get(pk=key.pk), ["identity"])
        assert services.replay() == 1
        for erased in (key.pk, kept_names.data_key_id):
            with pytest.raises(Erased):
                Opened(DataKey.objects.get(pk=erased), ["identity"])
        assert not KeptNames.objects.exists()
        assert (services.replay(), state_of(person)) == (0, KeptState.DESTROYED)
        # Keys from an older copy: the ledger outside learns what the database knows.
        ledger.path().unlink()
        assert services.replay() == 0
        assert [line.person for line in ledger.read()] == [person.pk]


def filled(world: worlds.World) -> None:
    """One of each in her file, papers of an episode and her own copy with it."""
    capabilities.fill(world)
    notes.note_write(by=world.actor(), **_note(world))
    episodes.document_make(by=world.actor(), episode=world.open(), kind="declaration")
    services.copy_keep(
        by=world.actor("case_worker"), person=world.lila, make=lambda number: (capabilities.pdf(), "0" * 64),
        sections=["education"], lines=1, left_out=0,
    )  # fmt: skip


def test_rows_that_never_change_go_once_their_key_is_destroyed_and_not_before(world: worlds.World) -> None:
    filled(world)
    hers = DataKey.objects.filter(pk=world.lila.data_key_id)
    models = [
        TimelineEntry, Note, FamilyContact, Observation, Judgement, HandTask, Document, Share, EpisodeDocument, OwnCopy,
    ]  # fmt: skip
    for model in models:
        [*kept] = model._base_manager.values_list("pk", flat=True)
        assert kept, model
        rows = model._base_manager.filter(pk__in=kept)
        when = next(name for name in ("written_at", "made_at") if hasattr(model, name))
        changes = [rows.delete, partial(rows.update, **{when: now()})]
        with transaction.atomic():
            for keys in (DataKey.objects.exclude(pk__in=hers), hers):
                for change in changes:
                    with pytest.raises(Exception, match="immutable"), transaction.atomic():
                        change()
                keys.update(destroyed_at=now())
            with pytest.raises(Exception, match="immutable"), transaction.atomic():
                changes[1]()
            rows.delete()
            transaction.set_rollback(True)
        assert rows.count() == len(kept)


def _figures(world: worlds.World, episode: Any, at: datetime | None = None) -> list[tuple[int, int]]:
    homes = coverage.homes_of(world.actor("manager"))
    month = coverage.Month.of(episode.noticed_at.date())
    page = coverage.page(homes, coverage.Choice(Period(month.plus(-1), month.plus(1))), at or now())
    return [(one.cell.number, one.cell.people) for one in page.totals[:6]]


def _dump() -> str:
    """Every text of every table."""
    found = []
    for model in apps.get_models():
        for row in model._base_manager.values_list():
            found += [str(one) for one in row if not isinstance(one, bytes | memoryview)]
    return "\n".join(found)


def test_the_ledger_outside_is_signed_and_survives_a_crash(world: worlds.World) -> None:
    line = ledger.Line(world.lila.pk, world.lila.data_key_id, datetime(2026, 1, 1, tzinfo=UTC), None)
    ledger.append(line)
    with ledger.path().open("a") as out:
        out.write('["cut sho')
    ledger.append(line)
    assert list(ledger.read()) == [line]
    assert ledger.path().stat().st_mode & 0o77 == 0
    body, signature = json.loads(ledger.path().read_text().splitlines()[0])
    with ledger.path().open("a") as out:
        out.write(json.dumps([body.replace(world.lila.pk.hex, world.noe.pk.hex), signature]) + "\n")
    with pytest.raises(ValueError, match="line 4"):
        services.replay()
    assert DataKey.objects.get(pk=world.noe.data_key_id).wrapped


def test_rules_are_decisions_that_stay_beside_each_other(world: worlds.World) -> None:
    dpo = world.actor("dpo")
    given = {**defaults(), "reference": "Avis du DPO du 3 mars"}
    for who in ("archivist", "case_worker", "administrator", "ase_on_call"):
        with pytest.raises(NotAllowed):
            services.rules_save(by=world.actor(who), departement="99", version=None, **given)
    with pytest.raises(NotAllowed):
        services.rules_save(by=dpo, departement="98", version=None, **given)
    with pytest.raises(RuleBroken) as more:
        services.rules_save(by=dpo, departement="99", version=None, **{**given, "active_months": 25})
    assert more.value.field == "active_months"
    first = services.rules_save(by=dpo, departement="99", version=None, **given)
    services.rules_save(by=dpo, departement="99", version=1, **{**given, "active_months": 12})
    with pytest.raises(StaleEdit):
        services.rules_save(by=dpo, departement="99", version=1, **given)
    assert selectors.values_of("99")["active_months"] == 12
    with pytest.raises(Exception, match="immutable"), transaction.atomic():
        type(first).objects.filter(pk=first.pk).update(active_months=1)


def test_the_database_refuses_a_destruction_without_a_list(world: worlds.World) -> None:
    worker.look(now())
    kept = Kept.objects.filter(person=world.lila)
    for columns in ({"state": "trash"}, {"state": "proposed", "archived_at": now()}, {"state": "destroyed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            kept.update(**columns)
    by = world.dpo
    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.create(
            departement="99", number=1, made_at=now(), made_by=by, visa_by=by, visa_at=now(), visa_on=now().date(),
            visa_reference="x",
        )  # fmt: skip


def test_what_was_noted_around_a_place_goes_after_the_months_of_its_departement(world: worlds.World) -> None:
    far = worlds.organisation("Foyer lointain", departement="98")
    educator = worlds.member("Ilan Carafe", ("educator", far))
    for by, place in [(world.actor(), world.home), (actor_of(educator), far)]:
        incidents.incident_record(
            by=by, organisation=place, kind="vehicle", happened_at=now(), seen="Synthétique", who_saw="Une voisine"
        )
    assert worker.forget(later(now(), months=24) - timedelta(days=1)) == 0
    given = {**defaults(), "reference": "Avis du DPO du 3 mars", "incident_months": 6}
    services.rules_save(by=world.actor("dpo"), departement="99", version=None, **given)
    assert worker.forget(later(now(), months=6) + timedelta(days=1)) == 1
    assert [row.organisation for row in PlaceIncident.objects.all()] == [far]  # its département keeps them longer
    assert worker.forget(later(now(), months=24) + timedelta(days=1)) == 1
    assert not PlaceIncident.objects.exists()
    said = [row.payload for row in JournalEntry.objects.filter(verb=FORGOTTEN.code).order_by("pk")]
    assert said == [{"photos": 0, "incidents": 1}] * 2


def test_replaced_photos_go_in_time(world: worlds.World) -> None:
    old = youth.photo_replace(by=SYSTEM, person=world.lila, content=picture())
    new = youth.photo_replace(by=SYSTEM, person=world.lila, content=picture())
    assert worker.forget(now() + timedelta(days=29)) == 0
    assert worker.forget(now() + timedelta(days=31)) == 1
    assert (files.path_of(old.pk).exists(), files.path_of(new.pk).exists()) == (False, True)
