"""Documents, family, justice, flags."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.casework import access, selectors
from maillage.casework.forms import DocumentForm, FamilyForm, FlagForm, LegalForm, OneTap, WithdrawForm
from maillage.casework.models import Document, FamilyContact, Flag, LegalMatter
from maillage.casework.services import documents, family, flags, legal
from maillage.casework.views.shared import authored, entered, form_page, reads, show, whose, writes
from maillage.common.doors import door
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.forms import posted
from maillage.youth.selectors import parent_lines


@door()
@require_GET
def documents_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    opened = at.open(Section.IDENTITY, Section.EDUCATION, Section.JUSTICE, Section.HEALTH)
    whole = selectors.all_of(at, opened, Document)
    return show(
        request,
        "casework/documents.html",
        at,
        opened,
        kept=[one for one in whole if one.row.withdrawn_at is None],
        withdrawn=[one for one in whole if one.row.withdrawn_at is not None],
        may_write=bool(access.writable_sections(at)),
        owner=access.owns(at),
        me=at.actor.user_id,
    )


@door()
@require_http_methods(["GET", "POST"])
def document_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    writes(at)
    opened = at.open(Section.IDENTITY)
    form = DocumentForm(posted(request), request.FILES or None, held=access.writable_sections(at))

    def save() -> Document:
        typed = form.values()
        return documents.document_file(by=at.actor, person=at.person, content=typed.pop("file").read(), **typed)

    back = reverse("casework:documents", args=[pk])
    return form_page(
        request, at, opened, form, save, heading=_("Ajouter un document"), done=_("Document enregistré."), back=back,
        template="casework/document_form.html",
    )  # fmt: skip


@door()
@require_GET
def document(request: HttpRequest, pk: uuid.UUID, document_id: uuid.UUID) -> HttpResponse:
    """The file itself, decrypted for whoever may read its section; kept nowhere on the way."""
    at = entered(request, pk)
    row = access.row_or_404(at, Document, document_id)
    if row.withdrawn_at is not None:
        raise Http404
    opened = at.open(row.section)
    try:
        content = documents.document_read(at.actor, row, opened)
    except FileNotFoundError as gone:
        raise Http404 from gone
    return attachment(row, content)


def attachment(row: Document, content: bytes) -> HttpResponse:
    suffix = "pdf" if row.mime == "application/pdf" else "jpg"
    return HttpResponse(
        content,
        content_type=row.mime,
        headers={
            "Content-Disposition": f'attachment; filename="document-{row.pk.hex[-6:]}.{suffix}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@door()
@require_http_methods(["GET", "POST"])
def document_withdraw(request: HttpRequest, pk: uuid.UUID, document_id: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    row = access.row_or_404(at, Document, document_id)
    if not access.owns(at):
        authored(at, row)
    writes(at, row.section)
    opened = at.open(Section.IDENTITY, row.section)
    form = WithdrawForm(posted(request))
    return form_page(
        request, at, opened, form,
        lambda: documents.document_withdraw(by=at.actor, document=row, why=form.cleaned_data["why"]),
        heading=_("Retirer ce document"), done=_("Document retiré."), back=reverse("casework:documents", args=[pk]),
    )  # fmt: skip


@door()
@require_GET
def family_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Each parent's situation, and what passed with them."""
    at = entered(request, pk)
    opened = at.open(Section.IDENTITY, Section.JUSTICE, Section.EDUCATION)
    return show(
        request,
        "casework/family.html",
        at,
        opened,
        parents=parent_lines(at.person, opened) if Section.IDENTITY in at.sections else [],
        contacts=selectors.threads_of(at, opened, FamilyContact),
        may_write=Section.EDUCATION in access.writable_sections(at),
        me=at.actor.user_id,
    )


@door()
@require_http_methods(["GET", "POST"])
def family_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    writes(at, Section.EDUCATION)
    opened = at.open(Section.IDENTITY)
    form = FamilyForm(posted(request), zone=whose(at, opened).zone)
    return form_page(
        request, at, opened, form,
        lambda: family.family_record(
            by=at.actor, person=at.person, context=selectors.running_context(at), **form.values()
        ),
        heading=_("Lien avec la famille"), done=_("Noté."), back=reverse("casework:family", args=[pk]),
    )  # fmt: skip


@door()
@require_http_methods(["GET", "POST"])
def family_correct(request: HttpRequest, pk: uuid.UUID, thread: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    last = access.thread_or_404(at, FamilyContact, thread)[0]
    authored(at, last)
    opened = at.open(Section.IDENTITY, Section.EDUCATION)
    form = FamilyForm(posted(request), row=selectors.read(opened, last), zone=whose(at, opened).zone)
    return form_page(
        request, at, opened, form,
        lambda: family.family_correct(
            by=at.actor, contact=last, version=form.cleaned_data["version"], **form.values()
        ),
        heading=_("Corriger"), done=_("Nouvelle version enregistrée. L’ancienne reste lisible."),
        back=reverse("casework:family", args=[pk]),
    )  # fmt: skip


@door()
@require_GET
def legal_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    reads(at, Section.JUSTICE)
    opened = at.open(Section.IDENTITY, Section.JUSTICE)
    matters = selectors.all_of(at, opened, LegalMatter)
    may_write = Section.JUSTICE in access.writable_sections(at)
    return show(request, "casework/legal.html", at, opened, matters=matters, may_write=may_write)


@door()
@require_http_methods(["GET", "POST"])
def legal_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    writes(at, Section.JUSTICE)
    opened = at.open(Section.IDENTITY)
    form = LegalForm(posted(request))
    return form_page(
        request, at, opened, form, lambda: legal.legal_open(by=at.actor, person=at.person, **form.values()),
        heading=_("Plainte, avocat, audience…"), done=_("Procédure enregistrée."),
        back=reverse("casework:legal", args=[pk]),
    )  # fmt: skip


@door()
@require_http_methods(["GET", "POST"])
def legal_edit(request: HttpRequest, pk: uuid.UUID, matter_id: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    row = access.row_or_404(at, LegalMatter, matter_id)
    writes(at, Section.JUSTICE)
    opened = at.open(Section.IDENTITY, Section.JUSTICE)
    form = LegalForm(posted(request), row=selectors.read(opened, row))
    return form_page(
        request, at, opened, form,
        lambda: legal.legal_edit(by=at.actor, matter=row, version=form.cleaned_data["version"], **form.values()),
        heading=_("Procédure"), done=_("Procédure enregistrée."), back=reverse("casework:legal", args=[pk]),
    )  # fmt: skip


@door()
@require_http_methods(["GET", "POST"])
def flag_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    writes(at)
    opened = at.open(Section.IDENTITY)
    form = FlagForm(posted(request), held=access.writable_sections(at))
    return form_page(
        request, at, opened, form, lambda: flags.flag_raise(by=at.actor, person=at.person, **form.values()),
        heading=_("À savoir tout de suite"), done=_("Repère posé en haut du dossier."),
        back=reverse("desk:file", args=[pk]),
    )  # fmt: skip


@door()
@require_POST
def flag_lift(request: HttpRequest, pk: uuid.UUID, flag_id: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    row = access.row_or_404(at, Flag, flag_id)
    writes(at, row.section)
    if not OneTap(posted(request)).is_valid():
        raise RuleBroken(_("Cette page datait d’une connexion précédente. Revenez au dossier et recommencez."))
    flags.flag_lift(by=at.actor, flag=row)
    messages.success(request, _("Repère levé."))
    return redirect("desk:file", pk)
