"""The journal: append-only, sealed."""

import uuid

from django.db import models

from maillage.common.enums import DataClass


class JournalEntry(models.Model):
    """One thing done or read. No foreign key: a journal outlives what it speaks of."""

    data_classes = {
        DataClass.TECHNICAL: ["id", "nonce", "at", "token", "digest", "mac"],
        DataClass.PROFESSIONAL: ["by", "verb", "subject", "object_type", "object_id", "payload"],
    }

    id = models.BigAutoField(primary_key=True)
    # Under the MAC and unique, so that a true row copied is not another true row.
    nonce = models.UUIDField(default=uuid.uuid4, unique=True)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)  # null: the system itself
    verb = models.CharField(max_length=60)
    subject = models.UUIDField(null=True)  # the young person, when there is one
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    payload = models.JSONField(default=dict)
    token = models.CharField(max_length=64, null=True)  # noqa: DJ001  # unique when present
    digest = models.CharField(max_length=64, blank=True)  # of the form's body
    mac = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "token"], name="audit_form_token_once")]
        indexes = [
            models.Index(fields=["subject", "-id"], name="audit_by_subject"),
            models.Index(fields=["by", "-id"], name="audit_by_user"),
        ]


class SealedBatch(models.Model):
    """A signature over a run of journal rows, chained to the batch before it.

    `ranges` is a list of [first id, last id]; `digest` covers (id, mac) of each row in order of id.
    """

    data_classes = {
        DataClass.TECHNICAL: ["id", "sealed_at", "previous", "ranges", "count", "latest_at", "digest", "signature"]
    }

    id = models.BigAutoField(primary_key=True)
    sealed_at = models.DateTimeField()
    # Id of the batch before; unique, so that two workers never fork the chain. 0 for the first.
    previous = models.BigIntegerField(unique=True)
    ranges = models.JSONField()
    count = models.PositiveIntegerField()
    latest_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    signature = models.BinaryField()
