"""Words of a missing episode, and what the journal can say of one."""

import uuid
from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import reading, verb


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


class Answer(models.TextChoices):
    """« Ne sait pas » is an answer of its own, never a « non »."""

    YES = "yes", _("Oui")
    NO = "no", _("Non")
    UNKNOWN = "unknown", _("Ne sait pas")


class Trigger(models.TextChoices):
    """What makes a step owed."""

    OPENED = "opened", _("à l’ouverture")
    SIGN_OF_LIFE = "sign_of_life", _("à chaque signe de vie")
    LOCATED = "located", _("à la localisation")
    RETURNED = "returned", _("au retour")
    DISAGREEMENT = "disagreement", _("si l’autorité lit autrement")
    KIND_CHANGED = "kind_changed", _("si la lecture change")


class Audience(models.TextChoices):
    """Whom a step tells. School and employer learn an absence, never a runaway."""

    POLICE = "police", _("Police ou gendarmerie")
    JUSTICE = "justice", _("Justice")
    PARENT = "parent", _("Parent ou tuteur")
    ASE = "ase", _("Aide sociale à l’enfance")
    SCHOOL = "school", _("École")
    EMPLOYER = "employer", _("Employeur")
    TEAM = "team", _("Équipe")


class OutingKind(models.TextChoices):
    PERMISSION = "permission", _("Permission")
    VISIT = "visit", _("Visite ou hébergement")
    SCHOOL = "school", _("École")
    ACTIVITY = "activity", _("Activité")


class EpisodeState(models.TextChoices):
    MISSING = "missing", _("Absence")
    LOCATED = "located", _("Localisation connue")
    RETURNED = "returned", _("De retour")
    CLOSED = "closed", _("Clos")


class ClosingReason(models.TextChoices):
    FOLLOWED = "followed", _("De retour, suivi fait")
    BACK_NO_FOLLOW_UP = "back_no_follow_up", _("De retour, sans suite")
    OPENED_BY_MISTAKE = "opened_by_mistake", _("Ouvert par erreur")
    OTHER_PLACE = "other_place", _("Ne revient pas ici : autre lieu")
    MAJORITY = "majority", _("Majorité pendant l’absence")


class EventKind(models.TextChoices):
    READING = "reading", _("Lecture de la situation")
    AUTHORITY_QUALIFICATION = "authority_qualification", _("Qualification par l’autorité")
    CONTACT_ATTEMPT = "contact_attempt", _("Tentative de contact")
    SIGN_OF_LIFE = "sign_of_life", _("Signe de vie")
    PLACE_KEPT = "place_kept", _("Place gardée")
    LOCATED = "located", _("Localisation")
    FETCH = "fetch", _("Trajet de retour")
    RETURNED = "returned", _("Retour")
    URGENT_CARE = "urgent_care", _("Soins urgents proposés")
    NEEDS = "needs", _("Besoins d’abord")
    POLICE_QUESTIONNAIRE = "police_questionnaire", _("Questionnaire des enquêteurs")
    TALK = "talk", _("Entretien éducatif de retour")
    DECISION = "decision", _("Décision")
    PLACEMENT_ENDED = "placement_ended", _("Fin de l’accueil")
    RETURN_UNDONE = "return_undone", _("Retour noté par erreur")
    ANSWERS_CORRECTED = "answers_corrected", _("Réponses de l’entretien corrigées")
    CLOSED = "closed", _("Clôture")
    REOPENED = "reopened", _("Réouverture")


class Authority(models.TextChoices):
    """Who qualifies: never us."""

    POLICE = "police", _("Police")
    GENDARMERIE = "gendarmerie", _("Gendarmerie")
    PROSECUTOR = "prosecutor", _("Procureur")


class ContactWay(models.TextChoices):
    CALL = "call", _("Appel")
    MESSAGE = "message", _("Message")
    NETWORK = "network", _("Réseau social")
    PARENT = "parent", _("Par les parents")
    PEER = "peer", _("Par des amies ou amis")
    OUTREACH = "outreach", _("Par une équipe de rue")
    ON_SITE = "on_site", _("Sur place")


class ContactOutcome(models.TextChoices):
    NO_ANSWER = "no_answer", _("Pas de réponse")
    MESSAGE_LEFT = "message_left", _("Message laissé")
    NO_NEWS = "no_news", _("Joints, sans nouvelles")
    ANSWERED = "answered", _("Réponse obtenue")


class Care(models.TextChoices):
    """What is offered at the door; what is done with it is health staff's."""

    POST_EXPOSURE = "post_exposure", _("Traitement post-exposition au VIH")
    CONTRACEPTION = "contraception", _("Contraception d’urgence")
    WOUNDS = "wounds", _("Soins, blessures")
    OTHER = "other", _("Autre besoin de santé")


class Need(models.TextChoices):
    """First things first, at the door."""

    FOOD = "food", _("Manger, boire")
    SLEEP = "sleep", _("Dormir")
    WASHING = "washing", _("Se laver, se changer")
    SAFETY = "safety", _("Être à l’abri")
    CALL = "call", _("Appeler quelqu’un")


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


class Action(models.TextChoices):
    """What one may do in an episode; `lifecycle.TABLE` says in which state and with which ability."""

    READING_CHANGE = "reading_change", _("Revoir les questions")
    AUTHORITY_QUALIFY = "authority_qualify", _("Noter la qualification de l’autorité")
    CONTACT_RECORD = "contact_record", _("Noter une tentative de contact")
    SIGN_OF_LIFE_RECORD = "sign_of_life_record", _("Noter un signe de vie")
    PLACE_KEEP = "place_keep", _("Garder la place")
    PLACEMENT_END = "placement_end", _("Mettre fin à l’accueil")
    LOCATE = "locate", _("Noter sa localisation")
    FETCH_PLAN = "fetch_plan", _("Dire qui fait le trajet de retour")
    RETURN = "return", _("Noter son retour")
    RETURN_UNDO = "return_undo", _("Retour noté par erreur")
    URGENT_CARE_RECORD = "urgent_care_record", _("Proposer les soins urgents")
    NEEDS_RECORD = "needs_record", _("Noter les besoins d’abord")
    POLICE_QUESTIONNAIRE_RECORD = "police_questionnaire_record", _("Noter le questionnaire des enquêteurs")
    TALK_ATTEMPT = "talk_attempt", _("Proposer l’entretien")
    INTERVIEW_START = "interview_start", _("Commencer l’entretien")
    DECISION_ADD = "decision_add", _("Ajouter une décision")
    CORRECT = "correct", _("Corriger")
    DECLARATION_MAKE = "declaration_make", _("Fiche de déclaration")
    END_OF_SEARCH_MAKE = "end_of_search_make", _("Fin de recherche")
    SERIOUS_EVENT_MAKE = "serious_event_make", _("Déclaration d’événement grave")
    CHRONOLOGY_MAKE = "chronology_make", _("Chronologie")
    CLOSE = "close", _("Clore")
    REOPEN = "reopen", _("Rouvrir")


PROTOCOL_LOADED = verb("protocol.loaded", N_("Protocole chargé"), departement=str, slug=str, number=int, sha256=str)
PROTOCOL_CHOSEN = verb("protocol.chosen", N_("Protocole remis en vigueur"), departement=str, slug=str, number=int)
SETTINGS_SAVED = verb("departement.settings_saved", N_("Réglages du département enregistrés"), departement=str)
OUTING_HOURS_SAVED = verb("outing.hours_saved", N_("Heures habituelles de retour enregistrées"), organisation=uuid.UUID)
OUTING_STARTED = verb("outing.started", N_("Sortie notée"), kind=str, expected_at=datetime)
OUTING_ENDED = verb("outing.ended", N_("Retour de sortie noté"), returned_at=datetime)
OUTING_EXTENDED = verb("outing.extended", N_("Retour prévu modifié"), expected_at=datetime)
EPISODE_OPENED = verb("episode.opened", N_("Épisode ouvert"), kind=str, suggested=str, origin=str, lines=list)
READING_CHANGED = verb("episode.reading_changed", N_("Lecture revue"), kind=str, suggested=str, lines=list)
AUTHORITY_QUALIFIED = verb("episode.authority_qualified", N_("Qualification notée"), authority=str, kind=str)
CONTACT_RECORDED = verb("episode.contact_recorded", N_("Tentative de contact notée"), way=str, outcome=str)
SIGN_RECORDED = verb("episode.sign_of_life_recorded", N_("Signe de vie noté"), way=str)
PLACE_KEPT = verb("episode.place_kept", N_("Place gardée"), until=date)
PLACEMENT_ENDED_IN_EPISODE = verb(
    "episode.placement_ended", N_("Accueil terminé pendant un épisode"), placement=uuid.UUID, end_kind=str
)
LOCATED = verb("episode.located", N_("Localisation notée"), at=datetime)
FETCH_PLANNED = verb("episode.fetch_planned", N_("Trajet de retour prévu"))
RETURNED = verb("episode.returned", N_("Retour noté"), at=datetime, dropped=int)
RETURN_UNDONE = verb("episode.return_undone", N_("Retour noté par erreur"))
URGENT_CARE_RECORDED = verb("episode.urgent_care_recorded", N_("Soins urgents notés"), offer=str, details=bool)
NEEDS_RECORDED = verb("episode.needs_recorded", N_("Besoins notés"))
POLICE_QUESTIONNAIRE_RECORDED = verb(
    "episode.police_questionnaire_recorded", N_("Questionnaire des enquêteurs noté"), outcome=str
)
TALK_ATTEMPTED = verb("episode.talk_attempted", N_("Proposition d’entretien notée"), offer=str)
INTERVIEW_STARTED = verb("interview.started", N_("Entretien de retour commencé"), readers=list, independent=bool)
INTERVIEW_HELD = verb("interview.held", N_("Entretien de retour tenu"), at=datetime)
INTERVIEW_CORRECTED = verb("interview.corrected", N_("Entretien de retour corrigé"), after_closing=bool)
DECISION_ADDED = verb("episode.decision_added", N_("Décision ajoutée"), task=uuid.UUID)
EVENT_CORRECTED = verb("episode.event_corrected", N_("Ligne corrigée"), kind=str, corrects=uuid.UUID)
DOCUMENT_MADE = verb(
    "episode.document_made", N_("Document produit"), kind=str, number=str, sha256=str, content_sha256=str, lines=int
)
DOCUMENT_READ = reading("episode.document_read", N_("Document lu"), kind=str, number=str)
EPISODE_CLOSED = verb("episode.closed", N_("Épisode clos"), reason=str, unsettled=int)
EPISODE_REOPENED = verb("episode.reopened", N_("Épisode rouvert"))
