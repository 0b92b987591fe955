"""Screens of the directory for professionals."""

import uuid
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.accounts.selectors import organisations_of
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.forms import TokenForm, attempt, posted
from maillage.directory import access, keeping, maps, places, selectors, services, vocabulary
from maillage.directory.enums import AnswerState, Confidentiality, ProposalKind, ProposalState, SheetState
from maillage.directory.forms import (
    AnswerForm,
    MergeForm,
    ReasonForm,
    RegisterForm,
    SearchForm,
    ServiceForm,
    StructureForm,
)
from maillage.directory.models import Service, Structure
from maillage.directory.queries import RADIUS, Query
from maillage.reference import communes


def _require(by: Actor, ability: Ability) -> None:
    if not by.may(ability):
        raise PermissionDenied


def _answer(request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    return render(
        request, template, context, status=422 if (form.is_bound and not form.is_valid()) or form.errors else 200
    )


@door()
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Search; every filter is in the address."""
    by = actor(request)
    form = SearchForm({"radius": RADIUS, **request.GET.dict()} if request.GET else None)
    form.is_valid()
    query = form.query(now())
    page = selectors.search(query, by=by)
    precise = ("need", "public", "age", "speaking", "kind", "open_now", "remote")
    context = {
        "form": form,
        "page": page,
        "sheets": _sheets(),
        "asked": _asked(request),
        "which": _which(request) if form.has_error("commune", "several") else [],
        "may_propose": by.may(Ability.DIRECTORY_PROPOSE),
        "narrowed": any(request.GET.get(name) for name in precise),
        "in_view": query.bounds is not None,
        "everywhere": _asked(request, "bounds"),
        "only": vocabulary.language_label(query.languages[0]) if query.languages else "",
        "not_only": f"{_asked(request, 'language', 'speaking')}&speaking={query.languages[0]}"
        if query.languages
        else "",
        "speaking": query.speaking,
        "spoken": vocabulary.language_label(query.speaking),
        "toggle": _asked(request, "map", "bounds") if request.GET.get("map") else f"{_asked(request)}&map=1",
        "map": _map(request, query) if request.GET.get("map") else None,
    }
    return render(request, "directory/find.html", context)


@cache
def _sheets() -> str:
    """What the address of every sheet begins with: a page holds many."""
    none = uuid.UUID(int=0)
    return reverse("directory:sheet", args=[none]).removesuffix(f"{none}/")


def _asked(request: HttpRequest, *without: str) -> str:
    """The address of the same search, on its first page."""
    asked = request.GET.copy()
    for name in ("page", *without):
        asked.pop(name, None)
    return asked.urlencode()


def _which(request: HttpRequest) -> list[tuple[str, str]]:
    """The communes of a name that several have, each with the address of the same search around it."""
    asked = request.GET.copy()
    asked.pop("page", None)
    found = []
    for one in communes.by_name(asked.get("commune", "")):
        asked["commune"] = f"{one.postcodes[0]} {one.name}" if one.postcodes else one.code
        found.append((f"{one.name} ({one.departement})", asked.urlencode()))
    return found


def _map(request: HttpRequest, query: Query) -> dict[str, Any]:
    frame = maps.first_view(query)
    return {
        "bounds": f"{frame.south:.4f},{frame.west:.4f},{frame.north:.4f},{frame.east:.4f}",
        "points": f"{reverse('directory:points')}?{_asked(request, 'bounds', 'map')}",
        "list": f"{reverse('directory:find')}?{_asked(request, 'bounds')}",
        "tiles": settings.PORTAL_TILES,
        "tiles_by": settings.PORTAL_TILES_BY,
    }


@door()
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """What the map draws in its view: [latitude, longitude, how many, name, address of its sheet], and outlines."""
    by = actor(request)
    form = SearchForm(request.GET.dict())
    form.is_valid()
    query = form.query(now())
    if query.bounds is None:
        return JsonResponse({}, status=422)
    view = selectors.map_view(query.bounds, query, by=by)
    folder = _sheets()
    drawn = [
        [one.latitude, one.longitude, one.count, one.name,
         f"{folder}{one.structure_id}/" if one.structure_id else ""]
        for one in view.points
    ]  # fmt: skip
    near = maps.outlines_of(query.bounds)
    files = {kind: [static(name) for name in names] for kind, names in near.items()}
    return JsonResponse({"total": view.total, "points": drawn, **files})


@door()
@require_safe
def sheet(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = actor(request)
    row = access.get_structure_or_404(by, pk)
    shown = selectors.structure_for(by, row)
    keeps = services.may_keep(by, row)
    hidden = row.confidentiality == Confidentiality.ON_REQUEST or any(one.place_hidden for one in shown.services)
    return render(
        request,
        "directory/sheet.html",
        {
            "sheet": shown,
            "keeps": keeps,
            "coordinates": keeping.coordinates(by),
            "may_propose": by.may(Ability.DIRECTORY_PROPOSE),
            "hidden": hidden,
            "places": places.reveal_place(by, row) if hidden else [],
            "history": keeping.history(row),
            "gaps": keeping.gaps(row) if keeps else [],
            "form": TokenForm(version=row.version),
        },
    )


def _save_structure(by: Actor, form: StructureForm, row: Structure) -> Any:
    if services.may_keep(by, row):
        version = form.cleaned_data["version"]
        return attempt(
            form,
            lambda: services.structure_save(
                by=by, structure=row, version=version, state=SheetState.PUBLISHED, **form.values()
            ),
        )
    return attempt(
        form,
        lambda: services.propose(
            by=by, kind=ProposalKind.CHANGE, structure=row, values=_changed(form, row), word=form.cleaned_data["word"],
            version=form.cleaned_data["version"],
        ),
    )  # fmt: skip


def _changed(form: StructureForm | ServiceForm, row: Structure | Service) -> dict[str, Any]:
    """Of what was typed, what differs: a proposal says that alone."""
    return {name: value for name, value in form.values().items() if value != getattr(row, name)}


@door()
@require_http_methods(["GET", "POST"])
def structure_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = actor(request)
    _require(by, Ability.DIRECTORY_PROPOSE)
    row = access.get_structure_or_404(by, pk)
    keeps = services.may_keep(by, row)
    form = StructureForm(posted(request), row=row, proposes=not keeps, coordinates=keeping.coordinates(by))
    if form.is_bound and form.is_valid() and (saved := _save_structure(by, form, row)) is not None:
        if keeps and saved.confidentiality != form.cleaned_data["confidentiality"]:
            messages.warning(
                request, _("Un hébergement donne son adresse sur demande. Pour l’ouvrir, modifiez « Qui la voit ? ».")
            )
        _say(request, form, written=keeps)
        return redirect("directory:sheet", pk=pk)
    context = {"form": form, "sheet": row, "keeps": keeps, "structure": row}
    return _answer(request, "directory/edit.html", context, form)


@door()
@require_http_methods(["GET", "POST"])
def service_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = actor(request)
    _require(by, Ability.DIRECTORY_PROPOSE)
    row = access.get_service_or_404(by, pk)
    keeps = services.may_keep(by, row.structure)
    form = ServiceForm(posted(request), row=row, proposes=not keeps)
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"]
        done: Any
        if keeps:
            done = attempt(form, lambda: services.service_save(by=by, service=row, version=version, **form.values()))
        else:
            done = attempt(
                form,
                lambda: services.propose(
                    by=by, kind=ProposalKind.CHANGE, structure=row.structure, service=row, values=_changed(form, row),
                    word=form.cleaned_data["word"], version=version,
                ),
            )  # fmt: skip
        if done is not None:
            _say(request, form, written=keeps)
            return redirect("directory:sheet", pk=row.structure_id)
    context = {"form": form, "sheet": row, "keeps": keeps, "structure": row.structure, "service": row}
    return _answer(request, "directory/edit.html", context, form)


@door()
@require_http_methods(["GET", "POST"])
def service_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A service of that structure."""
    by = actor(request)
    _require(by, Ability.DIRECTORY_PROPOSE)
    home = access.get_structure_or_404(by, pk)
    keeps = services.may_keep(by, home)
    form = ServiceForm(posted(request), proposes=not keeps, initial={"confidentiality": home.confidentiality})
    if form.is_bound and form.is_valid():
        done: Any
        if keeps:
            done = attempt(form, lambda: services.service_save(by=by, structure=home, **form.values()))
        else:
            done = attempt(
                form,
                lambda: services.propose(
                    by=by, kind=ProposalKind.NEW_SERVICE, structure=home, values=form.values(),
                    word=form.cleaned_data["word"],
                ),
            )  # fmt: skip
        if done is not None:
            _say(request, form, written=keeps)
            return redirect("directory:sheet", pk=pk)
    return _answer(
        request, "directory/edit.html", {"form": form, "sheet": None, "keeps": keeps, "structure": home}, form
    )


@door()
@require_http_methods(["GET", "POST"])
def structure_new(request: HttpRequest) -> HttpResponse:
    """Put one's own structure, or another, to the directory."""
    by = actor(request)
    _require(by, Ability.DIRECTORY_PROPOSE)
    keeps = keeping.coordinates(by)
    form = StructureForm(
        posted(request), proposes=not keeps, coordinates=keeps, mine=() if keeps else organisations_of(by)
    )
    if form.is_bound and form.is_valid():
        if keeps:
            made = attempt(form, lambda: services.structure_save(by=by, **form.values()))
            if made is not None:
                _say(request, form, written=True)
                return redirect("directory:sheet", pk=made.pk)
        else:
            asked = attempt(
                form,
                lambda: services.propose(
                    by=by, kind=ProposalKind.NEW_STRUCTURE, values=form.values(), organisation_id=form.own_id,
                    word=form.cleaned_data["word"],
                ),
            )  # fmt: skip
            if asked is not None:
                _say(request, form, written=False)
                return redirect("directory:to_do")
    return _answer(
        request, "directory/edit.html", {"form": form, "sheet": None, "keeps": keeps, "structure": None}, form
    )


@door(public=True)
@require_http_methods(["GET", "POST"])
def structure_register(request: HttpRequest) -> HttpResponse:
    """An organisation that has no account here puts itself to the directory."""
    form = RegisterForm(posted(request))
    if form.is_bound and form.is_valid():
        made = attempt(
            form,
            lambda: services.register(
                by=SYSTEM, values=form.values(), contact=form.contact, word=form.cleaned_data["word"]
            ),
        )
        if made is not None:
            return redirect("directory:structure_registered")
    return _answer(request, "directory/register.html", {"form": form}, form)


@door(public=True)
@require_safe
def structure_registered(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/registered.html")


def _say(request: HttpRequest, form: Any, *, written: bool) -> None:
    """What became of a form that was taken."""
    if written:
        messages.success(request, _("C’est enregistré."))
        return
    messages.success(request, _("C’est proposé à la coordination."))
    if form.hides_its_place:
        lost = _("L’adresse n’a pas été gardée : qui tient la fiche la confiera une fois qu’elle sera publiée.")
        messages.warning(request, lost)


def _plain_post(request: HttpRequest) -> TokenForm:
    form = TokenForm(posted(request))
    if not form.is_valid():
        messages.error(request, _("Ce formulaire avait expiré. Recommencez."))
    return form


@door()
@require_POST
def confirm(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """« Tout est juste »."""
    by = actor(request)
    row = access.get_structure_or_404(by, pk)
    form = _plain_post(request)
    if form.is_valid() and attempt(form, lambda: services.sheet_confirm(by=by, structure=row)) is not None:
        messages.success(request, _("Merci : la fiche est confirmée à ce jour."))
    return redirect("directory:sheet", pk=pk)


@door()
@require_POST
def retire(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = actor(request)
    row = access.get_structure_or_404(by, pk)
    form = _plain_post(request)
    if form.is_valid():
        version = form.cleaned_data["version"]
        if attempt(form, lambda: services.structure_retire(by=by, structure=row, version=version)) is not None:
            messages.success(request, _("La fiche est retirée de l’annuaire."))
            return redirect("directory:find")
    return redirect("directory:sheet", pk=pk)


@door()
@require_POST
def service_retire(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = actor(request)
    row = access.get_service_or_404(by, pk)
    form = _plain_post(request)
    if form.is_valid() and attempt(form, lambda: services.service_retire(by=by, service=row)) is not None:
        messages.success(request, _("Le service est retiré de l’annuaire."))
    return redirect("directory:sheet", pk=row.structure_id)


@door()
@require_http_methods(["GET", "POST"])
def place_ask(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for a hidden address."""
    by = actor(request)
    row = access.get_structure_or_404(by, pk)
    form = ReasonForm(posted(request))
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(form, lambda: services.place_ask(by=by, structure=row, reason=reason)) is not None:
            messages.success(request, _("Votre demande est transmise. La réponse sera dans « À traiter »."))
            return redirect("directory:sheet", pk=pk)
    return _answer(request, "directory/ask.html", {"form": form, "structure": row}, form)


@door()
@require_http_methods(["GET", "POST"])
def place_answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = actor(request)
    row = keeping.request_or_none(by, pk)
    if row is None:
        raise Http404
    form = AnswerForm(posted(request))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        if attempt(
            form,
            lambda: services.place_answer(by=by, request=row, grant=data["go"] == "yes", answer=data["answer"]),
        ):
            messages.success(request, _("C’est répondu."))
            return redirect("directory:to_do")
    mine = row.asked_by_id == by.user_id or row.state != AnswerState.WAITING
    return _answer(request, "directory/request.html", {"form": form, "asked": row, "read_only": mine}, form)


@door()
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What is proposed beside what is written; the coordinator answers."""
    by = actor(request)
    row = keeping.proposal_or_none(by, pk)
    if row is None:
        raise Http404
    form = AnswerForm(posted(request))
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        if attempt(
            form,
            lambda: services.proposal_answer(by=by, proposal=row, accept=data["go"] == "yes", answer=data["answer"]),
        ):
            messages.success(request, _("C’est répondu."))
            return redirect("directory:to_do")
    context = {
        "form": form,
        "proposal": row,
        "lines": keeping.proposed_lines(row),
        "read_only": not keeping.coordinates(by) or row.state != ProposalState.WAITING,
    }
    return _answer(request, "directory/proposal.html", context, form)


@door()
@require_safe
def to_do(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, and one's own sheets."""
    by = actor(request)
    context = {"to_do": keeping.to_do(by), "coordinates": keeping.coordinates(by),
               "may_propose": by.may(Ability.DIRECTORY_PROPOSE)}  # fmt: skip
    return render(request, "directory/to_do.html", context)


@door()
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = actor(request)
    _require(by, Ability.DIRECTORY_COORDINATE)
    row = access.get_structure_or_404(by, pk)
    twins = keeping.twins(row)
    form = MergeForm(posted(request), twins=twins)
    if form.is_bound and form.is_valid():
        other = next(one for one in twins if str(one.pk) == form.cleaned_data["other"])
        if attempt(form, lambda: services.structures_merge(by=by, kept=row, absorbed=other)) is not None:
            messages.success(request, _("Les deux fiches n’en font plus qu’une."))
            return redirect("directory:sheet", pk=pk)
    return _answer(request, "directory/merge.html", {"form": form, "structure": row, "twins": twins}, form)
