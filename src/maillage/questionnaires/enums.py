"""Words of the questionnaires: what the journal says about them, what one does on their pages."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb

PUBLISHED = verb("questionnaire.published", N_("Questionnaire publié"), number=int)
WITHDRAWN = verb("questionnaire.withdrawn", N_("Questionnaire retiré"), number=int)
ANSWERS_STARTED = verb("answers.started", N_("Réponses commencées"))
ANSWERS_SAVED = verb("answers.saved", N_("Brouillon de réponses écrit"), answers=str)
ANSWERS_SUBMITTED = verb("answers.submitted", N_("Réponses enregistrées"), section=str)
ANSWERS_CORRECTED = verb("answers.corrected", N_("Réponses en cours de correction"))


class Instrument(models.TextChoices):
    """What is asked with an instrument that a département may replace; its slug, and the name of the shipped file."""

    RETURN = "retour", _("Questionnaire de l’entretien")
    OBSERVATIONS = "observations", _("Fiche d’observation")


class Observed(models.TextChoices):
    """The answers of every instrument of observation: four different ones; none is the default, none weighs."""

    OBSERVED = "observed", _("Observé")
    NOT_OBSERVED = "not_observed", _("Regardé, non observé")
    NOT_LOOKED_AT = "not_looked_at", _("Pas regardé")
    CONTESTED = "contested", _("Contesté")


class Do(models.TextChoices):
    """The buttons of a page of questions."""

    UPDATE = "update", _("Mettre à jour")
    SAVE = "save", _("Enregistrer le brouillon")
    PREVIOUS = "previous", _("Page précédente")
    NEXT = "next", _("Page suivante")
    SUBMIT = "submit", _("Terminer")
