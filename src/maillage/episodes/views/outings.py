"""Outings: noted in one tap, ended in one tap, extended."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts.http import actor
from maillage.common.doors import door
from maillage.common.forms import attempt, posted
from maillage.common.localtime import ZONE
from maillage.episodes import access, services
from maillage.episodes.forms.outings import ExtendForm, OutingForm
from maillage.episodes.forms.steps import TapForm
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
    form = OutingForm(posted(request), zone=zone)
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
    }
    return show(request, "episodes/outing.html", context, zone=zone)


@door()
@require_POST
def outing_end(request: HttpRequest, outing_id: uuid.UUID) -> HttpResponse:
    by = actor(request)
    outing = access.outing_or_404(by, outing_id)
    form = TapForm(request.POST)
    if form.is_valid() and None is not attempt(form, lambda: services.outing_end(by=by, outing=outing)):
        messages.success(request, _("Retour noté."))
        return redirect("/")
    context = {
        "form": form,
        "heading": _("Noter le retour"),
        "verb": _("Noter le retour"),
        "who": face(by, outing.person),
        "back_url": "/",
        "back_label": _("Retour à l’accueil"),
    }
    return show(request, "episodes/act.html", context, zone=outing.organisation.zone)


@door()
@require_http_methods(["GET", "POST"])
def outing_extend(request: HttpRequest, outing_id: uuid.UUID) -> HttpResponse:
    by = actor(request)
    outing = access.outing_or_404(by, outing_id)
    access.require_outings(by, outing.person_id)
    zone = outing.organisation.zone
    form = ExtendForm(posted(request), version=outing.version, zone=zone)
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
