"""Two people hold the same form open: the second reads both texts, and nothing of what she typed is lost."""

from html import unescape
from typing import Any

from django.db import transaction
from django.db.models import F

from maillage.common.forms import new_token
from maillage.tasks.models import Task
from maillage.youth.lookup_models import LikelyTwin
from tests.walls.addresses import ABOUT_A_FILE, Address
from tests.walls.asking import at_work
from tests.walls.places import Place

FIRST, SECOND = "Texte-enregistré", "Texte-tapé"
Typed = dict[str, Any]


def _itself(field: str, first: str = FIRST, second: str = SECOND, *said: str) -> tuple[Any, ...]:
    """The same form, sent by somebody else before: another value of one field."""
    return None, {field: first}, {field: second}, said or (first, second)


def _undone(place: Place) -> None:
    """Settled, then taken back."""
    LikelyTwin.objects.update(version=2)


def _done_again(place: Place) -> None:
    Task.objects.filter(pk__in=[place.ids["done"], place.ids["hand_done"]]).update(version=F("version") + 2)


# Address → (what happened meanwhile: another address, a change of rows, or None for the same form), what that one sent,
# what is sent then, and what the page must say of both.
LATE: dict[str, tuple[Any, Typed, Typed, tuple[str, ...]]] = {
    "youth:identity": _itself("given_name"),
    "youth:parent": _itself("name"),
    "youth:sheet_edit": _itself("description"),
    "youth:placement_keep": _itself("until", "2099-01-01", "2099-02-02", "01/01/2099", "02/02/2099"),
    "youth:placement_end": ("youth:placement_keep", {}, {"motive": SECOND}, (SECOND, "Ailleurs")),
    "casework:note_correct": _itself("text"),
    "casework:goal": _itself("title"),
    "youth:mission": _itself("sections", "identity", "health", "Identité", "Santé"),
    "youth:mission_end": ("youth:mission", {"sections": "identity"}, {}, ("Enregistré entre-temps", "Votre texte")),
    "casework:family_correct": _itself("text"),
    "casework:legal_edit": _itself("title"),
    "casework:observation_correct": _itself("facts"),
    "casework:judgement_correct": _itself("reading"),
    "casework:task": (None, {}, {"state": "not_needed", "word": SECOND}, ("Fait", SECOND)),
    "casework:task_reopen": (_done_again, {}, {}, ("Fait", "À faire")),
    "youth:twins_distinct": (_undone, {}, {}, ("À régler", "Deux personnes différentes")),
    "youth:merge": (_undone, {}, {}, ("À régler", "Une seule personne")),
    "episodes:outing_extend": (None, {"expected": "240"}, {"expected": "60"}, ("Enregistré entre-temps",)),
    "episodes:reading": _itself("kind_reason"),
    "episodes:act fin-accueil": ("youth:placement_keep", {}, {"motive": SECOND}, (SECOND, "Ailleurs")),
    "episodes:close": ("episodes:reading", {}, {"note": SECOND}, ("Absence", SECOND)),
    "episodes:step_do": ("episodes:step_not_due", {}, {}, ("Sans objet", "Fait")),
    "episodes:step_not_due": ("episodes:step_do", {}, {"reason": SECOND}, ("Fait", SECOND)),
    "episodes:step_undo": (_done_again, {}, {}, ("Fait", "À faire")),
    "episodes:talk_questionnaire": _itself("q-besoin"),
    "tasks:shift_edit": (None, {}, {"starts_at": "2099-01-01T08:00", "ends_at": "2099-01-01T20:00"}, ("Début", "Fin")),
    "tasks:shift_remove": ("tasks:shift_edit", {}, {}, ("Astreinte", "Retirée")),
    "accounts:person": _itself("display_name"),
}


def _versioned(place: Place) -> dict[str, Address]:
    """Those whose body says which version they were made on; a new shift has none before it."""
    found = {str(one): one for one in ABOUT_A_FILE if one.typed is not None and "version" in one.body(place)}
    return {name: one for name, one in found.items() if one.name != "tasks:shift_add"}


def test_every_form_that_edits_shows_both_texts_to_who_comes_second(place: Place) -> None:
    forms = _versioned(place)
    assert set(forms) == set(LATE)
    by_name = {address.name: address for address in ABOUT_A_FILE}
    faults: list[Any] = []
    clients = {letter: at_work(place.here[letter]) for letter in {address.by for address in forms.values()}}

    def send(address: Address, body: Typed) -> Any:
        user = place.here[address.by]
        return clients[address.by].post(address.url(place.ids), {"form_token": new_token(user.pk), **body})

    for name, (meanwhile, before, after, said) in LATE.items():
        address = forms[name]
        with transaction.atomic():
            stale = {**address.body(place), **after}
            if callable(meanwhile):
                meanwhile(place)
            else:
                other = by_name[meanwhile] if meanwhile else address
                first = send(other, {**other.body(place), **before})
                if first.status_code != 302:
                    faults.append((name, "meanwhile", first.status_code))
            answer = send(address, stale)
            page = unescape(answer.content.decode())
            lost = [text for text in said if text not in page]
            if answer.status_code != 409 or lost or "Votre texte" not in page:
                faults.append((name, answer.status_code, lost))
            transaction.set_rollback(True)
    assert not faults, "\n".join(map(str, faults))
