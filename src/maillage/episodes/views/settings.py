"""Delays of a département, and its protocol."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.http import actor
from maillage.accounts.roles import ABILITIES
from maillage.common.doors import door
from maillage.common.forms import attempt, posted
from maillage.episodes import services
from maillage.episodes.forms.settings import ProtocolForm, SettingsForm
from maillage.episodes.forms.steps import TapForm
from maillage.episodes.selectors_screens import DepartementRules, rules_of
from maillage.episodes.views.instrument import ADDRESSES
from maillage.episodes.views.shared import show

_MANAGERS = frozenset(role.value for role in Role if Ability.SETTINGS_EDIT in ABILITIES[role])


@door(roles=_MANAGERS)
@require_http_methods(["GET", "POST"])
def settings_edit(request: HttpRequest) -> HttpResponse:
    by, rules = _rules(request)
    form = SettingsForm(posted(request), version=rules.version, initial=rules.values)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name not in ("form_token", "version")}
        done = attempt(
            form,
            lambda: services.settings_save(
                by=by, departement=rules.departement, version=form.cleaned_data["version"], **given
            ),
        )
        if done:
            messages.success(request, _("Réglages enregistrés."))
            return redirect("episodes:settings")
    context = {"form": form, "rules": rules, "tap": TapForm(), "refused": None, "instruments": ADDRESSES}
    return show(request, "episodes/settings.html", context, zone=rules.zone)


@door(roles=_MANAGERS)
@require_http_methods(["GET", "POST"])
def protocol_load(request: HttpRequest) -> HttpResponse:
    """Validated before anything is kept: each fault with file, line and cause."""
    by, rules = _rules(request)
    form = ProtocolForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: services.protocol_load(
                by=by, text=form.cleaned_data["text"], name=form.cleaned_data["name"], departement=rules.departement
            ),
        )
        if done:
            messages.success(request, _("Protocole chargé : il vaut pour les épisodes à venir."))
            return redirect("episodes:settings")
    context = {"form": form, "rules": rules}
    return show(request, "episodes/protocol.html", context, zone=rules.zone)


@door(roles=_MANAGERS)
@require_POST
def protocol_choose(request: HttpRequest, version_id: uuid.UUID) -> HttpResponse:
    """An older version, or one shipped with the product, rules the episodes to come."""
    by, rules = _rules(request)
    version = next((one for one in rules.protocols if one.pk == version_id), None)
    if version is None:
        raise Http404
    tap = TapForm(request.POST)
    if tap.is_valid() and None is not attempt(
        tap, lambda: services.protocol_choose(by=by, version=version, departement=rules.departement)
    ):
        messages.success(request, _("Protocole en vigueur : il vaut pour les épisodes à venir."))
        return redirect("episodes:settings")
    form = SettingsForm(version=rules.version, initial=rules.values)
    context = {"form": form, "rules": rules, "tap": tap, "refused": tap, "instruments": ADDRESSES}
    return show(request, "episodes/settings.html", context, zone=rules.zone, status=422)


def _rules(request: HttpRequest) -> tuple[Actor, DepartementRules]:
    by = actor(request)
    by.require(Ability.SETTINGS_EDIT)
    rules = rules_of(by)
    if rules is None:
        raise PermissionDenied(_("Votre rôle ne permet pas cette action."))
    return by, rules
