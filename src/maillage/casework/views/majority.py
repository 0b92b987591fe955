"""Three months before eighteen: what ends, what goes on, what she wants."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maillage.casework import access
from maillage.casework.forms import MajorityForm
from maillage.casework.services import majority as services
from maillage.casework.views.shared import entered, show
from maillage.common.doors import door
from maillage.common.enums import Section
from maillage.common.forms import attempt, posted


@door()
@require_http_methods(["GET", "POST"])
def majority(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`/p/<id>/suite/`: only for those who answer for the file."""
    at = entered(request, pk)
    if not access.owns(at):
        raise PermissionDenied(_("Seules les personnes qui répondent de ce dossier à l’ASE décident de la suite."))
    opened = at.open(Section.IDENTITY, Section.WHEREABOUTS)
    found = services.passage(at, opened)
    form = None
    if found is not None:
        form = MajorityForm(
            posted(request),
            missions=[
                (one.pk, _("%(who)s : %(kind)s") % {"who": services.holder_of(one, opened),
                                                    "kind": one.get_kind_display()})
                for one in found.to_decide
            ],
            hers=Section.WORDS in at.sections,
            initial={"until": found.last_day},
        )  # fmt: skip
        if request.method == "POST" and form.is_valid():
            values = form.values()
            if attempt(form, lambda: services.majority_plan(by=at.actor, person=at.person, **values)) is not None:
                messages.success(request, _("C’est écrit dans le dossier, et les missions suivent."))
                return redirect("desk:file", pk)
    holders = [services.holder_of(one, opened) for one in found.with_the_place] if found else []
    return show(request, "casework/majority.html", at, opened, form=form, passage=found, with_the_place=holders)
