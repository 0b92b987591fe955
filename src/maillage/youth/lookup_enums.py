"""Words about looking for someone, asking after her, and two files that are one person."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb


class Answer(models.TextChoices):
    """What her owner did with a request. Maillage tells the one who asked only that she was allowed in."""

    ANSWERED = "answered", _("Rappelé")
    ALLOWED = "allowed", _("Rappelé, accès temporaire permis")
    DECLINED = "declined", _("Sans réponse de ma part")


class Outcome(models.TextChoices):
    MERGED = "merged", _("Une seule personne : dossiers réunis")
    DISTINCT = "distinct", _("Deux personnes différentes")


PERSON_REGISTERED = verb("person.registered", N_("Dossier ouvert après recherche"), placed=bool, alike=int)
LOOKUP_ASKED = verb("lookup.asked", N_("Demande laissée après une recherche"))
LOOKUP_WITHDRAWN = verb("lookup.withdrawn", N_("Demande retirée"))
LOOKUP_PASSED_ON = verb("lookup.passed_on", N_("Demande transmise au référent"), request=uuid.UUID)
LOOKUP_CLOSED = verb("lookup.closed", N_("Demande traitée par le référent"), request=uuid.UUID, answer=str)
TWINS_FOUND = verb("twins.found", N_("Doublon possible signalé"), other=uuid.UUID)
TWINS_TOLD = verb("twins.told", N_("Doublon possible : autre référent prévenu"), other=uuid.UUID)
TWINS_DISTINCT = verb("twins.distinct", N_("Doublon écarté : deux personnes"), other=uuid.UUID)
FILES_MERGED = verb("files.merged", N_("Dossiers réunis"), merged=uuid.UUID)
FILES_PARTED = verb("files.parted", N_("Dossiers séparés de nouveau"), merged=uuid.UUID)
