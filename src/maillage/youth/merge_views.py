"""Joining two files of one person, and parting them again."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.common.doors import door
from maillage.common.enums import Section
from maillage.common.forms import TokenForm, attempt, posted
from maillage.youth import lookup_access as access
from maillage.youth import merge_selectors as selectors
from maillage.youth import merge_services as services
from maillage.youth.access import get_visible_or_404, may_here, reveal_open
from maillage.youth.lookup_forms import MergeForm

REFUSED = 422


@door()
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`/rapprochements/<id>/reunir/`: which file speaks for both, what changes for whom, why."""
    me = actor(request)
    if not me.sections():
        raise PermissionDenied(_("Votre rôle ne permet pas de chercher un dossier."))
    pair = access.twins_or_404(me, pk)
    if not access.may_settle(me, pair.known, pair.newer):
        raise PermissionDenied(_("Il faut répondre des deux dossiers à l’ASE pour les réunir."))
    both = selectors.choices(me, pair)
    form = MergeForm(posted(request), version=pair.version, files=[(one.person.pk, one.face.said) for one in both])
    if request.method == "POST" and form.is_valid():
        main = next(one.person for one in both if str(one.person.pk) == form.cleaned_data["main"])
        typed: dict[str, Any] = {name: form.cleaned_data[name] for name in ("reason", "version")}
        if attempt(form, lambda: services.files_merge(by=me, pair=pair, main=main, **typed)) is not None:
            messages.success(request, _("Dossiers réunis. Ils se séparent depuis la page du dossier."))
            return redirect("desk:file", main.pk)
    context = {"both": both, "form": form, "pair": pair}
    return render(request, "youth/merge.html", context, status=REFUSED if form.errors else 200)


@door()
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, pk: uuid.UUID, merge_id: uuid.UUID) -> HttpResponse:
    """`/p/<id>/reunion/<id>/`: why two files were joined; a POST parts them."""
    me = actor(request)
    young = get_visible_or_404(me, pk)
    if not may_here(me, young, Ability.MISSION_EDIT):
        raise PermissionDenied(_("Seules les personnes qui répondent de ce dossier à l’ASE le séparent."))
    row = selectors.merge_or_404(young, merge_id)
    form = TokenForm(posted(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: services.files_part(by=me, merge=row)) is not None
    ):
        messages.success(request, _("Dossiers séparés, comme ils étaient."))
        return redirect("desk:file", pk)
    opened = reveal_open(me, young, Section.IDENTITY)
    reason = opened.text(row, "reason") if opened.may(row, "reason") else ""
    context = {"person": young, "row": row, "reason": reason, "form": form}
    return render(request, "youth/part.html", context, status=REFUSED if form.errors else 200)
