"""Words shared by every package."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class DataClass(StrEnum):
    """What a column holds; export, erasure and figures read it. Every field has one (tested)."""

    TECHNICAL = "technical"  # ids, versions, clocks of the machine
    PUBLIC = "public"  # could be printed on a poster
    PROFESSIONAL = "professional"  # about people at work and their organisations
    SENSITIVE = "sensitive"  # a fact about a young person, without her identity
    IDENTITY = "identity"  # says who she is, or what she said: always sealed
    HEALTH = "health"  # always sealed, health staff only
    SECRET = "secret"  # noqa: S105 - where a shelter is: always sealed, given on request


class Section(models.TextChoices):
    """Parts of a young person's file. A role sees some of them, a mission narrows that."""

    IDENTITY = "identity", _("Identité")
    WHEREABOUTS = "whereabouts", _("Lieux")
    EDUCATION = "education", _("Accompagnement éducatif")
    HEALTH = "health", _("Santé")
    JUSTICE = "justice", _("Justice")
    WORDS = "words", _("Paroles")
