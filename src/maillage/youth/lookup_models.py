"""Requests left after a search, files likely to be of the same person, and files joined."""

from django.conf import settings
from django.db import models

from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.vault.fields import SealedField
from maillage.youth.lookup_enums import Answer, Outcome


class KeptNames(BaseModel):
    """Everyone's names as they were read last, sealed in one piece under a key of its own: `youth.kept_names`."""

    data_classes = {DataClass.TECHNICAL: ["data_key", "newest", "made_by", "at"], DataClass.IDENTITY: ["names"]}

    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    newest = models.BigIntegerField()  # the last `IdentityRevision` they hold
    made_by = models.CharField(max_length=16)  # which code took them apart
    at = models.DateTimeField()
    names = SealedField(section=Section.IDENTITY)


class LookupRequest(BaseModel):
    """What someone asks after a search, with a number to call her back. Sealed under the system's key.

    The row is the same whether a file exists or not, and so is all that its author is ever shown of it: what the
    worker finds is in `LookupMatch`. Its words are emptied when it expires or is withdrawn.
    """

    data_classes = {
        DataClass.TECHNICAL: ["data_key", "at", "expires_at", "passed_at", "withdrawn_at", "emptied_at"],
        DataClass.PROFESSIONAL: ["author"],
        DataClass.IDENTITY: ["names", "born", "reason", "phone"],
    }

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")
    names = SealedField(section=Section.IDENTITY)
    born = SealedField(section=Section.IDENTITY)  # as it was typed: a date, a year, an age
    reason = SealedField(section=Section.IDENTITY)
    phone = SealedField(section=Section.IDENTITY)
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True)  # the worker looked for a file
    withdrawn_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("at")), name="youth_request_expires_after"
            )
        ]
        indexes = [
            models.Index(fields=["author", "at"], name="youth_requests_of_author"),
            models.Index(fields=["at"], condition=models.Q(passed_at__isnull=True), name="youth_requests_to_pass"),
            models.Index(
                fields=["expires_at"], condition=models.Q(emptied_at__isnull=True), name="youth_requests_to_empty"
            ),
        ]


class LookupMatch(BaseModel):
    """A request that may be about this person: her owner alone sees it, and chooses whether to answer."""

    data_classes = {
        DataClass.SENSITIVE: ["person", "request"],
        DataClass.TECHNICAL: ["at"],
        DataClass.PROFESSIONAL: ["answer", "closed_at", "closed_by"],
    }

    request = models.ForeignKey(LookupRequest, on_delete=models.PROTECT, related_name="matches")
    person = models.ForeignKey("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "person"], name="youth_match_once"),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, answer="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(answer="")),
                name="youth_match_closed_with_answer",
            ),
        ]
        indexes = [models.Index(fields=["person", "closed_at"], name="youth_matches_of_person")]


class LikelyTwin(BaseModel):
    """Two files that may be of one person. `newer` is the one whose creation or change showed it.

    The owner of `known` is told. The owner of `newer` is not, unless she sees both or is `told`: opening a file under
    a name must not show that another exists. `pair` is both ids, smaller first: a pair is raised once for ever.
    """

    data_classes = {
        DataClass.SENSITIVE: ["known", "newer", "pair", "outcome"],
        DataClass.TECHNICAL: ["data_key", "at", "version"],
        DataClass.PROFESSIONAL: ["told_at", "told_by", "settled_at", "settled_by"],
        DataClass.IDENTITY: ["word", "phone"],
    }

    known = models.ForeignKey("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")
    newer = models.ForeignKey("youth.YoungPerson", on_delete=models.PROTECT, related_name="+")
    pair = models.CharField(max_length=65, unique=True)
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, related_name="+")  # the system's
    word = SealedField(section=Section.IDENTITY)
    phone = SealedField(section=Section.IDENTITY)
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(known=models.F("newer")), name="youth_twins_are_two"),
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, outcome="")
                | (models.Q(settled_at__isnull=False) & ~models.Q(outcome="")),
                name="youth_twins_settled_with_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["known", "settled_at"], name="youth_twins_of_known"),
            models.Index(fields=["newer", "settled_at"], name="youth_twins_of_newer"),
        ]
