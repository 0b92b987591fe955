"""What pages read fast is what the rule says: the same people, sections, abilities and faces, whatever happens."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Membership
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.episodes import access as episodes
from maillage.vault.models import DataKey
from maillage.vault.sealing import SectionClosed, destroy, system_key
from maillage.youth.access import (
    Whom,
    current_missions,
    enter,
    get_visible_or_404,
    holder_of,
    may_here,
    open_all,
    open_sections,
    open_sheet,
    own,
    sheet_readable,
    sight_or_404,
    sights,
    visible_to,
)
from maillage.youth.enums import MissionKind
from maillage.youth.faces import AT_HOME, faces
from maillage.youth.lookup_models import LikelyTwin
from maillage.youth.merge_services import files_merge, files_part
from maillage.youth.models import Mission, Photo, Placement, SheetOpening, YoungPerson
from maillage.youth.services import mission_end, mission_open, photo_replace, placement_end, sheet_close, sheet_open
from maillage.youth.services.missions import end_mission
from maillage.youth.takeover_models import TakeoverShare
from maillage.youth.takeover_services import takeover_propose, takeover_take
from maillage.youth.temporary_access import known_before
from maillage.youth.temporary_services import access_end, access_open
from tests.accounts.people import acting, organisation, professional
from tests.youth.young import BASIS, follower, picture, resident, stranger

pytestmark = pytest.mark.django_db
ACTS = (Ability.EPISODE_ACT, Ability.SHEET_EDIT, Ability.MISSION_EDIT, Ability.PERSON_EDIT)


def _everyone() -> "QuerySet[Any]":
    return YoungPerson.objects.values("pk")


def seen_by(actor: Actor) -> set[uuid.UUID]:
    """Whom she sees; on the way, every fast reading is held to the plain one, file by file."""
    plain = set(visible_to(actor).values_list("pk", flat=True))
    everyone = list(YoungPerson.objects.order_by("pk"))
    by_ids = {one.person.pk: one for one in sights(actor, [one.pk for one in everyone])}
    by_query = {one.person.pk: one for one in sights(actor, Whom(_everyone, ()))}
    assert by_ids.keys() == by_query.keys() == plain
    assert set(own(holder_of(actor)).values_list("person__main_id", flat=True)) <= plain
    for person in everyone:
        if person.pk not in plain:
            for door in (get_visible_or_404, sight_or_404, enter):
                with pytest.raises(Http404):
                    door(actor, person.pk)
            continue
        sections = open_sections(actor, person)
        present = Placement.objects.filter(person=person, ends_on__isnull=True).first()
        acts = {ability: may_here(actor, person, ability) for ability in ACTS}
        sheet = SheetOpening.objects.filter(person=person, closed_at__isnull=True).exists()
        photo = Photo.objects.filter(person=person, replaced_at__isnull=True).exists()
        held = episodes.abilities(actor, person.pk)
        for one in (by_ids[person.pk], by_query[person.pk], enter(actor, person.pk)):
            assert one.person == person
            assert one.person.data_key == DataKey.objects.get(pk=person.data_key_id)
            assert one.sections == sections
            assert one.person.present_placements == ([present] if present else [])
            assert one.person.photographed == photo
            assert {ability: one.may(ability) for ability in ACTS} == acts
            assert sheet_readable(one) == sheet_readable(one, sheet)
            assert episodes.given_to(one) == held
        named = current_missions(actor).filter(person=person, user_id=actor.user_id, kind=MissionKind.HOSTS).exists()
        assert by_ids[person.pk].named == named
    return plain


def face_of(actor: Actor, person: YoungPerson):
    return faces(actor, [person])[person.pk]


moments = st.integers(-3, 3).map(lambda days: timedelta(days=days, minutes=days))
days = st.integers(1, 4).map(lambda number: timedelta(days=number))


def drawn(holders: list[str], kinds: list[str], lasts: st.SearchStrategy[timedelta | None]):
    return st.fixed_dictionaries(
        {
            "file": st.integers(0, 3),
            "holder": st.sampled_from(holders),
            "kind": st.sampled_from(kinds),
            "sections": st.lists(st.sampled_from(Section.values), unique=True),
            "starts": moments,
            "lasts": lasts,
        }
    )


lasting = drawn(
    ["home", "other", "me", "someone"],
    [kind for kind in MissionKind.values if kind != MissionKind.TEMPORARY],
    st.none() | days,
)
temporary = drawn(["me", "someone"], [MissionKind.TEMPORARY], days)


@pytest.fixture
def four_files():
    """Of two persons and a third: the first two are one person's, joined or not; one lives somewhere."""
    places = {"home": organisation(), "other": organisation("Autre foyer")}
    files = [resident(places["home"]), stranger("Lina", "Ombrelle"), stranger("Noé"), stranger("Maud")]
    photo_replace(by=SYSTEM, person=files[0], content=picture())
    photo_replace(by=SYSTEM, person=files[1], content=picture())
    return places, professional(None, name="Moi Lampadaire"), professional(None, name="Autre Classeur"), files


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    posts=st.lists(st.tuples(st.sampled_from(list(Role)), st.sampled_from(["home", "other"])), unique=True, max_size=3),
    missions=st.lists(lasting | temporary, max_size=5),
    joined=st.sampled_from([(), (1,), (1, 2)]),
    archived=st.none() | st.integers(0, 3),
    erased=st.none() | st.integers(0, 3),
)
def test_whatever_the_missions_the_fast_readings_say_what_the_rule_says(
    four_files, posts, missions, joined, archived, erased
):
    places, me_user, someone, files = four_files
    Membership.objects.all().delete()
    Mission.objects.all().delete()
    instant = now()
    for rank, one in enumerate(files):
        YoungPerson.objects.filter(pk=one.pk).update(
            main=files[0] if rank in joined else one, archived_at=instant if archived == rank else None
        )
        DataKey.objects.filter(pk=one.data_key_id).update(destroyed_at=instant if erased == rank else None)
    for role, place in posts:
        Membership.objects.create(user=me_user, organisation=places[place], role=role, starts_at=instant - timedelta(1))
    for one in missions:
        Mission.objects.create(
            person=files[one["file"]],
            organisation=places.get(one["holder"]),
            user={"me": me_user, "someone": someone}.get(one["holder"]),
            kind=one["kind"],
            sections=one["sections"],
            legal_basis=BASIS,
            starts_at=instant + one["starts"],
            ends_at=None if one["lasts"] is None else instant + one["starts"] + one["lasts"],
            data_key=files[one["file"]].data_key,
            reason=b"sealed" if one["kind"] == MissionKind.TEMPORARY else None,
        )
    me = acting(me_user)
    for later in (timedelta(), timedelta(days=2)):
        with time_machine.travel(instant + later, tick=False):
            seen_by(me)  # the same actor: she keeps her posts, and no right


# -- one by one --------------------------------------------------------------------------------------------------------


@pytest.fixture
def home():
    return organisation("Foyer des Parapluies")


@pytest.fixture
def child(home):
    return resident(home, "Zoé", "Brouette")


@pytest.fixture
def owner(child):
    return follower(child)


def join(owner, main, part):
    pair = LikelyTwin.objects.create(
        known=main, newer=part, pair="".join(sorted([main.pk.hex, part.pk.hex])), data_key=system_key(), at=now()
    )
    return files_merge(by=acting(owner), pair=pair, main=main, reason="La même carte d’identité.", version=pair.version)


@pytest.fixture
def second(child, owner):
    """Another file of the same person, not joined yet."""
    part = stranger("Zoé", "Charrette")
    mission_open(by=SYSTEM, person=part, kind="case_worker", user=owner, legal_basis=BASIS)
    return part


def test_a_joined_file_gives_the_other_and_stays_for_reading(child, second, owner, django_assert_num_queries):
    friend = follower(second, Role.EDUCATOR, "follows", name="Camille Tabouret", sections=["identity", "education"])
    host = follower(second, Role.FOSTER_CARER, "hosts", name="Alix Bobine")
    outsider = professional(Role.EDUCATOR, organisation("Ailleurs"), name="Lou Casserole")
    assert seen_by(acting(friend)) == seen_by(acting(host)) == {second.pk}
    done = join(owner, child, second)
    for user in (friend, host, owner):
        me = acting(user)
        assert seen_by(me) == {child.pk, second.pk}
        assert not any(sight_or_404(me, second.pk).may(one) for one in Ability)
        assert set(own(holder_of(me)).values_list("person__main_id", flat=True)) == {child.pk}
    assert seen_by(acting(outsider)) == set()
    # At home with whom she was placed, in the file that says so: the other one is shown by initials, as before.
    assert (face_of(acting(host), second).hidden, face_of(acting(host), child).hidden) == (False, True)
    # One file's opening never opens, nor is written down for, the other.
    before = list(JournalEntry.objects.values_list("pk", flat=True))
    me = acting(friend)

    def read() -> set[uuid.UUID | None]:
        rows = JournalEntry.objects.filter(verb="youth.read", by=friend.pk).exclude(pk__in=before)
        return set(rows.values_list("subject", flat=True))

    [through] = sights(me, [child.pk])
    opened = through.open()
    assert opened.sections == {Section.IDENTITY, Section.EDUCATION}
    assert opened.text(child, "given_name") == "Zoé"
    with pytest.raises(SectionClosed):
        opened.text(second, "given_name")
    assert read() == {child.pk}
    # At the door of the main file, both are read, and written down.
    assert enter(me, child.pk).open().text(second, "family_name") == "Charrette"
    assert read() == {child.pk, second.pk}
    with django_assert_num_queries(3):  # the file that none of her missions names is read apart
        sights(me, [child.pk, second.pk])
    files_part(by=acting(owner), merge=done)
    assert seen_by(me) == {second.pk}
    assert sights(me, [child.pk]) == []


def test_a_temporary_access_running_ended_or_taken_back(child, owner):
    user = professional(Role.EDUCATOR, organisation("Atelier des Tabourets"), name="Camille Tabouret")
    end_mission(
        by=SYSTEM,
        mission=mission_open(by=SYSTEM, person=child, kind="follows", user=user, legal_basis=BASIS),
        at=now(),
    )
    me = acting(user)
    assert seen_by(me) == set()

    def opened():
        [known] = known_before(me)
        return access_open(
            by=me, way=known.way, ref=known.ref, reason="Elle vient d’appeler et demande à me parler.", span="1"
        )

    start = now()
    with time_machine.travel(start, tick=False):
        opened()
        assert seen_by(me) == {child.pk}
        [through] = sights(me, [child.pk])
        assert through.sections == {Section.IDENTITY, Section.EDUCATION, Section.JUSTICE}
        assert through.own_kinds == {MissionKind.TEMPORARY}
        assert not any(through.may(one) for one in Ability)
        assert (face_of(me, child).hidden, face_of(me, child).placed) == (True, False)
    with time_machine.travel(start + timedelta(minutes=59), tick=False):
        assert seen_by(me) == {child.pk}
    with time_machine.travel(start + timedelta(hours=1), tick=False):
        assert seen_by(me) == set()  # no worker ran
        row = opened()
        assert seen_by(me) == {child.pk}
    with time_machine.travel(start + timedelta(minutes=70), tick=False):
        assert seen_by(me) == {child.pk}
        access_end(by=acting(owner), access=row)
    with time_machine.travel(start + timedelta(minutes=70, seconds=1), tick=False):
        assert seen_by(me) == set()  # the very actor that saw her a moment before


def test_a_replaced_colleague_is_seen_by_nobody_new_before_the_yes(child):
    ase = organisation("Service de l’ASE", kind="ase")
    leo, gwen = (professional(Role.CASE_WORKER, ase, name=name) for name in ("Léonie Cafetière", "Gwen Calepin"))
    held = mission_open(by=SYSTEM, person=child, kind="case_worker", user=leo, legal_basis=BASIS)
    assert (seen_by(acting(leo)), seen_by(acting(gwen))) == ({child.pk}, set())
    takeover_propose(by=acting(leo), holder=leo, why="departure", starts_at=now(), ends_at=None, chosen={held.pk: gwen})
    assert (seen_by(acting(leo)), seen_by(acting(gwen))) == ({child.pk}, set())
    takeover_take(by=acting(gwen), share=TakeoverShare.objects.get(user=gwen))
    assert (seen_by(acting(leo)), seen_by(acting(gwen))) == (set(), {child.pk})


def test_a_colleague_away_is_replaced_for_her_days_alone(child):
    ase = organisation("Service de l’ASE", kind="ase")
    leo, gwen = (professional(Role.CASE_WORKER, ase, name=name) for name in ("Léonie Cafetière", "Gwen Calepin"))
    held = mission_open(by=SYSTEM, person=child, kind="case_worker", user=leo, legal_basis=BASIS)
    day, start = timedelta(days=1), now()
    takeover_propose(
        by=acting(leo),
        holder=leo,
        why="absence",
        starts_at=start + day,
        ends_at=start + 3 * day,
        chosen={held.pk: gwen},
    )
    takeover_take(by=acting(gwen), share=TakeoverShare.objects.get(user=gwen))
    me = acting(gwen)
    for later, expected in ((0, set()), (2, {child.pk}), (4, set())):
        with time_machine.travel(start + later * day, tick=False):
            assert seen_by(me) == expected
            assert seen_by(acting(leo)) == {child.pk}


def test_a_closed_sheet_is_read_by_its_editors_alone(child, second, owner):
    nurse = professional(Role.HEALTH_STAFF, organisation("Infirmerie"), name="Margot Édredon")
    mission_open(by=SYSTEM, person=child, kind="health", user=nurse, legal_basis="care")
    guard = follower(child, Role.ASE_ON_CALL, "on_call", name="Sasha Édredon")
    educator = acting(professional(Role.EDUCATOR, child.placements.get().organisation, name="Alix Bobine"))
    episode = uuid.uuid4()

    def readers():
        return [sheet_readable(sight_or_404(one, child.pk)) for one in (educator, acting(guard), acting(nurse))]

    assert readers() == [True, False, False]
    sheet_open(by=SYSTEM, person=child, context=episode, at=now())
    assert readers() == [True, True, False]
    sheet_close(by=SYSTEM, context=episode, at=now())
    assert readers() == [True, False, False]
    # Of a joined file, nobody's: it is nobody's to prepare, and no episode runs in it.
    join(owner, child, second)
    assert not sheet_readable(sight_or_404(educator, second.pk))
    with pytest.raises(Exception, match="fiche de départ"):
        open_sheet(educator, second)


def test_who_was_seen_a_moment_ago_is_not_when_a_mission_ends_or_a_file_is_erased(child, owner):
    me = acting(owner)
    assert seen_by(me) == {child.pk}
    mission = Mission.objects.get(user=owner)
    follower(child, name="Gwen Calepin")  # who answers for it next
    mission_end(by=SYSTEM, mission=mission, version=mission.version)
    assert seen_by(me) == set()
    other = stranger("Noé")
    mission_open(by=SYSTEM, person=other, kind="case_worker", user=owner, legal_basis=BASIS)
    assert seen_by(me) == {other.pk}
    destroy(other.data_key)
    assert seen_by(me) == set()


def test_an_archived_file_is_nobodys_nor_is_one_joined_to_it(child, second, owner):
    me = acting(owner)
    join(owner, child, second)
    YoungPerson.objects.filter(pk=child.pk).update(archived_at=now())
    assert seen_by(me) == set()
    YoungPerson.objects.filter(pk=child.pk).update(archived_at=None)
    assert seen_by(me) == {child.pk, second.pk}


def test_a_home_she_left_is_not_where_she_lives(home, child):
    mission_open(by=SYSTEM, person=child, kind="follows", organisation=home, legal_basis=BASIS)
    me = acting(professional(Role.EDUCATOR, home, name="Alix Bobine"))
    assert not face_of(me, child).hidden
    placement_end(
        by=SYSTEM, placement=child.placements.get(), version=1, ends_on=now().date(), end_kind="move",
        motive="Un motif", next_place="Ailleurs",
    )  # fmt: skip
    assert seen_by(me) == {child.pk}
    assert (face_of(me, child).hidden, face_of(me, child).organisation_id) == (True, None)


@pytest.mark.parametrize("role", list(Role))
def test_names_and_photos_stay_under_ones_own_roof(home, child, role):
    photo_replace(by=SYSTEM, person=child, content=picture())
    mission_open(by=SYSTEM, person=child, kind="follows", organisation=home, legal_basis=BASIS)
    user = professional(role, home, name="Alix Bobine")
    me = acting(user)
    if not seen_by(me):
        return
    shown = face_of(me, child)
    assert shown.hidden == (role not in AT_HOME - {Role.FOSTER_CARER})
    assert bool(shown.photo_url) == (not shown.hidden)
    assert shown.placed == (Section.WHEREABOUTS in open_sections(me, child))


def test_opening_nobody_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert open_all([], Section.IDENTITY) == {}
