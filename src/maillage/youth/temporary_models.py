"""Temporary accesses, and who was allowed to open one."""

from django.conf import settings
from django.db import models

from maillage.common.enums import DataClass
from maillage.common.models import BaseModel
from maillage.youth.temporary_enums import End, Way


class AccessLeave(BaseModel):
    """The owner of a file lets one professional open a temporary access until then: her answer to a request.

    The one row about a file that whoever asked is ever shown.
    """

    data_classes = {
        DataClass.SENSITIVE: ["person", "request"],
        DataClass.PROFESSIONAL: ["user", "given_by"],
        DataClass.TECHNICAL: ["at", "until"],
    }

    person = models.ForeignKey("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")
    request = models.OneToOneField("youth.LookupRequest", on_delete=models.PROTECT, related_name="leave")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(until__gt=models.F("at")), name="youth_leave_ends")]
        indexes = [models.Index(fields=["user", "until"], name="youth_leaves_of_user")]


class TemporaryAccess(BaseModel):
    """What is told of a mission of kind TEMPORARY: by which way, until when it was opened, how it ended, who saw it.

    The mission is the right itself: this row opens nothing.
    """

    data_classes = {
        DataClass.SENSITIVE: ["person", "mission", "way"],
        DataClass.PROFESSIONAL: ["user", "ended_at", "ended_how", "ended_by", "seen_at", "seen_by"],
        DataClass.TECHNICAL: ["at", "until", "version"],
    }

    mission = models.OneToOneField("youth.Mission", on_delete=models.PROTECT, related_name="access")
    person = models.ForeignKey("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=Way)
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=6, choices=End, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("at")), name="youth_access_ends"),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_how="", ended_by__isnull=True)
                | (models.Q(ended_at__isnull=False, ended_by__isnull=False) & ~models.Q(ended_how="")),
                name="youth_access_ended_by_someone",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="youth_accesses_of_person"),
            models.Index(fields=["user", "-at"], name="youth_accesses_of_user"),
        ]
