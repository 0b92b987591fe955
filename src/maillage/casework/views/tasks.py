"""Tasks by hand: adding one, and the page on which it is read and ended."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts.selectors import role_labels
from maillage.casework import access, selectors
from maillage.casework.forms import HandTaskForm, OneTap, SettleForm
from maillage.casework.services import tasks
from maillage.casework.views.shared import entered, form_page, whose, writes, zone_of
from maillage.common.doors import door
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.forms import posted
from maillage.tasks.enums import TaskState


@door()
@require_http_methods(["GET", "POST"])
def task_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    writes(at, tasks.SECTION)
    opened = at.open(Section.IDENTITY)
    owners = [(one.value, one.label) for one in tasks.may_be_asked(at)]
    form = HandTaskForm(posted(request), owners=owners, zone=zone_of(whose(at, opened)))
    return form_page(
        request,
        at,
        opened,
        form,
        lambda: tasks.task_set(by=at.actor, person=at.person, **form.values()),
        heading=_("Ajouter une tâche"),
        done=_("Tâche ajoutée."),
        back=reverse("desk:file", args=[pk]),
    )


@door()
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, pk: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    hand = access.hand_task_or_404(at, task_id)
    if request.method == "POST":
        writes(at, tasks.SECTION)
    owed = hand.task
    opened = at.open(Section.IDENTITY, tasks.SECTION)
    form = SettleForm(posted(request), version=owed.version)
    ended_by = owed.done_by or owed.not_due_by
    return form_page(
        request,
        at,
        opened,
        form,
        lambda: tasks.task_settle(by=at.actor, hand=hand, version=form.cleaned_data["version"], **form.values()),
        heading=owed.title,
        done=_("C’est noté."),
        back=reverse("desk:file", args=[pk]),
        template="casework/task.html",
        task=owed,
        words=selectors.read(opened, hand),
        owner=owed.owner_user.display_name if owed.owner_user else role_labels()[owed.owner_role],
        may_settle=owed.live and tasks.may_settle(at, hand),
        ended_by=ended_by.display_name if ended_by else "",
        ended_at=owed.done_at or owed.recorded_at,
        # What was typed before an undo stays: only the words of what it is now are shown.
        ended_word=opened.text(owed, "note" if owed.state == TaskState.DONE else "reason"),
        may_reopen=tasks.may_reopen(at, hand),
        undo=OneTap(version=owed.version),
    )


@door()
@require_POST
def task_reopen(request: HttpRequest, pk: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    """« C’était une erreur »: done, or no longer needed, taken back by who said so."""
    at = entered(request, pk)
    hand = access.hand_task_or_404(at, task_id)
    writes(at, tasks.SECTION)
    form = OneTap(posted(request))
    if not form.is_valid():
        raise RuleBroken(_("Cette page datait d’une connexion précédente. Revenez au dossier et recommencez."))
    tasks.task_reopen(by=at.actor, hand=hand, version=form.cleaned_data["version"])
    messages.success(request, _("La tâche est de nouveau à faire."))
    return redirect("casework:task", pk, task_id)
