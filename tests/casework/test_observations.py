"""Facts apart from what is thought of them; and nothing, anywhere, that lists, counts or sorts people by either."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import models

from maillage.casework.enums import Group, Observed
from maillage.casework.models import Judgement, Observation
from maillage.casework.services import family, observations
from maillage.casework.services.observations import Seen
from maillage.common.clock import now
from maillage.common.errors import RuleBroken
from maillage.vault.fields import SealedField
from tests.episodes.world import World

# What is new on each page: tokens, the hour.
NEW = ("token", "data-now", "<time")
FACTS, READING = "Fait-synthétique-unique", "Avis-synthétique-unique"


def write(world: World) -> None:
    by = world.actor()
    observations.observations_write(
        by=by, person=world.lila, section="education",
        seen=[Seen("school", "observed", facts=FACTS), Seen("digital", "not_looked_at")],
    )  # fmt: skip
    observations.judgement_write(
        by=by, person=world.lila, reading=READING, justification="Synthétique",
        review_on=(now() + timedelta(days=60)).date(),
    )  # fmt: skip


def test_her_timeline_says_that_something_was_written_and_not_what(world: World, at: Any) -> None:
    write(world)
    client = at("educator")
    for url in (f"/p/{world.lila.pk}/", f"/p/{world.lila.pk}/fil/", f"/p/{world.lila.pk}/fil/note/"):
        page = client.get(url).content.decode()
        assert "Observations écrites" in page
        assert FACTS not in page
        assert READING not in page
        assert str(Observed.OBSERVED.label) not in page.replace("Observations écrites", "")
    own = client.get(f"/p/{world.lila.pk}/observations/").content.decode()
    assert FACTS in own
    assert READING in own
    assert not [group for group in Group if "observ" in group.value or "judg" in group.value]


def test_a_judgement_holds_words_only_and_has_no_default(world: World) -> None:
    """Nothing that could be counted or sorted by: what is thought is sealed text."""
    plain = {
        field.name
        for field in Judgement._meta.concrete_fields
        if not isinstance(field, SealedField | models.ForeignKey | models.UUIDField)
    }
    assert plain == {"section", "written_at", "number", "review_on"}
    assert not Judgement.objects.exists()
    write(world)
    assert not Observation.objects.filter(domain="health").exists()  # no answer was given: no row says one


@pytest.mark.parametrize(
    "seen", [[], [Seen("school", "observed")], [Seen("school", "maybe")], [Seen("money", "observed", facts="x")]]
)
def test_what_says_nothing_is_refused(world: World, seen: list[Seen]) -> None:
    with pytest.raises(RuleBroken):
        observations.observations_write(by=world.actor(), person=world.lila, seen=seen, section="education")


def test_a_judgement_without_a_reason_or_a_review_is_refused(world: World) -> None:
    soon = (now() + timedelta(days=10)).date()
    for typed in (
        {"reading": "", "justification": "x", "review_on": soon},
        {"reading": "x", "justification": " ", "review_on": soon},
        {"reading": "x", "justification": "x", "review_on": now().date()},
    ):
        with pytest.raises(RuleBroken):
            observations.judgement_write(by=world.actor(), person=world.lila, **typed)


def test_what_was_corrected_stays_readable_behind_what_stands(world: World, at: Any) -> None:
    """Observations, judgements, lines about the family: said on the screen, so shown on the next."""
    write(world)
    by = world.actor()
    observations.observation_correct(
        by=by, observation=Observation.objects.get(domain="school"), version=1,
        seen=Seen("school", "contested", facts="Fait-revu"),
    )  # fmt: skip
    observations.judgement_correct(
        by=by, judgement=Judgement.objects.get(), version=1, reading="Avis-revu", justification="Synthétique",
        review_on=(now() + timedelta(days=90)).date(),
    )  # fmt: skip
    told = {"kind": "need", "kinship": "mother", "at": now()}
    line = family.family_record(by=by, person=world.lila, text="Lien-ancien", **told)
    family.family_correct(by=by, contact=line, version=1, text="Lien-revu", **told)
    client = at("manager")
    for page, pairs in (
        ("observations", [(FACTS, "Fait-revu"), (READING, "Avis-revu")]),
        ("famille", [("Lien-ancien", "Lien-revu")]),
    ):
        body = client.get(f"/p/{world.lila.pk}/{page}/").content.decode()
        behind = re.compile(r'<details class="why">.*?</details>', re.DOTALL)
        older, standing = "".join(behind.findall(body)), behind.sub("", body)
        for old, new in pairs:
            assert old in older
            assert new not in older
            assert old not in standing
            assert new in standing


def test_what_to_look_for_is_read_beside_the_form_and_is_not_one(world: World, at: Any) -> None:
    client = at("educator")
    for page in ("observations", "observations/nouvelles"):
        body = client.get(f"/p/{world.lila.pk}/{page}/").content.decode()
        link = re.search(r'<a [^>]*href="(/i/fr/6/)"[^>]*>', body)
        assert link, page
        assert 'target="_blank"' in link[0]  # what is being typed stays
    reading = client.get("/i/fr/6/").content.decode()
    assert not re.search(r"<(form|input|select|textarea|button)\b", reading)
    titles = re.findall(r"<h2>(.*?)</h2>", reading)
    assert len(titles) == 5
    assert reading.count('class="source"') == reading.count('class="rule"') >= 20
    assert str(world.lila.pk) not in reading
