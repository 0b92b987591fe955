"""Roles of people at work, and what each may do: code, not rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    HOME = "home", _("Maison d’enfants, foyer")
    FOSTER_CARE = "foster_care", _("Service d’accueil familial")
    AEMO = "aemo", _("Service d’AEMO")
    ASE = "ase", _("Aide sociale à l’enfance")
    POLICE = "police", _("Police")
    GENDARMERIE = "gendarmerie", _("Gendarmerie")
    PROSECUTOR = "prosecutor", _("Parquet")
    SCHOOL = "school", _("Établissement scolaire")
    HEALTH = "health", _("Santé")
    ASSOCIATION = "association", _("Association")
    DEPARTEMENT = "departement", _("Département")


class Role(models.TextChoices):
    EDUCATOR = "educator", _("Éducateur ou éducatrice")
    FOSTER_CARER = "foster_carer", _("Assistant familial")
    ON_CALL_MANAGER = "on_call_manager", _("Cadre d’astreinte")
    CASE_WORKER = "case_worker", _("Éducateur référent (ASE)")
    ASE_ON_CALL = "ase_on_call", _("Astreinte ASE")
    HEALTH_STAFF = "health_staff", _("Professionnel de santé")
    DPO = "dpo", _("Déléguée à la protection des données")
    ADMINISTRATOR = "administrator", _("Administrateur des comptes")


class Ability(models.TextChoices):
    """What a role may do to what it sees. Seeing itself comes from a mission."""

    DESK_SEE = "desk.see", _("Voir l’accueil")
    OVERDUE_SEE = "overdue.see", _("Voir les retards de ses maisons")
    OUTING_RECORD = "outing.record", _("Noter une sortie")
    EPISODE_OPEN = "episode.open", _("Ouvrir un épisode")
    EPISODE_ACT = "episode.act", _("Agir dans un épisode")
    EPISODE_CLOSE = "episode.close", _("Clore un épisode")
    STEP_DO = "step.do", _("Faire une étape")
    STEP_HAND_OVER = "step.hand_over", _("Passer le relais")
    PERSON_EDIT = "person.edit", _("Tenir l’identité, les parents et la photo")
    MISSION_EDIT = "mission.edit", _("Créer un dossier, ouvrir un accueil ou une mission")
    SHEET_EDIT = "sheet.edit", _("Préparer la fiche de départ")
    DOCUMENT_MAKE = "document.make", _("Produire un document")
    TALK_HOLD = "talk.hold", _("Mener l’entretien éducatif de retour")
    URGENT_CARE_DETAIL = "urgent_care.detail", _("Écrire le détail des soins")
    PLACEMENT_END = "placement.end", _("Mettre fin à un accueil")
    ROTA_EDIT = "rota.edit", _("Tenir le tableau d’astreinte")
    SETTINGS_EDIT = "settings.edit", _("Régler le protocole et les délais")
    ACCOUNTS_MANAGE = "accounts.manage", _("Gérer les comptes")
    JOURNAL_READ = "journal.read", _("Lire le journal")
