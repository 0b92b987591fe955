"""Shares: made from a file, received by account, opened by a link."""

import uuid

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.casework import access, selectors
from maillage.casework.forms import CodeForm, OneTap, ShareForm
from maillage.casework.models import Share
from maillage.casework.services import shares
from maillage.casework.views.papers import attachment
from maillage.casework.views.shared import REFUSED, entered, form_page, show, whose
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.forms import posted

# How long the papers of a link that was just opened can be fetched (seconds).
TICKET = 15 * 60
_SALT = "casework.share"


@door()
@require_GET
def shares_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    opened = at.open(Section.IDENTITY, Section.EDUCATION, Section.HEALTH)
    return show(
        request,
        "casework/shares.html",
        at,
        opened,
        shares=selectors.all_of(at, opened, Share),
        may_share=at.may(Ability.FILE_SHARE) and bool(access.writable_sections(at)),
        owner=access.owns(at),
        me=at.actor.user_id,
        present=now(),
    )


@door()
@require_http_methods(["GET", "POST"])
def share_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    held = access.writable_sections(at)
    if not at.may(Ability.FILE_SHARE) or not held:
        raise PermissionDenied(_("Votre rôle ne permet pas de partager une partie du dossier."))
    opened = at.open(Section.IDENTITY, *held)
    form = ShareForm(
        posted(request),
        services=selectors.services_near(at),
        items=[(item.key, item.label) for item in shares.shareable(at, opened)],
        zone=whose(at, opened).zone,
    )
    return form_page(
        request, at, opened, form, lambda: shares.share_make(by=at.actor, person=at.person, **form.values()),
        heading=_("Partager une partie du dossier"), done=_("Partage enregistré."),
        back=reverse("casework:shares", args=[pk]), template="casework/share_form.html",
    )  # fmt: skip


@door()
@require_GET
def share_link(request: HttpRequest, pk: uuid.UUID, share_id: uuid.UUID) -> HttpResponse:
    """The link and its code, for who made them, while nobody opened it."""
    at = entered(request, pk)
    row = access.row_or_404(at, Share, share_id)
    if row.link is None or row.author_id != at.actor.user_id:
        raise Http404
    opened = at.open(Section.IDENTITY, row.section)
    link = request.build_absolute_uri(reverse("casework:open", args=[shares.link_of(row)]))
    live = row.ended_at is None and row.opened_at is None and row.tries < shares.TRIES
    return show(
        request, "casework/share_link.html", at, opened, share=selectors.read(opened, row), live=live, link=link,
        code=shares.code_of(row),
    )  # fmt: skip


@door()
@require_POST
def share_end(request: HttpRequest, pk: uuid.UUID, share_id: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    row = access.row_or_404(at, Share, share_id)
    if row.author_id != at.actor.user_id and not access.owns(at):
        raise PermissionDenied(_("Un partage s’arrête par son auteur, ou par la référente de l’ASE."))
    if not OneTap(posted(request)).is_valid():
        raise RuleBroken(_("Cette page datait d’une connexion précédente. Revenez au dossier et recommencez."))
    shares.share_end(by=at.actor, share=row)
    messages.success(request, _("Partage arrêté."))
    return redirect("casework:shares", pk)


@door()
@require_GET
def received(request: HttpRequest) -> HttpResponse:
    """`/recu/`: what was shared with the reader or her service, without the file behind it."""
    rows = access.shares_received(actor(request)).select_related("author", "to_organisation")
    return render(request, "casework/received.html", {"shares": rows.order_by("-written_at", "-id")})


@door()
@require_GET
def received_one(request: HttpRequest, share_id: uuid.UUID) -> HttpResponse:
    by = actor(request)
    row = access.received_or_404(by, share_id)
    return render(request, "casework/received_one.html", {"share": row, "copy": shares.read_received(by, row)})


@door()
@require_GET
def received_paper(request: HttpRequest, share_id: uuid.UUID, document_id: uuid.UUID) -> HttpResponse:
    found = shares.paper_of(access.received_or_404(actor(request), share_id), document_id)
    if found is None:
        raise Http404
    return attachment(*found)


@door(public=True)
@require_http_methods(["GET", "POST"])
def open_link(request: HttpRequest, link: str) -> HttpResponse:
    """`/l/<link>/`: asks for the code, whatever the link; opens once. Unknown, expired and used answer the same."""
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        row = shares.open_by_link(link, form.cleaned_data["code"])
        if row is not None:
            ticket = signing.dumps(str(row.pk), salt=_SALT)
            context = {"share": row, "copy": shares.copy_of(row), "ticket": ticket}
            return render(request, "casework/opened.html", context)
        form.add_error(None, _("Ce lien ou ce code ne s’ouvre pas. Demandez-en un autre à la personne qui l’a envoyé."))
    return render(request, "casework/open.html", {"form": form}, status=REFUSED if form.errors else 200)


@door(public=True)
@require_POST
def opened_paper(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """A paper of a share that was just opened by its link."""
    try:
        share_id = signing.loads(request.POST.get("ticket", ""), salt=_SALT, max_age=TICKET)
    except signing.BadSignature as wrong:
        raise Http404 from wrong
    row = selectors.opened_share(uuid.UUID(share_id))
    found = shares.paper_of(row, document_id) if row is not None else None
    if found is None:
        raise Http404
    return attachment(*found)
