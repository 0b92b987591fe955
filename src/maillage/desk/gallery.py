"""Every component in every state, with invented people. Pure: `now` in, template context out."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from maillage.common.enums import Section
from maillage.common.errors import Difference


class _Form(forms.Form):
    name = forms.CharField(label="Qui avez-vous appelé ?", help_text="Prénom et fonction, comme vous le diriez.")
    means = forms.ChoiceField(label="Par quel moyen", choices=[("phone", "Téléphone"), ("sms", "SMS")])
    outcome = forms.ChoiceField(
        label="Résultat", choices=[("yes", "A répondu"), ("no", "N’a pas répondu")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    told = forms.BooleanField(label="Je le lui ai dit", required=False)


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def states(now: datetime) -> dict[str, Any]:
    """What `desk/gallery.html` draws. Family names are common nouns: nobody real."""
    refused = _Form({"name": "", "means": "phone"})
    refused.is_valid()
    return {
        "clocks": [
            {"label": "loin", "due_at": now + _minutes(190)},
            {"label": "proche", "due_at": now + _minutes(22)},
            {"label": "maintenant", "due_at": now + timedelta(seconds=20)},
            {"label": "en retard", "due_at": now - _minutes(12)},
            {"label": "en retard de plusieurs jours", "due_at": now - timedelta(days=2, hours=3)},
        ],
        "done_at": now - _minutes(48),
        "since": now - _minutes(80),
        "at": now,
        "stopped": now - _minutes(9),
        "people": [
            {"name": "Lina", "initials": "L. P.", "line": "Permission, retour prévu 21 h"},
            {"name": "Lina Parapluie", "initials": "L. P.", "hidden": True, "line": "Maison des Tilleuls"},
            {"name": "", "initials": "L. P.", "hidden": True, "line": "Écran partagé"},
            {"name": "Lina Parapluie", "initials": "L. P.", "size": "large", "line": "14 ans · Maison des Tilleuls"},
        ],
        "steps": [
            {
                "title": "Appeler le commissariat", "state": "open", "due_at": now + _minutes(22), "mine": True,
                "next": True, "url": "#etape", "action": "J’ai appelé", "phone": "+33199000017",
                "why": "La déclaration se fait d’abord par téléphone.", "source": "Protocole départemental, § 2",
            },
            {
                "title": "Prévenir l’éducatrice référente", "state": "open", "due_at": now + _minutes(95),
                "owner": "Nadia Lampadaire", "url": "#etape", "action": "C’est fait",
                "hand_over": "Relais proposé à Sami Tabouret, à confirmer avant 23 h",
            },
            {
                "title": "Envoyer la fiche avec photo", "state": "open", "due_at": now - _minutes(12),
                "owner": "Cadre d’astreinte", "url": "#etape", "action": "C’est envoyé",
            },
            {"title": "Demander l’annulation au fichier", "state": "waiting", "after": "Dire son retour à la police"},
            {
                "title": "Appeler son téléphone", "state": "done", "done_at": now - _minutes(48),
                "done_by": "Inès Bougeoir",
                "means": "Téléphone", "recipient": "messagerie", "note": "Message laissé, voix calme.",
            },
            {
                "title": "Prévenir le père", "state": "not_due",
                "reason_not_due": "Contact interdit par décision du 4 mars",
            },
        ],
        "entries": [
            {
                "at": now - _minutes(6), "title": "Signe de vie", "by": "Inès Bougeoir", "icon": "message-circle",
                "text": "SMS reçu sur le téléphone du foyer.", "words": "je vais bien je rentre demain",
                "section": Section.WORDS,
            },
            {"at": now - _minutes(20), "title": "Rappel envoyé au cadre d’astreinte", "system": True},
            {
                "at": now - _minutes(48), "title": "Appel sans réponse", "by": "Inès Bougeoir", "icon": "phone",
                "written_at": now - _minutes(30),
            },
            {
                "at": now - timedelta(days=1, minutes=5), "title": "Dernière présence constatée", "by": "Sami Tabouret",
                "icon": "eye", "text": "Au portail, à 17 h 10.", "corrected": True, "place": "Portail du collège",
            },
        ],
        "sections": list(Section),
        "until": (now + timedelta(days=200)).date(),
        "differences": [
            Difference("Description", "Cheveux courts, veste bleue", "Cheveux courts, veste noire, sac à dos"),
            Difference("Téléphone", "06 39 98 12 12", ""),
        ],
        "form": _Form(initial={"outcome": "yes"}),
        "refused": refused,
        "nothing": _("Aucune sortie en cours."),
    }  # fmt: skip
