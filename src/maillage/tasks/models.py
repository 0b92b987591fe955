"""Tasks with clocks. Their subject is an opaque id: this package knows no young person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.accounts.enums import Role
from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.tasks.enums import Means, NoticeKind, NoticeState, TaskState
from maillage.vault.fields import SealedField


class Task(BaseModel):
    """One step someone owes, « au plus tard » at `due_at`.

    `owner_user`, else whoever holds `owner_role` in `organisation`. `escalation` is a list of
    `{"after_minutes": int, "role": str}` from due time on; `level` is how far it went and `escalate_at` when it
    goes further. `remind_at` and `escalate_at` are alarms still to ring: NULL once rung. A task that waits has
    no clock yet. `reason_not_due` is the plan's own phrase; what a person writes is sealed in `reason`.
    """

    data_classes = {
        DataClass.TECHNICAL: [
            "data_key", "subject", "context", "key", "owner_user", "owner_role", "organisation", "starts_after",
            "starts_after_minutes", "due_within_minutes", "remind_before_minutes", "repeat_minutes", "escalation",
            "level", "version", "created_at", "created_by", "order",
        ],
        DataClass.SENSITIVE: [
            "title", "why", "source", "state", "starts_at", "due_at", "remind_at", "escalate_at", "unreached_since",
            "taken_at", "done_by", "done_at", "not_due_by", "recorded_at", "means", "reason_not_due", "phone",
            "document",
        ],
        DataClass.IDENTITY: ["recipient", "reference", "note", "reason"],
    }  # fmt: skip

    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    subject = models.UUIDField()  # the young person
    context = models.UUIDField()  # the episode, or whatever made it
    key = models.CharField(max_length=60)  # the step's key in its definition; unique in its context
    order = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("Étape"), max_length=200)
    why = models.TextField(_("Pourquoi"), blank=True)
    source = models.CharField(_("Source"), max_length=300, blank=True)
    phone = models.CharField(_("Numéro à appeler"), max_length=20, blank=True)
    document = models.CharField(_("Document à joindre"), max_length=40, blank=True)

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    owner_role = models.CharField(_("Rôle"), max_length=20, choices=Role)
    owner_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    state = models.CharField(max_length=8, choices=TaskState, default=TaskState.OPEN)
    starts_after = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers")
    starts_after_minutes = models.PositiveIntegerField(default=0)
    due_within_minutes = models.PositiveIntegerField(default=0)
    remind_before_minutes = models.PositiveIntegerField(null=True, blank=True)
    repeat_minutes = models.PositiveIntegerField(null=True, blank=True)  # settled, it comes back that long after
    starts_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    escalation = models.JSONField(default=list)
    escalate_at = models.DateTimeField(null=True, blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    unreached_since = models.DateTimeField(null=True, blank=True)  # the whole chain found nobody
    taken_at = models.DateTimeField(null=True, blank=True)  # since when `owner_user` has it

    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(_("Fait à"), null=True, blank=True)  # when it happened
    recorded_at = models.DateTimeField(null=True, blank=True)  # when it was written
    means = models.CharField(_("Moyen"), max_length=10, choices=Means, blank=True)
    recipient = SealedField(section=Section.EDUCATION)
    reference = SealedField(section=Section.EDUCATION)
    note = SealedField(section=Section.EDUCATION)
    reason_not_due = models.CharField(_("Motif"), max_length=300, blank=True)
    reason = SealedField(section=Section.EDUCATION)
    # Who judged this step without object; NULL when the plan or the end of its context said so.
    not_due_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["context", "key"], name="tasks_key_once_per_context"),
            models.CheckConstraint(
                condition=models.Q(state="done", done_at__isnull=False, done_by__isnull=False)
                | (~models.Q(state="done") & models.Q(done_at__isnull=True)),
                name="tasks_done_has_author_and_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="not_due") | ~models.Q(reason_not_due="") | models.Q(reason__isnull=False),
                name="tasks_not_due_has_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="open") | models.Q(starts_at__isnull=False, due_at__isnull=False),
                name="tasks_open_has_due_time",
            ),
            models.CheckConstraint(
                condition=models.Q(due_at__isnull=True) | models.Q(due_at__gte=models.F("starts_at")),
                name="tasks_due_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="tasks_due"),
            models.Index(fields=["state", "remind_at"], name="tasks_remind"),
            models.Index(fields=["state", "escalate_at"], name="tasks_escalate"),
            models.Index(fields=["organisation", "state", "due_at"], name="tasks_of_organisation"),
            models.Index(fields=["subject", "state"], name="tasks_of_subject"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def live(self) -> bool:
        """Whether someone still owes it, now or later."""
        return self.state in (TaskState.OPEN, TaskState.WAITING)

    @property
    def pending_hand_over(self) -> "HandOver | None":
        """The relay that waits for an answer. No query when `hand_overs` was prefetched."""
        return next((relay for relay in self.hand_overs.all() if relay.pending), None)


class HandOver(BaseModel):
    """A task passed on. The next person acknowledges; if she does not by `answer_by`, it comes back.

    Ends once: acknowledged, returned (no answer, or declined), or withdrawn (the step was done or taken meanwhile).
    """

    data_classes = {
        DataClass.PROFESSIONAL: [
            "task", "from_user", "to_user", "to_role", "to_organisation", "at", "answer_by", "acknowledged_at",
            "acknowledged_by", "returned_at", "withdrawn_at",
        ],
        DataClass.TECHNICAL: ["data_key"],
        DataClass.IDENTITY: ["word"],
    }  # fmt: skip

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="hand_overs")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    from_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_role = models.CharField(max_length=20, choices=Role, blank=True)
    to_organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    word = SealedField(section=Section.EDUCATION)
    at = models.DateTimeField()
    answer_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(acknowledged_at__isnull=True, returned_at__isnull=True, withdrawn_at__isnull=True),
                name="tasks_one_pending_hand_over",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True, returned_at__isnull=True)
                | models.Q(acknowledged_at__isnull=True, withdrawn_at__isnull=True)
                | models.Q(returned_at__isnull=True, withdrawn_at__isnull=True),
                name="tasks_hand_over_ends_once",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="tasks_acknowledged_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(to_user__isnull=True) & ~models.Q(to_role="")
                | models.Q(to_user__isnull=False, to_role=""),
                name="tasks_hand_over_to_user_or_role",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                condition=models.Q(acknowledged_at__isnull=True, returned_at__isnull=True, withdrawn_at__isnull=True),
                name="tasks_hand_over_due",
            )
        ]

    @property
    def pending(self) -> bool:
        return self.acknowledged_at is None and self.returned_at is None and self.withdrawn_at is None


class Alarm(BaseModel):
    """A level at which the clock of a task (or of a hand-over) rang, and how many people it found.

    `found` = 0 is a stated fact: nobody held that role then, the next level was called at once.
    """

    data_classes = {
        DataClass.TECHNICAL: ["task", "hand_over", "kind", "level", "at"],
        DataClass.PROFESSIONAL: ["role", "found"],
    }

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="alarms")
    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, null=True, blank=True, related_name="alarms")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    level = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=20, choices=Role)
    at = models.DateTimeField()
    found = models.PositiveSmallIntegerField()

    class Meta:
        # Two constraints: SQLite has no « NULLS NOT DISTINCT ».
        constraints = [
            models.UniqueConstraint(
                fields=["task", "kind", "level"],
                condition=models.Q(hand_over__isnull=True),
                name="tasks_alarm_once",
            ),
            models.UniqueConstraint(
                fields=["hand_over", "kind", "level"],
                condition=models.Q(hand_over__isnull=False),
                name="tasks_hand_over_alarm_once",
            ),
        ]


class Notice(BaseModel):
    """One message owed to one person about one task, content-free. Unique by task, kind, level, recipient.

    `level` 0 is the owner; n is the nth rung of the escalation.
    """

    data_classes = {
        DataClass.TECHNICAL: [
            "task", "hand_over", "kind", "level", "state", "message_id", "attempts", "lease_until", "not_before",
            "created_at", "sent_at",
        ],
        DataClass.PROFESSIONAL: ["recipient"],
    }  # fmt: skip

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="notices")
    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, null=True, blank=True, related_name="notices")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    level = models.PositiveSmallIntegerField(default=0)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.PENDING)
    message_id = models.CharField(max_length=120, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "kind", "level", "recipient"],
                condition=models.Q(hand_over__isnull=True),
                name="tasks_notice_once",
            ),
            models.UniqueConstraint(
                fields=["hand_over", "kind", "level", "recipient"],
                condition=models.Q(hand_over__isnull=False),
                name="tasks_hand_over_notice_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sending") | models.Q(lease_until__isnull=False),
                name="tasks_sending_has_lease",
            ),
        ]
        indexes = [models.Index(fields=["state", "not_before"], name="tasks_notice_queue")]


class OnCallShift(BaseModel):
    """Who is on call, in which organisation, for which role, from when to when.

    Kept when removed: who was on call that night stays a fact.
    """

    data_classes = {
        DataClass.PROFESSIONAL: ["organisation", "role", "user", "starts_at", "ends_at", "removed_at"],
        DataClass.TECHNICAL: ["version"],
    }

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="shifts")
    role = models.CharField(_("Rôle"), max_length=20, choices=Role)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField(_("Début"))
    ends_at = models.DateTimeField(_("Fin"))
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="tasks_shift_end_after")
        ]
        indexes = [models.Index(fields=["organisation", "role", "starts_at"], name="tasks_rota")]


class SweeperRun(BaseModel):
    """The sweeper's heartbeat: the desk says when it last ran. `failed`: rows it could not treat."""

    data_classes = {DataClass.TECHNICAL: ["name", "at", "done", "failed"]}

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
