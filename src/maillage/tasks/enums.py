"""States of a task, of a hand-over, of a notice; what the journal says of them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb


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
    UNCERTAIN = "uncertain", _("Envoi incertain")  # may have been sent; goes out again under the same Message-ID
    FAILED = "failed", _("Échec de l’envoi")
    MOOT = "moot", _("Devenu inutile")  # the step was settled before the message left


TASK_DONE = verb("task.done", N_("Étape faite"), key=str, means=str)
TASK_UNDONE = verb("task.undone", N_("Étape rouverte par son auteur"), key=str)
TASK_NOT_DUE = verb("task.not_due", N_("Étape déclarée sans objet"), key=str)
TASK_TAKEN = verb("task.taken", N_("Étape prise en charge"), key=str)
TASK_REMINDED = verb("task.reminded", N_("Rappel envoyé"), key=str, recipients=int)
TASK_ESCALATED = verb("task.escalated", N_("Retard signalé"), key=str, level=int, role=str, recipients=int)
HAND_OVER_MADE = verb(
    "hand_over.made", N_("Relais proposé"), key=str, to_user=uuid.UUID, to_role=str, organisation=uuid.UUID
)
HAND_OVER_ACKNOWLEDGED = verb("hand_over.acknowledged", N_("Relais confirmé"), key=str)
HAND_OVER_DECLINED = verb("hand_over.declined", N_("Relais décliné"), key=str)
HAND_OVER_WITHDRAWN = verb("hand_over.withdrawn", N_("Relais repris"), key=str)
HAND_OVER_RETURNED = verb("hand_over.returned", N_("Relais revenu sans réponse"), key=str, recipients=int)
SHIFT_SAVED = verb(
    "shift.saved", N_("Astreinte enregistrée"), organisation=uuid.UUID, role=str, user=uuid.UUID, edited=bool
)
SHIFT_REMOVED = verb("shift.removed", N_("Astreinte retirée"), organisation=uuid.UUID, role=str, user=uuid.UUID)
