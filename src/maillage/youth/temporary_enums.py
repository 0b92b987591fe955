"""Words about a temporary access: by which way one already knows the file, how it ended."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import reading, verb


class Way(models.TextChoices):
    """How someone without a mission lawfully knows that a file exists."""

    STEP = "step", _("Une étape ou un relais l’attend à son sujet")
    BEFORE = "before", _("A tenu une mission pour elle")
    ALLOWED = "allowed", _("La personne qui suit le dossier l’a permis")


class End(models.TextChoices):
    """Who ended an access before its hour."""

    OWN = "own", _("Terminé par qui l’avait ouvert")
    OWNER = "owner", _("Retiré par la personne qui suit le dossier")


class Span(models.TextChoices):
    """How long: a short list, never a date to type."""

    HOUR = "1", _("1 heure")
    EVENING = "4", _("4 heures")
    DAY = "24", _("24 heures")

    @property
    def delay(self) -> timedelta:
        return timedelta(hours=int(self.value))


ACCESS_OPENED = reading("access.opened", N_("Accès temporaire ouvert"), way=str, until=datetime)
ACCESS_ENDED = verb("access.ended", N_("Accès temporaire terminé"), how=str, holder=uuid.UUID)
ACCESS_SEEN = verb("access.seen", N_("Accès temporaire relu par le référent"), holder=uuid.UUID)
