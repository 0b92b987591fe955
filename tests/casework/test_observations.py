"""Facts apart from what is thought of them; and nothing, anywhere, that lists, counts or sorts people by either."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from maillage.audit.journal import SYSTEM
from maillage.casework.enums import Group
from maillage.casework.models import Judgement, Observation
from maillage.casework.services import family, observations
from maillage.casework.services.observations import Seen
from maillage.common.clock import now
from maillage.common.errors import RuleBroken, StaleEdit
from maillage.desk import own_copy
from maillage.questionnaires import services as questionnaires
from maillage.questionnaires.enums import Observed
from maillage.questionnaires.models import Questionnaire
from maillage.questionnaires.publishing import publish
from maillage.vault.fields import SealedField
from maillage.youth.access import enter
from tests.episodes.world import World
from tests.kept import kept
from tests.questionnaires import observed
from tests.walls.test_url_matrix import sent

# What is new on each page: tokens, the hour.
NEW = ("token", "data-now", "<time")
FACTS, READING = "Fait-synthétique-unique", "Avis-synthétique-unique"


pytestmark = pytest.mark.usefixtures("shipped")


@kept
def shipped(world: World) -> Questionnaire:
    return observed.shipped()


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
    assert not Observation.objects.filter(item="health").exists()  # no answer was given: no row says one


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
        by=by, observation=Observation.objects.get(item="school"), version=1,
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


# -- the instrument ---------------------------------------------------------------------------------------------------


def own(world: World) -> Questionnaire:
    """What the département asks instead of what is shipped."""
    return publish(
        by=world.actor("ase_on_call"), workbook=observed.workbook(), name="a.xlsx", slug="observations",
        departement="99",
    )  # fmt: skip


def page(client: Any, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_departement_asks_in_its_own_words_and_what_was_written_keeps_those_it_was_asked_in(
    world: World, at: Any
) -> None:
    write(world)
    asked = own(world)
    client, base = at("educator"), f"/p/{world.lila.pk}/observations/"
    form = page(client, f"{base}nouvelles/")
    assert all(said in form for said in ("Les soirs", "Des faits, avec leur date.", "Le coucher", "Sans objet"))
    assert "Numérique" not in form
    typed = {"questionnaire": str(asked.pk), "coucher-answer": "not_looked_at", "school-answer": "observed"}
    refused = sent(client, f"{base}nouvelles/", world.educator, typed)
    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() == {"school-facts"}
    typed["school-facts"] = "À l’heure chaque matin"
    assert sent(client, f"{base}nouvelles/", world.educator, typed).status_code == 302
    body = page(client, base)
    for said in ("École · Observé", "La classe · Vu", "Le coucher · Sans objet", "Numérique · Pas regardé"):
        assert said in body
    neighbour = {row.item: row.questionnaire.departement for row in Observation.objects.order_by("pk")}
    assert neighbour == {"school": "99", "digital": "*", "coucher": "99"}


def test_two_hands_on_one_answer_read_both_in_the_words_they_were_offered(world: World) -> None:
    own(world)
    first = Seen("coucher", "not_observed")
    row = observations.observations_write(by=world.actor(), person=world.lila, section="education", seen=[first])

    def again(answer: str) -> None:
        seen = Seen("coucher", answer, facts="x")
        observations.observation_correct(by=world.actor(), observation=row, version=1, seen=seen)

    again("contested")
    with pytest.raises(StaleEdit) as refusal:
        again("observed")
    assert ("Discuté", "Vu") in [(one.stored, one.typed) for one in refusal.value.differences]


def test_a_correction_answers_what_was_asked_then(world: World, at: Any, shipped: Questionnaire) -> None:
    write(world)
    own(world)
    row = Observation.objects.get(item="school")
    url = f"/p/{world.lila.pk}/observations/{row.thread}/"
    form = page(at("educator"), url)
    assert "<h1>École</h1>" in form
    assert "absentéisme" in form  # the hint of that version
    for text in ("Deux retards", "Trois retards"):
        answer = sent(at("educator"), url, world.educator, {"version": 1, "answer": "contested", "facts": text})
    assert answer.status_code == 409
    assert "Trois retards" in answer.content.decode()
    new = Observation.objects.get(thread=row.thread, number=2)
    assert (new.questionnaire, new.item) == (shipped, "school")
    asked = Questionnaire.objects.filter(pk=shipped.pk)
    assert asked.get().answered_at
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        asked.update(definition={})


def test_a_reader_of_english_reads_it_in_english_and_her_own_copy_stays_in_french(world: World, at: Any) -> None:
    write(world)
    with translation.override("en"):
        client = at("educator")
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        for url in ("observations/", "observations/nouvelles/"):
            body = page(client, f"/p/{world.lila.pk}/{url}")
            assert "Digital life" in body
            assert "Numérique" not in body
        whole = own_copy.whole(enter(world.actor("case_worker"), world.lila.pk))
    assert "École\u00a0: observé" in [line.title for line in whole.lines]


def test_what_was_typed_on_an_older_page_is_written_with_what_that_page_asked(
    world: World, at: Any, shipped: Questionnaire
) -> None:
    """A version published meanwhile, and even the older one withdrawn: nothing typed is lost."""
    own(world)
    questionnaires.withdraw(by=SYSTEM, questionnaire=shipped)
    url = f"/p/{world.lila.pk}/observations/nouvelles/"
    typed = {"questionnaire": str(shipped.pk), "digital-facts": "Deux téléphones"}
    refused = sent(at("educator"), url, world.educator, typed)
    assert refused.status_code == 422
    assert "Deux téléphones" in refused.content.decode()
    assert "Numérique" in refused.content.decode()
    assert sent(at("educator"), url, world.educator, {**typed, "digital-answer": "observed"}).status_code == 302
    assert Observation.objects.get().questionnaire == shipped


def test_another_form_or_another_departements_is_not_answered(world: World, at: Any) -> None:
    elsewhere = publish(by=SYSTEM, workbook=observed.workbook(), name="a.xlsx", slug="observations", departement="98")
    talk = publish(by=SYSTEM, workbook=observed.workbook(), name="a.xlsx", slug="retour")
    url = f"/p/{world.lila.pk}/observations/nouvelles/"
    for which in (str(elsewhere.pk), str(talk.pk), "x"):
        typed = {"questionnaire": which, "school-answer": "not_observed"}
        assert sent(at("educator"), url, world.educator, typed).status_code == 404
    for row in (elsewhere, talk):
        with pytest.raises(RuleBroken):
            observations.observations_write(
                by=world.actor(), person=world.lila, section="education", questionnaire=row,
                seen=[Seen("school", "not_observed")],
            )  # fmt: skip


def test_a_page_asks_as_much_of_the_database_for_one_answer_as_for_many_versions(world: World, at: Any) -> None:
    client, url = at("educator"), f"/p/{world.lila.pk}/observations/"

    def asked() -> int:
        page(client, url)
        with CaptureQueriesContext(connection) as found:
            page(client, url)
        return len(found)

    write(world)
    once = asked()
    own(world)
    for _time in range(2):
        observations.observations_write(
            by=world.actor(), person=world.lila, section="education",
            seen=[Seen("school", "not_observed"), Seen("coucher", "not_observed")],
        )  # fmt: skip
    assert asked() == once <= 12
