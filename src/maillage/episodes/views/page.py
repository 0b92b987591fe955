"""The episode's page: what is the next step, whose, by when. It keeps itself up to date."""

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from maillage.accounts.actors import Actor
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.localtime import local
from maillage.episodes import lifecycle
from maillage.episodes.enums import Action, Audience, EpisodeState, EventKind
from maillage.episodes.forms.steps import TapForm
from maillage.episodes.selectors import Entry, EpisodePage, StepView, episode_page
from maillage.episodes.selectors import shown as plainly
from maillage.episodes.views.acts import ACTS, SLUGS
from maillage.episodes.views.shared import seen, show
from maillage.episodes.views.shown import next_of, step_shown
from maillage.tasks import selectors as task_rows
from maillage.tasks.access import Reach
from maillage.tasks.models import HandOver

# What is noted most, one tap away, in each state; the rest is under « autres actions ».
_TAPS: Mapping[EpisodeState, tuple[Action, ...]] = {
    EpisodeState.MISSING: (Action.RETURN, Action.SIGN_OF_LIFE_RECORD, Action.CONTACT_RECORD, Action.LOCATE),
    EpisodeState.LOCATED: (Action.RETURN, Action.FETCH_PLAN, Action.CONTACT_RECORD),
    EpisodeState.RETURNED: (Action.NEEDS_RECORD, Action.URGENT_CARE_RECORD, Action.TALK_ATTEMPT),
    EpisodeState.CLOSED: (),
}
# Steps shown at once; those due later than that are one tap further.
_SHOWN, _SOON = 3, timedelta(hours=2)
_STRONG = frozenset({Action.RETURN})


@dataclass(frozen=True)
class Link:
    slug: str
    label: str | Promise
    url: str
    icon: str
    small: str = ""
    strong: bool = False


@door()
@require_GET
def episode(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    by, row = seen(request, episode_id)
    context = _context(by, episode_page(by, row, now()))
    return show(request, "episodes/page.html", context, zone=context["zone"])


@door()
@require_GET
def live(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    """The part that moves. When nothing changed since what the reader has, only the time of the reading."""
    by, row = seen(request, episode_id)
    context = _context(by, episode_page(by, row, now()))
    if request.headers.get("X-Maillage-Seen") == context["seen"]:
        response = show(request, "episodes/live_same.html", context, zone=context["zone"])
        response["HX-Reswap"] = "none"
        return response
    return show(request, "episodes/live.html", context, zone=context["zone"])


def _context(by: Actor, page: EpisodePage) -> dict[str, Any]:
    at, reach, row = now(), Reach(by), page.episode
    first = next_of(page, reach)
    shown = step_shown(first, page, reach, at=at) if first else None
    to_do = [step_shown(view, page, reach) for view in (*page.steps.to_do, *page.steps.waiting) if view is not first]
    soon = {step.id for step in to_do[:_SHOWN]} | {
        step.id for step in to_do if step.relay_to_me or (step.live and step.due_at and step.due_at - at < _SOON)
    }
    denied = [view for view in page.steps.not_due if view.audience == Audience.PARENT and not view.task.not_due_by_id]
    over = [view for view in (*page.steps.done, *page.steps.not_due) if view not in denied]
    return {
        "page": page,
        "who": page.face,
        "zone": page.zone,
        "state_since": _since(page),
        "open": row.closed_at is None,
        "next": shown,
        "steps": [step for step in to_do if step.id in soon],
        "later": [step for step in to_do if step.id not in soon],
        "settled": [step_shown(view, page, reach) for view in over],
        "denied": [{"title": view.task.title, "reason": view.reason} for view in denied],
        "progress": {"done": len(page.steps.done) + len(page.steps.not_due), "total": page.steps.count},
        "entries": _entries(page),
        "taps": _links(page, _TAPS[page.state]),
        "more": _links(page, [action for action in page.actions if action not in _TAPS[page.state]]),
        "links": _around(page),
        "close_url": reverse("episodes:close", args=[row.pk]) if page.may(Action.CLOSE) else "",
        "closing_label": row.get_closing_reason_display() if row.closed_at else "",
        "investigator": _investigator(page),
        "place_default": local(row.noticed_at, page.zone).date() + timedelta(days=page.place_kept_default_days),
        "tap": TapForm(),
        "live_url": reverse("episodes:live", args=[row.pk]),
        "pulse": task_rows.Pulse(at, row.swept_at, page.zone),  # type: ignore[attr-defined]  # read with it
        "seen": _fingerprint(page, first),
    }


def _since(page: EpisodePage) -> datetime:
    row = page.episode
    instants = {
        EpisodeState.MISSING: row.noticed_at,
        EpisodeState.LOCATED: row.located_at,
        EpisodeState.RETURNED: row.returned_at,
        EpisodeState.CLOSED: row.closed_at,
    }
    return instants[page.state] or row.noticed_at


def _fingerprint(page: EpisodePage, first: StepView | None) -> str:
    """Changes when something a reader would see changes; clocks go on by themselves."""
    steps = page.steps
    seen = [
        str(page.episode.version),
        str(first.task.pk if first else ""),
        *(
            f"{view.task.pk}{view.task.version}{view.task.owner_user_id}{view.task.due_at}"
            f"{[_relay_state(relay) for relay in view.task.hand_overs.all()]}"
            for view in (*steps.to_do, *steps.waiting, *steps.done, *steps.not_due)
        ),
        *(f"{entry.id}{entry.corrected_by}" for entry in page.timeline),
        *map(str, page.actions),
        str(page.place_kept_until),
        str(page.urgent_care and page.urgent_care.over),
    ]
    return hashlib.sha256("|".join(seen).encode()).hexdigest()[:16]


def _relay_state(relay: HandOver) -> str:
    return f"{relay.pk}{relay.acknowledged_at}{relay.returned_at}{relay.withdrawn_at}"


def _entries(page: EpisodePage) -> list[dict[str, Any]]:
    """The timeline. Steps that lost their object together are one line: nobody did anything eight times."""
    shown = []
    for (dropped, _at, reason), group in groupby(page.timeline, key=_dropped_with):
        entries = list(group)
        if dropped and len(entries) > 1:
            titles = ", ".join(entry.label for entry in entries)
            said = ngettext("%(count)d étape sans objet", "%(count)d étapes sans objet", len(entries))
            first = entry_shown(page.episode.pk, entries[0], may_correct=False)
            shown.append(
                first | {"title": said % {"count": len(entries)}, "text": f"{titles}\n{reason}", "icon": "ban"}
            )
        else:
            shown += [entry_shown(page.episode.pk, entry, page.may(Action.CORRECT)) for entry in entries]
    return shown


def _dropped_with(entry: Entry) -> tuple[bool, datetime, str]:
    """Equal for steps that the product said without object in one go, for one reason."""
    return entry.what == "step" and entry.by_system, entry.written_at, entry.text


def entry_shown(episode_id: uuid.UUID, entry: Entry, may_correct: bool) -> dict[str, Any]:
    shown = plainly(entry) | {
        "at": entry.happened_at,
        "by": entry.by,
        "corrected": entry.corrected_by is not None,
    }
    if entry.what == "document":
        shown |= {"url": reverse("episodes:document", args=[episode_id, entry.id]), "link": _("Télécharger")}
    elif entry.what == "event" and entry.correctable and may_correct:
        shown |= {"url": reverse("episodes:correct", args=[episode_id, entry.id]), "link": _("Corriger")}
    return shown


def _links(page: EpisodePage, actions: Iterable[Action]) -> list[Link]:
    """The acts among these that this reader may do now."""
    pk = page.episode.pk
    found = []
    for action in actions:
        if not page.may(action):
            continue
        if action == Action.READING_CHANGE:
            found.append(Link("lecture", action.label, reverse("episodes:reading", args=[pk]), "list-checks"))
        elif action == Action.CLOSE:
            found.append(Link("clore", _("Clore l’épisode"), reverse("episodes:close", args=[pk]), "lock"))
        elif slug := SLUGS.get(action):
            act = ACTS[slug]
            url = reverse("episodes:act", args=[pk, slug])
            found.append(Link(slug, act.heading, url, act.icon, strong=action in _STRONG))
    return found


def _around(page: EpisodePage) -> list[Link]:
    """What stands beside the episode: sheet, documents, talk, paper."""
    pk, found = page.episode.pk, []
    if page.sheet_readable:
        url = reverse("youth:sheet", args=[page.episode.person_id])
        found.append(Link("fiche", _("Fiche de départ"), url, "user"))
    found.append(Link("dossier", _("Dossier"), reverse("desk:file", args=[page.episode.person_id]), "book-open"))
    if any(page.may(action) for action in lifecycle.DOCUMENT_ACTIONS.values()) or page.documents:
        number = str(len(page.documents)) if page.documents else ""
        found.append(Link("documents", _("Documents"), reverse("episodes:documents", args=[pk]), "file-text", number))
    if page.state in (EpisodeState.RETURNED, EpisodeState.CLOSED):
        found.append(Link("entretien", _("Entretien de retour"), reverse("episodes:talk", args=[pk]), "message-circle"))
    return found


# A number as it is typed: « 01 99 00 12 34 », « 01.99.00.12.34 », « +33 1 99 00 12 34 », « 17 » is not one.
_NUMBER = re.compile(r"(?<!\d)(?:\+33|0)[\s.\-\u00a0]?[1-9](?:[\s.\-\u00a0]?\d{2}){4}(?!\d)")


@dataclass(frozen=True)
class Investigator:
    """As it was written, and the numbers in it, to call with one touch."""

    said: str
    phones: tuple[str, ...]


def _investigator(page: EpisodePage) -> Investigator | None:
    """Who follows the search outside, as last written with a qualification or a location by the police."""
    kinds = (EventKind.AUTHORITY_QUALIFICATION, EventKind.LOCATED)
    said = next((entry.who for entry in page.timeline if entry.kind in kinds and entry.who), "")
    return Investigator(said, tuple(dict.fromkeys(_NUMBER.findall(said)))) if said else None
