"""Observations of one young person, and apart from them, professional judgements. On her own pages alone."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from maillage.casework import access, selectors
from maillage.casework.forms import JudgementForm, ObservationForm, ObservationsForm
from maillage.casework.models import Judgement, Observation
from maillage.casework.services import observations
from maillage.casework.services.goals import sections
from maillage.casework.services.observations import Seen
from maillage.casework.views.shared import authored, entered, form_page, show, writes
from maillage.common.doors import door
from maillage.common.enums import Section
from maillage.common.forms import posted
from maillage.questionnaires.models import Questionnaire
from maillage.questionnaires.selectors import definition_of
from maillage.youth.models import YoungPerson

_PARTS = (Section.EDUCATION, Section.HEALTH)


@door()
@require_GET
def observations_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """In the order in which they were written: no other order exists."""
    at = entered(request, pk)
    opened = at.open(Section.IDENTITY, *_PARTS, Section.WORDS)
    return show(
        request,
        "casework/observations.html",
        at,
        opened,
        observed=selectors.observations_of(at, opened),
        judgements=selectors.threads_of(at, opened, Judgement),
        may_write=bool(sections(at)),
        me=at.actor.user_id,
    )


@door()
@require_http_methods(["GET", "POST"])
def observations_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    writes(at, *_PARTS)
    opened = at.open(Section.IDENTITY)
    held = sections(at)
    asked = _asked(request, at.person)
    form = ObservationsForm(
        posted(request), asks=definition_of(asked), sections=held, hers=Section.WORDS in at.sections,
        initial={"questionnaire": asked.pk},
    )  # fmt: skip

    def save() -> Observation:
        section = form.cleaned_data.get("section") or held[0]
        seen = [Seen(**said) for said in form.seen()]
        return observations.observations_write(
            by=at.actor, person=at.person, seen=seen, section=section, questionnaire=asked
        )

    return form_page(
        request, at, opened, form, save, heading=_("Écrire des observations"), done=_("Observations enregistrées."),
        back=reverse("casework:observations", args=[pk]), template="casework/observations_form.html",
    )  # fmt: skip


def _asked(request: HttpRequest, person: YoungPerson) -> Questionnaire:
    """The version that the page sent here was opened with, even if another was published since; else the current one.
    404 when nothing is published, or for a version that is not this département's."""
    if request.POST.get("questionnaire"):
        try:
            found = observations.version(person, uuid.UUID(request.POST["questionnaire"]))
        except ValueError:
            found = None
    else:
        found = observations.current(person)
    if found is None:
        raise Http404
    return found


@door()
@require_http_methods(["GET", "POST"])
def observation_correct(request: HttpRequest, pk: uuid.UUID, thread: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    last = access.thread_or_404(at, Observation, thread)[0]
    authored(at, last)
    opened = at.open(Section.IDENTITY, last.section, Section.WORDS)
    one = selectors.observation(opened, last)
    form = ObservationForm(posted(request), row=one, hers=Section.WORDS in at.sections)
    return form_page(
        request, at, opened, form,
        lambda: observations.observation_correct(
            by=at.actor, observation=last, version=form.cleaned_data["version"],
            seen=Seen(item=last.item, **form.values()),
        ),
        heading=one.asked.label if one.asked else last.item,
        done=_("Nouvelle version enregistrée. L’ancienne reste lisible."),
        back=reverse("casework:observations", args=[pk]),
        template="casework/observation_form.html",
        hint=one.asked.hint if one.asked else "",
    )  # fmt: skip


@door()
@require_http_methods(["GET", "POST"])
def judgement_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    writes(at, *_PARTS)
    opened = at.open(Section.IDENTITY)
    held = sections(at)
    form = JudgementForm(posted(request), sections=held)
    return form_page(
        request, at, opened, form,
        lambda: observations.judgement_write(
            by=at.actor, person=at.person, **{"section": held[0], **form.values()}
        ),
        heading=_("Écrire un avis professionnel"), done=_("Avis enregistré."),
        back=reverse("casework:observations", args=[pk]), template="casework/judgement_form.html",
    )  # fmt: skip


@door()
@require_http_methods(["GET", "POST"])
def judgement_correct(request: HttpRequest, pk: uuid.UUID, thread: uuid.UUID) -> HttpResponse:
    at = entered(request, pk)
    last = access.thread_or_404(at, Judgement, thread)[0]
    authored(at, last)
    opened = at.open(Section.IDENTITY, last.section)
    form = JudgementForm(posted(request), row=selectors.read(opened, last))
    return form_page(
        request, at, opened, form,
        lambda: observations.judgement_correct(
            by=at.actor, judgement=last, version=form.cleaned_data["version"], **form.values()
        ),
        heading=_("Revoir l’avis"), done=_("Nouvelle version enregistrée. L’ancienne reste lisible."),
        back=reverse("casework:observations", args=[pk]), template="casework/judgement_form.html",
    )  # fmt: skip
