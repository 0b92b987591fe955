"""Lists somebody keeps, and exports that left: nothing about a young person is stored here."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.desk.enums import ExportFormat, ListKind
from maillage.vault.fields import SealedField


class SavedList(BaseModel):
    """Filters under a name, her own or her team's; who opens it sees what she may see herself.

    `filters`: codes and ids of organisations, as `lists.Choice` writes them. The name is sealed under the system's key.
    """

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "version"],
        DataClass.PROFESSIONAL: ["owner", "team", "kind", "filters", "saved_at", "deleted_at"],
        DataClass.IDENTITY: ["name"],
    }

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ListKind)
    filters = models.JSONField(default=list)
    name = SealedField(section=Section.EDUCATION)
    saved_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(name__isnull=False), name="desk_list_has_a_name")]
        indexes = [
            models.Index(fields=["owner", "deleted_at"], name="desk_lists_of_user"),
            models.Index(fields=["team", "deleted_at"], name="desk_lists_of_team"),
        ]


class ListExport(BaseModel):
    """A file that left: who, when, why, how many rows. The rows themselves are not kept."""

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "at"],
        DataClass.PROFESSIONAL: ["by", "kind", "format", "rows"],
        DataClass.IDENTITY: ["reason"],
    }

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ListKind)
    format = models.CharField(max_length=4, choices=ExportFormat)
    rows = models.PositiveIntegerField()
    reason = SealedField(section=Section.EDUCATION)
    at = models.DateTimeField()

    @property
    def number(self) -> str:
        """Printed on every line of the file."""
        return f"X{self.pk.hex[-8:].upper()}"
