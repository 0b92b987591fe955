"""Words about a young person's circle, places and followers."""

import uuid
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb


class LegalStatus(models.TextChoices):
    JUDGE = "judge", _("Accueil décidé par le juge des enfants")
    OPP = "opp", _("Ordonnance de placement provisoire (OPP)")
    ADMINISTRATIVE = "administrative", _("Accueil provisoire (accord des parents)")
    AEMO = "aemo", _("AEMO, vit chez ses parents")
    AED = "aed", _("AED, vit chez ses parents")
    WARD = "ward", _("Pupille de l’État ou tutelle")
    YOUNG_ADULT = "young_adult", _("Contrat jeune majeur")
    UNKNOWN = "unknown", _("Ne sait pas")


class Kinship(models.TextChoices):
    MOTHER = "mother", _("Mère")
    FATHER = "father", _("Père")
    GUARDIAN = "guardian", _("Tuteur ou tutrice")
    AD_HOC = "ad_hoc", _("Administrateur ad hoc")
    RELATIVE = "relative", _("Autre proche")


class Authority(models.TextChoices):
    FULL = "full", _("Exerce l’autorité parentale")
    PARTIAL = "partial", _("Autorité parentale limitée")
    WITHDRAWN = "withdrawn", _("Autorité parentale retirée")
    DELEGATED = "delegated", _("Autorité parentale déléguée")
    UNKNOWN = "unknown", _("Ne sait pas")


class Contact(models.TextChoices):
    ALLOWED = "allowed", _("Contact autorisé")
    MEDIATED = "mediated", _("Contact en présence d’un tiers")
    FORBIDDEN = "forbidden", _("Contact interdit par décision")
    UNKNOWN = "unknown", _("Ne sait pas")


class MissionKind(models.TextChoices):
    HOSTS = "hosts", _("Accueille")
    CASE_WORKER = "case_worker", _("Éducateur référent")
    ON_CALL = "on_call", _("Astreinte")
    FOLLOWS = "follows", _("Accompagne")
    HEALTH = "health", _("Soigne")


class PlacementKind(models.TextChoices):
    HOME = "home", _("Maison d’enfants, foyer")
    FOSTER = "foster", _("Famille d’accueil")
    HOTEL = "hotel", _("Hôtel (accueil d’exception)")
    FAMILY = "family", _("Chez ses parents (AEMO, AED)")


class PlacementEnd(models.TextChoices):
    MOVE = "move", _("Changement de lieu prévu")
    RETURN_HOME = "return_home", _("Retour en famille")
    MAJORITY = "majority", _("Majorité")
    JUDGE = "judge", _("Décision du juge")
    BREAKDOWN = "breakdown", _("Rupture d’accueil")


PERSON_CREATED = verb("person.created", N_("Dossier créé"))
PERSON_EDITED = verb("person.edited", N_("Identité modifiée"), fields=str, version=int)
PARENT_SAVED = verb("parent.saved", N_("Situation d’un parent enregistrée"), kinship=str, version=int)
PLACEMENT_STARTED = verb("placement.started", N_("Accueil commencé"), kind=str, organisation=uuid.UUID)
PLACEMENT_ENDED = verb("placement.ended", N_("Accueil terminé"), end_kind=str, organisation=uuid.UUID)
PLACEMENT_KEPT = verb("placement.kept", N_("Place gardée"), until=date)
MISSION_OPENED = verb("mission.opened", N_("Mission ouverte"), kind=str, holder=uuid.UUID)
MISSION_ENDED = verb("mission.ended", N_("Mission terminée"), kind=str, holder=uuid.UUID)
SHEET_SAVED = verb("sheet.saved", N_("Fiche de départ enregistrée"), version=int)
SHEET_OPENED = verb("sheet.opened", N_("Fiche de départ ouverte"), context=uuid.UUID)
SHEET_CLOSED = verb("sheet.closed", N_("Fiche de départ refermée"), context=uuid.UUID)
SHEET_READ = verb("sheet.read", N_("Fiche de départ lue"))
PHOTO_REPLACED = verb("photo.replaced", N_("Photo remplacée"), size=int)
YOUTH_READ = verb("youth.read", N_("Dossier consulté"), section=str)
NAMES_SEARCHED = verb("youth.searched", N_("Recherche par nom"), found=int, with_year=bool)
