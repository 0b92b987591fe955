"""Who may be told that a young person is missing. Pure: one table, tested whole.

Parents keep parental authority during a placement (Code civil 371-3, 373-4, 375-7), so the rule is to tell
them; what a decision forbids, or what nobody has checked yet, becomes a stated reason and never a task. Telling
the place is a second question: a parent may learn the absence without learning where she lives or was found.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from maillage.youth.enums import Authority, Contact


@dataclass(frozen=True)
class Decision:
    """`allowed`: she or he may be told. `reason`: French, translated, ready to show, never empty."""

    allowed: bool
    reason: str
    may_tell_place: bool


def may_notify(authority: str, contact: str, may_know_place: bool) -> Decision:
    """Whether a parent or guardian may be told, why, and whether the place may be said.

    A decision that forbids comes before what is unknown: the reason shown is the firmest one.
    """
    refusal = _refusal(Authority(authority), Contact(contact))
    if refusal:
        return Decision(False, refusal, False)
    parts = [
        _("Exerce l’autorité parentale.")
        if authority == Authority.FULL
        else _("Garde une autorité parentale limitée : s’en tenir à l’absence et à la suite.")
    ]
    if contact == Contact.MEDIATED:
        parts.append(_("Le contact avec l’enfant passe par un tiers : prévenir soi-même, ne pas donner son numéro."))
    if not may_know_place:
        parts.append(_("Ne dire ni le lieu d’accueil, ni celui où l’enfant se trouve."))
    return Decision(True, " ".join(parts), bool(may_know_place))


def _refusal(authority: Authority, contact: Contact) -> str:
    if contact == Contact.FORBIDDEN:
        return _("Une décision interdit le contact : ne pas prévenir, voir avec l’ASE.")
    if authority == Authority.WITHDRAWN:
        return _("L’autorité parentale a été retirée : ne pas prévenir.")
    if authority == Authority.DELEGATED:
        return _("L’autorité parentale est déléguée : prévenir la personne qui l’exerce.")
    if authority == Authority.UNKNOWN:
        return _("On ne sait pas qui exerce l’autorité parentale : vérifier avec l’ASE avant de prévenir.")
    if contact == Contact.UNKNOWN:
        return _("On ne sait pas si le contact est autorisé : vérifier avec l’ASE avant de prévenir.")
    return ""
