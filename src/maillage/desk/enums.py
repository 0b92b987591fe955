"""Words of saved lists. There is no filter by what somebody observed or judged, and there will be none."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb


class ListKind(models.TextChoices):
    PEOPLE = "people", _("Jeunes")
    EPISODES = "episodes", _("Épisodes")
    TASKS = "tasks", _("Étapes dues")


class Which(models.TextChoices):
    """One choice for each kind; « all » is every row in sight."""

    ALL = "all", _("Tout")
    AWAY = "away", _("Absences en cours")
    HERE = "here", _("Sans absence en cours")
    OPEN = "open", _("Épisodes ouverts")
    BACK = "back", _("De retour, suivi en cours")
    CLOSED = "closed", _("Épisodes clos")
    LATE = "late", _("En retard")
    MINE = "mine", _("À mon nom")


class Within(models.IntegerChoices):
    """How far a list reaches, in days: back from now for what was noticed, ahead for what is due."""

    DAY = 1, _("24 heures")
    WEEK = 7, _("7 jours")
    MONTH = 30, _("30 jours")
    YEAR = 365, _("12 mois")


class ExportFormat(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


LIST_SAVED = verb("list.saved", N_("Liste enregistrée"), kind=str, shared=bool)
LIST_RENAMED = verb("list.renamed", N_("Liste renommée"))
LIST_DELETED = verb("list.deleted", N_("Liste supprimée"))
LIST_RESTORED = verb("list.restored", N_("Liste rétablie"))
LIST_EXPORTED = verb("list.exported", N_("Liste exportée"), kind=str, format=str, number=str, rows=int, which=str)
PERSON_EXPORTED = verb("list.person_exported", N_("Dossier présent dans un export"), export=uuid.UUID)
