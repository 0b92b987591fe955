"""Documents of an episode: made, numbered, sealed, hash printed and journalled; read, journalled."""

import base64
import hashlib
import uuid
from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import override

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Role
from maillage.audit.journal import action, note, record
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.localtime import local
from maillage.episodes import access, documents, lifecycle, selectors, typesetting, versions
from maillage.episodes.enums import DOCUMENT_MADE, DOCUMENT_READ, DocumentKind
from maillage.episodes.models import EpisodeDocument, MissingEpisode
from maillage.episodes.services.base import locked
from maillage.tasks import selectors as task_rows
from maillage.tasks.enums import TaskState
from maillage.vault import files
from maillage.vault.sealing import Sealer
from maillage.youth import access as youth
from maillage.youth import selectors as people


@action(DOCUMENT_MADE)
def document_make(
    *,
    by: Actor,
    episode: MissingEpisode,
    kind: str,
    lines: Collection[uuid.UUID] = (),
    words: Collection[uuid.UUID] = (),
) -> EpisodeDocument:
    """Make a document and keep it. `lines`: ids of the timeline entries a chronology carries, chosen one by one;
    `words`: those of them whose exact words it quotes.

    RuleBroken when a chronology has no line, or the state does not call for this document.
    """
    wanted = DocumentKind(kind)
    row = locked(by, episode, lifecycle.DOCUMENT_ACTIONS[wanted])
    if wanted == DocumentKind.CHRONOLOGY and not lines:
        raise RuleBroken(_("Choisissez au moins une ligne."), field="lines")
    at = now()
    number = f"{local(row.opened_at, row.organisation.zone):%Y}-{row.number:04}-{row.documents.count() + 1:02}"
    with override("fr"):
        content, photo, sections = _content(by, row, wanted, frozenset(lines), frozenset(words), number, at)
        printed = hashlib.sha256(typesetting.canonical(content | {"photo": _digest(photo)})).hexdigest()
        pdf = typesetting.pdf(content | {"hash": printed}, photo)
    document = EpisodeDocument(
        episode=row,
        kind=wanted,
        number=number,
        sha256=hashlib.sha256(pdf).hexdigest(),
        content_sha256=printed,
        size=len(pdf),
        sections=sorted(map(str, sections)),
        made_at=at,
        made_by=by.user_id,
    )
    Sealer(row.data_key).seal(document, content=base64.b64encode(pdf).decode())
    document.save(force_insert=True)
    note(
        subject=row.person_id,
        kind=str(wanted),
        number=number,
        sha256=document.sha256,
        content_sha256=printed,
        lines=len(lines),
    )
    return document


def _digest(photo: bytes | None) -> str:
    return hashlib.sha256(photo).hexdigest() if photo else ""


def _content(
    by: Actor,
    row: MissingEpisode,
    kind: DocumentKind,
    lines: frozenset[uuid.UUID],
    words: frozenset[uuid.UUID],
    number: str,
    at: Any,
) -> tuple[dict[str, Any], bytes | None, set[Section]]:
    opened = youth.reveal(by, row.person)
    read = documents.Reading(opened)
    frame = documents.Frame(number, _author(by, row), at)
    tasks = task_rows.of_context(row.pk)
    references = [(task.key, read.text(task, "reference")) for task in tasks if task.state == TaskState.DONE]
    photo = None
    if kind == DocumentKind.DECLARATION:
        readable = youth.sheet_readable(youth.sight_or_404(by, row.person_id))
        departure = people.sheet_of(row.person) if readable else None
        if departure is not None:
            youth.open_sheet(by, row.person)
        face = people.photo_of(row.person)
        photo = typesetting.for_print(files.load(face, opened)) if face is not None else None
        definition = versions.protocol_of(row.protocol)
        parts = documents.declaration(read, row, departure, definition, references, frame, photo=photo is not None)
    elif kind == DocumentKind.END_OF_SEARCH:
        parts = documents.end_of_search(read, row, references, frame)
    elif kind == DocumentKind.SERIOUS_EVENT:
        zone = row.organisation.zone
        done = [
            [task.title, documents.at_text(task.done_at, zone), task.done_by.display_name if task.done_by else ""]
            for task in tasks
            if task.state == TaskState.DONE
        ]
        parts = documents.serious_event(read, row, done, frame)
    else:
        page = selectors.episode_page(by, row, at)
        chosen = [entry for entry in page.timeline if entry.id in lines]
        if {entry.id for entry in chosen} != lines:
            raise RuleBroken(_("Une des lignes choisies n’est plus dans le fil."), field="lines")
        parts = documents.chronology(read, row, chosen, words, frame)
    title = documents.TITLES[kind]
    sender = f"Département {row.organisation.departement}"
    if name := _sender(read, row, kind):
        sender = f"{name} — {sender.lower()}"
    subtitle = f"Épisode n° {row.number}"
    content = documents.content(
        frame,
        row.organisation.zone,
        sender,
        title,
        [documents.sheet(title, subtitle, parts)],
        photo_alt="Photo de la personne disparue",
    )
    return content, photo, read.sections


def _sender(read: documents.Reading, row: MissingEpisode, kind: DocumentKind) -> str:
    """The service named above the title. Parents may read the chronology, and the declaration of a serious event may
    circulate: where the place is confidential its name is on neither. Nor on what is made by who may not know it."""
    if Section.WHEREABOUTS not in read.opened.sections:
        return ""
    if kind == DocumentKind.SERIOUS_EVENT:
        return read.declarant(row.organisation)
    return "" if kind == DocumentKind.CHRONOLOGY and row.organisation.confidential else read.home(row.organisation)


def _author(by: Actor, row: MissingEpisode) -> str:
    """Name and role of who makes it: the role held where the episode runs, when there is one."""
    roles = sorted(by.posts, key=lambda post: post.organisation_id != row.organisation_id)
    return f"{by.user.display_name}, {str(Role(roles[0].role).label).lower()}" if roles else by.user.display_name


def document_read(*, by: Actor, document: EpisodeDocument) -> bytes:
    """The PDF as it was made; journalled each time.

    Http404 for strangers; PermissionDenied when it says things from a section closed to this reader.
    """
    row = access.document_or_404(by, document.pk)
    if not frozenset(map(Section, row.sections)) <= youth.open_sections(by, row.episode.person):
        raise PermissionDenied(_("Ce document contient des parties du dossier qui ne vous sont pas ouvertes."))
    opened = youth.reveal(by, row.episode.person, Section.IDENTITY)
    record(
        DOCUMENT_READ,
        by=by,
        subject=row.episode.person_id,
        obj=row,
        payload={"kind": row.kind, "number": row.number},
    )
    return base64.b64decode(opened.text(row, "content"))


def blank_set(*, departement: str) -> bytes:
    """The paper set of a département's protocol, for nights without network: no data of anyone, nothing kept."""
    version = versions.current(departement, now())
    frame = documents.Frame("", "Maillage", now())
    with override("fr"):
        return typesetting.pdf(documents.blank(versions.protocol_of(version), frame))
