"""Documents: made from the file, numbered, kept sealed, handed out as attachments."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from maillage.accounts.http import actor
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.forms import attempt, posted
from maillage.episodes import access, lifecycle, services
from maillage.episodes.enums import DocumentKind
from maillage.episodes.forms.documents import ChronologyForm, MakeForm
from maillage.episodes.selectors import EpisodePage, episode_page
from maillage.episodes.selectors_screens import contents_of, departement_of
from maillage.episodes.views.page import entry_shown
from maillage.episodes.views.shared import page_url, seen, show


@door()
@require_GET
def documents(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    """What was made, and what can be made now."""
    by, episode = seen(request, episode_id)
    page = episode_page(by, episode, now())
    context = {
        "who": page.face,
        "made": [
            (document, reverse("episodes:document", args=[episode.pk, document.pk]))
            for document in reversed(page.documents)
        ],
        "possible": [
            (kind.label, reverse("episodes:document_make", args=[episode.pk, kind]))
            for kind, action in lifecycle.DOCUMENT_ACTIONS.items()
            if page.may(action)
        ],
        "back_url": page_url(episode.pk),
    }
    return show(request, "episodes/documents.html", context, zone=page.zone)


@door()
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest, episode_id: uuid.UUID, kind: str) -> HttpResponse:
    """First what it will contain, then the document."""
    by, episode = seen(request, episode_id)
    if kind not in DocumentKind.values:
        raise Http404
    wanted = DocumentKind(kind)
    page = episode_page(by, episode, now())
    form: MakeForm | ChronologyForm
    if wanted == DocumentKind.CHRONOLOGY:
        form = ChronologyForm(posted(request), zone=page.zone, entries=[entry.id for entry in page.timeline])
    else:
        form = MakeForm(posted(request), zone=page.zone)
    if request.method == "GET":
        access.require(by, episode, lifecycle.DOCUMENT_ACTIONS[wanted])
    elif form.is_valid():
        made = attempt(
            form,
            lambda: services.document_make(by=by, episode=episode, kind=wanted, lines=form.lines, words=form.words),
        )
        if made:
            messages.success(
                request, _("%(name)s prête : n° %(number)s.") % {"name": wanted.label, "number": made.number}
            )
            return redirect("episodes:documents", episode_id)
    lines = _lines(page, form) if isinstance(form, ChronologyForm) else []
    context = {
        "form": form,
        "heading": wanted.label,
        "verb": _("Produire le document"),
        "contents": contents_of(page, wanted),
        "lines": [line for line in lines if not line["dropped"]],
        "dropped": [line for line in lines if line["dropped"]],
        "dropped_open": any(line["chosen"] for line in lines if line["dropped"]),
        "who": page.face,
        "back_url": reverse("episodes:documents", args=[episode.pk]),
        "back_label": _("Retour aux documents"),
    }
    template = "episodes/chronology.html" if isinstance(form, ChronologyForm) else "episodes/document_make.html"
    return show(request, template, context, zone=page.zone)


def _lines(page: EpisodePage, form: ChronologyForm) -> list[dict[str, Any]]:
    """Every line of the timeline, oldest first as it will be printed, with what was ticked.

    `dropped`: a step that the product said without object, which the page keeps apart: nobody did anything.
    """
    chosen, quoted = set(form["chosen"].value() or ()), set(form["quoted"].value() or ())
    return [
        entry_shown(page.episode.pk, entry, may_correct=False)
        | {"dropped": entry.what == "step" and entry.by_system}
        | {"id": entry.id, "chosen": str(entry.id) in chosen, "quoted": str(entry.id) in quoted}
        for entry in reversed(page.timeline)
        if entry.corrected_by is None
    ]


@door()
@require_GET
def download(request: HttpRequest, episode_id: uuid.UUID, document_id: uuid.UUID) -> HttpResponse:
    by, episode = seen(request, episode_id)
    document = access.document_or_404(by, document_id)
    if document.episode_id != episode.pk:
        raise Http404
    return _attachment(services.document_read(by=by, document=document), f"document-{document.number}.pdf")


@door()
@require_GET
def paper_set(request: HttpRequest) -> HttpResponse:
    """Blank forms for nights without network: nobody's data."""
    by = actor(request)
    return _attachment(services.blank_set(departement=departement_of(by)), "feuilles-vierges.pdf")


def _attachment(pdf: bytes, name: str) -> HttpResponse:
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
