"""Words of the directory: who may see what, what a structure is, how one reaches it; and what the journal can say."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb


class Confidentiality(models.TextChoices):
    """Who sees a sheet, from the widest to the narrowest."""

    PUBLIC = "public", _("Tout le monde")
    PROFESSIONALS = "professionals", _("Professionnels")
    ON_REQUEST = "on_request", _("Professionnels, adresse sur demande")


RANK = {Confidentiality.PUBLIC: 0, Confidentiality.PROFESSIONALS: 1, Confidentiality.ON_REQUEST: 2}


class StructureKind(models.TextChoices):
    """What a structure is in this field. Those of `TO_FILL` exist in every département."""

    CRIP = "crip", _("CRIP")
    ASE = "ase", _("Aide sociale à l’enfance")
    PMI = "pmi", _("Protection maternelle et infantile")
    MINORS_BRIGADE = "minors_brigade", _("Brigade des mineurs")
    FAMILY_HOUSE = "family_house", _("Maison de protection des familles")
    PROSECUTOR = "prosecutor", _("Parquet des mineurs")
    PJJ = "pjj", _("Protection judiciaire de la jeunesse")
    SCHOOL_SOCIAL = "school_social", _("Service social en faveur des élèves")
    SCHOOL_HEALTH = "school_health", _("Santé scolaire")
    CEGIDD = "cegidd", _("CeGIDD")
    PLANNING = "planning", _("Centre de santé sexuelle, planning familial")
    FORENSIC = "forensic", _("UMJ ou UAPED")
    VICTIMS = "victims", _("Aide aux victimes")
    OUTREACH = "outreach", _("Équipe de rue ou en ligne")
    SHELTER = "shelter", _("Hébergement, mise à l’abri")
    CARE = "care", _("Consultation, soins")
    YOUTH_PLACE = "youth_place", _("Lieu d’accueil et d’écoute des jeunes")
    HELPLINE = "helpline", _("Ligne d’écoute")
    EMERGENCY = "emergency", _("Urgence")
    OBSERVATORY = "observatory", _("Observatoire, ressources")
    ASSOCIATION = "association", _("Association")
    OTHER = "other", _("Autre")


# Whose address is given on request unless somebody decides otherwise.
SECRET_BY_DEFAULT = frozenset({StructureKind.SHELTER})


def usual_level(kind: str) -> Confidentiality:
    """Who sees a sheet of that kind when nobody said it."""
    return Confidentiality.ON_REQUEST if kind in SECRET_BY_DEFAULT else Confidentiality.PUBLIC


class Channel(models.TextChoices):
    """How it answers."""

    PHONE = "phone", _("Par téléphone")
    SMS = "sms", _("Par SMS")
    MAIL = "mail", _("Par courriel")
    CHAT = "chat", _("Par tchat")
    ON_SITE = "on_site", _("Sur place")
    VISIT = "visit", _("En allant vers")


REMOTE = frozenset({Channel.PHONE, Channel.SMS, Channel.MAIL, Channel.CHAT})


class SheetState(models.TextChoices):
    PUBLISHED = "published", _("Publiée")
    TO_FILL = "to_fill", _("À compléter")
    RETIRED = "retired", _("Retirée")


class ProposalKind(models.TextChoices):
    NEW_STRUCTURE = "new_structure", _("Nouvelle structure")
    NEW_SERVICE = "new_service", _("Nouveau service")
    CHANGE = "change", _("Modification")
    RETIRE = "retire", _("Retrait")


class ProposalState(models.TextChoices):
    WAITING = "waiting", _("En attente")
    ACCEPTED = "accepted", _("Acceptée")
    REFUSED = "refused", _("Refusée")


class AnswerState(models.TextChoices):
    WAITING = "waiting", _("En attente")
    GRANTED = "granted", _("Accordée")
    REFUSED = "refused", _("Refusée")


class ChangeKind(models.TextChoices):
    CREATED = "created", _("Fiche créée")
    CHANGED = "changed", _("Fiche modifiée")
    CONFIRMED = "confirmed", _("Fiche confirmée")
    MERGED = "merged", _("Fiches réunies")
    RETIRED = "retired", _("Fiche retirée")
    IMPORTED = "imported", _("Importée")


STRUCTURE_SAVED = verb("directory.structure_saved", N_("Structure enregistrée"), created=bool)
SERVICE_SAVED = verb("directory.service_saved", N_("Service enregistré"), created=bool)
SHEET_CONFIRMED = verb("directory.confirmed", N_("Fiche confirmée"))
SHEET_RETIRED = verb("directory.retired", N_("Fiche retirée"))
SHEETS_MERGED = verb("directory.merged", N_("Fiches réunies"), absorbed=str)
IMPORTED = verb("directory.imported", N_("Fichier importé"), structures=int, services=int, refused=int)
PROPOSED = verb("directory.proposed", N_("Fiche proposée"), kind=str)
PROPOSAL_ANSWERED = verb("directory.proposal_answered", N_("Proposition traitée"), state=str)
PLACE_ASKED = verb("directory.place_asked", N_("Adresse demandée"), structure=str)
PLACE_ANSWERED = verb("directory.place_answered", N_("Demande d’adresse traitée"), state=str)
PLACE_READ = verb("directory.place_read", N_("Adresse lue"), structure=str)
REMINDED = verb("directory.reminded", N_("Rappel préparé"))
