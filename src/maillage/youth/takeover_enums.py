"""Words about missions passed on together: an absence, a departure."""

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb


class Why(models.TextChoices):
    ABSENCE = "absence", _("Une absence : elle ou il revient")
    DEPARTURE = "departure", _("Un départ : ses missions se terminent")


class TakeoverState(models.TextChoices):
    """Computed from the relay of its task; never stored."""

    WAITING = "waiting", _("Attend une réponse")
    TAKEN = "taken", _("Relève prise")
    BACK = "back", _("Revenue sans réponse")
    WITHDRAWN = "withdrawn", _("Annulée")


TAKEOVER_PROPOSED = verb(
    "takeover.proposed", N_("Relève de missions proposée"), why=str, holder=uuid.UUID, people=int, missions=int,
    starts_at=datetime, ends_at=datetime,
)  # fmt: skip
TAKEOVER_TAKEN = verb("takeover.taken", N_("Relève de missions prise"), opened=int, ended=int)
TAKEOVER_DECLINED = verb("takeover.declined", N_("Relève de missions refusée"))
TAKEOVER_WITHDRAWN = verb("takeover.withdrawn", N_("Relève de missions annulée"))
