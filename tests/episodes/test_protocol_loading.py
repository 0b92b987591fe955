"""A protocol that is wrong says where and why: file, line, cause, in French."""

from datetime import time, timedelta

import pytest

from maillage.accounts.enums import Role
from maillage.episodes import protocol
from maillage.episodes.services import shipped
from tests.episodes.definitions import SMALL, line_of, spoiled

STEP = "  - key: reference\n    title: Noter la référence\n"


def faults(text: str) -> list[protocol.Fault]:
    with pytest.raises(protocol.ProtocolInvalid) as caught:
        protocol.load(text, "essai.yaml")
    return list(caught.value.faults)


def test_the_small_one_is_valid():
    loaded = protocol.load(SMALL, "essai.yaml")
    assert (loaded.night.start, loaded.night.end) == (time(21), time(7))
    assert loaded.steps[0].owner == Role.EDUCATOR
    assert loaded.escalation[0].after == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("before", "after", "where", "cause"),
    [
        ("    owner: case_worker", "    owner: sorciere", "sorciere", "rôle : valeur inconnue « sorciere »"),
        (
            "{after: 15 min, to: on_call_manager}",
            "{after: 15 min, to: personne}",
            "personne",
            "rôle : valeur inconnue « personne »",
        ),
        (
            "{after: 15 min, to: on_call_manager}",
            "{after: 15 min, to: educator}",
            "escalation:",
            "l’escalade doit finir à une astreinte",
        ),
        (
            "    suggests: unauthorised_absence",
            "    suggests: promenade",
            "promenade",
            "lecture : valeur inconnue « promenade »",
        ),
        ("{kinds: [worrying_disappearance], delay: 30 min}", "{kinds: [grave], delay: 30 min}", "grave", "lecture"),
        ("  - key: known\n", "  - key: threat\n", "key: threat", "clé en double « threat »"),
        ("  - key: reference\n", "  - key: declaration\n", "key: declaration", "clé en double « declaration »"),
        ("title: Petit protocole", "title: Petit\ntitle: protocole", "title: protocole", "clé en double « title »"),
        ("- {delay: 2 h}", "- {delay: deux heures}", "deux heures", "délai illisible « deux heures »"),
        ("remind_before: 15 min", "remind_before: 15", "remind_before", "délai illisible « 15 »"),
        ("- {delay: 2 h}", "- {age_below: 16, delay: 2 h}", "age_below: 16", "la dernière règle de délai"),
        ("- {time: night, delay: 1 h}", "- {delay: 1 h}", "- {delay: 1 h}", "la dernière règle de délai"),
        ("starts_after: declaration", "starts_after: rien", "rien", "étape inconnue « rien »"),
        ("starts_after: declaration", "starts_after: parents", "starts_after", "existe une fois par parent"),
        ("starts_after: declaration", "starts_after: end", "starts_after", "naît d’un autre événement"),
        ("starts_after: declaration", "starts_after: reference", "starts_after", "boucle : reference → reference"),
        ("{answers: {threat: oui}}", "{answers: {menace: oui}}", "menace: oui", "question inconnue « menace »"),
        ("{answers: {threat: oui}}", "{answers: {threat: souvent}}", "souvent", "réponse : valeur inconnue"),
        ("{answers: {threat: oui}}", "{}", "when: {}", "une ligne sans condition"),
        ("zone: Europe/Paris", "zone: Europe/Atlantide", "Atlantide", "fuseau horaire inconnu"),
        ("start: 21:00", "start: 25:00", "25:00", "heure illisible « 25:00 »"),
        ("    trigger: sign_of_life", "    trigger: parfois", "parfois", "déclencheur : valeur inconnue « parfois »"),
        ("    phone: \"17\"\n", "", "steps:", "il manque l’étape « appeler le 17 »"),
        ("within: [{delay: immédiat}]", "within: [{delay: 1 h}]", "steps:", "il manque l’étape « appeler le 17 »"),
        ("    for_each: parent\n", "", "key: parents", "suit sa situation"),
        ("    audience: parent\n", "", "key: parents", "suit sa situation"),
        ("    title: Entretien\n", "", "key: talk", "il manque « title »"),
        ("    title: Entretien\n", "    titre: Entretien\n    title: E\n", "titre:", "mot inconnu « titre »"),
        ("followed: [end, talk]", "followed: [fin]", "followed", "étape inconnue « fin »"),
        ("followed: [end, talk]", "bientot: [end]", "bientot", "motif de clôture : valeur inconnue « bientot »"),
        ("talk: 72 h}", "talk: 72 h", "closing", "ce n’est pas du YAML lisible"),
        ("otherwise:\n", "otherwise: &x\n", "otherwise", "ni ancre"),
        ("slug: petit", "slug: Petit Protocole", "slug", "« slug » mal écrit"),
        ("status: practice}\n  - key: declaration", "status: '?'}\n  - key: declaration", "'?'", "statut de source"),
    ],
)  # fmt: skip
def test_a_fault_names_file_line_and_cause(before: str, after: str, where: str, cause: str):
    text = spoiled(before, after)
    found = faults(text)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if where in line]
    matching = [fault for fault in found if cause in fault.cause]
    assert matching, [str(fault) for fault in found]
    assert matching[0].line in lines, str(matching[0])
    assert str(matching[0]).startswith(f"essai.yaml, ligne {matching[0].line} : ")


def test_a_loop_of_several_steps_is_shown_whole():
    text = SMALL.replace(
        "  - key: declaration\n    title: Envoyer la fiche\n",
        "  - key: declaration\n    starts_after: reference\n    title: Envoyer la fiche\n",
    )
    causes = [fault.cause for fault in faults(text)]
    assert "boucle : declaration → reference → declaration" in causes


def test_all_faults_come_at_once_in_the_order_of_the_file():
    text = spoiled("- {delay: 2 h}", "- {delay: bof}").replace("owner: case_worker", "owner: sorciere")
    found = faults(text)
    assert [fault.line for fault in found] == [line_of(text, "bof"), line_of(text, "sorciere")]


@pytest.mark.parametrize("word", ["fugue", "disparition", "police"])
@pytest.mark.parametrize("audience", ["school", "employer"])
def test_a_step_for_school_or_employer_cannot_say_more_than_an_absence(audience: str, word: str):
    text = SMALL.replace(
        "  - key: tell\n",
        f"  - key: absence\n    title: Dire la {word}\n    trigger: opened\n    owner: educator\n"
        f"    audience: {audience}\n    within: [{{delay: 1 h}}]\n    why: Absente.\n"
        "    source: {text: Usage, status: practice}\n  - key: tell\n",
    )
    assert [fault.cause for fault in faults(text)] == ["école et employeur n’apprennent qu’une absence : reformuler"]


def test_a_call_to_17_reserved_to_some_is_not_enough():
    text = spoiled('    phone: "17"\n', '    phone: "17"\n    when: {age_below: 13}\n')
    assert any("appeler le 17" in fault.cause for fault in faults(text))


@pytest.mark.parametrize("text", ["", "[]", "texte", "- a\n- b", "\x00", "a: " + "[" * 5000, "k: v\n" * 50_000])
def test_what_is_no_protocol_is_refused_with_a_line(text: str):
    assert all(fault.line >= 1 and fault.cause for fault in faults(text))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("immédiat", 0), ("Tout de suite", 0), ("45 min", 45), ("2 h", 120), ("1 h 30", 90), ("1h30", 90), ("3 j", 4320)],
)
def test_delays_read_as_they_are_said(text: str, minutes: int):
    assert protocol.parse_delay(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "2", "h", "2 heures", "-1 h", "1,5 h", None, 3, "1 h 30 s"])
def test_other_delays_are_refused(text: object):
    with pytest.raises(ValueError, match="délai illisible"):
        protocol.parse_delay(text)


def test_what_ships_is_valid_and_differs_by_its_slug():
    loaded = {name: protocol.load(text, name) for name, text in shipped().items()}
    assert sorted(loaded) == ["day-2h-night-1h.yaml", "reference.yaml", "under-13-at-once.yaml"]
    assert len({one.slug for one in loaded.values()}) == 3
    assert {one.departement for one in loaded.values()} == {"*"}
