"""Notes and goals."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from maillage.casework import access, selectors
from maillage.casework.enums import Level
from maillage.casework.forms import GoalForm, NoteForm
from maillage.casework.models import Goal, Note
from maillage.casework.services import goals, notes
from maillage.casework.views.shared import authored, entered, form_page, show, writes
from maillage.common.doors import door
from maillage.common.enums import Section
from maillage.common.forms import posted


@door()
@require_http_methods(["GET", "POST"])
def note_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    writes(at, Section.EDUCATION, Section.HEALTH)
    opened = at.open(Section.IDENTITY)
    form = NoteForm(posted(request), levels=notes.levels(at), hers=Section.WORDS in at.sections)
    return form_page(
        request,
        at,
        opened,
        form,
        lambda: notes.note_write(by=at.actor, person=at.person, **form.values()),
        heading=_("Écrire une note"),
        done=_("Note enregistrée."),
        back=reverse("desk:file", args=[pk]),
        template="casework/note_form.html",
    )


@door()
@require_GET
def note(request: HttpRequest, pk: uuid.UUID, thread: uuid.UUID) -> HttpResponse:
    """A note and every version of it."""
    at = entered(request, pk)
    versions = access.thread_or_404(at, Note, thread)
    opened = at.open(Section.IDENTITY, versions[0].section, Section.WORDS)
    mine = versions[0].author_id == at.actor.user_id and versions[0].section in access.writable_sections(at)
    return show(
        request,
        "casework/note.html",
        at,
        opened,
        level=Level(versions[0].level).label,
        versions=[selectors.read(opened, row) for row in versions],
        correct_url=reverse("casework:note_correct", args=[pk, thread]) if mine else "",
    )


@door()
@require_http_methods(["GET", "POST"])
def note_correct(request: HttpRequest, pk: uuid.UUID, thread: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    last = access.thread_or_404(at, Note, thread)[0]
    authored(at, last)
    opened = at.open(Section.IDENTITY, last.section, Section.WORDS)
    form = NoteForm(posted(request), row=selectors.read(opened, last), hers=Section.WORDS in at.sections)
    return form_page(
        request,
        at,
        opened,
        form,
        lambda: notes.note_correct(by=at.actor, note=last, version=form.cleaned_data["version"], **form.values()),
        heading=_("Corriger la note"),
        done=_("Nouvelle version enregistrée. L’ancienne reste lisible."),
        back=reverse("casework:note", args=[pk, thread]),
    )


@door()
@require_GET
def goals_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    opened = at.open(Section.IDENTITY, Section.EDUCATION, Section.HEALTH, Section.WORDS)
    running, settled = selectors.goals_of(at, opened)
    return show(
        request, "casework/goals.html", at, opened, running=running, settled=settled, may_write=bool(goals.sections(at))
    )


@door()
@require_http_methods(["GET", "POST"])
def goal_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    writes(at, Section.EDUCATION, Section.HEALTH)
    opened = at.open(Section.IDENTITY)
    form = GoalForm(posted(request), sections=goals.sections(at), hers=Section.WORDS in at.sections)
    return form_page(
        request,
        at,
        opened,
        form,
        lambda: goals.goal_set(by=at.actor, person=at.person, **form.values()),
        heading=_("Poser un objectif"),
        done=_("Objectif posé."),
        back=reverse("casework:goals", args=[pk]),
    )


@door()
@require_http_methods(["GET", "POST"])
def goal(request: HttpRequest, pk: uuid.UUID, goal_id: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    row = access.row_or_404(at, Goal, goal_id)
    writes(at, row.section)
    opened = at.open(Section.IDENTITY, row.section, Section.WORDS)
    form = GoalForm(posted(request), row=selectors.read(opened, row), hers=Section.WORDS in at.sections)
    return form_page(
        request,
        at,
        opened,
        form,
        lambda: goals.goal_edit(by=at.actor, goal=row, version=form.cleaned_data["version"], **form.values()),
        heading=_("Objectif"),
        done=_("Objectif enregistré."),
        back=reverse("casework:goals", args=[pk]),
    )
