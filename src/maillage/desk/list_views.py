"""Lists: choose, keep under a name, share in a team, take away with a reason."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.actors import Actor
from maillage.accounts.doors import confirmed
from maillage.accounts.http import actor
from maillage.accounts.opaque import Hidden
from maillage.accounts.roles import SECTIONS
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.errors import RuleBroken
from maillage.common.forms import attempt, posted
from maillage.desk import list_services, lists
from maillage.desk.context import discreet
from maillage.desk.enums import ListKind
from maillage.desk.forms import ExportForm, ListForm, NameForm, TapForm

_MIME = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def _reader(request: HttpRequest) -> Actor:
    by = actor(request)
    if not by.sections():
        raise PermissionDenied(_("Votre rôle n’ouvre aucun dossier."))
    return by


def _teams(by: Actor) -> list[tuple[str, str]]:
    held = {post.organisation_id for post in by.posts if SECTIONS[post.role]}
    return [(str(pk), one.name) for pk, one in lists.homes_of(by).items() if pk in held]


@door()
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """`/listes/`: those kept, those shared with her, and a new one."""
    by = _reader(request)
    form = ListForm(posted(request), homes=lists.homes_of(by))
    if request.method == "POST" and form.is_valid():
        return redirect(lists.url_of("list", form.choice))
    context = {"form": form, "kept": lists.kept(by), "deleted": lists.kept(by, deleted=True), "tap": TapForm()}
    return render(request, "desk/lists.html", context, status=422 if form.is_bound else 200)


@door()
@require_safe
def shown(request: HttpRequest, hidden: Hidden) -> HttpResponse:
    return _show(request, _reader(request), lists.read(hidden))


@door()
@require_safe
def saved(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = _reader(request)
    found = lists.list_or_404(by, pk)
    return _show(request, by, _within(by, lists.choice_of(found.row)), found=found)


def _within(by: Actor, choice: lists.Choice) -> lists.Choice:
    """A colleague's list may name a home that is not hers: she sees her own part of it."""
    return choice if choice.home is None or choice.home in lists.homes_of(by) else lists.without_home(choice)


def _show(request: HttpRequest, by: Actor, choice: lists.Choice, *, status: int = 200, **more: Any) -> HttpResponse:
    homes = lists.homes_of(by)
    table = lists.table(by, choice, now(), discreet=discreet(request))
    context = {
        "table": table,
        "kind": ListKind(choice.kind).label,
        "said": lists.said(choice),
        "home": homes[choice.home].name if choice.home else "",
        "keep_url": lists.url_of("list_keep", choice),
        "export_url": lists.url_of("list_export", choice),
        "keep": NameForm(teams=_teams(by)),
        "export": ExportForm(),
        "rename": NameForm(teams=[], version=more["found"].row.version if more.get("found") else None),
        "tap": TapForm(),
        "found": None,
        **more,
    }
    return render(request, "desk/list.html", context, status=status)


@door()
@require_POST
def keep(request: HttpRequest, hidden: Hidden) -> HttpResponse:
    by, choice = _reader(request), lists.read(hidden)
    form = NameForm(request.POST, teams=_teams(by))
    if form.is_valid():
        made = attempt(
            form,
            lambda: list_services.list_save(
                by=by, choice=choice, name=form.cleaned_data["name"], team=form.cleaned_data["team"] or None
            ),
        )
        if made is not None:
            messages.success(request, _("Liste enregistrée."))
            return redirect("desk:list_saved", made.pk)
    return _show(request, by, choice, status=422, keep=form)


@door()
@confirmed
@require_POST
def export(request: HttpRequest, hidden: Hidden) -> HttpResponse:
    """The file, once she said why and proved who she is."""
    by, choice = _reader(request), lists.read(hidden)
    form = ExportForm(request.POST)
    if form.is_valid():
        found = lists.table(by, choice, now())
        wanted, reason = form.cleaned_data["format"], form.cleaned_data["reason"]
        made = attempt(
            form,
            lambda: list_services.list_export(by=by, choice=choice, format=wanted, reason=reason, found=found),
        )
        if made is not None:
            content = list_services.file_of(made, found, by.user.display_name, reason)
            response = HttpResponse(content, content_type=_MIME[made.format])
            response["Content-Disposition"] = f'attachment; filename="document-{made.number}.{made.format}"'
            response["X-Content-Type-Options"] = "nosniff"
            return response
    return _show(request, by, choice, status=422, export=form)


@door()
@require_POST
def rename(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = _reader(request)
    found = lists.list_or_404(by, pk)
    form = NameForm(request.POST, teams=[])
    if form.is_valid() and None is not attempt(
        form,
        lambda: list_services.list_rename(
            by=by, row=found.row, name=form.cleaned_data["name"], version=form.cleaned_data["version"]
        ),
    ):
        messages.success(request, _("Liste renommée."))
        return redirect("desk:list_saved", pk)
    return _show(request, by, _within(by, lists.choice_of(found.row)), status=422, found=found, rename=form)


@door()
@require_POST
def delete(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = _reader(request)
    found = lists.list_or_404(by, pk)
    form = TapForm(request.POST)
    if form.is_valid() and None is not attempt(form, lambda: list_services.list_delete(by=by, row=found.row)):
        messages.success(request, _("Liste supprimée ; vous pouvez la rétablir ci-dessous."))
        return redirect("desk:lists")
    raise RuleBroken(_("Cette page datait d’une connexion précédente. Revenez à l’accueil et recommencez."))


@door()
@require_POST
def restore(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = _reader(request)
    found = lists.list_or_404(by, pk, deleted=True)
    form = TapForm(request.POST)
    if form.is_valid() and None is not attempt(form, lambda: list_services.list_restore(by=by, row=found.row)):
        messages.success(request, _("Liste rétablie."))
        return redirect("desk:list_saved", pk)
    raise RuleBroken(_("Cette page datait d’une connexion précédente. Revenez à l’accueil et recommencez."))
