"""Opening an episode in three taps, and asking the questions again."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.accounts.models import Organisation
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.forms import attempt, posted
from maillage.common.localtime import ZONE
from maillage.episodes import access, services, versions
from maillage.episodes.enums import Action, EpisodeKind
from maillage.episodes.forms.base import OTHER
from maillage.episodes.forms.opening import OpenForm, ReadingForm, WhoForm
from maillage.episodes.models import MissingEpisode
from maillage.episodes.protocol import Reading
from maillage.episodes.selectors import open_of
from maillage.episodes.selectors_screens import could_be_missing, home_of, origin_of, those_chosen
from maillage.episodes.views.shared import page_url, seen, show
from maillage.youth import access as youth
from maillage.youth.faces import Face, face, faces, faces_of


@door()
@require_http_methods(["GET", "POST"])
def episode_open(
    request: HttpRequest, person_id: uuid.UUID | None = None, outing_id: uuid.UUID | None = None
) -> HttpResponse:
    """Who and when, then the questions and the reading; nothing is kept between the two screens."""
    by = actor(request)
    by.require(Ability.EPISODE_OPEN)
    chosen = _chosen(by, person_id, outing_id)
    go, sent = request.POST.get("go", ""), _sent(request)
    if go in ("read", "open") and sent:  # past the first screen, those chosen there
        seen_ones = those_chosen(by, [*chosen, *sent])
        people, known = [one.person for one in seen_ones], faces_of(seen_ones)
    else:
        people = could_be_missing(by, [*chosen, *sent])
        known = faces(by, people)
    home = home_of(by, [person for person in people if person.pk in chosen] or people)
    zone = home.zone if home else ZONE
    who = WhoForm(
        request.POST if go in ("questions", "read", "open") else None,
        zone=zone,
        people=[(str(one.pk), one.said) for one in known.values()],
        initial=_again(request) if go == "who" else {"people": [str(pk) for pk in chosen]},
    )
    running = _still_open(who, known) if go == "questions" else []
    if not who.is_bound or home is None or not who.is_valid():
        marked = set(map(str, who["people"].value() or ()))
        shown = [(one, str(one.pk) in marked) for one in known.values()]
        context = {"form": who, "people": shown, "running": running, **_station(home)}
        return show(request, "episodes/open_who.html", context, zone=zone)
    asked = [person for person in people if str(person.pk) in who.cleaned_data["people"]]
    return _questions(request, by, who, asked, known, home if asked == people else home_of(by, asked) or home)


def _still_open(who: WhoForm, known: Mapping[uuid.UUID, Face]) -> list[MissingEpisode]:
    """Open episodes of those chosen (one who came back and left again): said before the questions, not after.

    By initials: the message may stand on a screen that others see.
    """
    if not who.is_valid():
        return []
    running = open_of(map(uuid.UUID, who.cleaned_data["people"]))
    for person_id in running:
        who.add_error(
            "people",
            _("Un épisode est déjà ouvert pour %(name)s : reprenez-le, ou fermez-le d’abord.")
            % {"name": known[person_id].initials},
        )
    return list(running.values())


def _station(home: Organisation | None) -> dict[str, str]:
    station = home.station if home else None
    return {"station_name": station.name if station else "", "station_phone": station.phone if station else ""}


def _chosen(by: Actor, person_id: uuid.UUID | None, outing_id: uuid.UUID | None) -> list[uuid.UUID]:
    if outing_id is not None:
        return [access.outing_or_404(by, outing_id).person_id]
    return [person_id] if person_id is not None else []


def _sent(request: HttpRequest) -> list[uuid.UUID]:
    """Ids of people named by the form, well formed ones only: strangers among them answer 404 below."""
    found = []
    for value in request.POST.getlist("people"):
        try:
            found.append(uuid.UUID(value))
        except ValueError:
            continue
    return found


def _again(request: HttpRequest) -> dict[str, Any]:
    """Back to the first screen with what was on it."""
    when = request.POST.get("noticed_at_0", "now"), request.POST.get("noticed_at_1", "")
    return {
        "people": request.POST.getlist("people"),
        "noticed_at": list(when),
        "last_seen_at": request.POST.get("last_seen_at", ""),
    }


def _questions(
    request: HttpRequest,
    by: Actor,
    who: WhoForm,
    people: Sequence[Any],
    known: Mapping[uuid.UUID, Face],
    home: Organisation,
) -> HttpResponse:
    go = request.POST["go"]
    noticed_at: datetime = who.cleaned_data["noticed_at"]
    version = versions.current(home.departement, now())
    form = OpenForm(
        request.POST if go != "questions" else None,
        zone=home.zone,
        questions=versions.protocol_of(version).questions,
    )
    readings = [
        services.reading_for(
            by=by, person=person, organisation=home, version=version, noticed_at=noticed_at, facts=form.facts
        )
        for person in people
    ]
    form.read(readings)
    if go == "open" and form.is_valid() and not form.reread:
        opened = attempt(form, lambda: _open(by, who, form, people, home))
        if opened:
            messages.success(
                request,
                ngettext("Épisode ouvert. Voici la suite.", "%(count)d épisodes ouverts.", len(opened))
                % {"count": len(opened)},
            )
            return redirect("episodes:page", opened[0].pk) if len(opened) == 1 else redirect("/")
    refused = go == "open"
    if not refused:
        form.leave_unjudged()
    said = [known[person.pk].said for person in people]
    context = {
        "form": form,
        "readings": [_shown(reading, name) for reading, name in zip(readings, said, strict=True)],
        "carried": _carried(request, who),
        "names": ", ".join(said),
        "initials": ", ".join(known[person.pk].initials for person in people),
        "count": len(people),
        "noticed_at": noticed_at,
        "last_seen_at": who.cleaned_data["last_seen_at"],
        **_station(home),
    }
    template = "episodes/_reading.html" if request.htmx and go == "read" else "episodes/open_questions.html"  # type: ignore[attr-defined]
    return show(request, template, context, zone=home.zone, status=422 if refused else 200)


def _carried(request: HttpRequest, who: WhoForm) -> list[tuple[str, str]]:
    """Who and when, to send again. « Maintenant » stays the minute it was said, however long the questions take."""
    when = who.fields["noticed_at"].prepare_value(who.cleaned_data["noticed_at"])
    return [
        *(("people", value) for value in request.POST.getlist("people")),
        ("noticed_at_0", OTHER),
        ("noticed_at_1", when),
        ("last_seen_at", request.POST.get("last_seen_at", "")),
    ]


def _open(by: Actor, who: WhoForm, form: OpenForm, people: Sequence[Any], home: Organisation) -> list[MissingEpisode]:
    return services.episodes_open(
        by=by,
        people=people,
        noticed_at=who.cleaned_data["noticed_at"],
        last_seen_at=who.cleaned_data["last_seen_at"],
        facts=form.facts,
        declared_kind=form.chosen_kind,
        kind_reason=form.cleaned_data["kind_reason"],
        origin=origin_of(home),
    )


def _shown(reading: Reading, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "kind_label": EpisodeKind(reading.kind).label,
        "lines": [line.text for line in reading.lines],
        "text": reading.text,
    }


@door()
@require_http_methods(["GET", "POST"])
def reading_change(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    """New facts: the same questions, with what was answered last."""
    by, episode = seen(request, episode_id)
    opened = youth.reveal(by, episode.person)
    facts = (opened.value(episode, "facts") or {}) if opened.may(episode, "facts") else {}
    go = request.POST.get("go", "")
    form = ReadingForm(
        posted(request),
        zone=episode.organisation.zone,
        version=episode.version,
        questions=versions.protocol_of(episode.protocol).questions,
        facts=facts,
    )
    if request.method == "GET":
        access.require(by, episode, Action.READING_CHANGE)
    reading = services.reading_in(by, episode, form.facts)
    form.read([reading])
    if go == "save" and form.is_valid() and not form.reread:
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: services.reading_change(
                by=by,
                episode=episode,
                facts=form.facts,
                declared_kind=form.chosen_kind,
                kind_reason=given["kind_reason"],
                version=given["version"] or 0,
            ),
        )
        if done:
            messages.success(request, _("Lecture revue. Les étapes ont suivi."))
            return redirect("episodes:page", episode_id)
    if go == "read":
        form.leave_unjudged()
    who = face(by, episode.person)
    context = {
        "form": form,
        "readings": [_shown(reading, who.said)],
        "who": who,
        "heading": _("Revoir les questions"),
        "back_url": page_url(episode.pk),
    }
    template = "episodes/_reading.html" if request.htmx and go == "read" else "episodes/reading.html"  # type: ignore[attr-defined]
    return show(request, template, context, zone=episode.organisation.zone, status=422 if go == "save" else 200)
