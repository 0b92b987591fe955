"""One row of an import, understood: what each column may hold, and what is said when it does not. Pure.

Reasons are French and never repeat a name or a birth date: a report is read on a screen and kept in a log.
"""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from maillage.common.letters import fold
from maillage.reference import communes, zones
from maillage.youth.enums import BASES_TO_CHOOSE, Authority, Contact, Kinship, LegalStatus, PlacementKind
from maillage.youth.phones import normalise

PARENTS = 4
_LONGEST = 1000

# Column → heading expected when no mapping says otherwise.
FIELDS: dict[str, str] = {
    "reference": N_("Référence"),
    "family_name": N_("Nom"),
    "given_name": N_("Prénom"),
    "usual_name": N_("Prénom d’usage"),
    "aliases": N_("Surnoms"),
    "former_names": N_("Anciens noms"),
    "birth_date": N_("Date de naissance"),
    "birth_place": N_("Lieu de naissance"),
    "sex": N_("Sexe"),
    "phones": N_("Téléphone"),
    "departement": N_("Département"),
    "legal_status": N_("Statut juridique"),
    "judge": N_("Juge"),
    "measure": N_("Mesure"),
    "decision_date": N_("Date de la décision"),
    "decision_reference": N_("Numéro de la décision"),
    "legal_basis": N_("Base légale"),
    "home_reference": N_("Référence du lieu"),
    "home": N_("Lieu d’accueil"),
    "home_kind": N_("Type d’accueil"),
    "home_phone": N_("Téléphone du lieu"),
    "home_night_phone": N_("Téléphone de nuit du lieu"),
    "home_address": N_("Adresse du lieu"),
    "home_postcode": N_("Code postal du lieu"),
    "home_commune": N_("Commune du lieu"),
    "placed_since": N_("Accueil depuis"),
    "association_reference": N_("Référence de l’association"),
    "association": N_("Association"),
    "ase_reference": N_("Référence du service ASE"),
    "ase": N_("Service ASE"),
    "case_worker": N_("Courriel du référent"),
    "foster_carer": N_("Assistant familial"),
}
_PARENT_FIELDS = {
    "kinship": N_("lien"),
    "name": N_("nom"),
    "phone": N_("téléphone"),
    "email": N_("courriel"),
    "address": N_("adresse"),
    "postcode": N_("code postal"),
    "commune": N_("commune"),
    "authority": N_("autorité parentale"),
    "contact": N_("contact"),
    "may_know_place": N_("peut connaître le lieu"),
    "decision": N_("décision"),
    "decision_date": N_("date de la décision"),
    "note": N_("à savoir"),
}
FIELDS |= {
    f"parent{number}_{column}": f"Parent {number} {heading}"
    for number in range(1, PARENTS + 1)
    for column, heading in _PARENT_FIELDS.items()
}

_WORDS: Mapping[type[models.TextChoices], Mapping[str, str]] = {
    LegalStatus: {"oppp": "opp", "placement judiciaire": "judge", "accueil provisoire": "administrative",
                  "pupille": "ward", "tutelle": "ward", "contrat jeune majeur": "young_adult", "cjm": "young_adult"},
    PlacementKind: {"mecs": "home", "foyer": "home", "maison d enfants": "home", "famille d accueil": "foster",
                    "assistant familial": "foster", "hotel": "hotel", "domicile": "family", "aemo": "family",
                    "aed": "family"},
    Kinship: {"pere": "father", "mere": "mother", "tuteur": "guardian", "tutrice": "guardian", "autre": "relative"},
    Authority: {"oui": "full", "exerce": "full", "retiree": "withdrawn", "retrait": "withdrawn",
                "deleguee": "delegated", "delegation": "delegated", "limitee": "partial"},
    Contact: {"oui": "allowed", "autorise": "allowed", "interdit": "forbidden", "mediatise": "mediated",
              "visite mediatisee": "mediated"},
}  # fmt: skip
_SEX = {"f": "f", "fille": "f", "feminin": "f", "femme": "f", "2": "f", "m": "m", "garcon": "m", "masculin": "m",
        "homme": "m", "g": "m", "h": "m", "1": "m", "x": "x", "autre": "x"}  # fmt: skip
_YES = frozenset({"oui", "o", "1", "x", "vrai", "true", "yes"})
_NO = frozenset({"non", "n", "0", "faux", "false", "no"})
_MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
           "novembre", "decembre")  # fmt: skip
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Place:
    """An organisation named by a row."""

    reference: str
    name: str
    phone: str = ""
    night_phone: str = ""
    address: str = ""
    commune: str = ""
    departement: str = ""


@dataclass
class Draft:
    """A row understood. Empty values mean the file says nothing: they never erase.

    `legal_basis` one of the closed list, "" when the file names none; `basis_note` what else it wrote there.
    `foster_carer` an e-mail address or an account's reference.
    """

    reference: str
    identity: dict[str, Any]
    departement: str
    legal_basis: str
    basis_note: str = ""
    home: Place | None = None
    home_kind: str = ""
    placed_since: date | None = None
    association: Place | None = None
    ase: Place | None = None
    case_worker: str = ""
    foster_carer: str = ""
    parents: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """`column`: the heading in the file, "" for the row as a whole."""

    column: str
    reason: str


class Refused(Exception):
    """The row cannot be taken; every reason at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.reason for problem in problems))
        self.problems = list(problems)


def a_date(text: str, *, mac_dates: bool = False) -> date:
    """JJ/MM/AAAA, JJ-MM-AA, AAAA-MM-JJ, « 3 mars 2010 », or a spreadsheet's day number. ValueError otherwise.

    Two-digit years are of this century up to the present one's tens, else of the last.
    """
    text = text.strip()
    text = re.sub(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$", "", text)
    if re.fullmatch(r"\d{5}", text) and 10_000 < int(text) < 80_000:
        start = date(1904, 1, 1) if mac_dates else date(1899, 12, 30)
        return start + timedelta(days=int(text))
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{2}|\d{4})", text):
        return date(_year(found[3]), int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(\d{1,2})(?:er)? ([a-z]+)\.? (\d{2}|\d{4})", fold(text)):
        for number, month in enumerate(_MONTHS, 1):
            if month == found[2] or (len(found[2]) >= 3 and month.startswith(found[2]) and found[2] != "jui"):
                return date(_year(found[3]), number, int(found[1]))
    raise ValueError(f"not a date: {text!r}")


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return 2000 + year if year < 40 else 1900 + year


def a_truth(text: str) -> bool:
    """Yes or no. ValueError otherwise."""
    folded = fold(text)
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise ValueError(f"neither yes nor no: {text!r}")


class Reader:
    """Reads the cells of one row by column, and gathers what is wrong with them."""

    def __init__(self, cells: Mapping[str, str], headings: Mapping[str, str], *, mac_dates: bool = False) -> None:
        self._cells = cells
        self._headings = headings
        self._mac_dates = mac_dates
        self.problems: list[Problem] = []

    def wrong(self, column: str, reason: str) -> None:
        self.problems.append(Problem(self._headings.get(column, _(FIELDS[column])) if column else "", reason))

    def text(self, column: str, limit: int = _LONGEST) -> str:
        text = self._cells.get(column, "")
        if len(text) > limit:
            self.wrong(column, _("texte trop long (%(limit)d caractères au plus)") % {"limit": limit})
            return ""
        return text

    def name(self, column: str) -> str:
        """A text that names someone or something: no formula, no markup."""
        text = self.text(column, 160)
        if text.startswith(_FORMULA) or any(sign in text for sign in "<>{}|\n\t"):
            self.wrong(column, _("ne ressemble pas à un nom (formule ou signe inattendu)"))
            return ""
        return text

    def names(self, column: str) -> list[str]:
        text = self.name(column)
        return [part.strip() for part in re.split(r"[,;/]", text) if part.strip()]

    def date(self, column: str) -> date | None:
        text = self.text(column, 40)
        if not text:
            return None
        try:
            return a_date(text, mac_dates=self._mac_dates)
        except ValueError:
            self.wrong(column, _("date non comprise (attendu : JJ/MM/AAAA)"))
            return None

    def truth(self, column: str) -> bool | None:
        text = self.text(column, 40)
        if not text:
            return None
        try:
            return a_truth(text)
        except ValueError:
            self.wrong(column, _("attendu : oui ou non"))
            return None

    def choice(self, column: str, among: type[models.TextChoices]) -> str:
        """The code of a choice, from its code, its French label or a usual word."""
        text = self.text(column, 160)
        if not text:
            return ""
        if found := _by_word(among, get_language()).get(fold(text)):
            return str(found)
        self.wrong(
            column,
            _("« %(value)s » n’est pas prévu (attendu : %(known)s)")
            % {"value": text[:40], "known": ", ".join(str(label) for label in among.labels)},
        )
        return ""

    def sex(self, column: str) -> str:
        text = self.text(column, 40)
        if text and fold(text) not in _SEX:
            self.wrong(column, _("attendu : F, M ou X"))
        return _SEX.get(fold(text), "")

    def phones(self, column: str, departement: str) -> list[str]:
        found = []
        for part in re.split(r"[,;/\n]|\bou\b", self.text(column, 200)):
            if not part.strip():
                continue
            # A spreadsheet that took a number for a number dropped its first zero.
            digits = re.sub(r"[\s.]", "", part)
            part = f"0{digits}" if re.fullmatch(r"[1-9]\d{8}", digits) else part
            try:
                found.append(normalise(part, departement))
            except ValueError:
                self.wrong(column, _("numéro de téléphone non compris"))
        return found

    def email(self, column: str) -> str:
        text = self.text(column, 200)
        if text and not re.fullmatch(r"[^@\s=<>]+@[^@\s=<>]+\.[^@\s=<>]+", text):
            self.wrong(column, _("adresse électronique non comprise"))
            return ""
        return text.lower()

    def account(self, column: str) -> str:
        """Someone's account: her e-mail address, or the account's reference (a UUID)."""
        try:
            return str(uuid.UUID(self.text(column, 200)))
        except ValueError:
            return self.email(column)

    def basis(self, column: str) -> str:
        """The legal basis that the cell names, by code or label; "" when it says something else, or nothing."""
        text = fold(self.text(column, 160))
        return _bases_by_word(get_language()).get(text, "")

    def commune(self, column: str, postcode_column: str, departement: str) -> communes.Commune | None:
        """A commune of the official list: by code INSEE or name, with its postcode, or else in that département."""
        text = self.text(column, 160)
        if not text:
            return None
        postcode = self.text(postcode_column, 10).replace(" ", "")
        if re.fullmatch(r"\d{4}", postcode):
            postcode = f"0{postcode}"
        by_code = communes.find(text) if re.fullmatch(r"\d[\dABab]\d{3}", text) else None
        found = [by_code] if by_code else communes.by_name(text, postcode or None)
        if len(found) > 1:
            found = [commune for commune in found if commune.departement == departement] or found
        if len(found) == 1:
            return found[0]
        reason = (
            _("commune « %(name)s » : plusieurs portent ce nom, ajoutez le code postal")
            if found
            else _("commune « %(name)s » absente de la liste officielle")
        )
        self.wrong(column, reason % {"name": f"{text[:60]} {postcode}".strip()})
        return None


@cache
def _by_word(among: type[models.TextChoices], _language: str | None) -> dict[str, str]:
    """The codes of a choice by what a cell may call them."""
    codes = {fold(value): str(value) for value in among.values}
    labels = {fold(str(one.label)): str(one.value) for one in among}
    return {**codes, **labels, **_WORDS[among]}


@cache
def _bases_by_word(_language: str | None) -> dict[str, str]:
    words = [(word, str(one.value)) for one in BASES_TO_CHOOSE for word in (one.value, fold(str(one.label)))]
    return dict(reversed(words))


def draft(cells: Mapping[str, str], headings: Mapping[str, str], today: date, *, mac_dates: bool = False) -> Draft:
    """Understand a row. `cells`: text by column of FIELDS. `headings`: how the file names them. Refused says why."""
    row = Reader(cells, headings, mac_dates=mac_dates)
    departement = _departement(row)
    identity: dict[str, Any] = {
        "family_name": row.name("family_name"),
        "given_name": row.name("given_name"),
        "usual_name": row.name("usual_name"),
        "aliases": row.names("aliases"),
        "former_names": row.names("former_names"),
        "birth_date": row.date("birth_date"),
        "birth_place": row.name("birth_place"),
        "sex": row.sex("sex"),
        "phones": row.phones("phones", departement),
        "legal_status": row.choice("legal_status", LegalStatus),
        "justice": _justice(row),
    }
    reference = row.name("reference")
    if not reference and not cells.get("reference"):
        row.wrong("reference", _("référence absente : sans elle, un second import créerait un double"))
    if not any(cells.get(column) for column in ("family_name", "given_name", "usual_name")):
        row.wrong("family_name", _("ni nom ni prénom"))
    basis = row.basis("legal_basis")
    born = identity["birth_date"]
    if born is not None and not date(1990, 1, 1) <= born <= today:
        row.wrong("birth_date", _("cette date de naissance n’est pas celle d’un jeune"))
    found = Draft(
        reference=reference,
        identity={column: value for column, value in identity.items() if value not in ("", [], {}, None)},
        departement=departement,
        legal_basis=basis,
        basis_note="" if basis else row.text("legal_basis", 160),
        home=_place(row, "home", departement),
        home_kind=row.choice("home_kind", PlacementKind),
        placed_since=row.date("placed_since"),
        association=_place(row, "association", departement),
        ase=_place(row, "ase", departement),
        case_worker=row.email("case_worker"),
        foster_carer=row.account("foster_carer"),
        parents=_parents(row, departement),
    )
    _check_following(row, found, today)
    if row.problems:
        raise Refused(row.problems)
    return found


def _departement(row: Reader) -> str:
    text = row.text("departement", 60).upper()
    text = f"0{text}" if re.fullmatch(r"\d", text) else text
    if not text:
        row.wrong("departement", _("département absent"))
    elif not zones.exists(text):
        row.wrong("departement", _("« %(value)s » n’est pas un département") % {"value": text[:20]})
        return ""
    return text


def _justice(row: Reader) -> dict[str, str]:
    decided = row.date("decision_date")
    values = {
        "judge": row.name("judge"),
        "measure": row.text("measure"),
        "decision_date": decided.isoformat() if decided else "",
        "reference": row.text("decision_reference", 80),
    }
    return {key: value for key, value in values.items() if value}


def _place(row: Reader, prefix: str, departement: str) -> Place | None:
    name, reference = row.name(prefix), row.name(f"{prefix}_reference")
    if not name and not reference:
        return None
    if prefix != "home":
        return Place(reference, name, departement=departement)
    commune = row.commune("home_commune", "home_postcode", departement)
    phones = [row.phones(column, departement) for column in ("home_phone", "home_night_phone")]
    return Place(
        reference=reference,
        name=name,
        phone=phones[0][0] if phones[0] else "",
        night_phone=phones[1][0] if phones[1] else "",
        address=row.text("home_address", 200),
        commune=commune.code if commune else "",
        departement=commune.departement if commune else departement,
    )


def _parents(row: Reader, departement: str) -> dict[str, dict[str, Any]]:
    found = {}
    for number in range(1, PARENTS + 1):
        key = f"parent{number}"
        said = {column: f"{key}_{column}" for column in _PARENT_FIELDS}
        commune = row.commune(said["commune"], said["postcode"], departement)
        where = " ".join(filter(None, [row.text(said["postcode"], 10), commune.name if commune else ""]))
        contacts = {
            "phones": row.phones(said["phone"], departement),
            "email": row.email(said["email"]),
            "address": ", ".join(filter(None, [row.text(said["address"], 200), where])),
        }
        values: dict[str, Any] = {
            "kinship": row.choice(said["kinship"], Kinship),
            "name": row.name(said["name"]),
            "contacts": {column: value for column, value in contacts.items() if value},
            "authority": row.choice(said["authority"], Authority),
            "contact": row.choice(said["contact"], Contact),
            "may_know_place": row.truth(said["may_know_place"]),
            "decision": row.text(said["decision"]),
            "decision_date": row.date(said["decision_date"]),
            "note": row.text(said["note"]),
        }
        values = {column: value for column, value in values.items() if value not in ("", {}, None)}
        if values and "kinship" not in values and not row.text(said["kinship"]):
            row.wrong(said["kinship"], _("lien absent : mère, père, tuteur…"))
        if values:
            found[key] = values
    return found


def _check_following(row: Reader, found: Draft, today: date) -> None:
    if found.home is None and found.ase is None and not found.case_worker:
        row.wrong("home", _("ni lieu d’accueil, ni service ASE, ni référent : personne ne pourrait voir ce dossier"))
    if found.home is not None and not found.home_kind and not row.text("home_kind"):
        row.wrong("home_kind", _("type d’accueil absent"))
    if found.home is not None and found.placed_since is None and not row.text("placed_since"):
        row.wrong("placed_since", _("date de début d’accueil absente"))
    if found.placed_since is not None and found.placed_since > today:
        row.wrong("placed_since", _("cette date est dans l’avenir"))
    for place, column in ((found.home, "home"), (found.association, "association"), (found.ase, "ase")):
        if place is not None and not place.name and not row.text(column):
            row.wrong(column, _("nom absent"))


def headings_of(headers: Iterable[str]) -> dict[str, list[int]]:
    """Positions of each heading, folded: accents, case and spaces do not count."""
    found: dict[str, list[int]] = {}
    for position, header in enumerate(headers):
        found.setdefault(fold(header), []).append(position)
    return found
