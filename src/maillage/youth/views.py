"""Pages about one young person: who she is, her circle, her place, her departure sheet, her photo."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.common.doors import door
from maillage.common.enums import Section
from maillage.common.forms import TokenForm, attempt, posted
from maillage.common.localtime import ZONE
from maillage.vault import files
from maillage.youth import elsewhere, forms, selectors, services
from maillage.youth.access import (
    get_visible_or_404,
    may_edit_sheet,
    may_here,
    open_sheet,
    reveal,
    reveal_open,
    sheet_context,
)
from maillage.youth.models import YoungPerson

REFUSED = 422
CIRCLE = (Section.IDENTITY, Section.JUSTICE)


def _here(request: HttpRequest, pk: uuid.UUID) -> tuple[Actor, YoungPerson]:
    me = actor(request)
    return me, get_visible_or_404(me, pk)


def _require(me: Actor, person: YoungPerson, ability: Ability) -> None:
    if not may_here(me, person, ability):
        raise PermissionDenied(_("Votre rôle ne permet pas cette action pour cette personne."))


def _zone(person: YoungPerson) -> str:
    placement = selectors.placement_now(person)
    return placement.organisation.zone if placement else ZONE


@door()
@require_GET
def readings(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """« Qui a consulté ce dossier »: for those who follow her for the ASE."""
    me, young = _here(request, pk)
    _require(me, young, Ability.MISSION_EDIT)
    return render(request, "youth/readings.html", {"person": young, "readings": selectors.readings_of(young)})


@door()
@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me, young = _here(request, pk)
    _require(me, young, Ability.PERSON_EDIT)
    form = forms.IdentityForm(
        posted(request), row=young, opened=reveal_open(me, young, *CIRCLE), departement=young.departement
    )
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        saved = attempt(form, lambda: services.person_edit(by=me, person=young, version=version, **form.values()))
        if saved is not None:
            return _back(request, young, _("Identité enregistrée."))
    return _form(request, young, form, _("Identité"))


@door()
@require_http_methods(["GET", "POST"])
def parent(request: HttpRequest, pk: uuid.UUID, parent_id: uuid.UUID | None = None) -> HttpResponse:
    me, young = _here(request, pk)
    _require(me, young, Ability.PERSON_EDIT)
    row = selectors.parent_or_404(young, parent_id) if parent_id else None
    form = forms.ParentForm(
        posted(request), row=row, opened=reveal_open(me, young, *CIRCLE), departement=young.departement
    )
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        saved = attempt(
            form, lambda: services.parent_save(by=me, person=young, parent=row, version=version, **form.values())
        )
        if saved is not None:
            return _back(request, young, _("Situation enregistrée."))
    return _form(request, young, form, _("Parent ou tuteur"))


@door()
@require_GET
def sheet(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The departure sheet, read: each time is an opening, and is journalled."""
    me, young = _here(request, pk)
    opened = open_sheet(me, young)
    stored = selectors.sheet_of(young)
    context = {
        "person": young,
        "name": selectors.full_name(opened, young),
        "initials": selectors.initials(opened, young),
        "sheet": stored,
        "lines": selectors.sheet_lines(stored, opened) if stored else [],
        "has_photo": selectors.photo_of(young) is not None,
        "may_edit": may_edit_sheet(me, young),
        "episode": sheet_context(young),
    }
    return render(request, "youth/sheet.html", context)


@door()
@require_http_methods(["GET", "POST"])
def sheet_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me, young = _here(request, pk)
    if not may_edit_sheet(me, young):
        raise PermissionDenied(_("Seules les personnes qui préparent cette fiche la modifient."))
    opened = open_sheet(me, young)
    form = forms.SheetForm(posted(request), row=selectors.sheet_of(young), opened=opened, departement=young.departement)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        saved = attempt(form, lambda: services.sheet_save(by=me, person=young, version=version, **form.values()))
        if saved is not None:
            messages.success(request, _("Fiche enregistrée."))
            return redirect("youth:sheet", young.pk)
    return _form(request, young, form, _("Fiche de départ"), template="youth/sheet_form.html")


@door()
@require_GET
def photo(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Her face, decrypted for whoever may see her identity; kept nowhere on the way."""
    me, young = _here(request, pk)
    opened = reveal(me, young, Section.IDENTITY)
    row = selectors.photo_of(young)
    if row is None:
        raise Http404
    try:
        picture = files.load(row, opened)
    except FileNotFoundError as gone:
        raise Http404 from gone
    return HttpResponse(
        picture,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": 'attachment; filename="photo.jpg"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@door()
@require_http_methods(["GET", "POST"])
def photo_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me, young = _here(request, pk)
    _require(me, young, Ability.PERSON_EDIT)
    form = forms.PhotoForm(posted(request), files=request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["photo"].read()
        saved = attempt(form, lambda: services.photo_replace(by=me, person=young, content=content))
        if saved is not None:
            return _back(request, young, _("Photo enregistrée."))
    return _form(request, young, form, _("Photo"), template="youth/photo_form.html")


@door()
@require_http_methods(["GET", "POST"])
def placement_start(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me, young = _here(request, pk)
    _require(me, young, Ability.MISSION_EDIT)
    form = forms.PlacementStartForm(posted(request), departement=young.departement)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("kind", "starts_on", "legal_basis", "reason")}
        chosen, outside = form.cleaned_data, young.departement
        place = attempt(form, lambda: elsewhere.place(me, chosen, outside=outside, person_id=young.pk))
        started = place and attempt(
            form, lambda: services.placement_start(by=me, person=young, organisation=place, **typed)
        )
        if started:
            return _back(request, young, _("Accueil enregistré."))
    return _form(request, young, form, _("Nouveau lieu d’accueil"))


@door()
@require_http_methods(["GET", "POST"])
def placement_keep(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me, young = _here(request, pk)
    _require(me, young, Ability.EPISODE_ACT)
    placement = selectors.placement_now(young)
    if placement is None:
        raise Http404
    initial = {"until": placement.kept_until}
    form = forms.PlacementKeepForm(posted(request), initial=initial, version=placement.version)
    if request.method == "POST" and form.is_valid():
        until, version = form.cleaned_data["until"], form.cleaned_data["version"]
        kept = attempt(form, lambda: services.placement_keep(by=me, placement=placement, version=version, until=until))
        if kept is not None:
            return _back(request, young, _("Sa place est gardée."))
    return _form(request, young, form, _("Garder sa place"))


@door()
@require_http_methods(["GET", "POST"])
def placement_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me, young = _here(request, pk)
    _require(me, young, Ability.PLACEMENT_END)
    placement = selectors.placement_now(young)
    if placement is None:
        raise Http404
    others = selectors.hosts(young.departement).exclude(pk=placement.organisation_id)
    form = forms.PlacementEndForm(posted(request), organisations=others, version=placement.version)
    if request.method == "POST" and form.is_valid():
        names = ("version", "ends_on", "end_kind", "motive", "next_organisation", "next_place")
        typed = {name: form.cleaned_data[name] for name in names}
        if attempt(form, lambda: services.placement_end(by=me, placement=placement, **typed)) is not None:
            return _back(request, young, _("Fin d’accueil enregistrée."))
    return _form(request, young, form, _("Mettre fin à l’accueil"), template="youth/placement_end.html")


def _back(request: HttpRequest, young: YoungPerson, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("desk:file", young.pk)


def _form(
    request: HttpRequest, young: YoungPerson, form: TokenForm, heading: str, template: str = "youth/form.html"
) -> HttpResponse:
    context = {"person": young, "form": form, "heading": heading}
    return render(request, template, context, status=REFUSED if form.errors else 200)
