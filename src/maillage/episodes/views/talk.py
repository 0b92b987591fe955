"""The educational talk on return: who will read, with whom, the questionnaire and its draft."""

import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from maillage.accounts.actors import Actor
from maillage.accounts.selectors import role_labels
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.forms import attempt, posted
from maillage.episodes import services
from maillage.episodes.enums import Action, EventKind
from maillage.episodes.forms.steps import TapForm
from maillage.episodes.forms.talk import StartForm
from maillage.episodes.models import ReturnInterview
from maillage.episodes.selectors import EpisodePage, episode_page
from maillage.episodes.selectors_screens import readers_of_words
from maillage.episodes.views.page import entry_shown
from maillage.episodes.views.shared import page_url, seen, show
from maillage.questionnaires import selectors as questionnaires
from maillage.questionnaires import services as answers
from maillage.questionnaires.forms import QuestionnaireForm
from maillage.youth.faces import face

INSTRUMENT = "retour"


@door()
@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    """Each offer, who was told would read, and the talk begun or read back."""
    by, episode = seen(request, episode_id)
    page = episode_page(by, episode, now())
    readers = readers_of_words()
    form = StartForm(posted(request), zone=page.zone, readers=readers, initial={"readers": [r for r, _l in readers]})
    offered = page.interview is None and page.may(Action.INTERVIEW_START)
    if request.method == "POST" and form.is_valid():

        def start() -> ReturnInterview:
            given = form.cleaned_data
            return services.interview_start(
                by=by,
                episode=episode,
                readers=given["readers"],
                told=given["told"],
                chosen_person=given["chosen_person"],
                independent=given["independent"],
            )

        # Begun by somebody else meanwhile: this page has no form left; the page of refusals keeps what was typed.
        begun = attempt(form, start) if offered else start()
        if begun:
            return redirect("episodes:talk_questionnaire", episode_id)
    context = _context(by, page) | {"form": form if offered else None}
    return show(request, "episodes/talk.html", context, zone=page.zone)


def _context(by: Actor, page: EpisodePage) -> dict[str, Any]:
    row, interview = page.episode, page.interview
    labels = role_labels()
    latest = questionnaires.latest_of(interview.pk) if interview else None
    return {
        "page": page,
        "who": face(by, row.person),
        "back_url": page_url(row.pk),
        "attempts": [
            entry_shown(row.pk, entry, page.may(Action.CORRECT))
            for entry in page.timeline
            if entry.kind == EventKind.TALK
        ],
        "attempt_url": reverse("episodes:act", args=[row.pk, "proposition"]) if page.may(Action.TALK_ATTEMPT) else "",
        "interview": interview,
        "tap": TapForm(),
        "correct_url": reverse("episodes:talk_correct", args=[row.pk]),
        "readers": [labels.get(code, code) for code in interview.readers] if interview else [],
        "chosen": _chosen_person(page, interview),
        "draft": questionnaires.draft_of(interview.pk) if interview else None,
        "answers": questionnaires.read(latest, page.opened) if latest else None,
        "questionnaire_url": reverse("episodes:talk_questionnaire", args=[row.pk]),
        "decision_url": reverse("episodes:act", args=[row.pk, "decision"]) if page.may(Action.DECISION_ADD) else "",
    }


def _chosen_person(page: EpisodePage, interview: ReturnInterview | None) -> str:
    if interview is None or not page.opened.may(interview, "chosen_person"):
        return ""
    return page.opened.text(interview, "chosen_person")


@door()
@require_http_methods(["GET", "POST"])
def questionnaire(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    """The questions, page by page. The draft is saved while typing and taken up again on any device."""
    by, episode = seen(request, episode_id)
    page = episode_page(by, episode, now())
    if page.interview is None:
        return redirect("episodes:talk", episode_id)
    answer_set = questionnaires.draft_of(page.interview.pk)
    if answer_set is None:
        answered = questionnaires.latest_of(page.interview.pk) is not None
        return redirect("episodes:talk", episode_id) if answered else _start(request, by, page)
    form = QuestionnaireForm(
        posted(request),
        by=by,
        answer_set=answer_set,
        opened=page.opened,
        zone=page.zone,
        subject=episode.person_id,
        page=request.GET.get("page"),
    )
    if request.method == "POST":
        with transaction.atomic():
            outcome = form.receive()
            if outcome.submitted:
                _hold(by, page.interview, outcome.answer_set.pk)
        if outcome.json is not None:
            return JsonResponse(outcome.json)
        if outcome.submitted:
            messages.success(request, _("Entretien enregistré. Vous pouvez maintenant noter les décisions."))
            return redirect("episodes:talk", episode_id)
        if outcome.part_done:
            messages.success(request, _("Votre partie est enregistrée."))
            return redirect("episodes:talk", episode_id)
        if not outcome.refused:
            return redirect(f"{request.path}?page={outcome.page}")
    context = {
        "form": form,
        "who": face(by, episode.person),
        "back_url": reverse("episodes:talk", args=[episode.pk]),
    }
    return show(request, "episodes/talk_questionnaire.html", context, zone=page.zone)


def _start(request: HttpRequest, by: Actor, page: EpisodePage) -> HttpResponse:
    """Without a draft: begin one (a button, since reading writes nothing)."""
    current = questionnaires.current(INSTRUMENT)
    if current is None:
        raise Http404
    form = TapForm(posted(request))
    interview = page.interview
    assert interview is not None
    if request.method == "POST" and form.is_valid():
        begun = attempt(
            form,
            lambda: answers.draft_start(
                by=by,
                questionnaire=current,
                data_key=page.episode.data_key,
                context=interview.pk,
                subject=page.episode.person_id,
            ),
        )
        if begun:
            return redirect("episodes:talk_questionnaire", page.episode.pk)
    context = {
        "form": form,
        "heading": current.title,
        "intro": _(
            "Rien n’est obligatoire. « Ne souhaite pas répondre » se note aussi. Le brouillon s’enregistre seul."
        ),
        "verb": _("Commencer"),
        "who": page.face,
        "back_url": reverse("episodes:talk", args=[page.episode.pk]),
        "back_label": _("Retour à l’entretien"),
    }
    return show(request, "episodes/act.html", context, zone=page.zone)


def _hold(by: Actor, interview: ReturnInterview, answer_set: uuid.UUID) -> None:
    """Answers are in: the talk was held. The form's token is spent by the answers themselves."""
    if interview.held_at is None:
        services.interview_hold(
            by=replace(by, token=None),
            interview=interview,
            held_at=now(),
            answer_set=answer_set,
            version=interview.version,
        )


@door()
@require_POST
def correct(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    """Answers said again: a new set beside the first."""
    by, episode = seen(request, episode_id)
    page = episode_page(by, episode, now())
    latest = questionnaires.latest_of(page.interview.pk) if page.interview else None
    if latest is None:
        raise Http404
    form = TapForm(request.POST)
    if form.is_valid() and None is not attempt(
        form,
        lambda: answers.correct(by=by, answer_set=latest, opened=page.opened, subject=episode.person_id),
    ):
        return redirect("episodes:talk_questionnaire", episode_id)
    context = {
        "form": form,
        "heading": _("Entretien de retour"),
        "who": face(by, episode.person),
        "back_url": reverse("episodes:talk", args=[episode.pk]),
    }
    return show(request, "episodes/refused.html", context, zone=page.zone)
