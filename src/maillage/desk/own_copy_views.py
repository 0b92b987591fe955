"""Her own copy of her file: chosen line by line by who answers for it, numbered, kept, handed over on paper."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts.doors import confirmed
from maillage.accounts.http import actor
from maillage.casework.access import owns
from maillage.common.doors import door
from maillage.common.errors import NotAllowed
from maillage.common.forms import attempt, posted
from maillage.desk import own_copy
from maillage.desk.forms import OwnCopyForm
from maillage.retention.access import copies_visible
from maillage.retention.services import copy_read
from maillage.youth.access import Entrance, enter
from maillage.youth.faces import face


def _entered(request: HttpRequest, pk: uuid.UUID) -> Entrance:
    entered = enter(actor(request), pk)
    if not owns(entered):
        raise NotAllowed(_("La copie de son dossier se prépare avec la personne qui en répond à l’ASE."))
    return entered


@door()
@confirmed
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`/p/<id>/copie/`: the lines to choose from, and the copies made."""
    entered = _entered(request, pk)
    found = own_copy.whole(entered)
    form = OwnCopyForm(posted(request), keys=[line.key for line in found.lines])
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: own_copy.make(entered.actor, entered, form.cleaned_data["chosen"]))
        if made is not None:
            messages.success(request, _("Copie n° %(number)s prête.") % {"number": made.number})
            return redirect("desk:own_copy", pk)
    chosen = set(form["chosen"].value() or ())
    context = {
        "form": form,
        "found": found,
        "lines": [(line, line.key in chosen) for line in found.lines],
        "who": face(entered.actor, entered.person, found.opened),
        "person": entered.person,
        "copies": copies_visible(entered).order_by("-made_at", "pk"),
    }
    return render(request, "desk/own_copy.html", context, status=422 if form.is_bound else 200)


@door()
@require_safe
def download(request: HttpRequest, pk: uuid.UUID, copy_id: uuid.UUID) -> HttpResponse:
    entered = _entered(request, pk)
    row, pdf = copy_read(by=entered.actor, entered=entered, copy_id=copy_id)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="document-{row.number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
