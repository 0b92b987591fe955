"""Keys of persons, wrapped; encrypted files."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.common.enums import DataClass
from maillage.common.models import BaseModel


class KeyPurpose(models.TextChoices):
    PERSON = "person", _("Personne")
    SYSTEM = "system", _("Système")
    PLACE = "place", _("Lieu")
    NAMES = "names", _("Noms")


class DataKey(BaseModel):
    """One person's key, wrapped by the master keyset. Destroying it erases all that it sealed."""

    data_classes = {DataClass.TECHNICAL: ["purpose", "wrapped", "created_at", "rewrapped_at", "destroyed_at"]}

    purpose = models.CharField(max_length=8, choices=KeyPurpose)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    rewrapped_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"], condition=models.Q(purpose="system"), name="vault_one_system_key"
            ),
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=False) | models.Q(destroyed_at__isnull=False),
                name="vault_key_wrapped_or_destroyed",
            ),
        ]
