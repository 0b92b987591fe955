"""Words about a young person's circle, places and followers."""

import uuid
from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import reading, verb
from maillage.common.enums import Section


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
    CASE_WORKER = "case_worker", _("Référente ou référent ASE")
    ON_CALL = "on_call", _("Astreinte")
    FOLLOWS = "follows", _("Accompagne")
    HEALTH = "health", _("Soigne")
    TEMPORARY = "temporary", _("Accès temporaire")  # for reading, some hours, on a written reason


# What a temporary access may ever open: never whereabouts, words or health.
TEMPORARY_SECTIONS = frozenset({Section.IDENTITY, Section.EDUCATION, Section.JUSTICE})


class LegalBasis(models.TextChoices):
    """On what ground a mission stands. A closed list: anything else a person writes beside it is sealed."""

    JUDGE = "judge", _("Décision du juge des enfants (Code civil, article 375)")
    EMERGENCY = "emergency", _("Placement en urgence, procureur ou juge (Code civil, article 375-5)")
    ADMINISTRATIVE = "administrative", _("Accord écrit des parents avec l’ASE (CASF, article L223-2)")
    WARD = "ward", _("Pupille de l’État ou tutelle")
    YOUNG_ADULT = "young_adult", _("Accord de la jeune majeure ou du jeune majeur")
    ASE = "ase", _("Mission de l’aide sociale à l’enfance (CASF, article L221-1)")
    SHARED_SECRECY = "shared_secrecy", _("Secret partagé entre professionnels tenus au secret (CASF, article L226-2-2)")
    CARE = "care", _("Équipe de soins (Code de la santé publique, article L1110-4)")
    WRITTEN_REASON = "written_reason", _("Motif écrit, pour quelques heures")  # temporary access, that alone
    TO_STATE = "to_state", _("À préciser (reprise de données)")  # an import whose file says nothing


# What a person chooses from; the others are said by the software alone.
BASES_TO_CHOOSE = tuple(basis for basis in LegalBasis if basis not in (LegalBasis.WRITTEN_REASON, LegalBasis.TO_STATE))

# The ground that a legal status gives, when nothing firmer is said.
BASIS_OF_STATUS = {
    LegalStatus.JUDGE: LegalBasis.JUDGE,
    LegalStatus.OPP: LegalBasis.EMERGENCY,
    LegalStatus.ADMINISTRATIVE: LegalBasis.ADMINISTRATIVE,
    LegalStatus.AEMO: LegalBasis.JUDGE,
    LegalStatus.AED: LegalBasis.ADMINISTRATIVE,
    LegalStatus.WARD: LegalBasis.WARD,
    LegalStatus.YOUNG_ADULT: LegalBasis.YOUNG_ADULT,
    LegalStatus.UNKNOWN: LegalBasis.TO_STATE,
}


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
MISSION_CHANGED = verb(
    "mission.changed", N_("Mission modifiée"), kind=str, holder=uuid.UUID, sections=str, until=datetime
)
MISSION_ENDED = verb("mission.ended", N_("Mission terminée"), kind=str, holder=uuid.UUID)
SHEET_SAVED = verb("sheet.saved", N_("Fiche de départ enregistrée"), version=int)
SHEET_OPENED = verb("sheet.opened", N_("Fiche de départ ouverte"), context=uuid.UUID)
SHEET_CLOSED = verb("sheet.closed", N_("Fiche de départ refermée"), context=uuid.UUID)
SHEET_READ = reading("sheet.read", N_("Fiche de départ lue"))
PHOTO_REPLACED = verb("photo.replaced", N_("Photo remplacée"), size=int)
YOUTH_READ = reading("youth.read", N_("Dossier consulté"), section=str)
MAJORITY_ASKED = verb("majority.asked", N_("Dix-huit ans dans trois mois : question posée"))
NAMES_SEARCHED = verb("youth.searched", N_("Recherche par nom"), found=int, with_year=bool)
SERVICE_NAMED = verb(
    "youth.service_named", N_("Service d’un autre département cherché par son nom"), found=int, organisation=uuid.UUID
)
