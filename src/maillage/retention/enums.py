"""Words of retention: where a file is on its way, and what the journal says of it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb


class KeptState(models.TextChoices):
    """From one to the next; everything before « detruit » can be undone."""

    ACTIVE = "active", _("Base active")
    ARCHIVED = "archived", _("Archivé")
    PROPOSED = "proposed", _("Soumis au visa")
    TRASH = "trash", _("Corbeille")
    DESTROYED = "destroyed", _("Détruit")


class Held(models.TextChoices):
    """Why nothing runs yet."""

    PLACED = "placed", _("un accueil est en cours")
    EPISODE = "episode", _("un épisode est ouvert")
    STEP = "step", _("une étape reste due")


RULES_SAVED = verb("retention.rules_saved", N_("Durées de conservation enregistrées"), departement=str, number=int)
FILE_ARCHIVED = verb("retention.archived", N_("Dossier archivé"))
FILE_RESTORED = verb("retention.restored", N_("Dossier sorti d’archive"))
DISPOSAL_MADE = verb(
    "retention.disposal_made", N_("Bordereau d’élimination fait"), departement=str, number=int, files=int
)
DISPOSAL_WITHDRAWN = verb("retention.disposal_withdrawn", N_("Bordereau d’élimination retiré"), files=int)
VISA_GIVEN = verb("retention.visa_given", N_("Visa des archives noté"), files=int, withheld=int)
TRASH_UNDONE = verb("retention.trash_undone", N_("Dossier retiré de la corbeille"))
FILE_DESTROYED = verb("retention.destroyed", N_("Dossier détruit"), key=uuid.UUID, disposal=uuid.UUID)
ERASURE_REPLAYED = verb("retention.replayed", N_("Destruction rejouée après une restauration"), key=uuid.UUID)
FORGOTTEN = verb("retention.forgotten", N_("Éléments arrivés à leur terme retirés"), photos=int, incidents=int)
COPY_MADE = verb(
    "own_copy.made", N_("Copie remise à la personne faite"), number=str, sha256=str, lines=int, left_out=int
)
COPY_READ = verb("own_copy.read", N_("Copie remise à la personne lue"), number=str)
