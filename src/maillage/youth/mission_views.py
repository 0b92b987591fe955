"""« Qui la suit »: missions opened, narrowed, prolonged and ended by those who answer for the file at the ASE."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, OrganisationKind
from maillage.accounts.http import actor
from maillage.common.doors import door
from maillage.common.enums import Section
from maillage.common.forms import TokenForm, attempt, posted
from maillage.common.localtime import ZONE
from maillage.youth import elsewhere, following, selectors, services
from maillage.youth.access import get_visible_or_404, may_here, reveal_open
from maillage.youth.mission_forms import MissionChangeForm, MissionForm, ServiceElsewhereForm, last_day
from maillage.youth.models import YoungPerson

REFUSED = 422


def _here(request: HttpRequest, pk: uuid.UUID) -> tuple[Actor, YoungPerson]:
    me = actor(request)
    young = get_visible_or_404(me, pk)
    if not may_here(me, young, Ability.MISSION_EDIT):
        raise PermissionDenied(_("Seules les personnes qui répondent de ce dossier à l’ASE voient qui le suit."))
    return me, young


def _zone(young: YoungPerson) -> str:
    placement = selectors.placement_now(young)
    return placement.organisation.zone if placement else ZONE


@door()
@require_GET
def missions(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everyone who may know her, and on what ground: only those who answer for the file see this."""
    me, young = _here(request, pk)
    opened = reveal_open(me, young, Section.IDENTITY, Section.WHEREABOUTS, Section.EDUCATION)
    lines = following.mission_lines(young, opened)
    context = {
        "person": young,
        "running": [line for line in lines if line.state != "ended"],
        "ended": [line for line in lines if line.state == "ended"],
    }
    return render(request, "youth/missions.html", context)


@door()
@require_http_methods(["GET", "POST"])
def mission_service(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Which service the new mission is for, or whose people. Of her département, chosen; elsewhere, named (by POST, so
    that no address says it)."""
    me, young = _here(request, pk)
    reveal_open(me, young, Section.IDENTITY)
    form, found = ServiceElsewhereForm(posted(request)), None
    if request.method == "POST" and form.is_valid():
        name, among = form.cleaned_data["name"], following.services_anywhere()
        found = attempt(
            form,
            lambda: elsewhere.named(me, name, outside=young.departement, among=among, person_id=young.pk, field="name"),
        )
    proof = elsewhere.prove(me.user_id, young.pk, found.pk) if found else ""
    kinds = following.services_of(young)
    context = {"person": young, "kinds": kinds, "form": form, "found": found, "proof": proof}
    return render(request, "youth/mission_service.html", context, status=REFUSED if form.errors else 200)


@door()
@require_http_methods(["GET", "POST"])
def mission_open(request: HttpRequest, pk: uuid.UUID, organisation_id: uuid.UUID) -> HttpResponse:
    me, young = _here(request, pk)
    within = elsewhere.TO_SEND if request.method == "POST" else elsewhere.TO_OPEN
    # The form is sent to the address it was opened at: its proof comes back with it.
    proof = request.GET.get("preuve", "")
    service = following.service_or_404(me, young, organisation_id, proof=proof, within=within)
    carers = service.kind == OrganisationKind.FOSTER_CARE
    form = MissionForm(
        posted(request),
        people=following.people_of(service),
        zone=_zone(young),
        carers=carers,
        initial={"kind": "hosts", "sections": ["identity", "whereabouts", "education"]} if carers else {},
    )
    if request.method == "POST" and form.is_valid():
        user = following.professional(form.user_id)
        typed = {name: form.cleaned_data[name] for name in ("kind", "sections", "legal_basis", "reason")}
        opened = attempt(
            form,
            lambda: services.mission_open(
                by=me,
                person=young,
                organisation=None if form.user_id else service,
                user=user,
                starts_at=form.starts_at,
                ends_at=form.ends_at,
                **typed,
            ),
        )
        if opened is not None:
            messages.success(request, _("Mission ouverte."))
            return redirect("youth:missions", young.pk)
    return _form(request, young, form, service.name, template="youth/mission_open.html")


@door()
@require_http_methods(["GET", "POST"])
def mission(request: HttpRequest, pk: uuid.UUID, mission_id: uuid.UUID) -> HttpResponse:
    me, young = _here(request, pk)
    row, zone = following.mission_or_404(young, mission_id), _zone(young)
    # A part somebody closed meanwhile was on her page: the conflict says so, not « choose from the list ».
    late = request.method == "POST" and request.POST.get("version") != str(row.version)
    form = MissionChangeForm(
        posted(request),
        sections=Section.values if late else row.sections,
        zone=zone,
        version=row.version,
        initial={"sections": row.sections, "until": last_day(row.ends_at, zone)},
    )
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["until"]
        # The day shown stands for the very instant stored: sent back as it was, nothing changes.
        ends_at = row.ends_at if until == last_day(row.ends_at, zone) else form.ends_at
        version, sections = form.cleaned_data["version"], form.cleaned_data["sections"]
        changed = attempt(
            form,
            lambda: services.mission_change(by=me, mission=row, version=version, sections=sections, ends_at=ends_at),
        )
        if changed is not None:
            messages.success(request, _("Mission enregistrée."))
            return redirect("youth:missions", young.pk)
    return _form(request, young, form, _("Resserrer ou prolonger"), row)


@door()
@require_http_methods(["GET", "POST"])
def mission_end(request: HttpRequest, pk: uuid.UUID, mission_id: uuid.UUID) -> HttpResponse:
    me, young = _here(request, pk)
    row = following.mission_or_404(young, mission_id)
    form = TokenForm(posted(request), version=row.version)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        if attempt(form, lambda: services.mission_end(by=me, mission=row, version=version)) is not None:
            messages.success(request, _("Mission terminée."))
            return redirect("youth:missions", young.pk)
    return _form(request, young, form, _("Mettre fin à cette mission"), row, template="youth/mission_end.html")


def _form(
    request: HttpRequest,
    young: YoungPerson,
    form: TokenForm,
    heading: str,
    row: object = None,
    template: str = "youth/mission_form.html",
) -> HttpResponse:
    context = {"person": young, "form": form, "heading": heading, "mission": row}
    return render(request, template, context, status=REFUSED if form.errors else 200)
