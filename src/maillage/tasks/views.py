"""The rota: who answers now, who is written down this week, and the hours nobody is."""

import uuid
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.enums import Role
from maillage.accounts.http import actor
from maillage.accounts.models import Organisation
from maillage.accounts.selectors import organisations, organisations_of
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.forms import TokenForm, attempt
from maillage.common.localtime import ZONE, local
from maillage.tasks import access, selectors, services
from maillage.tasks.forms import ShiftForm
from maillage.tasks.models import OnCallShift
from maillage.tasks.rota import ROTA_ROLES, candidates


@door()
@require_safe
def rota_week(request: HttpRequest) -> HttpResponse:
    """`?du=2026-11-16`: the week of that day; else the present one."""
    me = actor(request)
    mine = organisations_of(me)
    instant = now()
    zone = mine[0].zone if mine else ZONE
    monday = _monday(request.GET.get("du", ""), local(instant, zone).date())
    return render(
        request,
        "tasks/rota.html",
        {
            "at": instant,
            "answers": selectors.answers_now(mine, instant),
            "weeks": selectors.rota_weeks(mine, monday, instant),
            "may_edit": {one.pk for one in mine if access.may_edit_rota(me, one.pk)},
            "monday": monday,
            "sunday": monday + timedelta(days=6),
            "before": monday - timedelta(days=7),
            "after": monday + timedelta(days=7),
        },
    )


@door()
@require_http_methods(["GET", "POST"])
def shift_add(request: HttpRequest, organisation: uuid.UUID, role: str) -> HttpResponse:
    me = actor(request)
    if role not in ROTA_ROLES or organisation not in me.organisation_ids:
        raise Http404
    access.require_rota(me, organisation)
    where = organisations([organisation])[organisation]
    form = ShiftForm(_posted(request), people=candidates(where.pk, role, now()), zone=where.zone)
    return _save(request, form, where, role, None)


@door()
@require_http_methods(["GET", "POST"])
def shift_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = actor(request)
    shift = access.get_shift_or_404(me, pk)
    access.require_rota(me, shift.organisation_id)
    form = ShiftForm(
        _posted(request),
        people=candidates(shift.organisation_id, shift.role, now(), also=shift.user),
        zone=shift.organisation.zone,
        initial={"user": str(shift.user_id), "starts_at": shift.starts_at, "ends_at": shift.ends_at},
        version=shift.version,
    )
    return _save(request, form, shift.organisation, shift.role, shift)


@door()
@require_POST
def shift_remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = actor(request)
    shift = access.get_shift_or_404(me, pk)
    access.require_rota(me, shift.organisation_id)
    form = TokenForm(request.POST)
    if form.is_valid():
        version = form.cleaned_data["version"] or 0
        removed = attempt(form, lambda: services.shift_remove(by=me, shift=shift, version=version))
        if removed is not None:
            messages.success(request, _("C’est retiré."))
            return redirect(_week_of(shift))
    for error in [*form.non_field_errors(), *form.errors.get("form_token", [])]:
        messages.error(request, error)
    return redirect("tasks:shift_edit", pk)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _save(
    request: HttpRequest, form: ShiftForm, organisation: Organisation, role: str, shift: OnCallShift | None
) -> HttpResponse:
    if form.is_valid():
        data = form.cleaned_data
        saved = attempt(
            form,
            lambda: services.shift_save(
                by=actor(request),
                organisation=organisation,
                role=role,
                user=data["user"],
                starts_at=data["starts_at"],
                ends_at=data["ends_at"],
                shift=shift,
                version=data["version"],
            ),
        )
        if saved is not None:
            messages.success(request, _("C’est enregistré."))
            return redirect(_week_of(saved))
    context = {
        "form": form,
        "organisation": organisation,
        "role_label": Role(role).label,
        "shift": shift,
        "removal": TokenForm(version=shift.version) if shift else None,
    }
    return render(request, "tasks/shift.html", context, status=422 if form.is_bound else 200)


def _week_of(shift: OnCallShift) -> str:
    day = local(shift.starts_at, shift.organisation.zone).date()
    return f"{reverse('tasks:rota')}?du={day.isoformat()}"


def _monday(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    day = min(max(day, today - timedelta(days=366)), today + timedelta(days=366))
    return day - timedelta(days=day.weekday())
