"""List, detail, search, export, attachment and share say the same of a file, whatever the roles and the missions."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import Http404
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Role
from maillage.accounts.models import Membership
from maillage.audit.journal import SYSTEM
from maillage.casework import access
from maillage.casework.models import Document, Goal
from maillage.casework.services import documents, goals, shares
from maillage.casework.services.shares import shareable
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed
from maillage.desk import list_services, lists
from maillage.desk.enums import ExportFormat, ListKind
from maillage.desk.models import ListExport
from maillage.youth.access import enter, open_sections, visible_to
from maillage.youth.enums import MissionKind
from maillage.youth.models import Mission, YoungPerson
from maillage.youth.search import search
from maillage.youth.services import mission_open
from tests.accounts.people import acting, organisation, professional
from tests.casework.capabilities import pdf
from tests.youth.test_sights import lasting, temporary
from tests.youth.young import BASIS, resident, stranger

pytestmark = pytest.mark.django_db
NAMES = ("Lina Parasol", "Maud Ombrelle", "Noé Arrosoir")
WORKED = [Role.EDUCATOR, Role.CASE_WORKER, Role.HEALTH_STAFF, Role.ON_CALL_MANAGER, Role.ADMINISTRATOR]


@pytest.fixture
def three_files() -> Any:
    """Each with a goal, a paper its team reads, and one of justice; the first lives in the home."""
    home = organisation()
    first, *others = NAMES
    files = [resident(home, *first.split()), *(stranger(*name.split()) for name in others)]
    writer = professional(Role.CASE_WORKER, organisation("Service de l’ASE", kind="ase"), name="Léonie Cafetière")
    for person in files:
        mission_open(by=SYSTEM, person=person, kind=MissionKind.CASE_WORKER, user=writer, legal_basis=BASIS)
        goals.goal_set(by=acting(writer), person=person, domain="work", title="Synthétique")
        for section in (Section.EDUCATION, Section.JUSTICE):
            documents.document_file(
                by=acting(writer), person=person, kind="report", title="Synthétique", content=pdf(), section=section
            )
    return {"home": home, "other": organisation("Autre foyer")}, professional(None, name="Moi Lampadaire"), files


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    posts=st.lists(
        st.tuples(st.sampled_from(WORKED), st.sampled_from(["home", "other"])), unique=True, min_size=1, max_size=2
    ),
    missions=st.lists(lasting | temporary, max_size=4),
)
def test_every_way_to_a_file_obeys_one_rule(three_files: Any, posts: Any, missions: Any) -> None:
    places, user, files = three_files
    Membership.objects.filter(user=user).delete()
    Mission.objects.all().delete()
    instant = now()
    for role, place in posts:
        Membership.objects.create(user=user, organisation=places[place], role=role, starts_at=instant - timedelta(1))
    for one in missions:
        person = files[one["file"] % len(files)]
        Mission.objects.create(
            person=person,
            organisation=places.get(one["holder"]),
            user=None if one["holder"] in places else user,
            kind=one["kind"],
            sections=one["sections"],
            legal_basis=BASIS,
            starts_at=instant + one["starts"],
            ends_at=None if one["lasts"] is None else instant + one["starts"] + one["lasts"],
            data_key=person.data_key,
            reason=b"sealed" if one["kind"] == MissionKind.TEMPORARY else None,
        )
    with time_machine.travel(instant, tick=False):
        agree(acting(user), files)


def agree(me: Actor, files: Iterable[YoungPerson]) -> None:
    seen = set(visible_to(me).values_list("pk", flat=True))
    # -- the list, and the file that leaves with it
    table = lists.table(me, lists.Choice(ListKind.PEOPLE), now())
    assert {row.person for row in table.rows} == seen
    leaving = ListExport(kind=ListKind.PEOPLE, format=ExportFormat.CSV, rows=len(table.rows), at=now())
    text = list_services.file_of(leaving, table, "Moi Lampadaire", "Synthétique").decode()
    assert text.count("\n") == 2 + len(seen)
    for person, name in zip(files, NAMES, strict=True):
        named = person.pk in seen and Section.IDENTITY in open_sections(me, person)
        assert (name.split()[0] in text) == named
        # -- the search
        assert (person.pk in {one.pk for one in search(me, name)}) == named  # by a name, who may read it
        papers = list(Document.objects.filter(person=person).order_by("pk"))
        if person.pk not in seen:
            with pytest.raises(Http404):
                enter(me, person.pk)
            with pytest.raises(Http404):
                share(me, person, papers)
            continue
        # -- the detail, its papers, what may be shared of it
        entered, sections = enter(me, person.pk), open_sections(me, person)
        assert entered.sections == sections
        readable = {paper.pk for paper in papers if paper.section in sections}
        assert set(access.rows(entered, Document).values_list("pk", flat=True)) == readable
        for paper in papers:
            if paper.pk not in readable:
                with pytest.raises(Http404):
                    access.row_or_404(entered, Document, paper.pk)
        held = access.writable_sections(entered)
        assert held <= sections
        offered = {item.key for item in shareable(entered, entered.open(*held))} if held else set()
        if held:
            goal = Goal.objects.get(person=person)
            goal_key = {f"goal:{goal.pk}"} if goal.section in sections else set()
            assert offered == {f"document:{pk}" for pk in readable} | goal_key
        else:
            with pytest.raises(NotAllowed):
                share(me, person, papers)


def share(me: Actor, person: YoungPerson, papers: list[Document]) -> None:
    shares.share_make(
        by=me, person=person, recipient="x", bound=True, basis="shared_secrecy", why="x", told_young="told",
        items=[f"document:{paper.pk}" for paper in papers], told_parents="told", until=now() + timedelta(days=1),
    )  # fmt: skip
