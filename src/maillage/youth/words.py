"""What each column is called on a form, on a conflict page and in an import report."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

PERSON: Mapping[str, object] = {
    "external_reference": _("Référence"),
    "given_name": _("Prénom"),
    "family_name": _("Nom de famille"),
    "usual_name": _("Prénom d’usage"),
    "aliases": _("Surnoms"),
    "former_names": _("Anciens noms"),
    "birth_date": _("Date de naissance"),
    "birth_place": _("Lieu de naissance"),
    "sex": _("Sexe"),
    "phones": _("Téléphones"),
    "justice": _("Mesure du juge"),
    "legal_status": _("Statut juridique"),
    "departement": _("Département"),
}

PARENT: Mapping[str, object] = {
    "kinship": _("Lien"),
    "name": _("Nom"),
    "contacts": _("Coordonnées"),
    "authority": _("Autorité parentale"),
    "contact": _("Contact"),
    "may_know_place": _("Peut connaître le lieu d’accueil"),
    "decision": _("Décision"),
    "decision_date": _("Date de la décision"),
    "note": _("À savoir"),
}

SHEET: Mapping[str, object] = {
    "prepared_with": _("Préparée ensemble"),
    "prepared_on": _("Préparée le"),
    "description": _("Description"),
    "phones": _("Ses téléphones"),
    "handles": _("Ses comptes en ligne"),
    "travel_card": _("Carte de transport"),
    "friends": _("Amis, proches"),
    "usual_places": _("Lieux habituels"),
    "emergency_health": _("Santé : ce que des secours doivent savoir"),
    "call_first": _("Qui appeler d’abord"),
}
