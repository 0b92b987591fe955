"""Everything one writes in an episode: one form, one service, one line of the timeline each."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_http_methods

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.forms import attempt, posted
from maillage.episodes import access, lifecycle, services, versions
from maillage.episodes.enums import Action
from maillage.episodes.forms import acts as forms
from maillage.episodes.forms.base import ZonedForm
from maillage.episodes.forms.talk import AttemptForm
from maillage.episodes.models import MissingEpisode
from maillage.episodes.selectors import keeper
from maillage.episodes.selectors_screens import decision_owners, event_or_404, person_at_work
from maillage.episodes.views.shared import page_url, seen, show
from maillage.youth import access as youth
from maillage.youth.faces import face
from maillage.youth.selectors import placement_now


@dataclass(frozen=True)
class Act:
    """One thing to write: its action, its form, its words, its service."""

    action: Action
    form: type[ZonedForm]
    heading: str | Promise
    verb: str | Promise
    run: Callable[[Actor, MissingEpisode, Any], Any]
    intro: str | Promise = ""
    icon: str = "pencil"
    # What the form needs to know: keyword arguments, from the actor and the episode.
    knows: Callable[[Actor, MissingEpisode], Mapping[str, Any]] = lambda by, episode: {}


def _plainly(service: Callable[..., Any]) -> Callable[[Actor, MissingEpisode, Any], Any]:
    """A service whose parameters are the form's fields."""

    def run(by: Actor, episode: MissingEpisode, form: ZonedForm) -> Any:
        given = {name: value for name, value in form.cleaned_data.items() if name not in ("form_token", "version")}
        return service(by=by, episode=episode, **given)

    return run


def _until(by: Actor, episode: MissingEpisode) -> Mapping[str, Any]:
    delays = versions.delays(episode.organisation.departement, versions.protocol_of(episode.protocol))
    return {"initial": {"until": forms.until_default(episode.organisation.zone, delays.place_kept_days)}}


def _details(by: Actor, episode: MissingEpisode) -> Mapping[str, Any]:
    return {"details": Ability.URGENT_CARE_DETAIL in access.abilities(by, episode.person_id)}


def _owners(by: Actor, episode: MissingEpisode) -> Mapping[str, Any]:
    return {"owners": decision_owners(by, episode, now())}


def _placement(by: Actor, episode: MissingEpisode) -> Mapping[str, Any]:
    placement = placement_now(episode.person)
    return {"version": placement.version if placement else None}


def _placement_end(by: Actor, episode: MissingEpisode, form: forms.PlacementEndForm) -> Any:
    given = form.cleaned_data
    return services.placement_end(
        by=by,
        episode=episode,
        version=given["version"] or 0,
        ends_on=given["ends_on"],
        end_kind=given["end_kind"],
        motive=given["motive"],
        next_place=given["next_place"],
    )


def _decide(by: Actor, episode: MissingEpisode, form: forms.DecisionForm) -> Any:
    given = form.cleaned_data
    return services.decision_add(
        by=by,
        episode=episode,
        title=given["title"],
        due_at=given["due_at"],
        text=given["text"],
        owner_role=form.owner_role,
        owner_user=person_at_work(by, form.owner_id, episode, now()) if form.owner_id else None,
    )


ACTS: Mapping[str, Act] = {
    "contact": Act(
        Action.CONTACT_RECORD, forms.ContactForm, __("Tentative de contact"), __("Noter"),
        _plainly(services.contact_record), icon="phone",
        intro=__("Chaque essai compte, même sans réponse."),
    ),
    "signe": Act(
        Action.SIGN_OF_LIFE_RECORD, forms.SignOfLifeForm, __("Signe de vie"), __("Noter le signe de vie"),
        _plainly(services.sign_of_life_record), icon="message-circle",
        intro=__("Une étape s’ajoute : le dire à l’enquêteur."),
    ),
    "qualification": Act(
        Action.AUTHORITY_QUALIFY, forms.QualificationForm, __("Qualification par l’autorité"), __("Noter"),
        _plainly(services.authority_qualify), icon="scale",
        intro=__("Ce que la police, la gendarmerie ou le procureur a décidé. Votre lecture reste à côté."),
    ),
    "place": Act(
        Action.PLACE_KEEP, forms.PlaceForm, __("Garder la place"), __("Garder la place"),
        _plainly(services.place_keep), icon="bed-double", knows=_until,
    ),
    "fin-accueil": Act(
        Action.PLACEMENT_END, forms.PlacementEndForm, __("Mettre fin à l’accueil"), __("Mettre fin à l’accueil"),
        _placement_end, icon="door-open", knows=_placement,
        intro=__(
            "La place est gardée par défaut. Y mettre fin demande un motif, l’accord de l’ASE (le vôtre) "
            "et un lieu suivant."
        ),
    ),
    "localisee": Act(
        Action.LOCATE, forms.LocatedForm, __("Noter sa localisation"), __("Noter"),
        _plainly(services.located), icon="map-pin",
    ),
    "trajet": Act(
        Action.FETCH_PLAN, forms.FetchForm, __("Trajet de retour"), __("Noter"),
        _plainly(services.fetch_plan), icon="car",
    ),
    "rentree": Act(
        Action.RETURN, forms.ReturnedForm, __("Noter son retour"), __("Noter le retour"),
        _plainly(services.returned), icon="house",
        intro=__("Les étapes du retour commencent : fin de recherche, besoins, soins urgents, entretien."),
    ),
    "retour-erreur": Act(
        Action.RETURN_UNDO, forms.ReasonForm, __("Retour noté par erreur"), __("L’absence continue"),
        _plainly(services.return_undo), icon="undo-2",
    ),
    "soins": Act(
        Action.URGENT_CARE_RECORD, forms.UrgentCareForm, __("Soins urgents"), __("Noter"),
        _plainly(services.urgent_care_record), icon="heart-pulse", knows=_details,
        intro=__(
            "À proposer dès l’arrivée. Un traitement après un risque de VIH est utile dans les 48 h, au mieux dans "
            "les 4 h ; la contraception d’urgence est confidentielle."
        ),
    ),
    "besoins": Act(
        Action.NEEDS_RECORD, forms.NeedsForm, __("Ses besoins d’abord"), __("Noter"),
        _plainly(services.needs_record), icon="bed-double",
    ),
    "questionnaire-enqueteurs": Act(
        Action.POLICE_QUESTIONNAIRE_RECORD, forms.PoliceQuestionnaireForm,
        __("Questionnaire des enquêteurs"), __("Noter"),
        _plainly(services.police_questionnaire_record), icon="shield",
    ),
    "proposition": Act(
        Action.TALK_ATTEMPT, AttemptForm, __("Proposer l’entretien"), __("Noter"),
        _plainly(services.talk_attempt), icon="message-circle",
        intro=__("Chaque proposition se note : acceptée, refusée, impossible."),
    ),
    "decision": Act(
        Action.DECISION_ADD, forms.DecisionForm, __("Ajouter une décision"), __("Ajouter"),
        _decide, icon="list-checks", knows=_owners,
        intro=__("Une décision devient une étape, avec quelqu’un et une date."),
    ),
    "rouvrir": Act(
        Action.REOPEN, forms.ReasonForm, __("Rouvrir l’épisode"), __("Rouvrir"),
        _plainly(services.episode_reopen), icon="undo-2",
    ),
}  # fmt: skip
SLUGS: Mapping[Action, str] = {act.action: slug for slug, act in ACTS.items()}


@door()
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, episode_id: uuid.UUID, slug: str) -> HttpResponse:
    by, episode = seen(request, episode_id)
    wanted = ACTS.get(slug)
    if wanted is None:
        raise Http404
    zone = episode.organisation.zone
    form = wanted.form(posted(request), zone=zone, **wanted.knows(by, episode))
    if request.method == "GET":
        access.require(by, episode, wanted.action)
    elif form.is_valid() and attempt(form, lambda: wanted.run(by, episode, form)):
        messages.success(request, _("C’est noté."))
        return redirect("episodes:page", episode_id)
    context = {
        "form": form,
        "heading": wanted.heading,
        "intro": wanted.intro,
        "verb": wanted.verb,
        "who": face(by, episode.person),
        "back_url": page_url(episode.pk),
    }
    return show(request, "episodes/act.html", context, zone=zone)


@door()
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, episode_id: uuid.UUID, event_id: uuid.UUID) -> HttpResponse:
    """A line said again: the first stays, marked as corrected."""
    by, episode = seen(request, episode_id)
    event = event_or_404(episode, event_id)
    opened = youth.reveal(by, episode.person)
    zone = episode.organisation.zone
    names = ("who", "text", "words", "place")
    readable = [name for name in names if opened.may(event, name)]
    lines = {line.pk: line for line in episode.events.order_by("written_at", "id")}
    initial: dict[str, Any] = {name: opened.text(keeper(event, name, lines), name) for name in readable}
    initial |= {"happened_at": event.happened_at}
    form = forms.CorrectForm(posted(request), zone=zone, initial=initial, readable=readable)
    if request.method == "GET":
        access.require(by, episode, Action.CORRECT)
    elif form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: services.event_correct(
                by=by,
                event=event,
                happened_at=given["happened_at"],
                **{name: given[name] for name in readable},
            ),
        )
        if done:
            messages.success(request, _("Corrigé. La première version reste lisible."))
            return redirect("episodes:page", episode_id)
    context = {
        "form": form,
        "heading": _("Corriger une ligne"),
        "intro": _("La première version reste dans le fil, marquée comme corrigée."),
        "verb": _("Enregistrer la correction"),
        "who": face(by, episode.person),
        "back_url": page_url(episode.pk),
    }
    return show(request, "episodes/act.html", context, zone=zone)


@door()
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    by, episode = seen(request, episode_id)
    zone = episode.organisation.zone
    reasons = lifecycle.closing_reasons(lifecycle.state_of(episode))
    left = [(reason, services.unsettled(episode, reason)) for reason in reasons]
    asks = {reason for reason, titles in left if titles or lifecycle.CLOSINGS[reason].note}
    form = forms.CloseForm(posted(request), zone=zone, version=episode.version, reasons=reasons, asks=asks)
    if request.method == "GET":
        access.require(by, episode, Action.CLOSE)
    elif form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: services.episode_close(
                by=by,
                episode=episode,
                reason=given["reason"],
                note_text=given["note"],
                version=given["version"] or 0,
            ),
        )
        if done:
            messages.success(request, _("Épisode clos."))
            return redirect("episodes:page", episode_id)
    context = {
        "form": form,
        "heading": _("Clore l’épisode"),
        "verb": _("Clore"),
        "left": [(reason.label, titles) for reason, titles in left],
        "who": face(by, episode.person),
        "back_url": page_url(episode.pk),
    }
    return show(request, "episodes/close.html", context, zone=zone)
