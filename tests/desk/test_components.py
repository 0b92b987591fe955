"""Each component in each of its states, and what they are made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django import forms
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

import maillage.common
from maillage.common.enums import Section
from maillage.common.errors import Difference
from maillage.common.forms import TokenForm, Typed
from maillage.common.refusals import Resend
from maillage.desk import gallery
from maillage.desk.context import shell

NOW = datetime(2026, 11, 3, 20, 30, tzinfo=UTC)  # 21 h 30 in Paris
COMMON = Path(maillage.common.__file__).parent
STATIC = COMMON / "static" / "maillage"
PACKAGES = COMMON.parent


@pytest.fixture(autouse=True)
def fixed_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def draw(source: str, **context: Any) -> str:
    drawn = Template("{% load ui %}" + source).render(Context(context))
    return unescape(re.sub(r"\s+", " ", drawn.replace("\u00a0", " "))).strip()


def words(html: str) -> str:
    """What a reader gets: no tags, one space between words."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()


# -- time ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "state", "said"),
    [
        (timedelta(minutes=130), "calm", "dans 2 h 10 (23 h 40)"),
        (timedelta(minutes=12), "soon", "dans 12 min (21 h 42)"),
        (timedelta(minutes=-12), "late", "en retard de 12 min (21 h 18)"),
    ],
)
def test_a_clock_has_a_drawing_words_and_the_hour(left: timedelta, state: str, said: str) -> None:
    html = draw("{% clock due %}", due=NOW + left)
    assert f"clock--{state}" in html
    assert html.count("<svg") == 2
    assert words(html) == said
    assert f'data-due="{(NOW + left).isoformat()}"' in html


def test_a_stopped_clock_says_when_and_no_clock_says_nothing() -> None:
    assert words(draw("{% clock due done_at=done %}", due=NOW, done=NOW - timedelta(hours=1))) == "fait 20 h 30"
    assert draw("{% clock nothing %}", nothing=None) == ""
    assert draw("{% instant nothing %}", nothing=None) == ""


def test_a_clock_is_read_where_it_hangs() -> None:
    assert words(draw("{% clock due zone='Indian/Reunion' %}", due=NOW + timedelta(hours=2))) == ("dans 2 h (2 h 30)")


def test_how_long_something_lasts_never_goes_backwards() -> None:
    assert words(draw("{% since at %}", at=NOW - timedelta(minutes=80))) == "depuis 1 h 20 (20 h 10)"
    assert words(draw("{% since at %}", at=NOW + timedelta(minutes=1))) == "depuis 0 min (21 h 31)"


# -- people -------------------------------------------------------------------------------------------------------


def test_a_person_at_home_has_a_name_and_a_photo() -> None:
    html = draw('{% person_card name="Lina" initials="L. P." photo_url="/p/1/photo/" url="/p/1/" %}')
    assert words(html) == "Lina"
    assert 'src="/p/1/photo/"' in html
    assert 'alt=""' in html  # the name is beside it


def test_a_person_elsewhere_is_initials_until_someone_asks() -> None:
    html = draw(
        '{% person_card name="Lina Parapluie" initials="L. P." photo_url="/p/1/photo/" url="/p/1/" hidden=True %}'
    )
    assert "<img" not in html
    assert html.index("<details") < html.index("Lina Parapluie")
    assert "Montrer le nom de L. P." in html


@dataclass
class Shared:
    discreet: bool = True


def test_a_shared_screen_has_no_name_whatever_is_given() -> None:
    html = draw('{% person_card name="Lina" initials="L. P." photo_url="/x" %}', shell=Shared())
    assert "Lina" not in html
    assert "<img" not in html
    assert "<details" not in html
    assert "L. P." in html


def test_a_person_may_carry_drawn_words() -> None:
    html = draw("{% person_with who %}<em>là</em> {{ x }}{% endperson_with %}", who={"name": "Lina"}, x="<b>")
    assert "<em>là</em>" in html
    assert "<b>" in unescape(html)
    assert "&lt;b&gt;" in Template("{% load ui %}{% person_with who %}{{ x }}{% endperson_with %}").render(
        Context({"who": {"name": "Lina"}, "x": "<b>"})
    )


def test_no_colour_class_ever_follows_a_person() -> None:
    css = (STATIC / "css" / "maillage.css").read_text()
    about_people = re.findall(r"\.(?:person|resident)[\w-]*[^{]*\{[^}]*\}", css)
    assert about_people
    assert not [rule for rule in about_people if "--late" in rule or "--soon" in rule]


# -- steps and timeline -------------------------------------------------------------------------------------------

STEP = {"title": "Appeler le 17", "due_at": NOW + timedelta(minutes=40), "url": "/e/1/", "action": "J’ai appelé"}


def test_a_step_to_do_says_what_whose_and_by_when() -> None:
    html = draw("{% step_row step owner='Nadia Lampadaire' %}", step=STEP | {"state": "open"})
    assert words(html) == "Appeler le 17 dans 40 min (22 h 10) Nadia Lampadaire J’ai appelé"
    assert "btn-outline-primary" in html


def test_the_next_step_has_the_only_filled_button() -> None:
    html = draw("{% step_row step mine=True next=True %}", step=STEP | {"state": "open"})
    assert "btn-primary" in html
    assert "btn-outline" not in html
    assert "À vous" in html


def test_a_step_done_says_when_by_whom_and_how() -> None:
    step = {
        "title": "Appeler",
        "state": "done",
        "done_at": NOW,
        "done_by": "Inès",
        "means": "Téléphone",
        "recipient": "sa mère",
        "reference": "12",
        "note": "Calme.\nRappellera.",
    }
    html = draw("{% step_row step %}", step=step)
    assert words(html) == "Appeler Fait 21 h 30 · Inès · Téléphone · sa mère · réf. 12 Calme.Rappellera."
    assert "clock--" not in html


def test_a_step_without_object_says_why_and_a_waiting_one_after_what() -> None:
    assert "Contact interdit" in words(
        draw("{% step_row step %}", step={"title": "Père", "state": "not_due", "reason_not_due": "Contact interdit"})
    )
    assert words(draw("{% step_row step %}", step={"title": "Annuler", "state": "waiting", "after": "Dire"})) == (
        "Annuler En attente après « Dire »"
    )


def test_why_a_step_exists_is_one_touch_away() -> None:
    html = draw("{% step_row step %}", step=STEP | {"why": "La loi.", "source": "Art. 26"})
    assert '<details class="why"><summary>Pourquoi</summary>' in html
    assert "La loi. <span" in html


def test_a_timeline_goes_by_days_and_keeps_exact_words_apart() -> None:
    entries = [
        {"at": NOW, "title": "Signe de vie", "by": "Inès", "words": "je rentre", "section": Section.WORDS},
        {"at": NOW - timedelta(minutes=5), "title": "Rappel", "system": True},
        {"at": NOW - timedelta(days=1), "title": "Vue", "text": "Au portail", "corrected": True, "written_at": NOW},
    ]
    html = draw("{% timeline entries %}", entries=entries)
    assert re.findall(r'timeline__heading">([^<]+)<', html) == ["aujourd’hui", "hier"]
    assert '<blockquote class="entry__quote">' in html
    assert "entry--system" in html
    assert "Corrigé plus tard" in html
    assert "écrit <time" in html


def test_a_timeline_splits_days_at_the_midnight_of_the_place() -> None:
    entries = [{"at": NOW, "title": "a"}, {"at": NOW - timedelta(hours=2), "title": "b"}]
    assert draw("{% timeline entries zone='Europe/Paris' %}", entries=entries).count("timeline__heading") == 1
    assert draw("{% timeline entries zone='Indian/Reunion' %}", entries=entries).count("timeline__heading") == 2


# -- forms --------------------------------------------------------------------------------------------------------


class Sample(TokenForm):
    name = forms.CharField(label="Nom", help_text="Comme à l’oral.")
    note = forms.CharField(label="Note", required=False)
    kind = forms.ChoiceField(label="Genre", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    told = forms.BooleanField(label="Dit", required=False)


def test_a_field_ties_label_help_and_error_together() -> None:
    html = draw("{% field form.name %}", form=Sample({"kind": "a"}))
    assert '<label class="field__label" for="id_name">' in html
    assert 'aria-describedby="id_name_error id_name_helptext"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html
    assert "(facultatif)" in draw("{% field form.note %}", form=Sample())
    assert "(facultatif)" not in draw("{% field form.name %}", form=Sample())


def test_choices_are_a_named_group() -> None:
    html = draw("{% field form.kind %}", form=Sample({"name": "x"}))
    assert html.startswith("<fieldset")
    assert '<legend class="field__label">Genre' in html
    assert html.count('type="radio"') == 2
    assert "Erreur :" in html
    assert 'type="checkbox"' in draw("{% field form.told %}", form=Sample())


def test_the_summary_of_errors_leads_to_each_field() -> None:
    form = Sample({"kind": "z"})
    form.add_error(None, "Trop tard.")
    html = draw("{% form_errors form %}", form=form)
    assert 'role="alert"' in html
    assert 'href="#id_name"' in html
    assert "Trop tard." in html
    assert draw("{% form_errors form %}", form=Sample()) == ""
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in draw("{% field form.name %}{% field form.kind %}", form=form)


def test_hidden_fields_carry_token_and_version() -> None:
    html = draw("{% form_hidden form %}", form=Sample(version=3))
    assert 'name="form_token"' in html
    assert 'name="version" value="3"' in html


# -- the rest -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", list(Section))
def test_every_section_has_its_mark_and_its_readers(section: Section) -> None:
    html = draw("{% secrecy section %}", section=section)
    assert str(section.label) in html
    assert "<svg" in html
    assert len(words(html)) > len(str(section.label)) + 5


def test_a_mission_says_until_when_and_on_what_basis() -> None:
    html = draw('{% mission_badge "Accueille" until=day basis="ordonnance" %}', day=NOW.date())
    assert words(html) == "Accueille · jusqu’au 3 novembre 2026ordonnance"
    assert "terminée" in draw('{% mission_badge "Accueille" ended=True %}')


def test_an_empty_state_has_one_sentence_and_one_way_on() -> None:
    assert words(draw('{% empty "Rien ici." "/x/" "Ajouter" %}')) == "Rien ici. Ajouter"
    assert "<a" not in draw('{% empty "Rien ici." %}')


def test_a_conflict_shows_both_texts() -> None:
    html = draw("{% conflict differences %}", differences=[Difference("Taille", "1 m 60", "")])
    assert words(html) == "Taille Enregistré entre-temps1 m 60 Votre texte—"


def test_progress_is_said_in_words() -> None:
    html = draw('{% progress 3 9 "Étapes" %}')
    assert words(html) == "Étapes : 3 sur 9"
    assert 'max="9" value="3"' in html
    assert 'max="1"' in draw('{% progress 0 0 "Étapes" %}')


def test_the_call_strip_calls_17_first_then_the_station() -> None:
    html = draw('{% call_strip "Commissariat du port" "+33199000017" %}')
    assert html.index('href="tel:17"') < html.index('href="tel:+33199000017"')
    assert "01 99 00 00 17" in html
    assert html.count("tel:") == 2
    assert draw("{% call_strip %}").count("tel:") == 1


@pytest.mark.parametrize(
    ("number", "link", "said"),
    [
        ("+33199001234", "+33199001234", "01 99 00 12 34"),
        ("01 99 00 12 34", "0199001234", "01 99 00 12 34"),
        ("119", "119", "119"),
        ("+262692001234", "+262692001234", "+262692001234"),
    ],
)
def test_a_number_is_called_with_one_touch(number: str, link: str, said: str) -> None:
    html = draw("{% phone number %}", number=number)
    assert f'href="tel:{link}"' in html
    assert words(html) == said
    assert draw('{% phone "" %}') == ""


def test_an_icon_is_decoration_unless_it_has_words() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "lock" %}')
    labelled = draw('{% icon "lock" label="Fermé" %}')
    assert 'role="img" aria-label="Fermé"' in labelled
    assert "aria-hidden" not in labelled


# -- pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["400", "403", "404", "conflict", "413", "422", "500", "503"])
def test_an_error_page_needs_no_context_and_has_a_way_on(status: str) -> None:
    html = render_to_string(f"errors/{status}.html", {"message": "", "differences": [], "resend": None})
    assert "<title>Maillage</title>" in html.replace("\n", "")
    assert html.count("<h1>") == 1
    assert 'href="/"' in html or 'href=""' in html


def test_an_error_page_asks_nothing_of_the_database(django_assert_num_queries: Any, db: None) -> None:
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):
        render_to_string("errors/500.html", {"message": "", **shell(request)}, request=None)


@pytest.mark.parametrize("page", ["403", "conflict", "422", "503"])
def test_a_refused_form_comes_back_whole(page: str) -> None:
    kept = Resend("/p/1/", [Typed("note", "Mes mots", "Note", "Mes mots"), Typed("form_token", "abc")], files=True)
    html = render_to_string(
        f"errors/{page}.html", {"message": "Non.", "differences": [Difference("Note", "a", "b")], "resend": kept}
    )
    assert 'action="/p/1/"' in html
    assert 'name="note" value="Mes mots"' in html
    assert 'name="form_token" value="abc"' in html
    assert "<dd>Mes mots</dd>" in html
    assert "choisir de nouveau" in html


def test_the_gallery_shows_every_component_in_demonstrations_only(db: None, settings: Any) -> None:
    settings.DEMO = False
    assert Client().get("/composants/").status_code == 404
    settings.DEMO = True
    page = Client().get("/composants/").content.decode()
    source = (PACKAGES / "common" / "templatetags" / "ui.py").read_text()
    tags = set(re.findall(r"@register\.(?:simple_tag|inclusion_tag)[^\n]*\ndef (\w+)\(", source))
    drawn = (PACKAGES / "desk" / "templates" / "desk" / "gallery.html").read_text()
    helpers = {"clock_words", "form_token", "instant", "lines"}
    assert {tag for tag in tags - helpers if f"{{% {tag} " not in drawn} == {"timeline_entry"} & tags
    for state in gallery.states(NOW)["steps"]:
        assert state["title"] in unescape(page)


def test_the_gallery_refers_to_nobody_real() -> None:
    assert not re.search(r"\b0[67] (?!39 98)", str(gallery.states(NOW)))


# -- what it is made of -------------------------------------------------------------------------------------------


def test_dark_is_the_same_whether_chosen_or_asked_by_the_device() -> None:
    css = re.sub(r"/\*.*?\*/", "", (STATIC / "css" / "tokens.css").read_text(), flags=re.DOTALL)
    chosen = re.search(r'\n\[data-bs-theme="dark"\] \{(.*?)\}', css, re.DOTALL)
    asked = re.search(r":root:not\(\[data-bs-theme\]\) \{(.*?)\}", css, re.DOTALL)
    light = re.search(r'\[data-bs-theme="light"\] \{(.*?)\}', css, re.DOTALL)
    assert chosen
    assert asked
    assert light
    lines = [[line.strip() for line in found.group(1).split(";")] for found in (chosen, asked)]
    assert lines[0] == lines[1]
    assert set(re.findall(r"--[\w-]+", light.group(1))) == set(re.findall(r"--[\w-]+", chosen.group(1)))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        *((ink, ground, 4.5) for ink in ("ink", "ink-soft", "ink-faint") for ground in ("paper", "surface", "sunken")),
        *((ink, ground, 4.5) for ink in ("accent", "late", "soon") for ground in ("paper", "surface")),
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-strong", 4.5),
        ("ink", "accent-soft", 4.5),
        ("ink-soft", "accent-soft", 4.5),
        ("accent", "accent-soft", 4.5),
        ("late", "late-soft", 4.5),
        ("soon", "soon-soft", 4.5),
        ("ink", "soon-soft", 4.5),
        ("line-strong", "surface", 3.0),
        ("line-strong", "paper", 3.0),
    ],
)
def test_text_can_be_read_on_every_ground(theme: str, ink: str, ground: str, least: float) -> None:
    css = (STATIC / "css" / "tokens.css").read_text()
    block = re.search(rf'\[data-bs-theme="{theme}"\] \{{(.*?)\}}', css, re.DOTALL)
    assert block
    token = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block.group(1)))
    assert contrast(token[ink], token[ground]) >= least


def test_every_vendored_drawing_is_used_and_every_used_one_is_there() -> None:
    vendored = {path.stem for path in (STATIC / "vendor" / "lucide").glob("*.svg")}
    sources = [
        path.read_text()
        for pattern in ("*/templates/**/*.html", "*/**/*.py", "*/static/**/*.js")
        for path in PACKAGES.glob(pattern)
        if "vendor" not in path.parts
    ]
    everything = "\n".join(sources)
    drawn = set(re.findall(r'{% icon "([\w-]+)"', everything))
    assert drawn <= vendored
    assert not {name for name in vendored if not re.search(rf"[\"']{name}[\"']", everything)}


@pytest.mark.parametrize("name", ["bootstrap", "htmx", "inter", "lucide"])
def test_what_is_vendored_keeps_its_licence(name: str) -> None:
    assert (STATIC / "vendor" / name / "LICENSE").stat().st_size > 100


def test_stylesheets_name_only_files_that_are_shipped() -> None:
    for sheet in (STATIC / "css").glob("*.css"):
        for target in re.findall(r'url\("?([^")]+)"?\)', sheet.read_text()):
            assert (sheet.parent / target).resolve().is_file(), target
        assert "http" not in sheet.read_text()


def test_pages_name_only_static_files_that_exist() -> None:
    for template in PACKAGES.glob("*/templates/**/*.html"):
        for name in re.findall(r"""{% static ['"]([^'"]+)['"] %}""", template.read_text()):
            assert finders.find(name), (template.name, name)
