"""What a file asks of those who answer for it, as tasks with a clock: an access to read, a relay, eighteen years.

Their context is the young person, as of a task added by hand; their key says which screen treats them. Their title is
neutral, and holds no word about her.
"""

import uuid
from datetime import datetime, timedelta

from django.urls import reverse

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import Ability, Role
from maillage.accounts.models import User
from maillage.audit.journal import By
from maillage.common.clock import now
from maillage.tasks import services as tasks
from maillage.tasks.access import may_act
from maillage.tasks.enums import Means
from maillage.tasks.models import Task
from maillage.tasks.planning import PlannedTask, Rung
from maillage.tasks.selectors import of_key
from maillage.youth.models import YoungPerson

MINUTE = timedelta(minutes=1)
# First word of a key → the screen that treats it; the rest is the id of its row.
_SCREENS = {
    "access": "youth:access",
    "takeover": "youth:takeover",
    "majority": "casework:majority",
    "merge": "youth:twins",
}


def key_of(kind: str, pk: uuid.UUID) -> str:
    return f"{kind}:{pk.hex}"


def page_of(key: str) -> str:
    """Where such a task is treated; "" for a task of another kind."""
    kind, _mark, pk = key.partition(":")
    screen = _SCREENS.get(kind)
    return reverse(screen, args=[uuid.UUID(pk)]) if screen else ""


def post_of(user: User) -> tuple[Role, uuid.UUID] | None:
    """In which role, and where, someone answers for files at the ASE; case worker first."""
    held = [post for post in actor_of(user).posts if post.role in (Role.CASE_WORKER, Role.ASE_ON_CALL)]
    first = min(held, key=lambda post: (post.role != Role.CASE_WORKER, post.organisation_id), default=None)
    return (first.role, first.organisation_id) if first else None


def owe(
    *,
    by: By,
    person: YoungPerson,
    key: str,
    title: str,
    why: str,
    owner: User | None,
    role: Role,
    organisation_id: uuid.UUID,
    due_within: timedelta,
    at: datetime,
    remind_before: timedelta | None = None,
    escalation: tuple[Rung, ...] = (),
) -> Task:
    """Write such a task; once per key. Called inside an action."""
    planned = PlannedTask(
        key=key,
        title=title,
        why=why,
        source="",
        owner_role=role,
        organisation_id=organisation_id,
        owner_user_id=owner.pk if owner else None,
        due_within=due_within // MINUTE * MINUTE,
        remind_before=remind_before,
        escalation=escalation,
    )
    [task] = tasks.tasks_plan(
        by=by, data_key=person.data_key, subject=person.pk, context=person.pk, planned=[planned], at=at
    )
    return task


def settled(*, by: By, person: YoungPerson, key: str, reason: str) -> None:
    """What that task asked has happened: done by who acts when it was hers, else without object (`reason`, a phrase
    of ours). Called inside an action; nothing when there is no such task, or when it is over."""
    task = of_key(person.pk, key)
    if task is None or not task.live:
        return
    if isinstance(by, Actor) and may_act(by, Ability.STEP_DO, task):
        tasks.task_do(by=by, task=task, done_at=now(), means=Means.OTHER, version=task.version)
        return
    gone = PlannedTask(
        key=key,
        title=task.title,
        why=task.why,
        source="",
        owner_role=Role(task.owner_role),
        organisation_id=task.organisation_id,
        due_within=timedelta(),
        not_due_reason=reason,
    )
    tasks.tasks_plan(by=by, data_key=person.data_key, subject=person.pk, context=person.pk, planned=[gone], at=now())
