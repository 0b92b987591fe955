"""The page: what is shown to whom, what is read back from it, what each button does."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import time_machine
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from maillage.audit.journal import SYSTEM
from maillage.common import forms as tokens
from maillage.common.errors import StaleEdit
from maillage.questionnaires import publishing, selectors, services
from maillage.questionnaires.forms import Outcome, QuestionnaireForm
from maillage.questionnaires.models import AnswerSet
from tests.questionnaires.world import EDUCATION, HEALTH, WORDS, ZONE, World, held


@pytest.fixture(autouse=True)
def signed_in(world: World) -> Iterator[None]:
    with tokens.author(lambda: str(world.educator.user_id)):
        yield


def form_of(world: World, answer_set: AnswerSet, sent: dict | None = None, *, by=None, page=None) -> QuestionnaireForm:
    data = None
    if sent is not None:
        data = QueryDict(mutable=True)
        given = {"form_token": tokens.new_token(), "version": str(answer_set.version), "do": "save"} | sent
        for name, value in given.items():
            data.setlist(name, value if isinstance(value, list) else [value])
    by = by or world.educator
    return QuestionnaireForm(
        data,
        by=by,
        held=held(by),
        answer_set=answer_set,
        opened=world.sight(by),
        zone=ZONE,
        subject=world.subject,
        page=page,
    )


def html_of(form: QuestionnaireForm) -> str:
    return render_to_string("questionnaires/form.html", {"form": form})


class Page(HTMLParser):
    """What a browser would post, and what is hidden from whoever looks at it."""

    VOID = frozenset({"input", "br", "img", "path", "circle", "line", "rect", "polyline", "polygon"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.hidden: set[str] = set()
        self.labels: set[str] = set()
        self.ids: list[str] = []
        self.references: set[str] = set()
        self.buttons: list[str] = []
        self._textarea: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        self.references.update(values.get("aria-describedby", "").split())
        if "data-item" in values and "hidden" in values:
            self.hidden.add(values["data-item"])
        if tag == "label":
            self.labels.add(values["for"])
        if tag == "button":
            self.buttons.append(values["value"])
        if tag == "textarea":
            self._textarea = values["name"]
            self.fields[values["name"]] = [""]
        if tag == "input":
            if values.get("type") in ("radio", "checkbox") and "checked" not in values:
                return
            self.fields.setdefault(values["name"], []).append(values.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.fields[self._textarea] = [self.fields[self._textarea][0] + data.removeprefix("\n")]


def test_the_page_shows_only_the_sections_she_writes(world: World):
    draft = world.start()
    educator, nurse, ase = (form_of(world, draft, by=by) for by in (world.educator, world.nurse, world.ase))
    assert [page.name for page in educator.offered_pages] == ["besoins", "recit", "regard"]
    assert [page.name for page in nurse.offered_pages] == ["sante"]
    assert [page.name for page in ase.offered_pages] == ["besoins", "regard"]
    assert form_of(world, draft, page="3").health_is_closed
    assert not form_of(world, draft, page="1").health_is_closed
    assert "Souhaite-t-elle un soin" not in html_of(educator)
    assert "Souhaite-t-elle un soin" in html_of(nurse)
    assert "A-t-elle faim" not in html_of(nurse)
    assert not form_of(world, draft, by=world.carer).offered


def test_each_question_has_its_input_and_both_ways_of_not_answering(world: World):
    html = html_of(form_of(world, world.start(), page="all"))
    definition = form_of(world, world.start()).definition
    for name, item in definition.questions.items():
        if item.section == HEALTH:
            assert f"q-{name}" not in html
        elif item.type == "select_one":
            assert all(f'name="q-{name}" value="~{code}"' in html for code in ("wish", "raised"))
        else:
            assert f'name="q-{name}"' in html
            assert all(f'name="n-{name}" value="{code}"' in html for code in ("", "wish", "raised"))
    assert html.count("Ne souhaite pas répondre") == html.count("Non abordé") == len(definition.questions) - 2


def test_every_input_has_a_label_and_every_reference_leads_somewhere(world: World):
    form = form_of(world, world.start(), {"do": "submit", "q-retour": "hier", "q-nuits": "400"}, page="all")
    form.receive()
    page = Page(html_of(form))
    assert len(page.ids) == len(set(page.ids))
    assert page.references <= set(page.ids)
    assert page.labels <= set(page.ids)
    assert {"id_q-retour_error", "id_q-nuits_error", "id_q-faim_error"} <= page.references


def test_irrelevant_questions_are_hidden_but_keep_what_was_typed(world: World):
    draft = world.save(world.start(), besoin=["autre"], besoin_autre="une couverture")
    assert "besoin_autre" not in Page(html_of(form_of(world, draft))).hidden
    draft = world.save(draft, besoin=["manger"])
    page = Page(html_of(form_of(world, draft)))
    assert "besoin_autre" in page.hidden
    assert page.fields["q-besoin_autre"] == ["une couverture"]


def test_a_page_posted_back_untouched_changes_nothing(world: World):
    typed = {
        "faim": {"not": "raised"},
        "besoin": ["manger", "autre"],
        "besoin_autre": {"not": "wish", "typed": "je ne sais plus"},
        "nuits": "trois",
        "mots": "une ligne\nune autre <b>&amp;</b>",
        "retour": "31/02/2026",
        "partie": "2026-11-20T21:05",
        "relu": "OK",
        "analyse": "",
    }
    draft = world.save(world.start(), **typed)
    before = selectors.raw_of(draft, world.opened(), [EDUCATION, WORDS])
    sent = Page(html_of(form_of(world, draft, page="all"))).fields
    form = form_of(world, draft, sent, page="all")
    outcome = form.receive()
    assert outcome.answer_set.version == draft.version
    assert selectors.raw_of(AnswerSet.objects.get(), world.opened(), [EDUCATION, WORDS]) == before


def test_clean_answers_posted_back_in_a_correction_are_the_same_answers(world: World):
    first = world.submit(
        world.start(), faim="oui", nuits="2", partie="2025-11-20T21:05", relu="OK", retour="20/11/2025"
    )
    draft = services.correct(by=world.educator, held=held(world.educator), answer_set=first, opened=world.opened())
    sent = Page(html_of(form_of(world, draft, page="all"))).fields
    assert form_of(world, draft, sent, page="all").receive().answer_set.version == 1


def test_saving_a_page_leads_to_the_page_asked_for(world: World):
    world.start()

    def after(do: str, page: str, **sent: str) -> str:
        current = selectors.draft_of(world.context)
        assert current is not None
        return form_of(world, current, {"do": do, **sent}, page=page).receive().page

    assert (after("update", "1"), after("save", "2"), after("next", "1"), after("previous", "2")) == (
        "1",
        "2",
        "2",
        "1",
    )
    assert (after("previous", "1"), after("next", "3"), after("go:3", "1"), after("go:9", "2")) == ("1", "3", "3", "1")
    assert after("next", "all") == "all"
    assert after("next", "1", **{"q-faim": "non"}) == "3"
    assert after("previous", "3") == "1"


def test_the_page_says_where_one_is_and_which_answers_are_expected(world: World):
    draft = world.save(world.start(), faim="oui", besoin=["autre"])
    first = form_of(world, draft)
    assert (first.page_title, first.page_position) == ("Besoins", "Page 1 sur 3")
    expected = {item.name for _title, _shown, items in first.shown_pages for item in items if item.required}
    assert expected == {"faim", "besoin_autre"}
    draft = world.save(draft, faim="non", besoin=["manger"])
    last = form_of(world, draft, page="3")
    assert (last.page_title, last.page_position) == ("Regard", "Page 2 sur 2")
    assert form_of(world, draft, page="all").page_position == ""


@pytest.mark.parametrize("page", [None, "", "0", "99", "-1", "x", "²", "1" * 50])
def test_any_page_number_shows_a_page(world: World, page: str | None):
    assert form_of(world, world.start(), page=page).page_number == 1


def test_only_the_page_sent_is_written(world: World):
    draft = world.save(world.start(), mots="sur la deuxième page", nuits="2")
    form_of(world, draft, {"q-faim": "oui"}, page="1").receive()
    kept = selectors.raw_of(AnswerSet.objects.get(), world.opened(), [EDUCATION, WORDS])
    assert kept == {"mots": "sur la deuxième page", "faim": "oui"}


def test_finishing_with_faults_keeps_everything_and_shows_the_page_of_the_first(world: World):
    draft = world.save(world.start(), faim="oui", nuits="400")
    form = form_of(world, draft, {"do": "submit", "q-retour": "hier", "q-analyse": "gardé"}, page="3")
    outcome = form.receive()
    assert (outcome.refused, outcome.submitted, outcome.page) == (True, False, "3")
    assert [bound.name for bound in form.visible_fields() if bound.errors] == ["q-retour"]
    assert {link.number: bool(link.left) for link in form.page_links} == {1: True, 2: False, 3: True}
    html = html_of(form)
    assert "Écrivez une date qui existe" in html
    assert "1 réponse à revoir" in html
    assert Page(html).fields["q-retour"] == ["hier"]
    assert str(form["version"].value()) == str(AnswerSet.objects.get().version)
    kept = selectors.raw_of(AnswerSet.objects.get(), world.opened(), [EDUCATION])
    assert kept["analyse"] == "gardé"
    elsewhere = form_of(world, AnswerSet.objects.get(), {"do": "submit", "q-mots": "x"}, page="2")
    assert elsewhere.receive().page == "1"
    assert elsewhere.page_number == 1


def test_finishing_without_faults_submits(world: World):
    draft = world.save(world.start(), mots="x")
    outcome = form_of(world, draft, {"do": "submit", "q-faim": "oui"}, page="1").receive()
    assert outcome.submitted
    assert AnswerSet.objects.get().submitted_by == world.educator.user


def test_health_staff_finish_their_part(world: World):
    with tokens.author(lambda: str(world.nurse.user_id)):
        form = form_of(world, world.start(), {"do": "submit", "q-soin": "non"}, by=world.nurse)
        outcome = form.receive()
    assert (outcome.submitted, outcome.part_done, outcome.refused) == (False, True, False)


def test_answers_that_somebody_else_just_submitted_are_refused_with_the_text_still_there(world: World):
    draft = world.start()
    world.submit(draft, faim="non")
    form = form_of(world, draft, {"do": "save", "q-faim": "oui", "q-besoin_autre": "à garder"})
    outcome = form.receive()
    assert outcome.refused
    assert "corrigez-les" in str(form.errors)
    assert "à garder" in html_of(form)


def test_a_conflict_goes_on_to_the_page_that_shows_both_texts(world: World):
    draft = world.start()
    world.save(draft, nuits="2")
    with pytest.raises(StaleEdit):
        form_of(world, draft, {"q-nuits": "3"}).receive()
    with pytest.raises(StaleEdit):
        form_of(world, draft, {"q-nuits": "3", "version": "x"}).receive()


def test_saving_while_typing_answers_with_version_hour_and_what_is_relevant(world: World):
    draft = world.start()
    with time_machine.travel("2026-11-21T20:42:00+00:00", tick=False):
        outcome: Outcome = form_of(world, draft, {"do": "auto", "q-besoin": ["autre"], "form_token": ""}).receive()
    assert outcome.json is not None
    assert outcome.json["version"] == 2
    assert outcome.json["shown"] == {"faim": True, "besoin": True, "besoin_autre": True, "nuits": True}
    assert outcome.json["saved"].replace("\u00a0", " ") == "Brouillon enregistré à 21 h 42"


def test_the_answer_with_scripts_and_the_page_without_say_the_same(world: World):
    """« Mettre à jour » and draft.js: one judgement, on the server."""
    sent = {"q-faim": "oui", "q-besoin": ["manger"], "q-nuits": "3"}
    outcome = form_of(world, world.start(), {"do": "auto", **sent}).receive()
    assert outcome.json is not None
    page = Page(html_of(form_of(world, AnswerSet.objects.get())))
    assert page.hidden == {name for name, shown in outcome.json["shown"].items() if not shown}
    second = Page(html_of(form_of(world, AnswerSet.objects.get(), page="2")))
    assert second.hidden == set()


def test_enter_never_finishes_the_talk(world: World):
    for page in ("1", "3", "all"):
        assert Page(html_of(form_of(world, world.start(), page=page))).buttons[0] == "update"


def test_faults_of_form_show_while_writing_but_nothing_missing_does(world: World):
    draft = world.save(world.start(), nuits="trois")
    html = html_of(form_of(world, draft))
    assert "nombre entier" in html
    assert "Répondez, ou choisissez" not in html


def test_the_page_is_in_the_readers_language_where_the_author_wrote_it(world: World):
    row = publishing.publish_shipped(by=SYSTEM)[1]
    draft = services.draft_start(
        by=world.educator,
        held=held(world.educator),
        questionnaire=row,
        data_key=world.key,
        context=world.home.pk,
        subject=world.subject,
    )
    with translation.override("en"):
        form = form_of(world, draft)
        assert form.title == "Return talk"
        assert "What is needed now?" in html_of(form)


def test_reading_shows_words_apart_and_says_what_is_closed(world: World):
    draft = world.start()
    world.save(draft, by=world.nurse, soin="oui")
    done = world.submit(AnswerSet.objects.get(), faim={"not": "wish"}, mots="<b>je reste</b>")
    html = render_to_string("questionnaires/answers.html", {"answers": selectors.read(done, world.opened())})
    assert "<q>&lt;b&gt;je reste&lt;/b&gt;</q>" in html
    assert "Ses mots" in html
    assert "Ne souhaite pas répondre" in html
    assert "Une partie des réponses ne vous est pas ouverte" in html
    assert "Souhaite-t-elle un soin" not in html
    nothing = render_to_string(
        "questionnaires/answers.html", {"answers": selectors.read(done, world.sight(world.carer))}
    )
    assert "je reste" not in nothing
