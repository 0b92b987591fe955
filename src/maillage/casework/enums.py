"""Words of the shared file: what may be written in it, and what the journal says of that."""

import uuid
from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_
from django.utils.translation import pgettext_lazy

from maillage.audit.verbs import reading, verb


class Group(models.TextChoices):
    """What the timeline can be narrowed to. Never a judgement: observations go with the notes."""

    EPISODE = "episode", _("Épisodes")
    CONTACT = "contact", _("Contacts")
    NOTE = "note", pgettext_lazy("file", "Notes")
    DECISION = "decision", _("Décisions")
    STEP = "step", _("Étapes")
    GOAL = "goal", _("Objectifs")
    FAMILY = "family", _("Famille")
    JUSTICE = "justice", _("Justice")
    DOCUMENT = "document", _("Documents, partages")


class Asked(models.TextChoices):
    """Whether the young person said what she wants once she is eighteen."""

    SAID = "said", _("Oui, avec ses mots ci-dessous")
    REFUSED = "refused", _("Non, elle n’a pas souhaité répondre")
    NOT_YET = "not_yet", _("Pas encore")


class Level(models.TextChoices):
    """Who reads a note."""

    TEAM = "team", _("Toute l’équipe qui l’accompagne")
    SERVICE = "service", _("Mon service seulement")
    HEALTH = "health", _("Le personnel de santé")
    OWN = "own", _("Moi seulement")


class Domain(models.TextChoices):
    """What a goal is about."""

    HEALTH = "health", _("Santé")
    HARM_REDUCTION = "harm_reduction", _("Réduction des risques")
    SCHOOLING = "schooling", _("Scolarité")
    TRAINING = "training", _("Formation")
    WORK = "work", _("Emploi")
    HOUSING = "housing", _("Logement")
    RIGHTS = "rights", _("Droits")


class GoalState(models.TextChoices):
    OPEN = "open", _("En cours")
    REACHED = "reached", _("Atteint")
    SET_ASIDE = "set_aside", _("Mis de côté")


class DocumentType(models.TextChoices):
    IDENTITY = "identity", _("Identité, état civil")
    DECISION = "decision", _("Décision de justice, mesure")
    SCHOOL = "school", _("École, formation, emploi")
    HEALTH = "health", _("Santé")
    REPORT = "report", _("Rapport, synthèse")
    LETTER = "letter", _("Courrier")
    OTHER = "other", _("Autre document")


class FamilyKind(models.TextChoices):
    CONTACT = "contact", _("Contact")
    NEED = "need", _("Besoin exprimé")
    SUPPORT = "support", _("Soutien apporté")
    INFORMATION = "information", _("Information donnée")


class Helpline(models.TextChoices):
    """Whether the 116 000 was offered."""

    NOT_RAISED = "", _("Pas abordé cette fois")
    ACCEPTED = "accepted", _("Proposé, accepté")
    LATER = "later", _("Proposé, à reprendre plus tard")
    REFUSED = "refused", _("Proposé, refusé")


class LegalKind(models.TextChoices):
    COMPLAINT = "complaint", _("Plainte")
    LAWYER = "lawyer", _("Avocate ou avocat")
    AD_HOC = "ad_hoc", _("Administrateur ad hoc")
    HEARING = "hearing", _("Audience")
    OUTCOME = "outcome", _("Suite donnée par la justice")


class LegalState(models.TextChoices):
    OPEN = "open", _("En cours")
    ENDED = "ended", pgettext_lazy("legal matter", "Terminée")


class Basis(models.TextChoices):
    """Why a share is allowed."""

    SHARED_SECRECY = "shared_secrecy", _("Secret partagé en protection de l’enfance (CASF L226-2-2)")
    CARE = "care", _("Continuité des soins")
    AGREEMENT = "agreement", _("Accord de la jeune personne")
    TRANSMISSION = "transmission", _("Transmission d’une information préoccupante ou d’un signalement")
    COURT = "court", _("Demande de la justice")


class Told(models.TextChoices):
    """Whether someone was informed of a share."""

    TOLD = "told", _("Informée ou informés")
    NOT_TOLD = "not_told", _("Pas informée ou pas informés : dire pourquoi")


class IncidentKind(models.TextChoices):
    PROWLING = "prowling", _("Quelqu’un rôde autour du lieu")
    VEHICLE = "vehicle", _("Véhicule en attente ou qui revient")
    INTRUSION = "intrusion", _("Intrusion ou tentative")
    APPROACH = "approach", _("Inconnu qui aborde à l’entrée ou aux abords")
    OTHER = "other", _("Autre fait autour du lieu")


class HandTaskKind(models.TextChoices):
    """The title of a task by hand, as lists show it: its words are sealed."""

    CALL = "call", _("Appeler")
    MEETING = "meeting", _("Rendez-vous à prendre ou à préparer")
    PAPER = "paper", _("Démarche ou document")
    TRANSMIT = "transmit", _("Transmettre une information")
    REVIEW = "review", _("Faire le point")
    OTHER = "other", _("Autre chose à faire")


class Settled(models.TextChoices):
    """How a task by hand ends."""

    DONE = "done", pgettext_lazy("task", "Fait")
    NOT_NEEDED = "not_needed", _("Plus nécessaire")


class Force(models.TextChoices):
    """Whom an incident around a place was passed on to."""

    POLICE = "police", _("Police")
    GENDARMERIE = "gendarmerie", _("Gendarmerie")


NOTE_WRITTEN = verb("note.written", N_("Note écrite"), level=str)
NOTE_CORRECTED = verb("note.corrected", N_("Note corrigée"), level=str, number=int)
GOAL_SET = verb("goal.set", N_("Objectif posé"), domain=str)
GOAL_EDITED = verb("goal.edited", N_("Objectif modifié"), domain=str, state=str, version=int)
DOCUMENT_FILED = verb("document.filed", N_("Document classé"), kind=str, size=int)
DOCUMENT_WITHDRAWN = verb("document.withdrawn", N_("Document retiré"), kind=str)
MAJORITY_PLANNED = verb("majority.planned", N_("Dix-huit ans : suite écrite"), ends=int, goes_on=int)
DOCUMENT_READ = reading("document.read", N_("Document lu"), kind=str)
FAMILY_RECORDED = verb("family.recorded", N_("Lien avec la famille noté"), kind=str, helpline=str)
FAMILY_CORRECTED = verb("family.corrected", N_("Lien avec la famille corrigé"), kind=str, number=int)
LEGAL_OPENED = verb("legal.opened", N_("Procédure enregistrée"), kind=str)
LEGAL_EDITED = verb("legal.edited", N_("Procédure modifiée"), kind=str, state=str, version=int)
FLAG_RAISED = verb("flag.raised", N_("Repère posé"))
FLAG_LIFTED = verb("flag.lifted", N_("Repère levé"))
TASK_SET = verb("task.set", N_("Tâche ajoutée"), kind=str, task=uuid.UUID)
SHARE_MADE = verb("share.made", N_("Partage"), basis=str, bound=bool, until=datetime, items=int, link=bool)
SHARE_ENDED = verb("share.ended", N_("Partage arrêté"))
SHARE_READ = reading("share.read", N_("Partage lu"), link=bool)
SHARE_REFUSED = verb("share.refused", N_("Code de partage refusé"), tries=int)
OBSERVATION_WRITTEN = verb("observation.written", N_("Observation écrite"))
OBSERVATION_CORRECTED = verb("observation.corrected", N_("Observation corrigée"), number=int)
JUDGEMENT_WRITTEN = verb("judgement.written", N_("Avis professionnel écrit"), review_on=date)
JUDGEMENT_CORRECTED = verb("judgement.corrected", N_("Avis professionnel corrigé"), number=int, review_on=date)
INCIDENT_RECORDED = verb("incident.recorded", N_("Fait autour d’un lieu noté"), kind=str, organisation=uuid.UUID)
INCIDENT_READ = verb("incident.read", N_("Fait autour d’un lieu lu"), organisation=uuid.UUID)
INCIDENT_SENT = verb("incident.sent", N_("Fait autour d’un lieu transmis"), organisation=uuid.UUID)
