"""States of a task, of a hand-over, of a notice."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskState(models.TextChoices):
    WAITING = "waiting", _("En attente d’une étape précédente")
    OPEN = "open", _("À faire")
    DONE = "done", _("Fait")
    NOT_DUE = "not_due", _("Sans objet")  # a stated reason, never silent


class Means(models.TextChoices):
    PHONE = "phone", _("Téléphone")
    EMAIL = "email", _("Courriel")
    SMS = "sms", _("SMS")
    LETTER = "letter", _("Courrier")
    IN_PERSON = "in_person", _("Sur place")
    SECURE = "secure", _("Messagerie sécurisée")
    OTHER = "other", _("Autre")


class NoticeKind(models.TextChoices):
    REMINDER = "reminder", _("Rappel")
    ESCALATION = "escalation", _("Escalade")
    HAND_OVER = "hand_over", _("Relais à confirmer")
    HAND_OVER_BACK = "hand_over_back", _("Relais non confirmé")


class NoticeState(models.TextChoices):
    PENDING = "pending", _("À envoyer")
    SENDING = "sending", _("Envoi en cours")
    SENT = "sent", _("Envoyé")
    UNCERTAIN = "uncertain", _("Envoi incertain")
    FAILED = "failed", _("Échec de l’envoi")
