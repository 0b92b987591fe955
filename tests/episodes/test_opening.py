"""Opening: several at once, from anywhere, once."""

from datetime import timedelta

import pytest
import time_machine
from django.http import Http404

from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.errors import RuleBroken, StaleEdit, TokenConflict
from maillage.episodes import access, lifecycle, selectors, services
from maillage.episodes.enums import EpisodeKind, EventKind, Origin
from maillage.episodes.models import EpisodeEvent, MissingEpisode, Outing
from maillage.tasks.enums import TaskState
from maillage.youth import access as youth
from maillage.youth.enums import Authority, Contact, MissionKind
from maillage.youth.services import SheetOpening, mission_open
from tests.episodes.world import ABSENCE, RUNAWAY, WORRYING, coming, member, organisation, resident


def open_both(world, by=None, **values):
    return services.episodes_open(
        by=by or world.actor(),
        people=[world.lila, world.noe],
        noticed_at=values.pop("noticed_at", now() - timedelta(minutes=5)),
        facts=RUNAWAY | {"whereabouts": "yes"},
        **values,
    )


def test_two_who_left_together_have_each_their_own_episode_and_nothing_links_them(world):
    first, second = open_both(world)
    assert (first.person_id, second.person_id) == (world.lila.pk, world.noe.pk)
    assert (first.number, second.number) == (1, 2)
    for episode, other in ((first, world.noe), (second, world.lila)):
        rows = JournalEntry.objects.filter(subject=episode.person_id)
        said = "".join(str(row.payload) + row.object_id for row in rows)
        said += "".join(str(event.facts) for event in episode.events.order_by("id"))
        assert str(other.pk) not in said
    assert SheetOpening.objects.filter(closed_at__isnull=True).count() == 2


def test_one_refusal_opens_nobody(world):
    world.open(world.noe)
    with pytest.raises(RuleBroken, match="Un épisode est déjà ouvert pour N. L.") as refused:
        open_both(world)
    assert refused.value.field == "people"
    assert MissingEpisode.objects.filter(person=world.lila).count() == 0
    assert SheetOpening.objects.filter(person=world.lila).count() == 0


def test_the_same_form_twice_gives_the_same_episodes(world):
    by = world.actor(token="a" * 40)
    first = open_both(world, by)
    again = open_both(world, by)
    assert [one.pk for one in again] == [one.pk for one in first]
    assert MissingEpisode.objects.count() == 2
    with pytest.raises(TokenConflict):
        open_both(world, world.actor(token="a" * 40, digest="autre"))


def test_a_stranger_opens_nothing_and_learns_nothing(world):
    with pytest.raises(Http404):
        world.open(by=world.actor("stranger"))
    episode = world.open()
    with pytest.raises(Http404):
        access.get_visible_or_404(world.actor("stranger"), episode.pk)
    assert not access.visible_to(world.actor("stranger")).exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"noticed_at": "future"}, "noticed_at"),
        ({"last_seen_at": "after"}, "last_seen_at"),
        ({"facts": {"inconnue": "yes"}}, "facts"),
        ({"declared_kind": EpisodeKind.WORRYING_DISAPPEARANCE}, "kind_reason"),
        ({"declared_kind": EpisodeKind.WORRYING_DISAPPEARANCE, "kind_reason": "  "}, "kind_reason"),
    ],
)
def test_bad_input_names_its_field(world, values, field):
    instants = {"future": now() + timedelta(hours=1), "after": now() - timedelta(minutes=1)}
    values = {key: instants.get(value, value) if isinstance(value, str) else value for key, value in values.items()}
    with pytest.raises(RuleBroken) as refused:
        world.open(**values)
    assert refused.value.field == field
    assert not MissingEpisode.objects.exists()


def test_another_reading_than_the_suggestion_is_kept_with_its_reason(world):
    episode = world.open(declared_kind=EpisodeKind.WORRYING_DISAPPEARANCE, kind_reason="Un message inhabituel")
    assert (episode.suggested_kind, episode.declared_kind) == (
        EpisodeKind.RUNAWAY,
        EpisodeKind.WORRYING_DISAPPEARANCE,
    )
    opened = youth.reveal(world.actor(), world.lila)
    assert opened.text(episode, "kind_reason") == "Un message inhabituel"
    assert b"inhabituel" not in bytes(episode.kind_reason)
    assert "prosecutor" in world.tasks(episode)


def test_an_outing_that_did_not_end_becomes_the_episode(world):
    by = world.actor()
    outing = services.outing_start(
        by=by,
        person=world.lila,
        kind="visit",
        left_at=now() - timedelta(hours=5),
        expected_at=now() - timedelta(hours=1),
        where="Chez une tante",
    )
    episode = world.open(last_seen_at=None, ago=30)
    outing.refresh_from_db()
    assert (episode.origin, episode.outing_id, episode.last_seen_at) == (Origin.OUTING, outing.pk, outing.left_at)
    assert outing.missing_at == episode.noticed_at
    assert outing.returned_at is None
    assert selectors.outings_of([world.lila.pk]) == {}
    with pytest.raises(RuleBroken, match="notez le retour dans l’épisode"):
        services.outing_end(by=by, outing=outing)
    services.returned(by=by, episode=episode, happened_at=now())
    outing.refresh_from_db()
    assert outing.returned_at is not None


@pytest.mark.parametrize(
    ("kind", "role", "origin"),
    [
        ("home", "educator", Origin.HOME),
        ("foster_care", "foster_carer", Origin.FOSTER_CARER),
        ("aemo", "educator", Origin.AEMO),
    ],
)
def test_an_episode_starts_from_a_home_a_foster_carer_or_an_aemo_service(world, kind, role, origin):
    where = organisation("Service du Vestibule", kind, parent=world.ase)
    world.someone = member("Dominique Patère", (role, where))
    person = resident(where, "Zoé", "Vestibule")
    if role == "foster_carer":  # she sees the child she is named for, not those of her service
        mission_open(by=SYSTEM, person=person, kind=MissionKind.HOSTS, user=world.someone, legal_basis="judge")
    episode = world.open(person, by=world.actor("someone"), origin=origin)
    assert (episode.organisation_id, episode.origin, episode.number) == (where.pk, origin, 1)


def test_someone_without_a_place_needs_a_service(world):
    placement = youth_placement(world)
    placement.ends_on, placement.end_kind = placement.starts_on, "move"
    placement.save()
    with pytest.raises(RuleBroken) as refused:
        world.open()
    assert refused.value.field == "organisation"
    assert world.open(organisation=world.home).organisation_id == world.home.pk


def youth_placement(world):
    return world.lila.placements.get()


def test_numbers_follow_each_other_in_each_organisation(world):
    other = resident(world.other_home, "Ida", "Escabeau")
    world.open()
    second = world.open(world.noe)
    elsewhere = world.open(other, by=world.actor("stranger"))
    assert (second.number, elsewhere.number) == (2, 1)


# --- Reading again ---------------------------------------------------------------------------------------------------


def test_new_facts_reopen_the_questions_and_what_is_owed_follows(world):
    episode = world.open(facts=ABSENCE)
    before = world.tasks(episode)
    assert "call_police" not in before
    changed = services.reading_change(by=world.actor(), episode=episode, facts=WORRYING, version=episode.version)
    after = world.tasks(episode)
    assert changed.declared_kind == EpisodeKind.WORRYING_DISAPPEARANCE
    assert set(before) < set(after)
    assert after["call_police"].due_at >= changed.opened_at
    assert after["ase_now"].due_at < before["ase_now"].due_at
    assert any(key.startswith("new_reading:") for key in after)
    assert after["read_again"].state == TaskState.DONE
    assert EpisodeEvent.objects.filter(episode=episode, kind=EventKind.READING).count() == 2


def test_a_calmer_reading_drops_nothing_and_loosens_nothing(world):
    with time_machine.travel(coming(11, 3, 14), tick=False):
        episode = world.open(facts=WORRYING)
        before = world.tasks(episode)
        services.reading_change(by=world.actor(), episode=episode, facts=ABSENCE, version=episode.version)
        after = world.tasks(episode)
    assert set(before) <= set(after)
    for key, task in before.items():
        assert (after[key].state, after[key].due_at) == (task.state, task.due_at)


def test_a_calmer_reading_in_the_morning_of_a_nights_episode_makes_nothing_later(world):
    """The delays of the day are the shorter ones: they may bring a step nearer, never push it away."""
    with time_machine.travel(coming(11, 3, 6, 30), tick=False):
        episode = world.open(facts=WORRYING, noticed_at=now() - timedelta(hours=1))
        before = world.tasks(episode)
        services.reading_change(by=world.actor(), episode=episode, facts=ABSENCE, version=episode.version)
        after = world.tasks(episode)
    nearer = []
    for key, task in before.items():
        assert after[key].state == task.state
        if task.due_at is not None:
            assert after[key].due_at <= task.due_at
            nearer += [key] if after[key].due_at < task.due_at else []
    assert nearer


def test_a_reading_made_on_an_older_one_shows_both(world):
    episode = world.open()
    services.reading_change(by=world.actor(), episode=episode, facts=WORRYING, version=1)
    with pytest.raises(StaleEdit) as stale:
        services.reading_change(by=world.actor("colleague"), episode=episode, facts={"threat": "no"}, version=1)
    shown = {(one.stored, one.typed) for one in stale.value.differences}
    assert ("Oui", "Non") in shown
    assert stale.value.current_version == 2


def test_a_disagreement_adds_the_prosecutors_decision_and_keeps_our_reading(world):
    episode = world.open(facts=WORRYING)
    services.authority_qualify(
        by=world.actor(), episode=episode, authority="police", kind="runaway", happened_at=now(), who="PV 0000"
    )
    asked = [key for key in world.tasks(episode) if key.startswith("ask_prosecutor:")]
    assert len(asked) == 1
    episode.refresh_from_db()
    assert episode.declared_kind == EpisodeKind.WORRYING_DISAPPEARANCE
    page = selectors.episode_page(world.actor(), access.get_visible_or_404(world.actor(), episode.pk), now())
    assert [(one.authority, one.kind, one.disagrees) for one in page.qualifications] == [("Police", "Fugue", True)]


@pytest.mark.parametrize(
    ("authority", "kind"), [("police", "worrying_disappearance"), ("prosecutor", "unauthorised_absence")]
)
def test_agreement_or_the_prosecutors_word_adds_nothing(world, authority, kind):
    episode = world.open(facts=WORRYING)
    services.authority_qualify(by=world.actor(), episode=episode, authority=authority, kind=kind, happened_at=now())
    assert not [key for key in world.tasks(episode) if key.startswith("ask_prosecutor:")]


# --- Parents ---------------------------------------------------------------------------------------------------------


def test_a_forbidden_notice_is_never_a_task_in_the_whole_course(world):
    """Every authority × every contact, as so many guardians of one young person."""
    guardians = {
        world.parent(authority=authority, contact=contact, may_know_place=False).pk.hex: (authority, contact)
        for authority in Authority
        for contact in Contact
    }
    by = world.actor()
    episode = world.open(facts=ABSENCE)
    services.reading_change(by=by, episode=episode, facts=WORRYING, version=1)
    services.returned(by=by, episode=episode, happened_at=now())
    notices = [task for key, task in world.tasks(episode).items() if key.rpartition(":")[2] in guardians]
    assert len(notices) == 3 * len(guardians)
    for task in notices:
        authority, contact = guardians[task.key.rpartition(":")[2]]
        allowed = authority in (Authority.FULL, Authority.PARTIAL) and contact in (Contact.ALLOWED, Contact.MEDIATED)
        # Back: one call says the absence and the return, to those who may be told.
        due = allowed and task.key.startswith("parents_back:")
        assert (task.state == TaskState.NOT_DUE) == bool(task.reason_not_due) == (not due)
        assert "Ana" not in task.title + task.why


def test_a_decision_that_comes_during_the_episode_is_followed(world):
    parent = world.parent()
    episode = world.open(facts=ABSENCE)
    key = f"parents:{parent.pk.hex}"
    assert world.tasks(episode)[key].state == TaskState.OPEN
    world.parent(parent=parent, version=1, contact=Contact.FORBIDDEN)
    services.reading_change(by=world.actor(), episode=episode, facts=WORRYING, version=1)
    assert world.tasks(episode)[key].state == TaskState.NOT_DUE


# --- Outings ---------------------------------------------------------------------------------------------------------


def test_an_outing_is_recorded_extended_and_ended(world):
    by = world.actor()
    outing = services.outing_start(
        by=by, person=world.lila, kind="permission", expected_at=now() + timedelta(hours=2), where="Au cinéma"
    )
    assert b"cin" not in bytes(outing.where)
    with pytest.raises(RuleBroken, match="déjà en cours"):
        services.outing_start(by=by, person=world.lila, kind="visit", expected_at=now() + timedelta(hours=1))
    longer = now() + timedelta(hours=3)
    assert services.outing_extend(by=by, outing=outing, expected_at=longer, version=1).expected_at == longer
    with pytest.raises(StaleEdit):
        services.outing_extend(by=by, outing=outing, expected_at=longer, version=1)
    with pytest.raises(RuleBroken) as refused:
        services.outing_end(by=by, outing=outing, returned_at=outing.left_at - timedelta(minutes=1))
    assert refused.value.field == "returned_at"
    services.outing_end(by=by, outing=outing)
    assert selectors.outings_of([world.lila.pk]) == {}
    assert Outing.objects.get().returned_at is not None


def test_an_outing_returns_after_it_leaves(world):
    with pytest.raises(RuleBroken) as refused:
        services.outing_start(by=world.actor(), person=world.lila, kind="visit", expected_at=now())
    assert refused.value.field == "expected_at"


def test_nobody_goes_out_while_missing(world):
    world.open()
    with pytest.raises(RuleBroken, match="Un épisode est ouvert"):
        services.outing_start(by=world.actor(), person=world.lila, kind="visit", expected_at=now() + timedelta(hours=1))


def test_health_staff_records_no_outing_and_strangers_see_none(world):
    expected = now() + timedelta(hours=1)
    with pytest.raises(Exception, match="rôle"):
        services.outing_start(by=world.actor("nurse"), person=world.lila, kind="visit", expected_at=expected)
    with pytest.raises(Http404):
        services.outing_start(by=world.actor("stranger"), person=world.lila, kind="visit", expected_at=expected)


# --- Versions --------------------------------------------------------------------------------------------------------


def test_an_episode_keeps_the_protocol_it_began_with(world):
    from_shipped = world.open()
    text = services.shipped()["under-13-at-once.yaml"]
    version = services.protocol_load(by=world.actor("ase_on_call"), text=text, name="a.yaml", departement="99")
    after = world.open(world.noe)
    assert after.protocol_id == version.pk != from_shipped.protocol_id
    assert lifecycle.state_of(after) == "missing"
    services.reading_change(by=world.actor(), episode=from_shipped, facts=WORRYING, version=1)
    from_shipped.refresh_from_db()
    assert from_shipped.protocol.slug == "reference"


def test_shipped_protocols_load_once(world):
    services.load_shipped(SYSTEM)
    slugs = selectors.questions_of("99", now())
    assert slugs
    assert selectors.questions_of("75", now()) == slugs
