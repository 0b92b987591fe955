"""One step: why, do it, hand it over, answer a relay, say it has no object, correct a slip."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts.actors import Actor
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.forms import TokenForm, attempt, posted
from maillage.episodes import versions
from maillage.episodes.enums import Audience
from maillage.episodes.forms.steps import DoForm, HandOverForm, NotDueForm, TapForm
from maillage.episodes.models import MissingEpisode
from maillage.episodes.selectors import EpisodePage, StepView, episode_page
from maillage.episodes.selectors_screens import relay_choices, relay_target
from maillage.episodes.views.shared import page_url, seen, show
from maillage.episodes.views.shown import StepShown, step_shown
from maillage.tasks import selectors as task_rows
from maillage.tasks import services as tasks
from maillage.tasks.access import Reach
from maillage.tasks.enums import TaskState
from maillage.tasks.models import HandOver, Task
from maillage.youth import selectors as people_of
from maillage.youth.selectors import ParentLine


@dataclass(frozen=True)
class _Here:
    """The step a request is about, as its reader sees it."""

    by: Actor
    page: EpisodePage
    view: StepView

    @property
    def episode(self) -> MissingEpisode:
        return self.page.episode

    @property
    def task(self) -> Task:
        return self.view.task

    @property
    def zone(self) -> str:
        return self.page.zone

    @property
    def shown(self) -> StepShown:
        return step_shown(self.view, self.page, Reach(self.by), at=now())


def _here(request: HttpRequest, episode_id: uuid.UUID, task_id: uuid.UUID) -> _Here:
    by, episode = seen(request, episode_id)
    page = episode_page(by, episode, now())
    steps = page.steps
    views = (*steps.to_do, *steps.waiting, *steps.done, *steps.not_due)
    view = next((view for view in views if view.task.pk == task_id), None)
    if view is None:
        raise Http404
    return _Here(by, page, view)


def _page(request: HttpRequest, here: _Here, form: TokenForm | None) -> HttpResponse:
    shown, task = here.shown, here.task
    context: dict[str, Any] = {
        "step": shown,
        "form": form if shown.may_do else None,
        "tap": TapForm(),
        "undo": TapForm(version=task.version),
        "may_undo": tasks.may_undo(here.by, task),
        "settled": _settled(shown),
        "told": _told(here) if task.live else None,
        "sheet_url": reverse("youth:sheet", args=[here.episode.person_id]) if here.page.sheet_readable else "",
        "who": here.page.face,
        "back_url": page_url(here.episode.pk),
    }
    return show(request, "episodes/step.html", context, zone=here.zone)


def _told(here: _Here) -> ParentLine | None:
    """The parent this step is for: a task holds no name, so it is opened here, with the numbers to call."""
    if here.view.audience != Audience.PARENT:
        return None
    parent = uuid.UUID(here.task.key.partition(":")[2][:32])
    return people_of.parent_line(here.episode.person, parent, here.page.opened)


def _settled(shown: StepShown) -> list[tuple[str, str]]:
    """What was written about a step that is over, label and text."""
    if shown.state == TaskState.DONE:
        return [
            (_("Par"), shown.done_by),
            (_("Moyen"), shown.means),
            (_("À qui"), shown.recipient),
            (_("Référence"), shown.reference),
            (_("À retenir"), shown.note),
        ]
    return [(_("Pourquoi"), shown.reason_not_due)] if shown.state == TaskState.NOT_DUE else []


@door()
@require_http_methods(["GET"])
def step(request: HttpRequest, episode_id: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    here = _here(request, episode_id, task_id)
    return _page(request, here, DoForm(version=here.task.version, zone=here.zone, phone=here.task.phone))


@door()
@require_http_methods(["POST"])
def step_do(request: HttpRequest, episode_id: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    by, episode = seen(request, episode_id)
    task = task_rows.step_of(episode.pk, task_id)
    if task is None:
        raise Http404
    form = DoForm(request.POST, version=task.version, zone=episode.organisation.zone, phone=task.phone)
    if form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: tasks.task_do(
                by=by,
                task=task,
                done_at=given["done_at"],
                means=given["means"],
                recipient=given["recipient"],
                reference=given["reference"],
                note=given["note"],
                version=given["version"] or 0,
            ),
        )
        if done:
            messages.success(request, _("Étape notée : %(title)s") % {"title": task.title})
            return redirect("episodes:page", episode_id)
    return _page(request, _here(request, episode_id, task_id), form)


@door()
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, episode_id: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    here = _here(request, episode_id, task_id)
    delays = versions.delays(here.episode.organisation.departement, versions.protocol_of(here.episode.protocol))
    form = HandOverForm(
        posted(request),
        to=relay_choices(here.by, here.episode, now(), besides=(here.task.owner_user_id, here.by.user_id)),
        zone=here.zone,
    )
    if request.method == "POST" and form.is_valid():
        organisation, user = relay_target(form.organisation_id, form.user_id, now())
        done = attempt(
            form,
            lambda: tasks.hand_over(
                by=here.by,
                task=here.task,
                to_organisation=organisation,
                to_user=user,
                to_role=form.role,
                word=form.cleaned_data["word"],
                answer_within=delays.hand_over_within,
            ),
        )
        if done:
            messages.success(request, _("Relais proposé. L’étape reste à vous jusqu’à sa réponse."))
            return redirect("episodes:page", episode_id)
    minutes = int(delays.hand_over_within.total_seconds() // 60)
    context = {
        "form": form,
        "heading": _("Passer le relais"),
        "intro": _(
            "%(title)s. La personne confirme qu’elle prend l’étape ; sans réponse en %(minutes)d min, "
            "elle vous revient et l’astreinte est prévenue."
        )
        % {"title": here.task.title, "minutes": minutes},
        "verb": _("Passer le relais"),
        "who": here.page.face,
        "back_url": here.shown.url,
        "back_label": _("Retour à l’étape"),
    }
    return show(request, "episodes/act.html", context, zone=here.zone)


@door()
@require_POST
def acknowledge(request: HttpRequest, episode_id: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    """« Je prends le relais », « je ne peux pas », or keep it after all."""
    here = _here(request, episode_id, task_id)
    relay = here.task.hand_overs.all()[0] if here.task.hand_overs.all() else None
    if relay is None:
        raise Http404
    answer, said = _ANSWERS.get(request.POST.get("answer", ""), _ANSWERS["yes"])
    form = TapForm(request.POST)
    if form.is_valid() and None is not attempt(form, lambda: answer(by=here.by, hand_over=relay)):
        messages.success(request, str(said()))
        return redirect("episodes:page", episode_id)
    return _refused(request, here, form)


_ANSWERS: dict[str, tuple[Callable[..., HandOver], Callable[[], str]]] = {
    "yes": (tasks.hand_over_acknowledge, lambda: _("C’est à vous maintenant.")),
    "no": (tasks.hand_over_decline, lambda: _("C’est noté : l’étape revient à la personne qui l’a proposée.")),
    "withdraw": (tasks.hand_over_withdraw, lambda: _("Vous gardez l’étape.")),
}


@door()
@require_http_methods(["GET", "POST"])
def not_due(request: HttpRequest, episode_id: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    here = _here(request, episode_id, task_id)
    form = NotDueForm(posted(request), version=here.task.version, zone=here.zone)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: tasks.task_not_due(
                by=here.by, task=here.task, reason=given["reason"], version=given["version"] or 0
            ),
        )
        if done:
            messages.success(request, _("Noté sans objet : %(title)s") % {"title": here.task.title})
            return redirect("episodes:page", episode_id)
    context = {
        "form": form,
        "heading": _("Sans objet"),
        "intro": here.task.title,
        "verb": _("Noter sans objet"),
        "who": here.page.face,
        "back_url": here.shown.url,
        "back_label": _("Retour à l’étape"),
    }
    return show(request, "episodes/act.html", context, zone=here.zone)


@door()
@require_POST
def take(request: HttpRequest, episode_id: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    here = _here(request, episode_id, task_id)
    form = TapForm(request.POST)
    if form.is_valid() and None is not attempt(form, lambda: tasks.task_take(by=here.by, task=here.task)):
        messages.success(request, _("C’est à vous maintenant."))
        return redirect("episodes:step", episode_id, task_id)
    return _refused(request, here, form)


@door()
@require_POST
def undo(request: HttpRequest, episode_id: uuid.UUID, task_id: uuid.UUID) -> HttpResponse:
    here = _here(request, episode_id, task_id)
    form = TapForm(request.POST, version=here.task.version)
    if form.is_valid() and None is not attempt(
        form,
        lambda: tasks.task_undo(by=here.by, task=here.task, version=form.cleaned_data["version"] or 0),
    ):
        messages.success(request, _("L’étape est de nouveau à faire."))
        return redirect("episodes:step", episode_id, task_id)
    return _refused(request, here, form)


def _refused(request: HttpRequest, here: _Here, form: TapForm) -> HttpResponse:
    """A button's refusal: said above, with the way back."""
    context = {
        "form": form,
        "heading": here.task.title,
        "who": here.page.face,
        "back_url": here.shown.url,
        "back_label": _("Retour à l’étape"),
    }
    return show(request, "episodes/refused.html", context, zone=here.zone)
