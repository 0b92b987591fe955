"""Outings: noted in one tap, ended in one tap, extended."""

import uuid
from dataclasses import asdict

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maillage.accounts.http import actor
from maillage.accounts.models import Organisation
from maillage.accounts.selectors import organisations
from maillage.common.doors import door
from maillage.common.forms import attempt, posted
from maillage.common.localtime import ZONE
from maillage.episodes import access, selectors, services
from maillage.episodes.forms.outings import ExtendForm, HoursForm, OutingForm
from maillage.episodes.outings import USUAL, Hours
from maillage.episodes.selectors_screens import home_of
from maillage.episodes.views.shared import show
from maillage.youth import access as youth
from maillage.youth.faces import face


@door()
@require_http_methods(["GET", "POST"])
def outing_start(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    by = actor(request)
    person = youth.get_visible_or_404(by, person_id)
    access.require_outings(by, person.pk)
    home = home_of(by, [person])
    zone = home.zone if home else ZONE
    form = OutingForm(posted(request), zone=zone, hours=hours_of(home))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: services.outing_start(
                by=by,
                person=person,
                kind=given["kind"],
                expected_at=given["expected_at"],
                where=given["where"],
                note_text=given["note"],
            ),
        )
        if done:
            messages.success(request, _("Sortie notée."))
            return redirect("/")
    context = {
        "form": form,
        "heading": _("Noter une sortie"),
        "verb": _("Noter la sortie"),
        "who": face(by, person),
        "back_url": "/",
        "back_label": _("Retour à l’accueil"),
        "hours_url": reverse("episodes:outing_hours", args=[home.pk])
        if home and access.keeps_hours_of(by, home.pk)
        else "",
    }
    return show(request, "episodes/outing.html", context, zone=zone)


@door()
@require_http_methods(["GET", "POST"])
def outing_extend(request: HttpRequest, outing_id: uuid.UUID) -> HttpResponse:
    by = actor(request)
    outing = access.outing_or_404(by, outing_id)
    access.require_outings(by, outing.person_id)
    zone = outing.organisation.zone
    form = ExtendForm(posted(request), version=outing.version, zone=zone, hours=hours_of(outing.organisation))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: services.outing_extend(
                by=by, outing=outing, expected_at=given["expected_at"], version=given["version"] or 0
            ),
        )
        if done:
            messages.success(request, _("Retour prévu modifié."))
            return redirect("/")
    context = {
        "form": form,
        "heading": _("Changer l’heure du retour"),
        "verb": _("Enregistrer"),
        "who": face(by, outing.person),
        "back_url": "/",
        "back_label": _("Retour à l’accueil"),
    }
    return show(request, "episodes/outing.html", context, zone=zone)


@door()
@require_http_methods(["GET", "POST"])
def outing_hours(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """What « ce soir » and « dimanche » mean in a home: the hours that its one-tap buttons say."""
    by = actor(request)
    if not access.keeps_hours_of(by, organisation_id):
        raise Http404
    home = organisations([organisation_id])[organisation_id]
    row = selectors.hours_row(home.pk)
    hours = hours_of(home)
    form = HoursForm(posted(request), version=row.version if row else None, initial=asdict(hours))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(
            form,
            lambda: services.outing_hours_save(
                by=by,
                organisation=home,
                school=given["school"],
                permission=given["permission"],
                visit=given["visit"],
                version=given["version"],
            ),
        ):
            messages.success(request, _("Heures enregistrées."))
            return redirect("/")
    context = {
        "form": form,
        "heading": _("Heures habituelles de retour"),
        "intro": _("%(home)s : ce que disent les boutons de sortie. Une autre heure se choisit à chaque sortie.")
        % {"home": home.name},
        "verb": _("Enregistrer"),
        "back_url": "/",
        "back_label": _("Retour à l’accueil"),
    }
    return show(request, "episodes/act.html", context, zone=home.zone)


def hours_of(home: Organisation | None) -> Hours:
    """Those of the home, or the usual ones."""
    return selectors.outing_hours([home.pk]).get(home.pk, USUAL) if home else USUAL
