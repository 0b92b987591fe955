"""What a département may replace: the versions of an instrument, a new one from a workbook kept in a spreadsheet."""

import uuid
from importlib import import_module

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.http import actor
from maillage.accounts.roles import ABILITIES
from maillage.common.doors import door
from maillage.common.forms import TokenForm, attempt
from maillage.episodes.forms.settings import InstrumentForm
from maillage.episodes.selectors_screens import DepartementRules, rules_of
from maillage.episodes.views.shared import show
from maillage.questionnaires import selectors as questionnaires
from maillage.questionnaires import services
from maillage.questionnaires.enums import Instrument
from maillage.questionnaires.selectors import EVERYWHERE

_MANAGERS = frozenset(role.value for role in Role if Ability.SETTINGS_EDIT in ABILITIES[role])
ADDRESSES = {Instrument.RETURN: "episodes:instrument", Instrument.OBSERVATIONS: "episodes:observed"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What each page says of its instrument.
_PUBLISHED = {
    Instrument.RETURN: __("Version %(number)s publiée : elle vaut pour les entretiens à venir."),
    Instrument.OBSERVATIONS: __("Version %(number)s publiée : elle vaut pour les observations à venir."),
}
_KEPT = {
    Instrument.RETURN: __("Les entretiens déjà commencés gardent leur version."),
    Instrument.OBSERVATIONS: __("Ce qui est déjà écrit garde les mots de sa version."),
}
_NONE = {
    Instrument.RETURN: __("Aucune version n’est publiée : l’entretien ne peut pas encore être écrit."),
    Instrument.OBSERVATIONS: __("Aucune version n’est publiée : rien ne peut encore être observé par écrit."),
}


@door(roles=_MANAGERS)
@require_http_methods(["GET", "POST"])
def instrument(request: HttpRequest, which: Instrument) -> HttpResponse:
    """Judged whole before anything is kept: each fault with sheet, row and cause."""
    by, rules = _keeper(request)
    form = InstrumentForm(request.POST, request.FILES) if request.method == "POST" else InstrumentForm()
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["workbook"]
        # By name: compiling loads the libraries of workbooks, which no other page needs.
        publish = import_module("maillage.questionnaires.publishing").publish
        row = attempt(
            form,
            lambda: publish(by=by, workbook=sent.read(), name=sent.name, slug=which, departement=rules.departement),
        )
        if row:
            messages.success(request, _PUBLISHED[which] % {"number": row.number})
            return redirect(ADDRESSES[which])
    return _page(request, rules, which, form)


@door(roles=_MANAGERS)
@require_POST
def instrument_withdraw(request: HttpRequest, which: Instrument, number: int) -> HttpResponse:
    """Nothing new with this version; what was begun goes on with it."""
    by, rules = _keeper(request)
    own = [one for one in questionnaires.versions(which, rules.departement) if one.departement != EVERYWHERE]
    row = next((one for one in own if one.number == number), None)
    if row is None:
        raise Http404
    form = TokenForm(request.POST)
    if form.is_valid() and None is not attempt(form, lambda: services.withdraw(by=by, questionnaire=row)):
        messages.success(request, _("Version %(number)s retirée.") % {"number": number})
        return redirect(ADDRESSES[which])
    return _page(request, rules, which, InstrumentForm(), refused=form)


@door(roles=_MANAGERS)
@require_GET
def workbook(request: HttpRequest, version_id: uuid.UUID) -> HttpResponse:
    """A version as it was published, to begin the next one from; those of other départements are not found."""
    _by, rules = _keeper(request)
    found = (questionnaires.version(which, rules.departement, version_id) for which in ADDRESSES)
    row = next((one for one in found if one is not None and one.workbook), None)
    if row is None:
        raise Http404
    return HttpResponse(
        bytes(row.workbook),
        content_type=XLSX,
        headers={"Content-Disposition": content_disposition_header(True, row.source_name) or ""},
    )


def _keeper(request: HttpRequest) -> tuple[Actor, DepartementRules]:
    by = actor(request)
    by.require(Ability.SETTINGS_EDIT)
    rules = rules_of(by)
    if rules is None:
        raise PermissionDenied(_("Votre rôle ne permet pas cette action."))
    return by, rules


def _page(
    request: HttpRequest,
    rules: DepartementRules,
    which: Instrument,
    form: InstrumentForm,
    refused: TokenForm | None = None,
) -> HttpResponse:
    versions = questionnaires.versions(which, rules.departement)
    context = {
        "form": form,
        "instrument": which,
        "address": ADDRESSES[which],
        "withdraw": f"{ADDRESSES[which]}_withdraw",
        "kept": _KEPT[which],
        "none": _NONE[which],
        "versions": versions,
        "current": next((one for one in versions if one.withdrawn_at is None), None),
        "rules": rules,
        "everywhere": EVERYWHERE,
        # Of its own versions; the last one in use is replaced, not withdrawn: without one nothing can be written down.
        "may_withdraw": len([one for one in versions if one.withdrawn_at is None]) > 1,
        "tap": refused or TokenForm(),
        "refused": refused,
    }
    return show(request, "episodes/instrument.html", context, zone=rules.zone, status=422 if refused else None)
