"""Words about a young person's circle, places and followers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LegalStatus(models.TextChoices):
    JUDGE = "judge", _("Confiée par le juge des enfants")
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
