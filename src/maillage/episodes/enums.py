"""Words of the missing episode."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EpisodeKind(models.TextChoices):
    """Our reading (`declared_kind`); what police or prosecutor decide is `AuthorityQualification`."""

    UNAUTHORISED_ABSENCE = "unauthorised_absence", _("Sortie non autorisée")
    RUNAWAY = "runaway", _("Fugue")
    WORRYING_DISAPPEARANCE = "worrying_disappearance", _("Disparition inquiétante")


class Origin(models.TextChoices):
    HOME = "home", _("Maison ou foyer")
    FOSTER_CARER = "foster_carer", _("Famille d’accueil")
    AEMO = "aemo", _("Service d’AEMO")
    OUTING = "outing", _("Sortie qui ne s’est pas terminée")


class OutingKind(models.TextChoices):
    PERMISSION = "permission", _("Permission")
    VISIT = "visit", _("Visite ou hébergement")
    SCHOOL = "school", _("École")
    ACTIVITY = "activity", _("Activité")


class EpisodeState(models.TextChoices):
    MISSING = "missing", _("Absente")
    LOCATED = "located", _("Localisée")
    RETURNED = "returned", _("Rentrée")
    CLOSED = "closed", _("Clos")


class ClosingReason(models.TextChoices):
    FOLLOWED = "followed", _("Rentrée, suivi fait")
    BACK_NO_FOLLOW_UP = "back_no_follow_up", _("Rentrée, sans suite")
    OPENED_BY_MISTAKE = "opened_by_mistake", _("Ouvert par erreur")
    OTHER_PLACE = "other_place", _("Ne revient pas ici : autre lieu")
    MAJORITY = "majority", _("Majorité pendant l’absence")


class EventKind(models.TextChoices):
    READING = "reading", _("Lecture de la situation")
    AUTHORITY_QUALIFICATION = "authority_qualification", _("Qualification par l’autorité")
    CONTACT_ATTEMPT = "contact_attempt", _("Tentative de contact")
    SIGN_OF_LIFE = "sign_of_life", _("Signe de vie")
    PLACE_KEPT = "place_kept", _("Place gardée")
    LOCATED = "located", _("Localisée")
    FETCH = "fetch", _("Qui va la chercher")
    RETURNED = "returned", _("Retour")
    URGENT_CARE = "urgent_care", _("Soins urgents proposés")
    NEEDS = "needs", _("Besoins d’abord")
    POLICE_QUESTIONNAIRE = "police_questionnaire", _("Questionnaire des enquêteurs")
    TALK = "talk", _("Entretien éducatif de retour")
    DECISION = "decision", _("Décision")
    DOCUMENT = "document", _("Document")
    CLOSED = "closed", _("Clôture")
    REOPENED = "reopened", _("Réouverture")


class Offer(models.TextChoices):
    OFFERED = "offered", _("Proposé")
    ACCEPTED = "accepted", _("Accepté")
    REFUSED = "refused", _("Refusé")
    IMPOSSIBLE = "impossible", _("Impossible")
    HELD = "held", _("Tenu")


class PoliceQuestionnaire(models.TextChoices):
    HELD = "held", _("Tenu")
    REFUSED = "refused", _("Refusé")
    NOT_HELD = "not_held", _("Non tenu")


class DocumentKind(models.TextChoices):
    DECLARATION = "declaration", _("Fiche de déclaration")
    END_OF_SEARCH = "end_of_search", _("Fin de recherche")
    SERIOUS_EVENT = "serious_event", _("Déclaration d’événement grave")
    CHRONOLOGY = "chronology", _("Chronologie")
