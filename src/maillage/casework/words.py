"""What each text of a row is called, on its form and on a page of conflict; in the order of the page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Labels = Mapping[str, Any]

WORDS = _("Ses mots, exactement")
NOTE: Labels = {"text": pgettext_lazy("file", "Texte de la note"), "words": WORDS}
GOAL: Labels = {
    "title": _("L’objectif, en une phrase"),
    "how": _("Comment, avec qui"),
    "words": _("Ce qu’elle en dit, avec ses mots"),
    "domain": _("Domaine"),
    "state": _("Où en est-on"),
    "together": _("Posé avec elle"),
    "review_on": _("À revoir le"),
}
DOCUMENT: Labels = {"title": _("Titre"), "note": _("À savoir")}
FAMILY: Labels = {
    "who": _("Nom de la personne"),
    "text": _("Ce qui s’est dit, ce dont elle ou il a besoin"),
    "rights": _("Informations et droits expliqués"),
    "kind": _("De quoi s’agit-il"),
    "kinship": _("Avec qui"),
    "at": _("Quand"),
    "helpline": _("116 000"),
}
LEGAL: Labels = {
    "title": _("En quelques mots"),
    "who": _("Qui : nom, service, téléphone"),
    "reference": _("Référence, numéro"),
    "text": _("Où en est-on, à savoir"),
    "kind": _("De quoi s’agit-il"),
    "state": _("État"),
    "dated_on": _("Date"),
    "next_on": _("Prochaine date"),
}
FLAG: Labels = {"text": _("À savoir tout de suite")}
OBSERVATION: Labels = {
    "facts": _("Les faits : ce qui a été vu ou entendu, quand, où"),
    "who_saw": _("Qui l’a vu ou entendu"),
    "answer": _("Réponse"),
    "seen_on": _("Quand"),
    "words": WORDS,
}
JUDGEMENT: Labels = {
    "reading": _("Ce que j’en pense, comme professionnel"),
    "justification": _("Ce sur quoi je m’appuie"),
    "review_on": _("À revoir le"),
}
TASK: Labels = {"text": _("Ce qui est à faire")}
INCIDENT: Labels = {
    "seen": _("Ce qui a été vu ou entendu"),
    "who_saw": _("Qui l’a vu ou entendu"),
}
SENT: Labels = {
    "force": _("Transmis à"),
    "who": _("À qui : service, nom ou fonction"),
    "means": _("Par quel moyen"),
    "reference": _("Référence donnée"),
}
