"""What the pages of a file share: entering it, saying whose it is, a form and its refusal."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from maillage.accounts.http import actor
from maillage.casework import access
from maillage.casework.forms import FileForm
from maillage.casework.models import Filed
from maillage.common.enums import Section
from maillage.common.forms import attempt
from maillage.common.localtime import ZONE
from maillage.vault.sealing import Opened
from maillage.youth.access import Entrance, enter
from maillage.youth.faces import Face, faces_of

REFUSED = 422


def entered(request: HttpRequest, pk: uuid.UUID) -> Entrance:
    """The file as the reader enters it; Http404 for strangers."""
    return enter(actor(request), pk)


def writes(at: Entrance, *sections: str) -> None:
    """403 unless she writes in one of those sections (none named: in any)."""
    held = access.writable_sections(at)
    if not (held & {Section(one) for one in sections} if sections else held):
        raise PermissionDenied(_("Votre rôle ne permet pas d’écrire dans cette partie du dossier."))


def authored(at: Entrance, row: Filed) -> None:
    """403 unless she wrote it and still writes there."""
    writes(at, row.section)
    if row.author_id != at.actor.user_id:
        raise PermissionDenied(_("Seule la personne qui a écrit ce texte peut le corriger. Écrivez le vôtre à côté."))


def reads(at: Entrance, section: str) -> None:
    """403 unless that section is open to her."""
    if section not in at.sections:
        raise PermissionDenied(_("Cette partie du dossier ne vous est pas ouverte."))


def whose(at: Entrance, opened: Opened) -> Face:
    """Who the page is about, as this reader may see her."""
    known = {at.person.pk: opened} if Section.IDENTITY in opened.sections else None
    return faces_of([at], opened=known)[at.person.pk]


def zone_of(who: Face) -> str:
    return who.zone or ZONE


def show(request: HttpRequest, template: str, at: Entrance, opened: Opened, **context: Any) -> HttpResponse:
    """A page about her, her face above. Refused forms answer 422."""
    form = context.get("form")
    refused = form is not None and form.is_bound and form.errors
    who = whose(at, opened)
    shown = {"who": who, "zone": who.zone, "person": at.person, "at": at, **context}
    return render(request, template, shown, status=REFUSED if refused else 200)


def form_page(
    request: HttpRequest,
    at: Entrance,
    opened: Opened,
    form: FileForm,
    save: Callable[[], models.Model],
    *,
    heading: str,
    done: str,
    back: str,
    template: str = "casework/form.html",
    **context: Any,
) -> HttpResponse:
    """A form, shown, refused, or done: then `done` is said on the page at `back`."""
    if request.method == "POST" and form.is_valid() and attempt(form, save) is not None:
        messages.success(request, done)
        return redirect(back)
    return show(request, template, at, opened, form=form, heading=heading, back=back, **context)
