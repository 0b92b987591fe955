"""Every address of the product, and what each person of `places.py` gets there. A new address belongs here.

`reads`: what a GET answers, by letter: "200:EFM 404:DXOV". None: GET is not for this address (405). `typed`: what a
person it is meant for (`by`) types, and then gets `done`; None: POST is not for this address (405).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from maillage.common.clock import now
from maillage.desk import own_copy
from maillage.episodes.models import MissingEpisode, Outing
from maillage.tasks.models import Task
from maillage.youth.access import enter
from maillage.youth.following import missions_running
from maillage.youth.lookup_models import LikelyTwin
from maillage.youth.models import Mission, ParentalSituation, Placement, YoungPerson
from maillage.youth.services.missions import lives_there
from tests.walls.places import Place
from tests.youth.young import picture

Typed = Mapping[str, Any] | Callable[[Place], Mapping[str, Any]]

FIELD, EVERYONE = "EFMCA", "EFMCAHDXOV"
# Who opens her file at all; those who see nobody get what a stranger gets.
_FILE = f"200:{FIELD}H 404:DXOV"
_ACT = f"200:{FIELD} 403:H 404:DXOV"


@dataclass(frozen=True)
class Address:
    """One address about a file. `at`: keyword → word of `Place.ids` (or a fixed text, after "=").

    `first`: letters refused (403) before any look at the file, whoever it is about.
    """

    name: str
    at: Mapping[str, str] = field(default_factory=dict)
    reads: str | None = None
    typed: Typed | None = None
    by: str = "E"
    done: int = 302
    first: str = ""
    # What a stranger gets instead of 404, when the answer depends on nothing.
    blind: Mapping[str, int] = field(default_factory=dict)

    def kwargs(self, ids: Mapping[str, Any]) -> dict[str, Any]:
        return {key: word[1:] if word.startswith("=") else ids[word] for key, word in self.at.items()}

    def url(self, ids: Mapping[str, Any]) -> str:
        return reverse(self.name, kwargs=self.kwargs(ids))

    def body(self, place: Place) -> dict[str, Any]:
        typed = self.typed(place) if callable(self.typed) else self.typed
        return dict(typed or {})

    def __str__(self) -> str:
        fixed = [word[1:] for word in self.at.values() if word.startswith("=")]
        return " ".join([self.name, *fixed])


def expected(reads: str) -> dict[str, int]:
    """Letter → status."""
    return {letter: int(part[:3]) for part in reads.split() for letter in part[4:]}


def _version(model: Any, word: str, **typed: Any) -> Callable[[Place], dict[str, Any]]:
    return lambda place: {"version": model.objects.get(pk=place.ids[word]).version, **typed}


def _line_of_hers(place: Place) -> dict[str, Any]:
    """The name of one line of her copy, without a trace of having looked for it."""
    with transaction.atomic():
        found = own_copy.whole(enter(place.world.actor("case_worker"), place.ids["person"]))
        transaction.set_rollback(True)
    return {"chosen": [found.lines[0].key]}


def _placement(**typed: Any) -> Callable[[Place], dict[str, Any]]:
    def body(place: Place) -> dict[str, Any]:
        return {"version": Placement.objects.get(person=place.ids["person"], ends_on__isnull=True).version, **typed}

    return body


def _photo(place: Place) -> dict[str, Any]:
    return {"photo": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")}


def _person(name: str, reads: str, typed: Typed | None = None, by: str = "E") -> Address:
    return Address(f"youth:{name}", {"pk": "person"}, reads, typed, by)


def _file(name: str, reads: str | None, typed: Typed | None = None, by: str = "E", **values: Any) -> Address:
    return Address(f"casework:{name}", {"pk": "person", **values.pop("at", {})}, reads, typed, by)


def _episode(name: str, reads: str | None, typed: Typed | None = None, in_: str = "missing", **values: Any) -> Address:
    more = values.pop("at", {})
    return Address(f"episodes:{name}", {"episode_id": in_, **more}, reads, typed, **values)


def _act(slug: str, in_: str, reads: str = _ACT, by: str = "E", **typed: Any) -> Address:
    return _episode("act", reads, typed, in_, by=by, at={"slug": f"={slug}"})


def _step(name: str, reads: str | None, typed: Typed | None, which: str = "step", **values: Any) -> Address:
    return _episode(name, reads, typed, at={"task_id": which}, **values)


def _account(name: str, **values: Any) -> Address:
    return Address(
        f"accounts:{name}", {"pk": "user"}, typed=values.pop("typed", {}), by="X", first="EFMCAHDOVN", **values
    )


def _outing_preset(place: Place) -> dict[str, str]:
    return {"preset": f"visit {(now() + timedelta(hours=3)).isoformat()}"}


def _shift(place: Place) -> dict[str, Any]:
    day = (now() + timedelta(days=5)).strftime("%Y-%m-%d")
    return {"version": 1, "user": str(place.world.manager.pk), "starts_at": f"{day}T08:00", "ends_at": f"{day}T20:00"}


ABOUT_A_FILE: list[Address] = [
    # -- the young person
    Address("desk:file", {"pk": "person"}, _FILE),
    Address("desk:file_thread", {"pk": "person"}, _FILE),
    Address("desk:file_thread_of", {"pk": "person", "group": "=note"}, _FILE),
    Address("desk:own_copy", {"pk": "person"}, "200:CA 403:EFMH 404:DXOV", _line_of_hers, by="C"),
    Address("retention:file", {"pk": "person"}, "200:CA 403:EFMH 404:DXOV"),
    _person("readings", "200:CA 403:EFMH 404:DXOV"),
    _person(
        "identity", "200:EMCA 403:FH 404:DXOV",
        _version(YoungPerson, "person", given_name="Lila", family_name="Parapluie", legal_status="judge"),
    ),
    _person("parent_new", "200:EMCA 403:FH 404:DXOV", {"kinship": "mother", "authority": "full", "contact": "allowed"}),
    Address(
        "youth:parent", {"pk": "person", "parent_id": "parent"}, "200:EMCA 403:FH 404:DXOV",
        _version(ParentalSituation, "parent", kinship="mother", authority="full", contact="allowed"),
    ),
    _person("sheet", f"200:{FIELD} 403:H 404:DXOV"),
    _person("sheet_edit", "200:EFMC 403:AH 404:DXOV", {"version": 1, "description": "Autre manteau"}),
    _person("photo", _FILE),
    _person("photo_edit", "200:EMCA 403:FH 404:DXOV", _photo),
    Address(
        "youth:placement_start", {"pk": "unplaced"}, "200:C 404:EFMAHDXOV",
        lambda place: {
            "organisation": str(place.world.other_home.pk), "kind": "home", "starts_on": "2026-02-01",
            "legal_basis": "judge",
        },
        by="C",
    ),
    _person("placement_keep", _ACT, _placement(until="2099-01-01")),
    _person(
        "placement_end", "200:CA 403:EFMH 404:DXOV",
        _placement(
            ends_on="2026-01-06", end_kind="breakdown", motive="Synthétique", next_place="Ailleurs", agreed="on"
        ),
        by="C",
    ),
    # -- the shared file
    _file("note_new", _FILE, {"level": "own", "text": "Synthétique"}),
    _file("note", f"200:{FIELD} 404:HDXOV", at={"thread": "note"}),
    _file("note_correct", "200:E 403:FMCA 404:HDXOV", {"version": 1, "text": "Corrigée"}, at={"thread": "note"}),
    _file("goals", _FILE),
    _file("goal_new", _FILE, {"domain": "work", "title": "Synthétique"}),
    _file("goal", f"200:{FIELD} 404:HDXOV", {"version": 1, "domain": "work", "title": "Autre", "state": "open"},
          at={"goal_id": "goal"}),
    _person("missions", "200:CA 403:EFMH 404:DXOV"),
    Address("youth:mission_service", {"pk": "person"}, "200:CA 403:EFMH 404:DXOV", {"name": "Maison des Lanternes"},
            by="C", done=200),
    Address(
        "youth:mission_open", {"pk": "person", "organisation_id": "home"}, "200:CA 403:EFMH 404:DXOV",
        lambda place: {
            "holder": str(place.world.colleague.pk), "kind": "follows", "sections": "identity",
            "legal_basis": "shared_secrecy",
        },
        by="C",
    ),
    Address(
        "youth:mission", {"pk": "person", "mission_id": "mission"}, "200:CA 403:EFMH 404:DXOV",
        _version(Mission, "mission", sections="identity"), by="C",
    ),
    Address(
        "youth:mission_end", {"pk": "person", "mission_id": "mission"}, "200:CA 403:EFMH 404:DXOV",
        _version(Mission, "mission"), by="C",
    ),
    _file("documents", _FILE),
    _file("document_new", _FILE, lambda place: {
        "file": SimpleUploadedFile("a.jpg", picture(), "image/jpeg"), "title": "x", "kind": "other",
        "section": "education",
    }),
    _file("document", f"200:{FIELD} 404:HDXOV", at={"document_id": "paper"}),
    _file("document_withdraw", "200:ECA 403:FM 404:HDXOV", {"why": "Synthétique"}, at={"document_id": "paper"}),
    _file("family", _FILE),
    _file("family_new", _ACT, {"kind": "need", "kinship": "mother", "day": "2026-01-02", "text": "Synthétique"}),
    _file("family_correct", "200:E 403:FMCA 404:HDXOV",
          {"version": 1, "kind": "need", "kinship": "mother", "day": "2026-01-02", "text": "Corrigé"},
          at={"thread": "relative"}),
    _file("legal", "200:EMCA 403:FH 404:DXOV"),
    _file("legal_new", "200:EMCA 403:FH 404:DXOV", {"kind": "complaint", "title": "Synthétique"}),
    _file("legal_edit", "200:EMCA 404:FHDXOV",
          {"version": 1, "kind": "complaint", "title": "Autre", "state": "open"}, at={"matter_id": "legal"}),
    _file("flag_new", _FILE, {
        "text": "Synthétique", "section": "education", "until": (now() + timedelta(days=9)).strftime("%Y-%m-%d"),
    }),
    _file("flag_lift", None, {}, at={"flag_id": "flag"}),
    _file("shares", _FILE),
    _file("share_new", "200:EMCAH 403:F 404:DXOV", {
        "recipient": "Synthétique", "bound": "on", "basis": "shared_secrecy", "why": "x", "text": "x",
        "told_young": "told", "told_parents": "told", "until": (now() + timedelta(days=2)).strftime("%Y-%m-%d"),
    }),
    _file("share_link", "200:E 404:FMCAHDXOV", at={"share_id": "share"}),
    _file("share_end", None, {}, at={"share_id": "share"}),
    Address("casework:received_one", {"share_id": "share_with"}, "200:H 404:EFMCADXOV", by="H"),
    Address("casework:received_paper", {"share_id": "share_with", "document_id": "paper"}, "200:H 404:EFMCADXOV",
            by="H"),
    _file("observations", _FILE),
    _file("observations_new", _FILE, {"school-answer": "not_observed"}),
    _file("observation_correct", "200:E 403:FMCA 404:HDXOV", {"version": 1, "answer": "observed", "facts": "x"},
          at={"thread": "observation"}),
    _file("judgement_new", _FILE, {
        "reading": "x", "justification": "x", "review_on": (now() + timedelta(days=30)).strftime("%Y-%m-%d"),
    }),
    _file("judgement_correct", "200:E 403:FMCA 404:HDXOV", {
        "version": 1, "reading": "y", "justification": "y",
        "review_on": (now() + timedelta(days=30)).strftime("%Y-%m-%d"),
    }, at={"thread": "judgement"}),
    _file("task_new", _ACT, lambda place: {
        "kind": "call", "text": "x", "owner": f"user:{place.world.educator.pk}", "hour": "10:00",
        "due_at": (now() + timedelta(days=3)).strftime("%Y-%m-%d"),
    }),
    _file("task", f"200:{FIELD} 404:HDXOV", {"version": 1, "state": "done"}, at={"task_id": "hand"}),
    _file("task_reopen", None, _version(Task, "hand_done"), at={"task_id": "hand_done"}),
    _file("majority", "200:CA 403:EFMH 404:DXOV", lambda place: {
        **{
            str(one.pk): "goes_on"
            for one in missions_running(YoungPerson.objects.get(pk=place.ids["person"]))
            if not lives_there(one)
        },
        "legal_basis": "young_adult", "asked": "not_yet", "until": "2031-01-01",
    }, by="C"),
    # -- what follows a search: the case worker owns the file, the author left the request
    Address("youth:received", {"pk": "match"}, "200:C 404:EFMAH 403:DXOV", {"answer": "answered"}, by="C",
            first="DXOVN"),
    Address("youth:withdraw", {"pk": "request"}, None, {}, by="E", first="DXOVN"),
    Address("youth:twins", {"pk": "pair"}, "200:C 404:EFMAH 403:DXOV", by="C", first="DXOVN"),
    Address("youth:twins_tell", {"pk": "pair"}, None, {"word": "Parlons-en.", "phone": "01 99 00 12 34"}, by="C",
            first="DXOVN"),
    Address("youth:twins_distinct", {"pk": "pair"}, None, {"version": 1}, by="C", first="DXOVN"),
    # -- temporary access: health staff followed her once, her case worker answers for the file
    Address("youth:access_open", {"way": "=before", "ref": "known"}, "200:H 404:EFMCA 403:DXOV",
            {"reason": "Raison synthétique, en entier.", "span": "1", "understood": "on"}, by="H", first="DXOVN"),
    Address("youth:access", {"pk": "access"}, "200:CH 404:EFMA 403:DXOV", {}, by="C", first="DXOVN"),
    Address("youth:access_end", {"pk": "access"}, None, {}, by="H", first="DXOVN"),
    # -- two files of one person, the case worker's both
    Address("youth:merge", {"pk": "two_files"}, "200:C 404:EFMAH 403:DXOV",
            lambda place: {
                "main": str(LikelyTwin.objects.get(pk=place.ids["two_files"]).known_id), "version": 1, "sure": "on",
                "reason": "Raison synthétique.",
            },
            by="C", first="DXOVN"),
    Address("youth:part", {"pk": "main_file", "merge_id": "merge"}, "200:C 404:EFMAHDXOV", {}, by="C"),
    # -- takeovers: the case worker asked the ASE on call to take a colleague's mission
    Address("youth:takeover_new", {"user_id": "holder"}, "200:C 403:EFMHDXOV 404:A", by="C", first="EFMHDXOVN",
            typed=lambda place: {"why": "departure", "everyone": str(place.world.ase_on_call.pk)}),
    Address("youth:takeover", {"pk": "takeover"}, "200:CA 404:EFMHDXOV", {"answer": "yes"}, by="A"),
    Address("youth:takeover_withdraw", {"pk": "takeover"}, None, {}, by="C"),
    # -- the desk
    Address("desk:outing_start", {"person_id": "at_home"}, f"302:{FIELD}H 404:DXOV", _outing_preset),
    Address("desk:outing_end", {"outing_id": "outing"}, f"302:{FIELD}H 404:DXOV", {}),
    Address(
        "desk:acknowledge", {"hand_over_id": "hand_over"}, f"302:{EVERYONE}", {}, by="colleague",
        blind={"GET": 302, "POST": 422},
    ),
    # -- outings and opening
    Address("episodes:open_person", {"person_id": "at_home"}, f"200:{FIELD} 403:HDXOV", first="HDXOVN",
            typed=lambda place: {"people": str(place.ids["at_home"]), "noticed_at_0": "now", "go": "open",
                                 "declared_kind": "runaway", "kind_reason": "Synthétique"}),
    Address("episodes:open_outing", {"outing_id": "outing"}, f"200:{FIELD} 403:HDXOV", first="HDXOVN",
            typed=lambda place: {"people": str(place.ids["out"]), "noticed_at_0": "now", "go": "open",
                                 "declared_kind": "runaway", "kind_reason": "Synthétique"}),
    Address("episodes:outing_start", {"person_id": "at_home"}, f"200:{FIELD} 403:H 404:DXOV",
            {"kind": "visit", "expected": "120"}),
    Address("episodes:outing_hours", {"organisation_id": "home"}, "200:MA 404:EFCHDXOV",
            {"school": "17:15", "permission": "20:00", "visit": "16:00"}, by="M"),
    Address("episodes:outing_extend", {"outing_id": "outing"}, f"200:{FIELD} 403:H 404:DXOV",
            _version(Outing, "outing", expected="240")),
    # -- the episode
    _episode("page", _FILE),
    _episode("live", _FILE),
    _episode("reading", _ACT, _version(MissingEpisode, "missing", go="save", declared_kind="worrying_disappearance",
                                       kind_reason="Synthétique")),
    _act("contact", "missing", way="call", outcome="no_answer"),
    _act("signe", "missing", way="message", words="ça va"),
    _act("qualification", "missing", authority="police", kind="runaway"),
    _act("place", "missing", until="2099-01-01"),
    _episode("act", "200:CA 403:EFMH 404:DXOV", at={"slug": "=fin-accueil"}, by="C",
             typed=_placement(ends_on="2026-01-06", end_kind="breakdown", motive="Synthétique", next_place="Ailleurs")),
    _act("localisee", "missing", by_police="on"),
    _act("trajet", "located", who="Deux collègues"),
    _act("rentree", "missing", who="Seule"),
    _act("retour-erreur", "returned", text="Ce n’était pas elle."),
    _act("soins", "returned", _FILE, offer="offered"),
    _act("besoins", "returned", met="food"),
    _act("questionnaire-enqueteurs", "returned", outcome="not_held"),
    _act("proposition", "returned", offer="refused"),
    _act("decision", "returned", title="Prendre rendez-vous", owner="role:case_worker", due_at="2099-01-01T10:00"),
    _act("rouvrir", "closed", "200:EMCA 403:FH 404:DXOV", text="Repartie aussitôt."),
    _episode("correct", _ACT, {"happened_at": "2026-01-01T10:00", "text": "Corrigé"}, at={"event_id": "line"}),
    _episode("close", "200:EMCA 403:FH 404:DXOV",
             _version(MissingEpisode, "missing", reason="opened_by_mistake", note="Synthétique")),
    _step("step", _FILE, None),
    _step("step_do", None, _version(Task, "step", means="phone", done_at_0="now")),
    _step("step_hand_over", _FILE,
          lambda place: {"to": f"user:{place.world.colleague.pk}:{place.world.home.pk}", "word": "merci"}),
    _step("step_acknowledge", None, {"answer": "yes"}, "relayed", by="colleague"),
    _step("step_not_due", _FILE, _version(Task, "step", reason="Synthétique")),
    _step("step_take", None, {}),
    _step("step_undo", None, _version(Task, "done"), "done"),
    _episode("talk", _FILE, {"readers": "educator", "told": "on"}, "returned"),
    _episode("talk_questionnaire", _FILE,
             {"do": "save", "version": 1, "q-besoin": "autre"}, "talking"),
    _episode("talk_correct", None, {}, "closed"),
    _episode("documents", _FILE),
    *(
        _episode("document_make", _ACT, {}, in_, at={"kind": f"={kind}"})
        for kind, in_ in [("declaration", "missing"), ("end_of_search", "returned"), ("serious_event", "missing")]
    ),
    _episode("document_make", _ACT, lambda place: {"chosen": str(place.ids["line"])}, at={"kind": "=chronology"}),
    _episode("document", _ACT, at={"document_id": "document"}),
    # -- the rota
    Address("tasks:shift_edit", {"pk": "shift"}, "200:M 403:EFX 404:CAHDOVN", _shift, by="M"),
    Address("tasks:shift_remove", {"pk": "shift"}, None, {"version": 1}, by="M"),
    Address("tasks:shift_add", {"organisation": "home", "role": "=on_call_manager"}, "200:M 403:EFX 404:CAHDOVN",
            _shift, by="M"),
    # -- accounts
    _account("person", reads="200:X 403:EFMCAHDOV",
             typed=lambda place: {"display_name": "Nour Lampe", "phone": "01 99 00 12 34", "version": 1}),
    _account("role_open", typed=lambda place: {"organisation": str(place.world.home.pk), "role": "foster_carer"}),
    _account("deactivate"),
    _account("reactivate"),
    _account("reset_second_factor"),
    Address("accounts:invite_again", {"pk": "invited"}, None, {}, by="X", first="EFMCAHDOVN"),
    Address("accounts:role_end", {"pk": "membership"}, None, {}, by="X", first="EFMCAHDOVN"),
    Address("mfa_edit_webauthn", {"pk": "key"}, f"404:{EVERYONE}", {"name": "Autre"}, by="colleague"),
    Address("mfa_remove_webauthn", {"pk": "key"}, f"404:{EVERYONE}", {}, by="colleague"),
]  # fmt: skip

# Addresses that name nothing: what a GET answers to each, and to someone signed out.
ALL = EVERYONE + "N"
OF_ONESELF: dict[str, tuple[str | None, int]] = {
    "desk:home": (f"200:{FIELD}H 302:DXOVN", 302),
    "desk:watch": ("200:MCA 403:EFHDXOVN", 302),
    "desk:lists": (f"200:{FIELD}H 403:DXOVN", 302),
    "retention:home": ("200:DV 403:EFMCAHXON", 302),
    "retention:rules": ("200:D 403:EFMCAHXOVN", 302),
    "retention:archives": ("200:CA 403:EFMHDXOVN", 302),
    "desk:coverage": ("200:M 404:EFCAHDXOVN", 302),
    "desk:search": (f"200:{FIELD}H 403:DXOVN", 302),
    "youth:register": ("302:CA 403:EFMHDXOVN", 302),
    "youth:ask": (f"302:{FIELD}H 403:DXOVN", 302),
    "youth:requests": (f"200:{FIELD}H 403:DXOVN", 302),
    "youth:takeovers": (f"200:{ALL}", 302),
    "youth:takeover_team": ("200:CA 403:EFMHDXOVN", 302),
    "youth:accesses": (f"200:{FIELD}H 403:DXOVN", 302),
    "desk:journal": ("200:D 403:EFMCAHXOVN", 302),
    "casework:received": (f"200:{ALL}", 302),
    "casework:around": (f"200:{FIELD} 403:HDXOVN", 302),
    "desk:help": (f"200:{ALL}", 302),
    "desk:legal": (f"200:{ALL}", 200),
    "desk:preferences": (None, 405),
    "desk:components": (f"404:{ALL}", 404),
    "tasks:rota": (f"200:{ALL}", 302),
    "episodes:open": (f"200:{FIELD} 403:HDXOVN", 302),
    "episodes:paper": (f"200:{ALL}", 302),
    "episodes:settings": ("200:A 403:EFMCHDXOVN", 302),
    "episodes:protocol_load": ("200:A 403:EFMCHDXOVN", 302),
    "episodes:instrument": ("200:A 403:EFMCHDXOVN", 302),
    "episodes:observed": ("200:A 403:EFMCHDXOVN", 302),
    "accounts:home": (f"200:{ALL}", 302),
    "accounts:look": ("200:A 403:EFMCHDXOVN", 302),
    "accounts:look_css": (f"200:{ALL}", 200),
    "accounts:logo": (f"404:{ALL}", 404),
    "mfa_index": (f"200:{ALL}", 302),
    "mfa_list_webauthn": (f"200:{ALL}", 302),
    "accounts:language": (None, 302),
    "accounts:end_sessions": (None, 302),
    "accounts:parked": (f"302:{ALL}", 302),
    "accounts:second_factor": (f"200:{ALL}", 302),
    "accounts:people": ("200:X 403:EFMCAHDOVN", 302),
    "accounts:invite": ("200:X 403:EFMCAHDOVN", 302),
    "account_login": (f"302:{ALL}", 200),
    "mfa_login_webauthn": (f"302:{ALL}", 302),
    "mfa_authenticate": (f"302:{ALL}", 302),
    "account_logout": (None, 405),
    "account_reset_password": (f"200:{ALL}", 200),
    "account_reset_password_done": (f"200:{ALL}", 200),
    "account_reset_password_from_key_done": (f"200:{ALL}", 200),
    "account_change_password": (f"200:{ALL}", 302),
    "account_reauthenticate": (f"200:{ALL}", 302),
    "mfa_reauthenticate": (f"302:{ALL}", 302),  # nobody here has codes or a key
    "mfa_reauthenticate_webauthn": (f"302:{ALL}", 302),
    "mfa_activate_totp": (f"200:{ALL}", 302),
    "mfa_deactivate_totp": (f"404:{ALL}", 302),
    "mfa_view_recovery_codes": (f"404:{ALL}", 302),
    "mfa_generate_recovery_codes": (f"200:{ALL}", 302),
    "mfa_add_webauthn": (f"200:{ALL}", 302),
}
# The public API: a stranger's, whoever asks.
OF_ONESELF |= {
    f"directory_api:{name}": (f"200:{ALL}", 200)
    for name in (
        "openapi-json", "structures", "sources", "services", "search_services", "doc-frais", "doc-modes-accueil",
        "doc-modes-mobilisation", "doc-personnes-mobilisatrices", "doc-publics", "doc-reseaux-porteurs",
        "doc-thematiques", "doc-types-services",
    )
}  # fmt: skip
OF_ONESELF["directory_api:api-root"] = (f"404:{ALL}", 404)
OF_ONESELF |= {
    "directory:find": (f"200:{ALL}", 302),
    "directory:points": (f"422:{ALL}", 302),
    "directory:to_do": (f"200:{ALL}", 302),
    "directory:structure_new": (f"200:{FIELD}HO 403:DXVN", 302),
    "directory:structure_register": (f"200:{ALL}", 200),
    "directory:structure_registered": (f"200:{ALL}", 200),
}
# A secret instead of a name: `tests/accounts` tries every way around it.
SECRET = {"account_reset_password_from_key", "casework:open", "casework:opened_paper"}
# Of a département, nobody's file: `tests/episodes_screens` says whose they are (test_instrument.py, test_rest.py).
SHARED = {
    f"directory:{name}"
    for name in (
        "sheet", "structure_edit", "service_new", "confirm", "retire", "place_ask", "merge", "service_edit",
        "service_retire", "place_answer", "proposal",
    )
}  # fmt: skip
SHARED |= {"directory_api:structure", "directory_api:service"}
# Of a département's files, without their names: `tests/retention` says whose they are.
SHARED |= {f"retention:{name}" for name in ("disposal_make", "disposal", "disposal_withdraw", "trash_undo", "restore")}
# Once a copy was made: `tests/desk/test_own_copy.py`.
SHARED |= {"desk:own_copy_file"}
# Made by a page for its reader: `tests/desk/test_coverage.py` says who may follow them.
SHARED |= {"desk:coverage_of", "desk:coverage_list"}
# Of whoever made them or works in the same team: `tests/desk/test_lists.py`.
SHARED |= {"desk:list", "desk:list_keep", "desk:list_export", "desk:list_saved", "desk:list_rename"}
SHARED |= {"desk:list_delete", "desk:list_restore"}
SHARED |= {
    "episodes:instrument_withdraw",
    "episodes:observed_withdraw",
    "episodes:protocol_choose",
    "episodes:workbook",
}
# Of a place, nobody's file: `tests/casework/test_incidents.py` says whose they are.
SHARED |= {"casework:around_place", "casework:incident_new", "casework:incident"}

# Everybody's, about nobody: `tests/portal` reads each of them.
OF_ONESELF["portal:start"] = (f"302:{ALL}", 302)
SHARED |= {
    f"portal:{name}"
    for name in ("doors", "traces", "card", "law", "transmit", "transmit_in", "noticing", "resources", "stop", "near")
}


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """Every name the resolver knows, with its namespace."""
    resolver = resolver or get_resolver()
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from names(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            assert one.name, f"{one.pattern} has no name"
            yield f"{space}{one.name}"
