"""Planning, for any situation: no step lost, due times never move away, nights and zones told apart."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.common.localtime import is_night
from maillage.episodes import protocol
from maillage.episodes.enums import Answer, EpisodeKind, EpisodeState, EventKind, Trigger
from maillage.episodes.services import shipped
from maillage.tasks.rota import ROTA_ROLES
from maillage.youth.enums import LegalStatus
from tests.episodes.definitions import SMALL, spoiled

SMALL_ONE = protocol.load(SMALL, "essai.yaml")
SHIPPED = [protocol.load(text, name) for name, text in shipped().items()]
ALL = [SMALL_ONE, *SHIPPED]
ZONES = ["Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Noumea", "America/Cayenne"]
HOME = uuid.UUID(int=1)
NOTICED = datetime(2026, 11, 3, 14, 0, tzinfo=UTC)

instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
parents = st.lists(
    st.builds(
        protocol.ParentNotice,
        id=st.uuids(),
        label=st.sampled_from(["mère", "père", "tuteur ou tutrice"]),
        allowed=st.booleans(),
        reason=st.just("Une raison."),
    ),
    max_size=3,
    unique_by=lambda parent: parent.id,
)


@st.composite
def situations(draw) -> protocol.Situation:
    noticed = draw(instants)
    later = draw(st.lists(st.integers(0, 10_000), max_size=4))
    repeated = st.sampled_from([Trigger.SIGN_OF_LIFE, Trigger.DISAGREEMENT, Trigger.KIND_CHANGED])
    occurrences = [protocol.Occurrence(Trigger.OPENED, noticed)]
    for number, minutes in enumerate(later):
        at = noticed + timedelta(minutes=minutes)
        occurrences.append(protocol.Occurrence(draw(repeated), at, f"{number:032x}"))
    changes = [one.at for one in occurrences if one.trigger == Trigger.KIND_CHANGED]
    return protocol.Situation(
        kind=draw(st.sampled_from(EpisodeKind)),
        state=EpisodeState.MISSING,
        age=draw(st.one_of(st.none(), st.integers(3, 20))),
        legal_status=draw(st.sampled_from(LegalStatus)),
        organisation_id=HOME,
        zone=draw(st.sampled_from(ZONES)),
        night_from=time(21),
        night_to=time(7),
        noticed_at=noticed,
        kind_since=max(changes, default=noticed),
        occurrences=tuple(occurrences),
        parents=tuple(draw(parents)),
        station_phone="01 99 00 17 17",
        talk_within=timedelta(hours=72),
    )


def situation(**changes) -> protocol.Situation:
    noticed = changes.get("noticed_at", NOTICED)
    values = {
        "kind": EpisodeKind.RUNAWAY,
        "state": EpisodeState.MISSING,
        "age": 15,
        "legal_status": LegalStatus.JUDGE,
        "organisation_id": HOME,
        "zone": "Europe/Paris",
        "night_from": time(21),
        "night_to": time(7),
        "noticed_at": noticed,
        "kind_since": noticed,
        "occurrences": (protocol.Occurrence(Trigger.OPENED, noticed),),
        "station_phone": "01 99 00 17 17",
    }
    return protocol.Situation(**(values | changes))


def plan(found: protocol.Situation, of: protocol.Protocol = SMALL_ONE):
    return {task.key: task for task in protocol.plan(of, found)}


def as_known(planned) -> list[protocol.Known]:
    """The rows a plan becomes, as far as planning looks at them."""
    return [
        protocol.Known(
            key=task.key,
            live=not task.not_due_reason,
            by_person=False,
            starts_at=None if task.not_due_reason else task.due_from,
            due_at=None if task.not_due_reason or task.due_from is None else task.due_from + task.due_within,
            within=task.due_within,
        )
        for task in planned
    ]


def applied(known: list[protocol.Known], changes) -> list[protocol.Known]:
    """Rows after `tasks_plan`: new ones added, existing ones with a delay counted from the start they have."""
    rows = {task.key: task for task in known}
    for task in changes:
        held = rows.get(task.key)
        if held is None:
            (rows[task.key],) = as_known([task])
        elif held.starts_at is not None and not task.not_due_reason:
            rows[task.key] = replace(held, due_at=held.starts_at + task.due_within, within=task.due_within)
        elif not task.not_due_reason:
            rows[task.key] = replace(held, within=task.due_within)
    return list(rows.values())


# --- Properties ------------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(found=situations(), of=st.sampled_from(ALL))
def test_no_step_is_lost_and_none_comes_twice(found, of):
    planned = protocol.plan(of, found)
    keys = [task.key for task in planned]
    assert len(set(keys)) == len(keys)
    wanted = set()
    for step in of.steps:
        for occurrence in found.occurrences:
            if step.trigger != occurrence.trigger or not protocol._holds(step.when, found, occurrence.at):
                continue
            key = f"{step.key}:{occurrence.id}" if occurrence.id else step.key
            wanted |= {f"{key}:{one.id.hex}" for one in found.parents} if step.for_each else {key}
    assert set(keys) == wanted
    assert all(len(key) <= 60 for key in keys)


@settings(max_examples=150, deadline=None)
@given(found=situations(), of=st.sampled_from(ALL))
def test_a_notice_that_is_not_allowed_is_a_stated_reason_never_a_task(found, of):
    allowed = {one.id.hex: one.allowed for one in found.parents}
    for task in protocol.plan(of, found):
        tail = task.key.rpartition(":")[2]
        if tail in allowed:
            assert bool(task.not_due_reason) != allowed[tail]
        else:
            assert not task.not_due_reason


@settings(max_examples=150, deadline=None)
@given(found=situations(), of=st.sampled_from(ALL))
def test_every_step_has_a_clock_an_owner_and_a_chain_that_ends_somewhere(found, of):
    keys = {task.key for task in protocol.plan(of, found)}
    for task in protocol.plan(of, found):
        assert task.due_within >= timedelta()
        assert (task.due_from is None) == (task.starts_after is not None)
        assert task.starts_after is None or task.starts_after in keys
        assert task.escalation[-1][1] in protocol.ALWAYS_STAFFED
        assert task.due_from is None or task.due_from >= found.noticed_at


@settings(max_examples=150, deadline=None)
@given(
    found=situations(),
    of=st.sampled_from(ALL),
    kinds=st.lists(st.sampled_from(EpisodeKind), min_size=1, max_size=4),
    gaps=st.lists(st.integers(1, 600), min_size=4, max_size=4),
    ages=st.lists(st.one_of(st.none(), st.integers(3, 20)), min_size=4, max_size=4),
)
def test_replanning_adds_and_tightens_never_drops_never_loosens(found, of, kinds, gaps, ages):
    known = as_known(protocol.plan(of, found))
    at = max(one.at for one in found.occurrences)
    for kind, gap, age in zip(kinds, gaps, ages, strict=False):
        before = {task.key: task for task in known}
        at += timedelta(minutes=gap)
        change = protocol.Occurrence(Trigger.KIND_CHANGED, at, uuid.uuid4().hex)
        found = replace(found, kind=kind, kind_since=at, age=age, occurrences=(*found.occurrences, change))
        planned = protocol.plan(of, found)
        known = applied(known, protocol.replan(planned, known, at))
        after = {task.key: task for task in known}
        assert set(before) <= set(after)
        assert {task.key for task in planned} <= set(after)
        for key, task in before.items():
            assert after[key].within <= task.within
            if task.due_at is not None:
                assert after[key].due_at <= task.due_at
            assert after[key].live == task.live
    assert protocol.replan(protocol.plan(of, found), known, at) == []


@settings(max_examples=100, deadline=None)
@given(found=situations(), of=st.sampled_from(ALL), younger=st.integers(1, 10))
def test_a_younger_age_never_gives_more_time(found, of, younger):
    if found.age is None:
        return
    child = replace(found, age=found.age - younger)
    older = plan(found, of)
    for key, task in plan(child, of).items():
        if key in older:
            assert task.due_within <= older[key].due_within


# --- Day, night, zones -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "zone", "hours"),
    [
        ("2026-11-03 20:59", "Europe/Paris", 2),
        ("2026-11-03 21:00", "Europe/Paris", 1),
        ("2026-11-04 06:59", "Europe/Paris", 1),
        ("2026-11-04 07:00", "Europe/Paris", 2),
        ("2026-11-03 21:00", "Indian/Reunion", 1),
        ("2026-11-03 20:59", "America/Martinique", 2),
        ("2026-11-03 23:30", "Pacific/Noumea", 1),
        # The two nights that change the clock, in Paris.
        ("2026-03-29 03:30", "Europe/Paris", 1),
        ("2026-10-25 02:30", "Europe/Paris", 1),
        ("2026-10-25 07:00", "Europe/Paris", 2),
    ],
)
def test_the_night_is_that_of_the_place(clock: str, zone: str, hours: int):
    noticed = datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    task = plan(situation(noticed_at=noticed, zone=zone))["declaration"]
    assert task.due_within == timedelta(hours=hours)


def test_the_same_instant_is_day_here_and_night_there():
    noticed = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)  # 19 h in Paris, 22 h in La Réunion
    assert plan(situation(noticed_at=noticed))["declaration"].due_within == timedelta(hours=2)
    assert plan(situation(noticed_at=noticed, zone="Indian/Reunion"))["declaration"].due_within == timedelta(hours=1)


@pytest.mark.parametrize(("night", "shown"), [("2026-03-28 23:30", "03:30"), ("2026-10-25 00:30", "02:30")])
def test_a_delay_is_elapsed_time_across_a_clock_change(night: str, shown: str):
    """Three hours are three hours: the wall clock shows one more in spring, one less in autumn."""
    noticed = datetime.fromisoformat(night).replace(tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)
    found = situation(noticed_at=noticed, kind=EpisodeKind.UNAUTHORISED_ABSENCE)
    reference = next(one for one in SHIPPED if one.slug == "reference")
    mother = protocol.ParentNotice(uuid.uuid4(), "mère", True, "")
    task = plan(replace(found, parents=(mother,)), reference)[f"parents:{mother.id.hex}"]
    assert task.due_within == timedelta(hours=3)
    due = task.due_from + task.due_within
    assert due - noticed == timedelta(hours=3)
    wall = due.astimezone(ZoneInfo("Europe/Paris"))
    assert f"{wall:%H:%M}" == shown


@settings(max_examples=100, deadline=None)
@given(at=instants, zone=st.sampled_from(ZONES))
def test_day_and_night_share_every_instant(at, zone):
    night = is_night(at, zone, time(21), time(7))
    within = plan(situation(noticed_at=at, zone=zone))["declaration"].due_within
    assert within == (timedelta(hours=1) if night else timedelta(hours=2))


# --- What the département chose --------------------------------------------------------------------------------------


def test_first_matching_rule_wins():
    """The order of the file: the age comes before the night, the night before the kind."""
    night = datetime(2026, 11, 3, 22, 0, tzinfo=UTC)
    worrying = {"kind": EpisodeKind.WORRYING_DISAPPEARANCE}
    assert plan(situation(noticed_at=night, age=12, **worrying))["declaration"].due_within == timedelta(minutes=30)
    assert plan(situation(noticed_at=night, **worrying))["declaration"].due_within == timedelta(hours=1)
    assert plan(situation(**worrying))["declaration"].due_within == timedelta(minutes=30)


def test_the_variants_differ_where_they_say():
    by_slug = {one.slug: one for one in SHIPPED}
    day, night = datetime(2026, 11, 3, 14, 0, tzinfo=UTC), datetime(2026, 11, 3, 22, 0, tzinfo=UTC)
    fixed, child = by_slug["day-2h-night-1h"], by_slug["under-13-at-once"]
    for age in (8, 15, None):
        for kind in (EpisodeKind.RUNAWAY, EpisodeKind.WORRYING_DISAPPEARANCE):
            by_day = plan(situation(noticed_at=day, age=age, kind=kind), fixed)["declaration"]
            by_night = plan(situation(noticed_at=night, age=age, kind=kind), fixed)["declaration"]
            assert (by_day.due_within, by_night.due_within) == (timedelta(hours=2), timedelta(hours=1))
    for key in ("declaration", "first_calls", "ase_now", "manager"):
        assert plan(situation(age=12), child)[key].due_within == timedelta()
        assert plan(situation(age=13), child)[key].due_within > timedelta()
    read = protocol.reading(child, {"whereabouts": Answer.YES}, age=12, night=False, first_time=False)
    assert read.kind == EpisodeKind.WORRYING_DISAPPEARANCE


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.slug)
def test_the_judge_is_told_where_a_judge_decided_and_nowhere_else(one: protocol.Protocol):
    told = {status for status in LegalStatus if "judge" in plan(situation(legal_status=status), one)}
    assert told == {LegalStatus.JUDGE, LegalStatus.OPP, LegalStatus.AEMO}


@pytest.mark.parametrize(
    ("condition", "named", "others"),
    [
        ("age_from: 16", [{"age": 16}, {"age": 17}], [{"age": 15}, {"age": None}]),
        ("age_below: 13", [{"age": 12}, {"age": None}], [{"age": 13}]),
        ("zones: [Indian/Reunion]", [{"zone": "Indian/Reunion"}], [{"zone": "Europe/Paris"}]),
        ("statuses: [ward]", [{"legal_status": "ward"}], [{"legal_status": "judge"}, {"legal_status": "unknown"}]),
        ("kinds: [runaway]", [{}], [{"kind": EpisodeKind.UNAUTHORISED_ABSENCE}]),
    ],
)
def test_a_step_is_owed_to_those_its_condition_names(condition: str, named, others):
    one = protocol.load(
        spoiled("    until: returned\n    why: Diffuser", f"    when: {{{condition}}}\n    why: Diffuser"), ""
    )
    assert all("declaration" in plan(situation(**changes), one) for changes in named)
    assert not any("declaration" in plan(situation(**changes), one) for changes in others)


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.slug)
@pytest.mark.parametrize("kind", EpisodeKind)
def test_every_episode_offers_the_116000_to_each_parent(one: protocol.Protocol, kind: EpisodeKind):
    parents = [protocol.ParentNotice(uuid.UUID(int=n), "mère", n == 1, "Une raison.") for n in (1, 2)]
    found = plan(situation(kind=kind, parents=tuple(parents)), one)
    offered = {key: task.not_due_reason for key, task in found.items() if key.startswith("parents_116000:")}
    assert sorted(offered.values()) == ["", "Une raison."]
    assert {task.phone for key, task in found.items() if key in offered} == {"116000"}


def test_the_talk_follows_the_setting_and_else_the_protocol():
    back = (protocol.Occurrence(Trigger.OPENED, NOTICED), protocol.Occurrence(Trigger.RETURNED, NOTICED))
    assert plan(situation(occurrences=back))["talk"].due_within == timedelta(hours=72)
    chosen = situation(occurrences=back, talk_within=timedelta(hours=24))
    assert plan(chosen)["talk"].due_within == timedelta(hours=24)


def test_each_sign_of_life_adds_its_own_step():
    signs = tuple(
        protocol.Occurrence(Trigger.SIGN_OF_LIFE, NOTICED + timedelta(hours=n), f"{n:032x}") for n in range(1, 4)
    )
    found = plan(situation(occurrences=(protocol.Occurrence(Trigger.OPENED, NOTICED), *signs)))
    told = [task for key, task in found.items() if key.startswith("tell:")]
    assert [task.due_from for task in told] == [sign.at for sign in signs]


def test_the_station_answers_or_else_the_17():
    reference = next(one for one in SHIPPED if one.slug == "reference")
    assert plan(situation(), reference)["declaration"].phone == "01 99 00 17 17"
    assert plan(situation(station_phone=""), reference)["declaration"].phone == "17"
    assert plan(situation(), reference)["call_police"].phone == "17"


def test_a_state_takes_its_object_from_the_search_alone():
    reference = next(one for one in SHIPPED if one.slug == "reference")
    keys = list(plan(situation(), reference))
    over = protocol.ends(reference, EpisodeState.RETURNED, keys)
    assert {"call_police", "declaration", "keep_link"} <= set(over)
    assert not {"serious_event", "incident_note", "judge", "case_worker"} & set(over)
    assert protocol.ends(reference, EpisodeState.MISSING, keys) == []


def test_chains_end_at_the_roles_the_rota_keeps():
    assert frozenset(ROTA_ROLES) == protocol.ALWAYS_STAFFED


def test_an_event_does_the_step_made_for_it():
    assert protocol.done_by(SMALL_ONE, EventKind.TALK, ["talk", "end"]) == ["talk"]
    assert protocol.done_by(SMALL_ONE, EventKind.NEEDS, ["talk", "end"]) == []


def test_a_step_dropped_by_mistake_is_owed_again_from_now_on():
    (task,) = [task for task in protocol.plan(SMALL_ONE, situation()) if task.key == "declaration"]
    lost = protocol.Known("declaration", False, False, NOTICED, NOTICED, timedelta(hours=2))
    later = NOTICED + timedelta(hours=9)
    (again,) = protocol.replan([task], [lost], later)
    assert (again.key, again.due_from) == ("declaration", later)
    assert protocol.replan([task], [replace(lost, by_person=True)], later) == []
