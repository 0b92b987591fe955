"""What each figure of « Relevé » is called, and what it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from maillage.common import spoken
from maillage.episodes.coverage import Figure

Words = str | Promise


@dataclass(frozen=True)
class Said:
    """`label`; `short`, at the head of a column; `counts`: what the figure counts; `leaves`: what it does not;
    `delay`: what its median measures."""

    label: Words
    short: Words
    counts: Words
    leaves: Words = ""
    delay: Words = ""


WORDS: Mapping[Figure, Said] = {
    Figure.EPISODES: Said(
        lazy("Épisodes"),
        lazy("Épisodes"),
        lazy("Les absences constatées pendant la période, d’après l’heure du constat."),
        lazy("Les épisodes clos avec le motif « Ouvert par erreur »."),
    ),
    Figure.SHEET: Said(
        lazy("Fiche de déclaration envoyée"),
        lazy("Fiche envoyée"),
        lazy("Les épisodes dont l’étape « envoyer la fiche de déclaration » est faite."),
        lazy("Une fiche produite mais jamais notée comme envoyée."),
        lazy("du constat à l’envoi de la fiche"),
    ),
    Figure.RETURNED: Said(
        lazy("De retour"),
        lazy("Retours"),
        lazy("Les épisodes dont le retour est noté."),
        lazy("Les retours annulés (« noté par erreur »), et ceux qui ne sont pas encore notés."),
        lazy("du constat au retour"),
    ),
    Figure.CARE: Said(
        lazy("Soins urgents proposés"),
        lazy("Soins proposés"),
        lazy("Les retours où la proposition de soins urgents est notée, quelle que soit la réponse."),
        lazy("Le détail des soins : il n’est lu que par les soignants."),
        lazy("du retour à la proposition"),
    ),
    Figure.OFFERED: Said(
        lazy("Entretien proposé"),
        lazy("Entretien proposé"),
        lazy("Les retours où l’entretien éducatif est noté proposé, accepté, refusé ou tenu, au moins une fois."),
        lazy("Une tentative seulement notée « impossible »."),
        lazy("du retour à la première proposition"),
    ),
    Figure.NOT_OFFERED: Said(
        lazy("Entretien pas encore proposé"),
        lazy("Pas encore proposé"),
        lazy("Les retours sans aucune proposition notée."),
    ),
    Figure.HELD: Said(
        lazy("Entretien tenu"),
        lazy("Entretien tenu"),
        lazy("Les retours suivis d’un entretien noté tenu."),
        lazy("Le questionnaire des enquêteurs, qui est le leur."),
        lazy("du retour à l’entretien"),
    ),
    Figure.IN_TIME: Said(
        lazy("Entretien tenu dans le délai"),
        lazy("Tenu dans le délai"),
        lazy(
            "Les entretiens tenus avant le « au plus tard » de leur épisode (72 h après le retour quand le protocole "
            "n’en dit rien)."
        ),
        lazy("Au dénominateur : les retours dont le délai court encore et dont l’entretien n’est pas tenu."),
    ),
    Figure.REFUSED: Said(
        lazy("Refus de l’entretien"),
        lazy("Refus"),
        lazy("Les retours où un refus est noté, même si un entretien a eu lieu ensuite. Refuser est son droit."),
    ),
    Figure.BREAKDOWN: Said(
        lazy("Ruptures d’accueil ensuite"),
        lazy("Ruptures"),
        lazy(
            "Les épisodes suivis d’une fin d’accueil « rupture » dans la même maison, pendant l’absence ou dans les "
            "30 jours après le retour. Une rupture compte une fois, avec l’épisode le plus récent."
        ),
        lazy("Les autres fins d’accueil : changement prévu, retour en famille, majorité, décision du juge."),
    ),
    Figure.RELAYS: Said(
        lazy("Relais passés"),
        lazy("Relais passés"),
        lazy("Chaque fois qu’une étape d’un épisode a été proposée à quelqu’un d’autre. On compte des relais."),
    ),
    Figure.ACKNOWLEDGED: Said(
        lazy("Relais confirmés"),
        lazy("Relais confirmés"),
        lazy("Les relais que quelqu’un a confirmés (« Je prends le relais »). On compte des relais."),
        lazy("Les relais revenus sans réponse, déclinés ou repris."),
    ),
}

PEOPLE = pgettext_lazy("colonne", "Jeunes")


def length(lasted: timedelta) -> str:
    """A delay in the unit one thinks of it in: minutes, hours up to four days, then days."""
    hours = round(lasted / timedelta(hours=1))
    if lasted < timedelta(hours=24):
        return spoken.span(lasted)
    if hours <= 96:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(days)s j") % {"days": round(lasted / timedelta(days=1))}
