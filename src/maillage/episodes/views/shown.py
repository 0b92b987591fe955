"""Steps as the screens show them: what, whose, by when, with the addresses of what can be done."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, Role
from maillage.accounts.tree import Tree
from maillage.episodes import versions
from maillage.episodes.enums import Action, DocumentKind, EventKind
from maillage.episodes.selectors import EpisodePage, StepView
from maillage.episodes.views.acts import ACTS, SLUGS
from maillage.tasks import rota
from maillage.tasks.access import Reach
from maillage.tasks.enums import TaskState
from maillage.tasks.models import HandOver, Task
from maillage.vault.sealing import Opened
from maillage.youth.selectors import service_name

# The event that does a step, and the act that writes it.
_RECORDS = {
    EventKind.AUTHORITY_QUALIFICATION: Action.AUTHORITY_QUALIFY,
    EventKind.CONTACT_ATTEMPT: Action.CONTACT_RECORD,
    EventKind.SIGN_OF_LIFE: Action.SIGN_OF_LIFE_RECORD,
    EventKind.PLACE_KEPT: Action.PLACE_KEEP,
    EventKind.LOCATED: Action.LOCATE,
    EventKind.FETCH: Action.FETCH_PLAN,
    EventKind.RETURNED: Action.RETURN,
    EventKind.URGENT_CARE: Action.URGENT_CARE_RECORD,
    EventKind.NEEDS: Action.NEEDS_RECORD,
    EventKind.POLICE_QUESTIONNAIRE: Action.POLICE_QUESTIONNAIRE_RECORD,
    EventKind.TALK: Action.TALK_ATTEMPT,
}


@dataclass(frozen=True)
class StepShown:
    """A step row, its words opened as far as the reader's sections allow."""

    id: uuid.UUID
    title: str
    state: str
    state_label: str
    due_at: datetime | None
    owner: str
    mine: bool
    why: str
    source: str
    phone: str
    done_at: datetime | None
    done_by: str
    means: str
    recipient: str
    reference: str
    note: str
    reason_not_due: str
    hand_over: str
    word: str
    after: str
    live: bool
    may_do: bool
    may_hand_over: bool
    relay_to_me: bool
    relay_from_me: bool
    url: str
    verb: str
    document_url: str
    document_label: str
    record_url: str
    record_label: str
    episode_id: uuid.UUID

    @cached_property
    def urls(self) -> Mapping[str, str]:
        """Where each thing that can be done with it is sent: only the step shown large asks."""
        acts = ("do", "hand_over", "acknowledge", "not_due", "take", "undo")
        return {name: _address(self.episode_id, self.id, f"step_{name}") for name in acts}


def _mine(by: Actor, task: Task) -> bool:
    if task.owner_user_id is not None:
        return task.owner_user_id == by.user_id
    return any(post.role == task.owner_role and post.organisation_id == task.organisation_id for post in by.posts)


def _relay_words(relay: HandOver | None, opened: Opened) -> str:
    if relay is None:
        return ""
    team = service_name(relay.to_organisation, opened.sections)
    to = relay.to_user.display_name if relay.to_user else f"{Role(relay.to_role).label}, {team}"
    if relay.pending:
        return _("Relais proposé à %(to)s par %(by)s, pas encore confirmé.") % {
            "to": to,
            "by": relay.from_user.display_name,
        }
    if relay.returned_at is not None:
        return _("Relais proposé à %(to)s, revenu sans réponse.") % {"to": to}
    return ""


def _verb(task: Task) -> str:
    if task.phone:
        return _("J’ai appelé")
    return _("C’est envoyé") if task.document else _("C’est fait")


def owner_of(task: Task, opened: Opened, at: datetime | None = None, tree: Tree | None = None) -> str:
    """Its person, else the role; with `at`, also who answers for that role then."""
    if task.owner_user is not None:
        return task.owner_user.display_name
    label = str(Role(task.owner_role).label)
    if at is not None and task.owner_role in rota.ROTA_ROLES:
        names = ", ".join(user.display_name for user in rota.on_call(task.organisation_id, task.owner_role, at, tree))
        if names:
            return f"{label} ({names})"
    return f"{label}, {service_name(task.organisation, opened.sections)}"


def step_shown(view: StepView, page: EpisodePage, reach: Reach, *, at: datetime | None = None) -> StepShown:
    """`at`: also say who answers now for its role (for the step shown large)."""
    task, episode, opened = view.task, page.episode, page.opened
    relay = next(iter(task.hand_overs.all()), None)
    pending = relay if relay is not None and relay.pending else None
    last = relay if pending or (relay is not None and relay.returned_at and task.live) else None
    step = versions.protocol_of(episode.protocol).step(task.key)
    action = _RECORDS.get(step.done_by) if step is not None and step.done_by else None
    slug = SLUGS[action] if action is not None and page.may(action) else ""
    document = DocumentKind(task.document) if task.document in DocumentKind.values else None
    return StepShown(
        id=task.pk,
        title=view.detail.partition("\n")[0] or task.title,
        state=task.state,
        state_label=str(TaskState(task.state).label),
        due_at=task.due_at,
        owner=owner_of(task, opened, at, reach.actor.tree if at else None),
        mine=_mine(reach.actor, task),
        why=view.detail.partition("\n")[2] or task.why,
        source=task.source,
        phone=task.phone,
        done_at=task.done_at,
        done_by=view.done_by,
        means=str(task.get_means_display()) if task.means else "",
        recipient=view.recipient,
        reference=view.reference,
        note=view.note,
        reason_not_due=view.reason,
        hand_over=_relay_words(last, opened),
        word=opened.text(pending, "word") if pending and opened.may(pending, "word") else "",
        after=task.starts_after.title if task.starts_after else "",
        live=task.live,
        may_do=task.live and reach.may_act(Ability.STEP_DO, task),
        may_hand_over=task.live and pending is None and reach.may_act(Ability.STEP_HAND_OVER, task),
        relay_to_me=pending is not None and reach.is_addressee(pending),
        relay_from_me=pending is not None and pending.from_user_id == reach.actor.user_id,
        url=_address(episode.pk, task.pk, "step"),
        verb=_verb(task),
        document_url=reverse("episodes:document_make", args=[episode.pk, document]) if document else "",
        document_label=str(document.label) if document else "",
        record_url=reverse("episodes:act", args=[episode.pk, slug]) if slug else "",
        record_label=str(ACTS[slug].heading) if slug else "",
        episode_id=episode.pk,
    )


def _address(episode_id: uuid.UUID, task_id: uuid.UUID, name: str) -> str:
    return reverse(f"episodes:{name}", args=[episode_id, task_id])


def next_of(page: EpisodePage, reach: Reach) -> StepView | None:
    """The step to show large: a relay that waits for this reader, else the open one due first."""
    for view in page.steps.to_do:
        relay = view.task.pending_hand_over
        if relay is not None and reach.is_addressee(relay):
            return view
    return page.next_step
