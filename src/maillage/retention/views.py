"""Retention: what will happen to files, when, and by whose decision."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.doors import confirmed
from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.casework.access import owns
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.common.forms import attempt, posted
from maillage.retention import access, selectors, services
from maillage.retention.forms import RestoreForm, RulesForm, TapForm, VisaForm
from maillage.retention.rules import CLASSES
from maillage.retention.selectors import code_of
from maillage.youth.access import enter
from maillage.youth.faces import face

REFUSED = 422


@door()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/conservation/`: files by state, without a name; the decision in force; the lists before the archives."""
    by = actor(request)
    departement = access.departement_of(by)
    context = {
        "page": selectors.overview(departement, now()),
        "classes": _classes(departement),
        "keeps": by.may(Ability.RETENTION_KEEP),
        "tap": TapForm(),
    }
    return render(request, "retention/home.html", context)


def _classes(departement: str) -> list[dict[str, object]]:
    values, labels = selectors.values_of(departement), RulesForm.base_fields
    return [{"label": labels[name].label, "value": values[name], "about": one} for name, one in CLASSES.items()]


@door()
@confirmed
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """`/conservation/durees/`: a new decision, beside the former ones."""
    by = actor(request)
    departement = access.departement_of(by, Ability.RETENTION_KEEP)
    row = selectors.rules_of(departement)
    initial = {**selectors.values_of(departement)}
    form = RulesForm(posted(request), version=row.number if row else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in (*CLASSES, "reference")}
        if attempt(
            form,
            lambda: services.rules_save(by=by, departement=departement, version=form.cleaned_data["version"], **given),
        ):
            messages.success(request, _("Durées enregistrées : elles valent dès maintenant."))
            return redirect("retention:home")
    context = {"form": form, "row": row}
    return render(request, "retention/rules.html", context, status=REFUSED if form.is_bound else 200)


@door()
@confirmed
@require_POST
def disposal_make(request: HttpRequest) -> HttpResponse:
    by = actor(request)
    departement = access.departement_of(by, Ability.RETENTION_KEEP)
    form = TapForm(request.POST)
    if form.is_valid() and (made := attempt(form, lambda: services.disposal_make(by=by, departement=departement))):
        return redirect("retention:disposal", made.pk)
    raise RuleBroken(_said(form))


def _said(form: TapForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


@door()
@confirmed
@require_http_methods(["GET", "POST"])
def disposal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A list before the archives: its files, its visa."""
    by = actor(request)
    row = access.disposal_or_404(by, pk)
    files = selectors.files_of(row)
    signs = by.may(Ability.RETENTION_VISA) and row.visa_at is None and row.withdrawn_at is None
    form = VisaForm(posted(request), files=[(str(line.kept.pk), line.code) for line in files])
    if request.method == "POST":
        if not by.may(Ability.RETENTION_VISA):
            raise NotAllowed(_("Votre rôle ne permet pas cette action."))
        if form.is_valid() and None is not attempt(
            form,
            lambda: services.visa_give(
                by=by,
                disposal=row,
                reference=form.cleaned_data["reference"],
                visa_on=form.cleaned_data["visa_on"],
                withheld=[uuid.UUID(one) for one in form.cleaned_data["withheld"]],
            ),
        ):
            messages.success(request, _("Visa noté : les dossiers sont à la corbeille."))
            return redirect("retention:disposal", pk)
    context = {
        "row": row,
        "files": files,
        "form": form if signs else None,
        "withdraws": by.may(Ability.RETENTION_KEEP) and row.visa_at is None and row.withdrawn_at is None,
        "tap": TapForm(),
    }
    return render(request, "retention/disposal.html", context, status=REFUSED if form.is_bound else 200)


@door()
@confirmed
@require_POST
def disposal_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = actor(request)
    row = access.disposal_or_404(by, pk)
    form = TapForm(request.POST)
    if form.is_valid() and None is not attempt(form, lambda: services.disposal_withdraw(by=by, disposal=row)):
        messages.success(request, _("Bordereau retiré : ses dossiers restent archivés."))
        return redirect("retention:home")
    raise RuleBroken(_said(form))


@door()
@confirmed
@require_POST
def trash_undo(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    by = actor(request)
    row = access.kept_or_404(by, pk)
    form = TapForm(request.POST)
    if form.is_valid() and None is not attempt(form, lambda: services.trash_undo(by=by, kept=row)):
        messages.success(request, _("Dossier retiré de la corbeille : il est de nouveau archivé."))
        return redirect("retention:home")
    raise RuleBroken(_said(form))


# -- the owner's ------------------------------------------------------------------------------------------------------


@door()
@require_safe
def file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`/p/<id>/conservation/`: what will happen to this file, and when. Its owner's."""
    by = actor(request)
    entered = enter(by, pk)
    if not owns(entered):
        raise NotAllowed(_("Seules les personnes qui répondent de ce dossier à l’ASE voient ce qu’il deviendra."))
    contact, course = selectors.course_of(entered.person.pk, entered.person.departement)
    context = {
        "person": entered.person,
        "face": face(by, entered.person),
        "contact": contact,
        "course": course,
        "values": selectors.values_of(entered.person.departement),
        "rules": selectors.rules_of(entered.person.departement),
        "code": code_of(entered.person.pk),
    }
    return render(request, "retention/file.html", context)


@door()
@require_safe
def archives(request: HttpRequest) -> HttpResponse:
    """`/conservation/archives/`: files she answered for, which nobody opens any more."""
    by = actor(request)
    by.require(Ability.MISSION_EDIT)
    return render(request, "retention/archives.html", {"files": selectors.archives_of(by)})


@door()
@confirmed
@require_http_methods(["GET", "POST"])
def restore(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Bring one back, with a reason."""
    by = actor(request)
    kept = access.archived_or_404(by, pk)
    named = next((one for one in selectors.archives_of(by) if one.person_id == pk), None)
    if named is None:
        raise Http404
    form = RestoreForm(posted(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and None
        is not attempt(form, lambda: services.file_restore(by=by, kept=kept, reason=form.cleaned_data["reason"]))
    ):
        messages.success(request, _("Dossier sorti d’archive : il s’ouvre comme avant."))
        return redirect("desk:file", pk)
    context = {"form": form, "named": named}
    return render(request, "retention/restore.html", context, status=REFUSED if form.is_bound else 200)
