"""Tasks somebody adds by hand: who may be asked, adding one, saying it is done or no longer needed.

Their words are the team's: they sit in the section `tasks` seals its own in. The task itself says only its kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor, Post
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import Membership, Organisation, User
from maillage.accounts.roles import ABILITIES, SECTIONS
from maillage.accounts.selectors import held_at, role_labels
from maillage.audit.journal import action
from maillage.audit.journal import note as journal
from maillage.casework import access
from maillage.casework.enums import TASK_SET, HandTaskKind, Settled
from maillage.casework.models import HandTask
from maillage.casework.services import base
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.tasks import services as tasks
from maillage.tasks.access import may_act
from maillage.tasks.enums import Means
from maillage.tasks.planning import PlannedTask
from maillage.youth.access import Entrance, posts_for
from maillage.youth.enums import MissionKind
from maillage.youth.selectors import service_name

if TYPE_CHECKING:
    from maillage.youth.models import Mission, YoungPerson

SECTION = Section.EDUCATION
MINUTE = timedelta(minutes=1)
# When its owner is told before it is due: half-way for what is nearer.
REMINDED = timedelta(hours=2)


@dataclass(frozen=True)
class Asked:
    """Someone a task may be given to: a person, or whoever holds a role somewhere (`user` None)."""

    value: str
    label: str
    role: Role
    organisation: Organisation
    user: User | None = None


def may_be_asked(entered: Entrance) -> list[Asked]:
    """Who follows her, does steps and would read the words of the task: the author first, then roles, then people."""
    missions = [
        mission for mission in entered.running if mission.kind != MissionKind.TEMPORARY and SECTION in mission.sections
    ]
    houses = {mission.organisation_id for mission in missions if mission.organisation_id}
    named = {mission.user_id for mission in missions if mission.user_id}
    held = Membership.objects.filter(
        held_at(now()), Q(organisation__in=houses) | Q(user__in=named), user__is_active=True
    ).select_related("user", "organisation")
    at_work: dict[User, list[Membership]] = {}
    for row in held.order_by("user__display_name", "user_id", "organisation__name", "role"):
        at_work.setdefault(row.user, []).append(row)
    people: dict[str, Asked] = {}
    roles: dict[str, Asked] = {}
    labels = role_labels()
    for user, rows in at_work.items():
        for mission, row in _through(user, rows, missions):
            role, where = Role(row.role), service_name(row.organisation, entered.sections)
            one = Asked(f"user:{user.pk}", f"{user.display_name}, {where}", role, row.organisation, user)
            people.setdefault(one.value, one)
            if mission.organisation_id is not None:
                value = f"role:{role}:{row.organisation_id}"
                roles.setdefault(value, Asked(value, f"{labels[role]}, {where}", role, row.organisation))
    own = people.pop(f"user:{entered.actor.user_id}", None)
    return [*([own] if own else []), *roles.values(), *people.values()]


def _through(user: User, rows: list[Membership], missions: "list[Mission]") -> "Iterator[tuple[Mission, Membership]]":
    """The missions by which someone would owe a step about her, with the post that counts for each."""
    held = {Post(Role(row.role), row.organisation_id): row for row in rows}
    by = Actor(user=user, posts=tuple(held))
    for mission in missions:
        if mission.user_id not in (None, user.pk):
            continue
        for post in posts_for(by, mission):
            if Ability.STEP_DO in ABILITIES[post.role] and SECTION in SECTIONS[post.role]:
                yield mission, held[post]


@action(TASK_SET)
def task_set(*, by: Actor, person: "YoungPerson", kind: str, text: str, owner: str, due_at: datetime) -> HandTask:
    """Add a task: `owner` is the value of someone who `may_be_asked`. RuleBroken (kind, text, owner, due_at)."""
    entered = base.entered(by, person, SECTION)
    if kind not in HandTaskKind.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="kind")
    words = base.clean({"text": text})
    base.require(words, "text", _("Dites ce qui est à faire."))
    asked = next((one for one in may_be_asked(entered) if one.value == owner), None)
    if asked is None:
        raise RuleBroken(_("Choisissez qui s’en charge."), field="owner")
    instant = now()
    within = (due_at - instant) // MINUTE * MINUTE
    if within < MINUTE:
        raise RuleBroken(_("Cette échéance est déjà passée."), field="due_at")
    row = HandTask()
    planned = PlannedTask(
        key=f"hand:{row.pk.hex}",
        title=str(HandTaskKind(kind).label),
        why="",
        source="",
        owner_role=asked.role,
        organisation_id=asked.organisation.pk,
        owner_user_id=asked.user.pk if asked.user else None,
        due_within=within,
        due_from=due_at - within,
        remind_before=min(REMINDED, within // 2 // MINUTE * MINUTE),
    )
    [row.task] = tasks.tasks_plan(
        by=by, data_key=person.data_key, subject=person.pk, context=person.pk, planned=[planned], at=instant
    )
    base.file(row, entered, SECTION, words)
    journal(subject=person.pk, kind=kind, task=row.task_id)
    return row


def may_settle(entered: Entrance, hand: HandTask) -> bool:
    """Whether she may end it: she writes in the file, and it is hers or her team's."""
    return SECTION in access.writable_sections(entered) and may_act(entered.actor, Ability.STEP_DO, hand.task)


def may_reopen(entered: Entrance, hand: HandTask) -> bool:
    """Whether she may take back what she said of it, a moment ago."""
    return may_settle(entered, hand) and tasks.may_undo(entered.actor, hand.task)


def task_reopen(*, by: Actor, hand: HandTask, version: int | None) -> HandTask:
    """Said done, or no longer needed, by mistake: to do again. By who said so, for as long as a step is undone."""
    row = access.hand_task_or_404(base.entered(by, hand.person, SECTION), hand.task_id)
    tasks.task_undo(by=by, task=row.task, version=version or 0)
    return row


def task_settle(*, by: Actor, hand: HandTask, state: str, word: str = "", version: int | None) -> HandTask:
    """It is done, or no longer needed (then `word` says why), as it was at `version`. StaleEdit when late."""
    entered = base.entered(by, hand.person, SECTION)
    row = access.hand_task_or_404(entered, hand.task_id)
    if state == Settled.DONE:
        tasks.task_do(by=by, task=row.task, done_at=now(), means=Means.OTHER, note=word.strip(), version=version or 0)
    elif state == Settled.NOT_NEEDED:
        base.require({"word": word.strip()}, "word", _("Dites en quelques mots pourquoi ce n’est plus nécessaire."))
        tasks.task_not_due(by=by, task=row.task, reason=word, version=version or 0)
    else:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="state")
    return row
