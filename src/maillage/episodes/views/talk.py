"""The educational talk on return: who will read, with whom, the questionnaire and its draft."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

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
from maillage.episodes import access, services
from maillage.episodes.enums import Action, EventKind
from maillage.episodes.forms.steps import TapForm
from maillage.episodes.forms.talk import StartForm
from maillage.episodes.models import ReturnInterview
from maillage.episodes.selectors import EpisodePage, episode_page
from maillage.episodes.selectors_screens import readers_of_words
from maillage.episodes.views.page import entry_shown
from maillage.episodes.views.shared import page_url, seen, show
from maillage.questionnaires import access as answering
from maillage.questionnaires import selectors as questionnaires
from maillage.questionnaires import services as answers
from maillage.questionnaires.enums import Instrument
from maillage.questionnaires.forms import QuestionnaireForm
from maillage.questionnaires.selectors import Answers
from maillage.youth.faces import face

if TYPE_CHECKING:
    from maillage.questionnaires.models import AnswerSet


@door()
@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    """Each offer, who was told would read, and the talk begun or read back."""
    by, episode = seen(request, episode_id)
    page = episode_page(by, episode, now())
    readers = readers_of_words()
    form = StartForm(posted(request), zone=page.zone, readers=readers, initial={"readers": [r for r, _l in readers]})
    offered = page.interview is None and page.may(Action.INTERVIEW_START)
    # A form sent where none is offered is refused by the service, whatever it says: never taken for a reading.
    if request.method == "POST" and (form.is_valid() or not offered):

        def start() -> ReturnInterview:
            given = form.cleaned_data
            return services.interview_start(
                by=by,
                episode=episode,
                readers=given.get("readers", ()),
                told=given.get("told", False),
                chosen_person=given.get("chosen_person", ""),
                independent=given.get("independent", False),
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
    versions = _versions(page, interview)
    draft = questionnaires.draft_of(interview.pk) if interview else None
    held = access.abilities(by, row.person_id)
    writes = answering.writable(held, page.opened)
    closed = row.closed_at is not None
    questionnaire_url = reverse("episodes:talk_questionnaire", args=[row.pk])
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
        "correct_url": reverse("episodes:talk_correct", args=[row.pk]) if writes else "",
        # Once closed, a draft is read as it was left; a correction of submitted answers still goes on.
        "draft_url": questionnaire_url if writes and (not closed or (draft and draft.corrects_id)) else "",
        "left_as_draft": questionnaires.read(draft, page.opened)
        if draft and closed and draft.corrects_id is None
        else None,
        "readers": [labels.get(code, code) for code in interview.readers] if interview else [],
        "chosen": _chosen_person(page, interview),
        "draft": draft,
        "closed": closed,
        "answers": versions[0].answers if versions else None,
        "latest": versions[0] if versions else None,
        "earlier": versions[1:],
        "decision_url": reverse("episodes:act", args=[row.pk, "decision"]) if page.may(Action.DECISION_ADD) else "",
    }


@dataclass(frozen=True)
class Version:
    """Submitted answers as they stand, with who submitted them. `after_closing`: a correction made since."""

    answers: Answers
    at: datetime
    by: str
    corrects: bool
    after_closing: bool


def _versions(page: EpisodePage, interview: ReturnInterview | None) -> list[Version]:
    """Every set submitted, the one that stands first."""
    if interview is None:
        return []
    late = {entry.answer_set for entry in page.timeline if entry.answer_set and entry.after_closing}
    return [
        Version(
            answers=questionnaires.read(row, page.opened),
            at=row.submitted_at,
            by=row.submitted_by.display_name if row.submitted_by else "",
            corrects=row.corrects_id is not None,
            after_closing=row.pk in late,
        )
        for row in reversed(questionnaires.sets_of(interview.pk))
        if row.submitted_at is not None
    ]


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
    if request.method == "GET" and episode.closed_at is not None and answer_set.corrects_id is None:
        return redirect("episodes:talk", episode_id)
    form = QuestionnaireForm(
        posted(request),
        by=by,
        held=access.abilities(by, episode.person_id),
        answer_set=answer_set,
        opened=page.opened,
        zone=page.zone,
        subject=episode.person_id,
        page=request.GET.get("page"),
    )
    if request.method == "POST":
        with transaction.atomic():
            services.answering(by, episode, correcting=answer_set.corrects_id is not None)
            outcome = form.receive()
            if outcome.submitted:
                _hold(by, page.interview, outcome.answer_set)
        if outcome.json is not None:
            return JsonResponse(outcome.json)
        if outcome.submitted:
            if answer_set.corrects_id:
                messages.success(request, _("Correction enregistrée. La première version reste lisible."))
            else:
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
    current = questionnaires.current(Instrument.RETURN, page.episode.organisation.departement)
    if current is None:
        raise Http404
    form = TapForm(posted(request))
    interview = page.interview
    assert interview is not None
    if request.method == "POST" and form.is_valid():

        def begin() -> "AnswerSet":
            with transaction.atomic():
                return answers.draft_start(
                    by=by,
                    held=services.answering(by, page.episode, correcting=False),
                    questionnaire=current,
                    data_key=page.episode.data_key,
                    context=interview.pk,
                    subject=page.episode.person_id,
                )

        if attempt(form, begin):
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


def _hold(by: Actor, interview: ReturnInterview, answer_set: "AnswerSet") -> None:
    """Answers are in: the talk was held, or corrected. The form's token is spent by the answers themselves."""
    by = replace(by, token=None)
    if answer_set.corrects_id is not None:
        services.interview_corrected(by=by, interview=interview, answer_set=answer_set.pk)
    if interview.held_at is None:
        services.interview_hold(
            by=by,
            interview=interview,
            held_at=now(),
            answer_set=answer_set.pk,
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
    standing = latest
    form = TapForm(request.POST)

    def begin() -> "AnswerSet":
        with transaction.atomic():
            held = services.answering(by, episode, correcting=True)
            return answers.correct(by=by, held=held, answer_set=standing, opened=page.opened, subject=episode.person_id)

    if form.is_valid() and None is not attempt(form, begin):
        return redirect("episodes:talk_questionnaire", episode_id)
    context = {
        "form": form,
        "heading": _("Entretien de retour"),
        "who": face(by, episode.person),
        "back_url": reverse("episodes:talk", args=[episode.pk]),
    }
    return show(request, "episodes/refused.html", context, zone=page.zone)
