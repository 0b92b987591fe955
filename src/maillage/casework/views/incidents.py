"""Incidents around a place. No young person here: the pages have no face, and lists say no word of what was seen."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.casework import access, selectors
from maillage.casework.enums import Force
from maillage.casework.forms import IncidentForm, SentForm
from maillage.casework.services import incidents
from maillage.casework.views.shared import REFUSED
from maillage.common.doors import door
from maillage.common.forms import attempt, posted
from maillage.tasks.enums import Means


@door()
@require_GET
def around(request: HttpRequest) -> HttpResponse:
    """`/abords/`: the reader's places, and how many incidents of each still have to be passed on."""
    by = actor(request)
    by.require(Ability.INCIDENT_RECORD)
    return render(request, "casework/around.html", {"places": selectors.places_around(by)})


@door()
@require_GET
def around_place(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    by = actor(request)
    place = access.place_or_404(by, organisation_id)
    return render(
        request, "casework/around_place.html", {"place": place, "incidents": selectors.incidents_of(by, place)}
    )


@door()
@require_http_methods(["GET", "POST"])
def incident_new(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    by = actor(request)
    place = access.place_or_404(by, organisation_id)
    form = IncidentForm(posted(request), zone=place.zone)
    if request.method == "POST" and form.is_valid():
        row = attempt(form, lambda: incidents.incident_record(by=by, organisation=place, **form.values()))
        if row is not None:
            messages.success(request, _("C’est noté. Il reste à le transmettre."))
            return redirect("casework:incident", row.pk)
    return _page(request, "casework/incident_form.html", form, place=place)


@door()
@require_http_methods(["GET", "POST"])
def incident(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """What was seen; and that it was passed on, once it was."""
    by = actor(request)
    row = access.incident_or_404(by, incident_id)
    zone = row.organisation.zone
    form = SentForm(posted(request), version=row.version, zone=zone)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: incidents.incident_send(by=by, incident=row, **form.values())) is not None
    ):
        messages.success(request, _("Transmission notée."))
        return redirect("casework:incident", row.pk)
    opened = access.open_incident(by, row)
    sent = opened.value(row, "sent_to") or {}
    return _page(
        request,
        "casework/incident.html",
        form,
        incident=row,
        place=row.organisation,
        words=opened.value(row, "text") or {},
        sent=sent,
        sent_force=Force(sent["force"]).label if sent else "",
        sent_means=Means(sent["means"]).label if sent else "",
    )


def _page(request: HttpRequest, template: str, form: IncidentForm | SentForm, **context: object) -> HttpResponse:
    status = REFUSED if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
