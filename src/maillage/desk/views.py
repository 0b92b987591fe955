"""The desk: what now? Parse, ask a selector or a service below, render."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.accounts.selectors import user_names
from maillage.audit.selectors import newest
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.errors import RuleBroken
from maillage.common.forms import posted
from maillage.desk import gallery, selectors
from maillage.desk.context import DISCREET_COOKIE, THEME_COOKIE, THEMES, discreet
from maillage.desk.forms import OutingForm, SearchForm, TapForm
from maillage.desk.presets import parse
from maillage.episodes import services as episodes
from maillage.episodes.access import outing_or_404
from maillage.tasks import services as tasks
from maillage.tasks.selectors import waiting_for
from maillage.youth import access as youth
from maillage.youth import duties
from maillage.youth.lookup import prove
from maillage.youth.lookup_limits import one_more
from maillage.youth.search import search

_YEAR = 365 * 24 * 3600
# Looking for a name is journalled; looking for many is held back.
SEARCHES_A_MINUTE = 20
JOURNAL_PAGE = 50


@door()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`: the desk, or for those who see nobody, their own page. htmx gets the part that refreshes itself."""
    by = actor(request)
    if not by.may(Ability.DESK_SEE):
        if by.may(Ability.ACCOUNTS_MANAGE):
            return redirect("accounts:people")
        if by.may(Ability.DIRECTORY_COORDINATE):
            return redirect("directory:to_do")
        if by.may(Ability.RETENTION_VISA):
            return redirect("retention:home")
        return redirect("desk:journal" if by.may(Ability.JOURNAL_READ) else "accounts:home")
    return _live(request, "home", desk=selectors.desk(by, now(), discreet=discreet(request)))


@door()
@require_safe
def watch(request: HttpRequest) -> HttpResponse:
    """`/garde/`: everything late or unanswered in her homes."""
    by = actor(request)
    by.require(Ability.OVERDUE_SEE)
    return _live(request, "watch", watch=selectors.watch(by, now(), discreet=discreet(request)))


def _live(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    part = f"desk/_{name}.html"
    if request.headers.get("HX-Request") == "true":
        return render(request, part, context)
    return render(request, f"desk/{name}.html", {**context, "part": part})


@door()
def outing_start(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """One tap: out until the hour its button said."""
    by = actor(request)
    person = youth.get_visible_or_404(by, person_id)
    if request.method != "POST":
        return redirect("desk:home")
    form = OutingForm(request.POST)
    preset = parse(form.cleaned_data["preset"]) if form.is_valid() else None
    if preset is None:
        raise RuleBroken(_("Cette sortie n’a pas été comprise. Revenez à l’accueil et recommencez."))
    episodes.outing_start(by=by, person=person, kind=preset.kind, expected_at=preset.expected_at)
    messages.success(request, _("Sortie notée."))
    return redirect("desk:home")


@door()
def outing_end(request: HttpRequest, outing_id: uuid.UUID) -> HttpResponse:
    """One tap: « Rentrée »."""
    by = actor(request)
    outing = outing_or_404(by, outing_id)
    if request.method != "POST":
        return redirect("desk:home")
    _checked(TapForm(request.POST))
    episodes.outing_end(by=by, outing=outing)
    messages.success(request, _("Retour noté."))
    return redirect("desk:home")


@door()
def acknowledge(request: HttpRequest, hand_over_id: uuid.UUID) -> HttpResponse:
    """One tap: « Je prends le relais »."""
    by = actor(request)
    relay = next((one for one in waiting_for(by) if one.pk == hand_over_id), None)
    if request.method != "POST":
        return redirect("desk:home")
    if relay is None:
        raise RuleBroken(_("Ce relais n’attend plus votre réponse."))
    if page := duties.page_of(relay.task.key):
        return redirect(page)  # more than a step: it says there what is taken
    _checked(TapForm(request.POST))
    tasks.hand_over_acknowledge(by=by, hand_over=relay)
    messages.success(request, _("Vous avez pris le relais."))
    return redirect("desk:home")


def _checked(form: TapForm) -> None:
    """RuleBroken when the page was kept from another session."""
    if not form.is_valid():
        raise RuleBroken(_("Cette page datait d’une connexion précédente. Revenez à l’accueil et recommencez."))


@door()
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """`/chercher/`: by name, typos forgiven. The name travels in the body, never in an address."""
    by = actor(request)
    if not by.sections():
        raise PermissionDenied(_("Votre rôle ne permet pas de chercher un dossier."))
    form = SearchForm(posted(request))
    context: dict[str, Any] = {"form": form, "found": None}
    if request.method == "POST":
        if not form.is_valid():
            return render(request, "desk/find.html", context, status=422)
        if not one_more(by.user_id, SEARCHES_A_MINUTE):
            form.add_error(None, _("Trop de recherches en une minute. Attendez un peu avant la suivante."))
            return render(request, "desk/find.html", context, status=429)
        text, born = form.cleaned_data["text"], form.cleaned_data["born"]
        near = search(by, text, born=form.birth)
        context["proof"] = prove(by.user_id, text, born) if text else ""
        context["may_create"] = by.may(Ability.MISSION_EDIT)
        context["found"] = selectors.faces_among(by, [person.pk for person in near], discreet=discreet(request))
    return render(request, "desk/find.html", context)


@door()
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """`/registre/`: who did what, for the data-protection officer. Ids and verbs; no name of a young person."""
    by = actor(request)
    by.require(Ability.JOURNAL_READ)
    before = request.GET.get("avant", "")
    # 18 digits hold any row's number; more would be refused by the database, not by us.
    rows = newest(JOURNAL_PAGE, int(before) if before.isdecimal() and len(before) <= 18 else None)
    names = user_names({row.by for row in rows})
    entries = [{"row": row, "label": _(row.label), "by": names.get(row.by) if row.by else None} for row in rows]
    older = rows[-1].id if len(rows) == JOURNAL_PAGE else None
    return render(request, "desk/journal.html", {"entries": entries, "older": older})


@door()
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/help.html")


@door(public=True)
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/legal.html")


@door(public=True)
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Appearance, language, shared screen: one button each, kept in cookies, then back to the page."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    answer = HttpResponseRedirect(target)
    if request.POST.get("theme") in ("", *THEMES):
        _keep(answer, THEME_COOKIE, request.POST["theme"], _YEAR)
    if request.POST.get("language") in dict(settings.LANGUAGES):
        _keep(answer, settings.LANGUAGE_COOKIE_NAME, request.POST["language"], _YEAR)
    if request.POST.get("discreet") in ("0", "1"):
        # Ends with the browser's session: nobody finds an app without names without knowing why.
        _keep(answer, DISCREET_COOKIE, "1" if request.POST["discreet"] == "1" else "", None)
    return answer


def _keep(answer: HttpResponse, name: str, value: str, age: int | None) -> None:
    if value:
        answer.set_cookie(
            name, value, max_age=age, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    else:
        answer.delete_cookie(name, samesite="Lax")


@door(public=True)
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """`/composants/`: every component in every state. Demonstration and development only."""
    if not settings.DEMO:
        raise Http404
    return render(request, "desk/gallery.html", gallery.states(now()))
