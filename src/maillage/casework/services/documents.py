"""Papers of the file: cleaned, sealed, never changed; withdrawn when filed by mistake."""

import hashlib
from datetime import date

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.audit.journal import action, record
from maillage.audit.journal import note as journal
from maillage.casework import access, papers
from maillage.casework.enums import DOCUMENT_FILED, DOCUMENT_READ, DOCUMENT_WITHDRAWN, DocumentType, Group
from maillage.casework.models import Document
from maillage.casework.services import base
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.vault import files
from maillage.vault.sealing import Opened, Sealer
from maillage.youth import access as youth
from maillage.youth.models import YoungPerson


@action(DOCUMENT_FILED)
def document_file(
    *,
    by: Actor,
    person: YoungPerson,
    kind: str,
    title: str,
    content: bytes,
    section: str,
    note: str = "",
    dated_on: date | None = None,
) -> Document:
    """File a PDF or a picture in one section. RuleBroken says why a file cannot be kept."""
    entered = base.entered(by, person, section)
    if kind not in DocumentType.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="kind")
    words = base.clean({"title": title, "note": note})
    base.require(words, "title", _("Donnez un titre à ce document."))
    try:
        paper = papers.clean(content)
    except papers.Refused as refusal:
        raise RuleBroken(str(refusal), field="file") from refusal
    row = Document(
        kind=kind,
        dated_on=dated_on,
        mime=paper.mime,
        size=len(paper.content),
        sha256=hashlib.sha256(paper.content).hexdigest(),
    )
    files.store(row, Sealer(entered.person.data_key), paper.content)
    base.file(row, entered, section, words, group=Group.DOCUMENT)
    journal(subject=person.pk, kind=kind, size=row.size)
    return row


@action(DOCUMENT_WITHDRAWN)
def document_withdraw(*, by: Actor, document: Document, why: str) -> Document:
    """Take a paper out of the file, saying why: by who filed it, or by who keeps the file. It is read no more."""
    entered = youth.enter(by, document.person_id)
    base.lock(entered.person)
    row = access.row_or_404(entered, Document, document.pk)
    access.require_writing(entered, row.section)
    if row.author_id != by.user_id and not access.owns(entered):
        raise NotAllowed(_("Ce document se retire par la personne qui l’a classé, ou par la référente de l’ASE."))
    if row.withdrawn_at is not None:
        raise RuleBroken(_("Ce document est déjà retiré."))
    if not why.strip():
        raise RuleBroken(_("Dites pourquoi ce document est retiré."), field="why")
    Sealer(entered.person.data_key).seal(row, withdrawn_why=why.strip())
    row.withdrawn_at, row.withdrawn_by = now(), by.user
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    journal(subject=row.person_id, kind=row.kind)
    return row


def document_read(by: Actor, row: Document, opened: Opened) -> bytes:
    """Its content, and the line of the journal that says who read it. FileNotFoundError when the file is gone."""
    content = files.load(row, opened)
    record(DOCUMENT_READ, by=by, subject=row.person_id, obj=row, payload={"kind": row.kind})
    return content
