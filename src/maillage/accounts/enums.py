"""Roles of people at work, and what each may do: code, not rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb


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
    FOSTER_CARER = "foster_carer", _("Accueil familial")
    ON_CALL_MANAGER = "on_call_manager", _("Cadre d’astreinte")
    CASE_WORKER = "case_worker", _("Référente ou référent ASE")
    ASE_ON_CALL = "ase_on_call", _("Astreinte ASE")
    HEALTH_STAFF = "health_staff", _("Personnel de santé")
    COORDINATOR = "coordinator", _("Coordination du réseau")
    DPO = "dpo", _("Protection des données")
    ARCHIVIST = "archivist", _("Archives départementales")
    ADMINISTRATOR = "administrator", _("Gestion des comptes")


class Ability(models.TextChoices):
    """What a role may do to what it sees. Seeing itself comes from a mission."""

    DESK_SEE = "desk.see", _("Voir l’accueil")
    OVERDUE_SEE = "overdue.see", _("Voir les retards de ses maisons")
    COVERAGE_SEE = "coverage.see", _("Voir le relevé de ses maisons")
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
    FILE_WRITE = "file.write", _("Écrire dans le dossier")
    FILE_SHARE = "file.share", _("Partager une partie du dossier")
    INCIDENT_RECORD = "incident.record", _("Noter un fait autour d’un lieu")
    ROTA_EDIT = "rota.edit", _("Tenir le tableau d’astreinte")
    SETTINGS_EDIT = "settings.edit", _("Régler le protocole et les délais")
    ACCOUNTS_MANAGE = "accounts.manage", _("Gérer les comptes")
    DIRECTORY_PROPOSE = "directory.propose", _("Proposer une fiche de l’annuaire")
    DIRECTORY_COORDINATE = "directory.coordinate", _("Tenir l’annuaire")
    RETENTION_KEEP = "retention.keep", _("Tenir les durées de conservation")
    RETENTION_VISA = "retention.visa", _("Donner le visa des archives")
    JOURNAL_READ = "journal.read", _("Lire le journal")


class LetterKind(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    PASSWORD = "password", _("Choix d’un mot de passe")
    NOTICE = "notice", _("Changement de sécurité")


ORGANISATION_SAVED = verb("organisation.saved", N_("Organisation enregistrée"), created=bool)
LOOK_SAVED = verb("departement.look_saved", N_("Nom, logo et couleurs du département enregistrés"), departement=str)
USER_CREATED = verb("user.created", N_("Compte créé"))
USER_EDITED = verb("user.edited", N_("Compte modifié"))
USER_DEACTIVATED = verb("user.deactivated", N_("Compte désactivé"))
USER_REACTIVATED = verb("user.reactivated", N_("Compte réactivé"))
USER_INVITED = verb("user.invited", N_("Invitation envoyée"), existing=bool)
LANGUAGE_CHOSEN = verb("user.language", N_("Langue choisie"), language=str)
MEMBERSHIP_OPENED = verb("membership.opened", N_("Rôle donné"), user=str, organisation=str, role=str)
MEMBERSHIP_ENDED = verb("membership.ended", N_("Rôle retiré"), user=str, organisation=str, role=str)
SECOND_FACTOR_ADDED = verb("second_factor.added", N_("Second facteur ajouté"), kind=str)
SECOND_FACTOR_REMOVED = verb("second_factor.removed", N_("Second facteur retiré"), kind=str)
SECOND_FACTOR_RESET = verb("second_factor.reset", N_("Second facteur remis à zéro"), removed=int)
RECOVERY_CODES_MADE = verb("recovery_codes.made", N_("Codes de secours créés"))
PASSWORD_CHANGED = verb("password.changed", N_("Mot de passe changé"))
SIGNED_IN = verb("session.opened", N_("Connexion"))
TIDIED = verb("accounts.tidied", N_("Sessions et lettres passées effacées"), sessions=int, letters=int)
SIGN_IN_REFUSED = verb("session.refused", N_("Connexion refusée"), step=str)
SESSIONS_ENDED = verb("session.all_ended", N_("Sessions fermées"))
