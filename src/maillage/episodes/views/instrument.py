"""The talk's questionnaire: its versions, and a new one from a workbook that its authors keep in a spreadsheet."""

from importlib import import_module

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
from maillage.common.forms import TokenForm, attempt
from maillage.episodes.forms.settings import InstrumentForm
from maillage.episodes.selectors_screens import DepartementRules, rules_of
from maillage.episodes.views.shared import show
from maillage.episodes.views.talk import INSTRUMENT
from maillage.questionnaires import selectors as questionnaires
from maillage.questionnaires import services
from maillage.questionnaires.selectors import EVERYWHERE

_MANAGERS = frozenset(role.value for role in Role if Ability.SETTINGS_EDIT in ABILITIES[role])


@door(roles=_MANAGERS)
@require_http_methods(["GET", "POST"])
def instrument(request: HttpRequest) -> HttpResponse:
    """Judged whole before anything is kept: each fault with sheet, row and cause."""
    by, rules = _keeper(request)
    form = InstrumentForm(request.POST, request.FILES) if request.method == "POST" else InstrumentForm()
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["workbook"]
        # By name: compiling loads the libraries of workbooks, which no other page needs.
        publish = import_module("maillage.questionnaires.publishing").publish
        row = attempt(
            form,
            lambda: publish(
                by=by, workbook=sent.read(), name=sent.name, slug=INSTRUMENT, departement=rules.departement
            ),
        )
        if row:
            said = _("Version %(number)s publiée : elle vaut pour les entretiens à venir.")
            messages.success(request, said % {"number": row.number})
            return redirect("episodes:instrument")
    return _page(request, rules, form)


@door(roles=_MANAGERS)
@require_POST
def instrument_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """No new talk with this version; those under way go on with it."""
    by, rules = _keeper(request)
    own = [one for one in questionnaires.versions(INSTRUMENT, rules.departement) if one.departement != EVERYWHERE]
    row = next((one for one in own if one.number == number), None)
    if row is None:
        raise Http404
    form = TokenForm(request.POST)
    if form.is_valid() and None is not attempt(form, lambda: services.withdraw(by=by, questionnaire=row)):
        messages.success(request, _("Version %(number)s retirée.") % {"number": number})
        return redirect("episodes:instrument")
    return _page(request, rules, InstrumentForm(), refused=form)


def _keeper(request: HttpRequest) -> tuple[Actor, DepartementRules]:
    by = actor(request)
    by.require(Ability.SETTINGS_EDIT)
    rules = rules_of(by)
    if rules is None:
        raise PermissionDenied(_("Votre rôle ne permet pas cette action."))
    return by, rules


def _page(
    request: HttpRequest, rules: DepartementRules, form: InstrumentForm, refused: TokenForm | None = None
) -> HttpResponse:
    versions = questionnaires.versions(INSTRUMENT, rules.departement)
    context = {
        "form": form,
        "versions": versions,
        "current": next((one for one in versions if one.withdrawn_at is None), None),
        "rules": rules,
        "everywhere": EVERYWHERE,
        # Of its own versions; the last one in use is replaced, not withdrawn: without one no talk can be written down.
        "may_withdraw": len([one for one in versions if one.withdrawn_at is None]) > 1,
        "tap": refused or TokenForm(),
        "refused": refused,
    }
    return show(request, "episodes/instrument.html", context, zone=rules.zone, status=422 if refused else None)
