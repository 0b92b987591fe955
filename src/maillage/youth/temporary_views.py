"""Temporary accesses: where one may ask, the form that opens one, what the owner reads of it."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts.actors import Actor
from maillage.accounts.doors import confirmed
from maillage.accounts.http import actor
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.errors import RuleBroken
from maillage.common.forms import TokenForm, attempt, posted
from maillage.youth import temporary_selectors as selectors
from maillage.youth import temporary_services as services
from maillage.youth.lookup_limits import one_more
from maillage.youth.temporary_access import access_or_404, known_or_404, opens
from maillage.youth.temporary_forms import AccessForm, BeforeForm

REFUSED, TOO_MANY = 422, 429
SEARCHES_A_MINUTE = 20


def _reader(request: HttpRequest) -> Actor:
    me = actor(request)
    if not opens(me):
        raise PermissionDenied(_("Votre rôle n’ouvre aucune partie d’un dossier."))
    return me


@door()
@require_http_methods(["GET", "HEAD", "POST"])
def accesses(request: HttpRequest) -> HttpResponse:
    """`/acces/`: those one opened, and the ways by which one may ask. A POST looks among those one followed."""
    me = _reader(request)
    form, found, status = BeforeForm(posted(request)), None, 200
    if request.method == "POST":
        status = REFUSED
        if form.is_valid():
            if one_more(me.user_id, SEARCHES_A_MINUTE):
                found, status = selectors.before(me, form.cleaned_data["text"]), 200
            else:
                form.add_error(None, _("Trop de recherches en une minute. Attendez un peu avant la suivante."))
                status = TOO_MANY
    context = {
        "lines": selectors.own_accesses(me),
        "waiting": selectors.waiting(me),
        "allowed": selectors.allowed(me),
        "found": found,
        "form": form,
        "tap": TokenForm(),
    }
    return render(request, "youth/accesses.html", context, status=status)


@door()
@confirmed
@require_http_methods(["GET", "POST"])
def access_open(request: HttpRequest, way: str, ref: uuid.UUID) -> HttpResponse:
    me = _reader(request)
    known = known_or_404(me, way, ref)
    form = AccessForm(posted(request), at=now())
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("reason", "span")}
        opened = attempt(form, lambda: services.access_open(by=me, way=known.way, ref=known.ref, **typed))
        if opened is not None:
            messages.success(request, _("Accès ouvert. La personne qui suit le dossier en est prévenue."))
            return redirect("desk:file", opened.person_id)
    context = {"known": known, "form": form, "parts": selectors.parts(me)}
    return render(request, "youth/access_open.html", context, status=REFUSED if form.errors else 200)


@door()
@require_http_methods(["GET", "POST"])
def access(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One access: to who answers for the file (a POST says it was read), and to who opened it."""
    me = _reader(request)
    row = access_or_404(me, pk)
    form = TokenForm(posted(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, lambda: services.access_seen(by=me, access=row)) is not None
    ):
        messages.success(request, _("C’est noté."))
        return redirect("youth:missions", row.person_id)
    context = {"one": selectors.told(me, row), "form": form}
    return render(request, "youth/access.html", context, status=REFUSED if form.errors else 200)


@door()
@require_POST
def access_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = _reader(request)
    row = access_or_404(me, pk)
    if not TokenForm(request.POST).is_valid():
        raise RuleBroken(_("Cette page datait d’une connexion précédente. Revenez en arrière et recommencez."))
    own = services.access_end(by=me, access=row).user_id == me.user_id
    messages.success(request, _("Accès terminé."))
    return redirect("youth:accesses") if own else redirect("youth:access", row.pk)
