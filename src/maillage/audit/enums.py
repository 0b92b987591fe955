"""What the journal says of itself."""

from django.utils.translation import gettext_noop as N_

from maillage.audit.verbs import verb

CLOCK_MOVED = verb("journal.clock_moved", N_("Horloge reculée"), was=str, now=str)
MARK = "journal.mark"
