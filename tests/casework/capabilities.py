"""What each table of the file claims to do, for tests written once: how a row is made, edited, corrected, opened."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from maillage.casework.models import Document, FamilyContact, Goal, HandTask, LegalMatter, Note
from maillage.casework.services import documents, family, flags, goals, legal, notes, observations, shares, tasks
from maillage.casework.services.observations import Seen
from maillage.common.clock import now
from tests.questionnaires import observed

SECRET = "Réverbère-synthétique"


def pdf(**metadata: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({f"/{name}": value for name, value in metadata.items()})
    script = DictionaryObject()
    script[NameObject("/S")] = NameObject("/JavaScript")
    script[NameObject("/JS")] = TextStringObject("app.alert('x')")
    writer.root_object[NameObject("/OpenAction")] = script
    writer.add_attachment("cache.txt", b"Personne")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@dataclass(frozen=True)
class Capability:
    """`make(by, person)`: a row whose words hold SECRET. `change(by, row, version, text)`: its edit or correction."""

    model: type[Any]
    make: Callable[[Any, Any], Any]
    section: str
    change: Callable[[Any, Any, int, str], Any] | None = None
    page: Callable[[Any], str] = lambda row: ""
    form: Mapping[str, Any] = field(default_factory=dict)
    form_at: Callable[[Any], str] = lambda row: ""

    def __str__(self) -> str:
        return self.model.__name__


def _note(by: Any, person: Any) -> Any:
    return notes.note_write(by=by, person=person, level="team", text=SECRET)


def _goal(by: Any, person: Any) -> Any:
    return goals.goal_set(by=by, person=person, domain="work", title=SECRET)


def _document(by: Any, person: Any) -> Any:
    return documents.document_file(
        by=by, person=person, kind="report", title=SECRET, content=pdf(Author="Personne"), section="education"
    )


def _family(by: Any, person: Any) -> Any:
    return family.family_record(by=by, person=person, kind="need", kinship="mother", at=now(), text=SECRET)


def _legal(by: Any, person: Any) -> Any:
    return legal.legal_open(by=by, person=person, kind="complaint", title=SECRET)


def task(by: Any, person: Any, **values: Any) -> Any:
    given = {"kind": "call", "text": SECRET, "owner": f"user:{by.user_id}", "due_at": now() + timedelta(hours=5)}
    return tasks.task_set(by=by, person=person, **{**given, **values})


def _settled(by: Any, person: Any) -> Any:
    return tasks.task_settle(by=by, hand=task(by, person), state="done", version=1)


CAPABILITIES = [
    Capability(
        Note, _note, "education",
        lambda by, row, version, text: notes.note_correct(by=by, note=row, version=version, text=text),
        lambda row: f"notes/{row.thread}/", {"text": "Autre texte"}, lambda row: f"notes/{row.thread}/corriger/",
    ),
    Capability(
        Goal, _goal, "education",
        lambda by, row, version, text: goals.goal_edit(by=by, goal=row, version=version, domain="work", title=text),
        lambda row: "objectifs/", {"domain": "work", "title": "Autre texte", "state": "open"},
        lambda row: f"objectifs/{row.pk}/",
    ),
    Capability(HandTask, _settled, "education", None, lambda row: f"taches/{row.task_id}/"),
    Capability(Document, _document, "education", None, lambda row: "documents/"),
    Capability(
        FamilyContact, _family, "education",
        lambda by, row, version, text: family.family_correct(
            by=by, contact=row, version=version, kind="need", kinship="mother", at=now(), text=text
        ),
        lambda row: "famille/", {"kind": "need", "kinship": "mother", "day": "2026-01-02", "text": "Autre texte"},
        lambda row: f"famille/{row.thread}/",
    ),
    Capability(
        LegalMatter, _legal, "justice",
        lambda by, row, version, text: legal.legal_edit(
            by=by, matter=row, version=version, kind="complaint", state="open", title=text
        ),
        lambda row: "justice/", {"kind": "complaint", "title": "Autre texte", "state": "open"},
        lambda row: f"justice/{row.pk}/",
    ),
]  # fmt: skip
EDITED = [one for one in CAPABILITIES if one.change is not None]


def fill(world: Any) -> dict[str, Any]:
    """One of each in Lila's file, by the educator: what addresses name."""
    by, person = world.actor(), world.lila
    paper, relative, matter = _document(by, person), _family(by, person), _legal(by, person)
    flag = flags.flag_raise(
        by=by, person=person, text="Synthétique", until=(now() + timedelta(days=5)).date(), section="education"
    )
    told = {"told_young": "told", "told_parents": "told", "until": now() + timedelta(days=3), "why": "Synthétique"}
    shared = [
        shares.share_make(
            by=by,
            person=person,
            recipient="x",
            bound=True,
            basis="shared_secrecy",
            items=[f"document:{paper.pk}"],
            to_organisation=where,
            **told,
        )
        for where in (None, world.health)
    ]
    observed.shipped()
    observation = observations.observations_write(
        by=by, person=person, section="education", seen=[Seen("school", "not_observed")]
    )
    judgement = observations.judgement_write(
        by=by, person=person, reading="x", justification="x", review_on=(now() + timedelta(days=30)).date()
    )
    return {
        "paper": paper.pk, "relative": relative.thread, "legal": matter.pk, "flag": flag.pk,
        "share": shared[0].pk, "share_with": shared[1].pk, "observation": observation.thread,
        "judgement": judgement.thread, "hand": task(by, person).task_id,
        "hand_done": _settled(by, person).task_id,
    }  # fmt: skip
