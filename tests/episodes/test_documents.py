"""What the documents say, read from the PDF itself, and what they never say."""

import hashlib
import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from PIL import Image
from pypdf import PdfReader

from maillage.accounts.enums import OrganisationKind
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.localtime import ZONE, local
from maillage.episodes import access, selectors, services, typesetting
from maillage.episodes.enums import DocumentKind, EpisodeState
from maillage.episodes.selectors_screens import contents_of
from maillage.tasks.services import task_do
from maillage.youth import services as youth
from tests.episodes import world as worlds

SECRETS = ("7 rue du Lampadaire secret", "Gare du Tabouret")
KINDS = list(DocumentKind)


@pytest.fixture
def told(world):
    """Lila and Noé left together; everything a document could say about Lila is known."""
    out = io.BytesIO()
    Image.new("RGB", (900, 1200), "gray").save(out, "JPEG")
    youth.photo_replace(by=world.actor(), person=world.lila, content=out.getvalue())
    youth.person_edit(
        by=world.actor("case_worker"),
        person=world.lila,
        version=1,
        aliases=["Lili"],
        phones=["+33639980001"],
        justice={"judge": "Cabinet B", "measure": "Placement", "decision_date": "2026-01-05"},
    )
    youth.sheet_save(
        by=world.actor(),
        person=world.lila,
        prepared_on=date(2026, 2, 1),
        description="Veste jaune",
        phones=["+33639980009"],
        handles=["@parapluie"],
        travel_card="Carte n° 0042",
        friends=["Une amie du collège"],
        usual_places=["Gare du Tabouret"],
        emergency_health="Asthme, inhalateur bleu",
        call_first="Sa tante",
    )
    world.parent(contacts={"phones": ["+33639980002"]})
    by = world.actor()
    lila, _noe = services.episodes_open(
        by=by,
        people=[world.lila, world.noe],
        noticed_at=now() - timedelta(minutes=50),
        last_seen_at=now() - timedelta(hours=2),
        facts={"belongings": "yes", "reachable": "yes", "whereabouts": "no"},
        declared_kind="runaway",
        kind_reason="Synthétique",
    )
    call = world.tasks(lila)["call_police"]
    task_do(by=by, task=call, done_at=now(), means="phone", reference="PV 2026/0042", version=call.version)
    world.sign = services.sign_of_life_record(
        by=by,
        episode=lila,
        happened_at=now(),
        way="message",
        words="« je vais bien »",
        place="Gare du Tabouret",
        text="Un message reçu",
    )
    world.episode = lila
    return world


def make(world, kind, who="educator", **values):
    by = world.actor(who)
    if kind == DocumentKind.CHRONOLOGY and "lines" not in values:
        page = selectors.episode_page(by, access.get_visible_or_404(by, world.episode.pk), now())
        values["lines"] = [line.id for line in page.timeline]
    return services.document_make(by=by, episode=world.episode, kind=kind, **values)


def pdf_of(world, document, who="educator") -> PdfReader:
    return PdfReader(io.BytesIO(services.document_read(by=world.actor(who), document=document)))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def all_four(world):
    made = {kind: make(world, kind) for kind in (DocumentKind.DECLARATION, DocumentKind.SERIOUS_EVENT)}
    services.returned(by=world.actor(), episode=world.episode, happened_at=now())
    return made | {kind: make(world, kind) for kind in (DocumentKind.END_OF_SEARCH, DocumentKind.CHRONOLOGY)}


def test_the_declaration_says_what_the_police_need(told):
    reader = pdf_of(told, make(told, DocumentKind.DECLARATION))
    text = text_of(reader)
    day, year = local(told.episode.noticed_at, ZONE), local(told.episode.opened_at, ZONE).year
    age = day.year - 2011 - ((day.month, day.day) < (3, 4))
    for said in (
        "Lila Parapluie", "Lili", "04/03/2011", f"{age} ans", "Veste jaune", "@parapluie", "06 39 98 00 01",
        "Accueil décidé par le juge des enfants", "Cabinet B", "Ana Tabouret", "Exerce l’autorité parentale",
        "06 39 98 00 02",
        "01 99 00 22 22", "Commissariat des Parasols", "01 99 00 17 17", "PV 2026/0042", "Asthme, inhalateur bleu",
        "06 39 98 00 09", "Carte n° 0042", "Une amie du collège", "Sa tante",
        "Gare du Tabouret", "7 rue du Lampadaire secret", "Fugue", f"{year}-0001-01", "Nour Lampe",
    ):  # fmt: skip
        assert said in text, said
    assert len(reader.pages[0].images) == 1


def test_the_end_of_search_asks_to_cancel_the_entry(told):
    services.returned(by=told.actor(), episode=told.episode, happened_at=now())
    text = text_of(pdf_of(told, make(told, DocumentKind.END_OF_SEARCH)))
    for said in (
        "fin des recherches",
        "fichier des personnes recherchées",
        "PV 2026/0042",
        "Retour le",
        "01 99 00 22 22",
    ):
        assert said in text, said


def test_the_serious_event_is_ready_to_sign(told):
    text = text_of(pdf_of(told, make(told, DocumentKind.SERIOUS_EVENT)))
    for said in ("L331-8-1", "ASE des Parasols", "Appeler le 17", "en cours", "signature"):
        assert said in text, said


def test_a_serious_event_names_a_home_whose_address_is_no_secret(told):
    told.home.confidential = False
    told.home.save()
    text = text_of(pdf_of(told, make(told, DocumentKind.SERIOUS_EVENT)))
    assert "Nom Maison du Parapluie" in text
    assert "01 99 00 22 22" in text
    assert "adresse confidentielle" not in text


def test_a_serious_event_of_a_confidential_home_comes_from_who_runs_it(told):
    """It may circulate: the authority knows the home by its reference, nobody by its name, its address or its line."""
    told.home.external_reference = "ETAB-0042"
    told.home.save()
    told.ase.night_phone = "01 99 00 33 33"
    told.ase.save()
    document = make(told, DocumentKind.SERIOUS_EVENT)
    text = text_of(pdf_of(told, document))
    for said in ("Organisme gestionnaire ASE des Parasols", "adresse confidentielle, référence ETAB-0042",
                 "Pour ASE des Parasols", "01 99 00 33 33"):  # fmt: skip
        assert said in text, said
    for secret in ("Maison du Parapluie", "01 99 00 22 22", "01 99 00 11 11", "Paris"):
        assert secret not in text, secret
    assert Section.WHEREABOUTS in document.sections


@pytest.mark.parametrize("alone", [True, False])
def test_no_name_is_printed_when_nobody_open_runs_a_confidential_home(told, alone):
    """An association whose own address is a secret is not named either."""
    above = None if alone else worlds.organisation("Association du Parapluie", OrganisationKind.ASSOCIATION)
    told.home.parent = above
    told.home.save()
    text = text_of(pdf_of(told, make(told, DocumentKind.SERIOUS_EVENT)))
    assert "établissement à adresse confidentielle" in text
    assert "Parapluie" not in text.replace("Lila Parapluie", "")


def test_the_chronology_carries_the_chosen_lines_and_the_warning(told):
    page = selectors.episode_page(told.actor(), access.get_visible_or_404(told.actor(), told.episode.pk), now())
    reading = next(line for line in page.timeline if line.kind == "reading")
    text = text_of(pdf_of(told, make(told, DocumentKind.CHRONOLOGY, lines=[told.sign.pk])))
    assert "Les parents et leurs avocats peuvent lire" in text
    assert "Un message reçu" in text
    assert "je vais bien" not in text
    assert reading.label not in text
    quoted = make(told, DocumentKind.CHRONOLOGY, lines=[told.sign.pk], words=[told.sign.pk])
    assert "je vais bien" in text_of(pdf_of(told, quoted))


@pytest.mark.parametrize("lines", [[], ["00000000-0000-0000-0000-000000000001"]])
def test_a_chronology_of_nothing_is_refused(told, lines):
    with pytest.raises(RuleBroken) as refused:
        make(told, DocumentKind.CHRONOLOGY, lines=lines)
    assert refused.value.field == "lines"


def test_no_sheet_but_the_polices_carries_a_confidential_place(told):
    for kind, document in all_four(told).items():
        text = text_of(pdf_of(told, document))
        found = [secret for secret in SECRETS if secret in text]
        assert found == (list(SECRETS) if kind == DocumentKind.DECLARATION else []), kind
        police = kind in (DocumentKind.DECLARATION, DocumentKind.END_OF_SEARCH)
        assert ("Maison du Parapluie" in text) == police, kind


def test_no_document_names_the_other_young_person(told):
    for document in all_four(told).values():
        text = text_of(pdf_of(told, document))
        assert "Noé" not in text
        assert "Lampadaire" not in text.replace("rue du Lampadaire secret", "")


def test_documents_are_accessible_french_and_dated(told):
    for document in all_four(told).values():
        reader = pdf_of(told, document)
        root = reader.trailer["/Root"]
        assert str(root["/Lang"]).startswith("fr")
        assert root["/MarkInfo"]["/Marked"]
        assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
        assert reader.metadata.title
        assert reader.metadata.creation_date.replace(microsecond=0) == document.made_at.replace(microsecond=0)


def test_the_hash_is_printed_and_journalled_and_numbers_follow(told):
    made = list(all_four(told).values())
    year = local(told.episode.opened_at, ZONE).year
    assert [document.number for document in made] == [f"{year}-0001-0{n}" for n in range(1, 5)]
    for document in made:
        clear = services.document_read(by=told.actor(), document=document)
        assert hashlib.sha256(clear).hexdigest() == document.sha256
        assert document.content_sha256 in "".join(text_of(pdf_of(told, document)).split())
        entry = JournalEntry.objects.get(verb="episode.document_made", object_id=str(document.pk))
        assert entry.payload["sha256"] == document.sha256
        assert entry.payload["content_sha256"] == document.content_sha256
        assert b"%PDF" not in bytes(document.content)


def test_the_same_content_has_the_same_hash_whatever_its_order():
    assert typesetting.canonical({"a": 1, "b": [2]}) == typesetting.canonical({"b": [2], "a": 1})
    assert typesetting.canonical({"a": 1}) != typesetting.canonical({"a": 2})


def test_a_document_opens_for_those_who_may_read_all_it_says(told):
    declaration = make(told, DocumentKind.DECLARATION)
    assert {Section.JUSTICE, Section.WHEREABOUTS} <= set(map(Section, declaration.sections))
    for who in ("educator", "manager", "case_worker", "ase_on_call"):
        assert services.document_read(by=told.actor(who), document=declaration).startswith(b"%PDF")
    for who in ("carer", "nurse"):
        with pytest.raises(PermissionDenied):
            services.document_read(by=told.actor(who), document=declaration)
    for who in ("stranger", "dpo", "administrator"):
        with pytest.raises(Http404):
            services.document_read(by=told.actor(who), document=declaration)
    assert JournalEntry.objects.filter(verb="episode.document_read").count() == 4


def test_a_maker_prints_no_more_than_she_may_read(told):
    text = text_of(pdf_of(told, make(told, DocumentKind.DECLARATION, who="carer"), "carer"))
    assert "Lila Parapluie" in text
    assert "Cabinet B" not in text


def test_text_is_never_read_as_markup(world):
    youth.person_edit(
        by=SYSTEM, person=world.lila, version=1, given_name='#image("/etc/passwd")', family_name="*gras* $x$ <a> \\"
    )
    world.episode = world.open()
    text = text_of(pdf_of(world, make(world, DocumentKind.DECLARATION)))
    assert '#image("/etc/passwd") *gras* $x$ <a> \\' in text.replace("“", '"').replace("”", '"')


def test_the_paper_set_has_the_steps_and_nobodys_data(world):
    reader = PdfReader(io.BytesIO(services.blank_set(departement="99")))
    text = text_of(reader)
    for said in ("Appeler le 17", "tout de suite", "Pendant l’absence", "Proposer les soins urgents", "4 h"):
        assert said in text, said
    for name in ("Lila", "Parapluie", "Nour", "01 99"):
        assert name not in text


def test_the_number_to_ring_at_night_is_the_nearest_that_answers(world):
    world.home.night_phone = ""
    world.home.save()
    world.ase.night_phone = "01 99 00 33 33"
    world.ase.save()
    world.episode = world.open()
    text = text_of(pdf_of(world, make(world, DocumentKind.DECLARATION)))
    assert "jour et nuit : 01 99 00 33 33" in text
    assert "Joindre une photo" in text


def test_a_line_of_the_day_is_never_printed_as_one_that_answers_at_night(world):
    world.home.night_phone = ""
    world.home.save()
    world.episode = world.open()
    text = text_of(pdf_of(world, make(world, DocumentKind.DECLARATION)))
    assert "jour et nuit : ……" in text
    assert "Rappeler en journée 01 99 00 11 11" in text
    assert text.count("01 99 00 11 11") == 1
    shown = selectors.episode_page(world.actor(), access.get_visible_or_404(world.actor(), world.episode.pk), now())
    for kind in (DocumentKind.DECLARATION, DocumentKind.END_OF_SEARCH, DocumentKind.SERIOUS_EVENT):
        label, said, lacking = contents_of(shown, kind)[-1]
        assert (label, lacking) == ("Numéro à rappeler, jour et nuit", True)
        assert said.startswith("aucun")


def test_only_a_found_person_ends_a_search(world):
    world.episode = world.open()
    with pytest.raises(RuleBroken, match="la recherche continue"):
        make(world, DocumentKind.END_OF_SEARCH)
    world.episode = world.in_state(EpisodeState.RETURNED, world.noe)
    with pytest.raises(RuleBroken, match="retour est déjà noté"):
        make(world, DocumentKind.DECLARATION)


def test_the_place_in_a_declaration_is_closed_to_whoever_may_not_know_it(world):
    """Nothing sealed says where she lives, so nothing sealed was read: the document is closed all the same."""
    document = services.document_make(by=world.actor(), episode=world.open(), kind=DocumentKind.DECLARATION)
    assert Section.WHEREABOUTS in document.sections
    nurse = world.actor("nurse")
    assert access.get_visible_or_404(nurse, document.episode_id)
    with pytest.raises(PermissionDenied):
        services.document_read(by=nurse, document=document)
