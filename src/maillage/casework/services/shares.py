"""Sharing a part of the file: a record of who, what, why, on which basis; and a frozen copy, read by whom it is for.

A link and its code are computed from the row under our own key: neither is stored, only what recognises them. The
code goes by another channel; five wrong ones end the link; a link opens once.
"""

import base64
import hmac
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.models import Organisation, User
from maillage.audit.journal import SYSTEM, action, record
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import (
    SHARE_ENDED,
    SHARE_MADE,
    SHARE_READ,
    SHARE_REFUSED,
    Basis,
    Domain,
    Group,
    Level,
    Told,
)
from maillage.casework.models import Document, Goal, Note, Share
from maillage.casework.services import base
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.vault import files, keyring
from maillage.vault.sealing import Opened
from maillage.youth import access as youth
from maillage.youth.access import Entrance
from maillage.youth.models import YoungPerson

TRIES = 5
LONGEST = timedelta(days=366)
LONGEST_LINK = timedelta(days=14)


@dataclass(frozen=True)
class Item:
    """Something of the file that may be shared: « note:<id> », its words for a list, its section."""

    key: str
    label: str
    row: Any


def shareable(entered: Entrance, opened: Opened) -> list[Item]:
    """What this reader may put in a share: goals, documents, notes of the team or of health; nobody's own note."""
    found = []
    latest: dict[uuid.UUID, Note] = {}
    for note in access.rows(entered, Note).filter(within__isnull=True, only__isnull=True).order_by("number"):
        latest[note.thread] = note
    for note in sorted(latest.values(), key=lambda row: row.written_at, reverse=True)[:40]:
        text = _texts(opened, note).get("text", "")
        found.append(Item(f"note:{note.thread}", _("Note : %(text)s") % {"text": text[:80]}, note))
    for goal in access.rows(entered, Goal).order_by("-written_at")[:40]:
        title = _texts(opened, goal).get("title", "")
        found.append(Item(f"goal:{goal.pk}", _("Objectif : %(title)s") % {"title": title}, goal))
    papers = access.rows(entered, Document).filter(withdrawn_at__isnull=True).order_by("-written_at")
    for paper in papers[:40]:
        title = _texts(opened, paper).get("title", "")
        found.append(Item(f"document:{paper.pk}", _("Document : %(title)s") % {"title": title}, paper))
    return found


def _texts(opened: Opened, row: Any) -> Mapping[str, str]:
    return (opened.value(row, row.column) or {}) if opened.may(row, row.column) else {}


def _frozen(opened: Opened, item: Item) -> dict[str, str]:
    """The words of an item as they stand now. Never hers: her words leave by another way, line by line."""
    row, texts = item.row, _texts(opened, item.row)
    if isinstance(row, Note):
        return {"title": str(Level(row.level).label), "text": texts.get("text", ""), "at": row.written_at.isoformat()}
    if isinstance(row, Goal):
        text = "\n".join(filter(None, [texts.get("title", ""), texts.get("how", "")]))
        return {"title": str(Domain(row.domain).label), "text": text, "at": row.written_at.isoformat()}
    return {"title": texts.get("title", ""), "text": "", "at": row.written_at.isoformat(), "document": str(row.pk)}


def _checked(*, bound: bool, basis: str, told: Collection[str], not_told: str, until: datetime, by_link: bool) -> None:
    if basis not in Basis.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="basis")
    if not bound and basis in (Basis.SHARED_SECRECY, Basis.CARE):
        raise RuleBroken(
            _("Le secret ne se partage qu’entre personnes qui y sont tenues : choisissez une autre base."),
            field="basis",
        )
    if any(one not in Told.values for one in told):
        raise RuleBroken(_("Dites qui a été informé de ce partage."), field="told_young")
    if Told.NOT_TOLD in told and not not_told.strip():
        raise RuleBroken(_("Dites pourquoi l’information serait contraire à son intérêt."), field="not_told")
    longest = LONGEST_LINK if by_link else LONGEST
    if not now() < until <= now() + longest:
        said = _("Choisissez un jour à venir : un an au plus, quatorze jours pour un lien.")
        raise RuleBroken(said, field="until")


@action(SHARE_MADE)
def share_make(
    *,
    by: Actor,
    person: YoungPerson,
    recipient: str,
    bound: bool,
    basis: str,
    why: str,
    items: Sequence[str],
    told_young: str,
    told_parents: str,
    until: datetime,
    text: str = "",
    not_told: str = "",
    to_user: User | None = None,
    to_organisation: Organisation | None = None,
) -> Share:
    """Share some of the file with an account, an organisation, or (neither) by a link. `items`: keys of `shareable`.

    Everything the author may read of what she chose is copied and frozen; nothing else, and none of her words.
    """
    entered = youth.enter(by, person.pk)
    if not entered.may(Ability.FILE_SHARE):
        raise NotAllowed(_("Votre rôle ne permet pas de partager une partie du dossier."))
    held = access.writable_sections(entered)
    section = next((one for one in (Section.EDUCATION, Section.HEALTH) if one in held), None)
    if section is None:
        raise NotAllowed(_("Votre rôle ne permet pas de partager une partie du dossier."))
    by_link = to_user is None and to_organisation is None
    _checked(bound=bound, basis=basis, told=(told_young, told_parents), not_told=not_told, until=until, by_link=by_link)
    words = base.clean({"recipient": recipient, "why": why, "not_told": not_told})
    base.require(words, "recipient", _("Nommez la personne ou le service."))
    base.require(words, "why", _("Dites pourquoi c’est nécessaire."))
    opened = entered.open(*held)
    offered = {item.key: item for item in shareable(entered, opened)}
    if any(key not in offered for key in items):
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="items")
    if not items and not text.strip():
        raise RuleBroken(_("Choisissez ou écrivez ce qui est partagé."), field="text")
    chosen = [offered[key] for key in items]
    row = Share(
        to_user=to_user,
        to_organisation=to_organisation,
        bound=bound,
        basis=basis,
        told_young=told_young,
        told_parents=told_parents,
        until=until,
        copied=sorted({str(section), *(item.row.section for item in chosen)}),
    )
    if by_link:
        row.link, row.code = _recognised(link_of(row)), _recognised(f"{link_of(row)}:{code_of(row)}")
    copy = {"text": text.strip(), "items": [_frozen(opened, item) for item in chosen]}
    base.file(row, entered, section, words, group=Group.DOCUMENT, copy=copy)
    journal(subject=person.pk, basis=basis, bound=bound, until=until, items=len(chosen), link=by_link)
    return row


@action(SHARE_ENDED)
def share_end(*, by: Actor, share: Share) -> Share:
    """Stop a share: by its author, or by who keeps the file. What was read was read."""
    entered = youth.enter(by, share.person_id)
    base.lock(entered.person)
    row = access.row_or_404(entered, Share, share.pk)
    if row.author_id != by.user_id and not access.owns(entered):
        raise NotAllowed(_("Un partage s’arrête par son auteur, ou par la référente de l’ASE."))
    if row.ended_at is None:
        row.ended_at, row.ended_by = now(), by.user
        row.save(update_fields=["ended_at", "ended_by"])
    journal(subject=row.person_id)
    return row


# -- the link and its code -------------------------------------------------------------------------------------------


def link_of(row: Share) -> str:
    """The secret part of the address: 128 bits, computed from the row under our key."""
    return base64.urlsafe_b64encode(keyring.lookup("share-link", row.pk.hex)).decode().rstrip("=")


def code_of(row: Share) -> str:
    """Eight digits, for another channel than the link."""
    return f"{int.from_bytes(keyring.lookup('share-code', row.pk.hex), 'big') % 10**8:08d}"


def _recognised(secret: str) -> bytes:
    return keyring.lookup("share-known", secret)


def open_by_link(link: str, code: str) -> Share | None:
    """The share, once, for whoever has both halves. None otherwise, whatever the reason; each wrong code counts."""
    known, tried = _recognised(link), _recognised(f"{link}:{code.strip()}")
    with transaction.atomic():
        row = (
            Share.objects.select_for_update(of=("self",))
            .select_related("data_key", "author")
            .filter(
                link=known, ended_at__isnull=True, opened_at__isnull=True, until__gt=now(), tries__lt=TRIES,
                data_key__destroyed_at__isnull=True,
            )
            .first()
        )  # fmt: skip
        if row is None:
            return None
        if not hmac.compare_digest(bytes(row.code or b""), tried):
            Share.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
            record(SHARE_REFUSED, by=SYSTEM, subject=row.person_id, obj=row, payload={"tries": row.tries + 1})
            return None
        Share.objects.filter(pk=row.pk).update(opened_at=now())
        record(SHARE_READ, by=SYSTEM, subject=row.person_id, obj=row, payload={"link": True})
        return row


# -- reading what was shared -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Copy:
    """What was shared, in words, as it was that day."""

    text: str
    items: list[dict[str, Any]]
    recipient: str
    why: str


def copy_of(row: Share) -> Copy:
    """The frozen copy of a share that its reader was let to (`access.received_or_404`, `open_by_link`)."""
    opened = Opened(row.data_key, {Section.IDENTITY, row.section})
    copy, words = opened.value(row, "copy") or {}, opened.value(row, row.column) or {}
    items = [{**item, "at": datetime.fromisoformat(item["at"])} for item in copy.get("items", [])]
    return Copy(copy.get("text", ""), items, words.get("recipient", ""), words.get("why", ""))


def read_received(by: Actor, row: Share) -> Copy:
    """The copy for whom it was shared with by account; journalled."""
    record(SHARE_READ, by=by, subject=row.person_id, obj=row, payload={"link": False})
    return copy_of(row)


def paper_of(row: Share, document_id: uuid.UUID) -> tuple[Document, bytes] | None:
    """A document that was shared, and its content; None when this share does not carry it, or it is gone."""
    if not any(item.get("document") == str(document_id) for item in copy_of(row).items):
        return None
    # Under its own key: it may be of a file joined to the one that shares it.
    papers = Document.objects.select_related("data_key").filter(data_key__destroyed_at__isnull=True)
    paper = papers.filter(pk=document_id).first()
    if paper is None:
        return None
    try:
        return paper, files.load(paper, Opened(paper.data_key, [paper.section]))
    except FileNotFoundError:
        return None
