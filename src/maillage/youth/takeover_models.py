"""Missions of one colleague passed on together, to one person or to one each."""

from django.conf import settings
from django.db import models

from maillage.common.enums import DataClass
from maillage.common.models import BaseModel
from maillage.youth.takeover_enums import Why


class Takeover(BaseModel):
    """What one screen decided: whose missions, why, from when, until when. It opens nothing by itself."""

    data_classes = {
        DataClass.PROFESSIONAL: ["holder", "by", "why", "starts_at", "ends_at"],
        DataClass.TECHNICAL: ["at"],
    }

    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=10, choices=Why)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                name="youth_takeover_ends_after",
            ),
            models.CheckConstraint(
                condition=models.Q(why="departure", ends_at__isnull=True)
                | models.Q(why="absence", ends_at__isnull=False),
                name="youth_absence_has_an_end",
            ),
        ]


class TakeoverShare(BaseModel):
    """What one next person is asked to take. Its answer is the relay of `task`; `taken_at`: her missions are open."""

    data_classes = {
        DataClass.PROFESSIONAL: ["takeover", "user", "taken_at"],
        DataClass.TECHNICAL: ["task"],
    }

    takeover = models.ForeignKey(Takeover, on_delete=models.PROTECT, related_name="shares")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    task = models.OneToOneField("tasks.Task", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["takeover", "user"], name="youth_takeover_share_once")]
        indexes = [models.Index(fields=["user", "taken_at"], name="youth_takeovers_of_user")]


class TakeoverLine(BaseModel):
    """One mission of that share; `opened`: what the next person got for it."""

    data_classes = {
        DataClass.SENSITIVE: ["mission", "opened"],
        DataClass.PROFESSIONAL: ["share"],
    }

    share = models.ForeignKey(TakeoverShare, on_delete=models.PROTECT, related_name="lines")
    mission = models.ForeignKey("youth.Mission", on_delete=models.PROTECT, related_name="+")
    opened = models.ForeignKey("youth.Mission", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["share", "mission"], name="youth_takeover_mission_once")]
