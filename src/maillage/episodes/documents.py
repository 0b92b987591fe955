"""What each document says, as data: titles, fields, lines. Layout is `typst/sheet.typ`'s.

Documents are written in French whoever prints them: police, prosecutor and judge read them. None names another
young person: nothing of another file is read. Only the declaration, which goes to the police, carries where she
lives and where she might be; `place` of an event is never printed. The declaration of a serious event may circulate:
it never says the name, the address or the line of a home whose address is confidential.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from maillage.accounts.enums import OrganisationKind
from maillage.accounts.models import Organisation
from maillage.common.enums import Section
from maillage.common.localtime import local
from maillage.common.spoken import number
from maillage.episodes import protocol
from maillage.episodes.enums import Answer, DocumentKind, EpisodeKind
from maillage.episodes.models import MissingEpisode
from maillage.episodes.selectors import Entry
from maillage.vault.sealing import Opened
from maillage.youth import selectors as people
from maillage.youth.access import address_of
from maillage.youth.enums import Authority, Kinship, LegalStatus

Rows = list[list[str]]
Part = dict[str, Any]

TITLES = {
    DocumentKind.DECLARATION: "Déclaration de disparition d’une personne mineure",
    DocumentKind.END_OF_SEARCH: "Fin de recherche",
    DocumentKind.SERIOUS_EVENT: "Déclaration d’événement grave",
    DocumentKind.CHRONOLOGY: "Chronologie",
}
PARENTS_READ = (
    "Les parents et leurs avocats peuvent lire ce qui entre dans le dossier d’assistance éducative "
    "(code de procédure civile, article 1187). N’y garder que les lignes nécessaires, sans lieu ni tiers."
)


@dataclass
class Reading:
    """What a document reads, and which sections it took: whoever opens it later needs the same."""

    opened: Opened
    sections: set[Section] = field(default_factory=lambda: {Section.IDENTITY})

    def text(self, row: Any, name: str) -> str:
        """The clear text, a list as « a, b », "" when empty or closed."""
        if row is None or not self.opened.may(row, name):
            return ""
        value = self.opened.value(row, name)
        if value in (None, "", [], {}):
            return ""
        self.sections.add(row._meta.get_field(name).section)
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def value(self, row: Any, name: str) -> dict[str, Any]:
        if row is None or not self.opened.may(row, name):
            return {}
        value = self.opened.value(row, name) or {}
        if value:
            self.sections.add(row._meta.get_field(name).section)
        return dict(value)

    def _place(self) -> bool:
        """Whether where she lives may be printed; whoever opens the document then needs to know it too."""
        known = Section.WHEREABOUTS in self.opened.sections
        if known:
            self.sections.add(Section.WHEREABOUTS)
        return known

    def home(self, home: Organisation) -> str:
        """Its name, which gives the place she lives in; neutral words for who may not know it."""
        return home.name if self._place() else str(people.PLACE_UNSAID)

    def address(self, home: Organisation) -> str:
        """Its name and address."""
        if not self._place():
            return str(people.PLACE_UNSAID)
        return ", ".join(filter(None, (home.name, address_of(self.opened, home))))

    def declarant(self, home: Organisation) -> str:
        """Who declares, on a sheet that may circulate; "" when whoever runs a confidential home is not known."""
        above = declaring(home)
        return self.home(above) if above else ""


@dataclass(frozen=True)
class Frame:
    """What is printed around: number, author and instant. `author`: name and role of who makes it."""

    number: str
    author: str
    at: datetime


def at_text(instant: datetime | None, zone: str) -> str:
    """« 12/03/2026 à 21 h 40 », by the clock of the place."""
    if instant is None:
        return ""
    there = local(instant, zone)
    return f"{there:%d/%m/%Y} à {there:%H} h {there:%M}"


def day_text(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def fields(title: str, rows: Iterable[tuple[str, str]]) -> Part:
    return {"kind": "fields", "title": title, "rows": [list(row) for row in rows]}


def paragraphs(title: str, *texts: str) -> Part:
    return {"kind": "text", "title": title, "paragraphs": [text for text in texts if text]}


def notice(text: str) -> Part:
    return {"kind": "notice", "title": "", "text": text}


def table(title: str, head: list[str], widths: list[int], rows: Rows) -> Part:
    """`widths` in millimetres, 0 for what remains."""
    return {"kind": "table", "title": title, "head": head, "widths": widths, "rows": rows}


def signature(rows: Iterable[tuple[str, str]], under: str = "Signature") -> Part:
    return {"kind": "signature", "title": "", "rows": [list(row) for row in rows], "under": under}


def sheet(title: str, subtitle: str, parts: Sequence[Part]) -> dict[str, Any]:
    return {"title": title, "subtitle": subtitle, "parts": list(parts)}


def content(
    frame: Frame, zone: str, sender: str, title: str, sheets: Sequence[dict[str, Any]], photo_alt: str = ""
) -> dict[str, Any]:
    """The whole content, without the hash it will carry."""
    return {
        "title": title,
        "number": f"Document n° {frame.number}" if frame.number else "",
        "author": frame.author,
        "sender": sender,
        "made_text": f"établi le {at_text(frame.at, zone)}" if frame.number else "",
        "stamp": int(frame.at.timestamp()),
        "photo_alt": photo_alt,
        "hash": "",
        "sheets": list(sheets),
    }


# --- What documents share --------------------------------------------------------------------------------------------


def _who(read: Reading, episode: MissingEpisode) -> list[tuple[str, str]]:
    person = episode.person
    born = people.birth_date(read.opened, person)
    age = people.age_at(read.opened, person, local(episode.noticed_at, episode.organisation.zone).date())
    sex = {"f": "féminin", "m": "masculin", "x": "autre"}.get(read.text(person, "sex"), "")
    return [
        ("Nom et prénom", people.full_name(read.opened, person)),
        ("Autres noms", ", ".join(filter(None, (read.text(person, "aliases"), read.text(person, "former_names"))))),
        ("Date et lieu de naissance", ", ".join(filter(None, (day_text(born), read.text(person, "birth_place"))))),
        ("Âge", f"{age} ans" if age is not None else ""),
        ("Sexe", sex),
    ]


def _upwards(organisation: Organisation | None) -> Iterator[Organisation]:
    """It, then those that answer for it, nearest first."""
    met: list[Any] = []
    while organisation is not None and organisation.pk not in met:
        yield organisation
        met.append(organisation.pk)
        organisation = organisation.parent


def call_back(organisation: Organisation | None) -> str:
    """The number printed to be rung at any hour: its night line, else that of who answers for it above; "" when
    nobody there answers at night. A line of the day is never printed as one."""
    return next((number(one.night_phone) for one in _upwards(organisation) if one.night_phone), "")


def declaring(home: Organisation) -> Organisation | None:
    """Whom a sheet that may circulate names: the home, or the nearest above whose name gives no place away."""
    open_ones = (one for one in _upwards(home) if not one.confidential or one.kind in people.AUTHORITIES)
    return next(open_ones, None)


def _declarer(read: Reading, frame: Frame, episode: MissingEpisode) -> list[tuple[str, str]]:
    """For the police: by day, another line than the one of the night may answer."""
    home = episode.organisation
    night = call_back(home)
    by_day = [] if night or not home.phone else [("Rappeler en journée", number(home.phone))]
    return [("Déclarée par", frame.author), ("Pour", read.home(home)), ("Rappeler, jour et nuit", night), *by_day]


def _police_reference(tasks: Iterable[tuple[str, str]]) -> str:
    """The reference given by the police when they were called, or when the sheet was sent. `tasks`: key, reference."""
    known = dict(tasks)
    return known.get("declaration") or known.get("call_police") or ""


# --- The four documents ----------------------------------------------------------------------------------------------


def declaration(
    read: Reading,
    episode: MissingEpisode,
    departure_sheet: Any,
    definition: protocol.Protocol,
    references: Iterable[tuple[str, str]],
    frame: Frame,
    *,
    photo: bool,
) -> list[Part]:
    """For the police or gendarmerie: who she is, since when, who answers for her. The only one with places."""
    person, home, zone = episode.person, episode.organisation, episode.organisation.zone
    justice = read.value(person, "justice")
    answers = read.value(episode, "facts")
    station = home.station
    circumstances = [
        (question.text, str(Answer(answers[question.key]).label))
        for question in definition.questions
        if answers.get(question.key) in (Answer.YES, Answer.NO)
    ]
    parents = [
        [
            str(Kinship(parent.kinship).label),
            read.text(parent, "name"),
            str(Authority(parent.authority).label),
            ", ".join(map(number, read.value(parent, "contacts").get("phones", []))),
        ]
        for parent in people.parents_of(person)
    ]
    place = read.address(home)
    return [
        notice(f"Rappeler l’établissement jour et nuit : {call_back(home) or '………………………………'}"),
        fields(
            "Destinataire",
            [
                ("Service", station.name if station else ""),
                ("Téléphone", number(station.phone) if station else "17"),
                ("Référence donnée", _police_reference(references)),
            ],
        ),
        fields("La personne", _who(read, episode)),
        *([] if photo else [notice("Joindre une photo : aucune n’est enregistrée.")]),
        fields(
            "La reconnaître, la joindre",
            [
                ("Description", read.text(departure_sheet, "description")),
                (
                    "Téléphones",
                    ", ".join(
                        dict.fromkeys(
                            number(one)
                            for row in (person, departure_sheet)
                            for one in read.text(row, "phones").split(", ")
                            if one
                        )
                    ),
                ),
                ("Comptes en ligne", read.text(departure_sheet, "handles")),
                ("Carte de transport", read.text(departure_sheet, "travel_card")),
                ("Vêtements, affaires prises", ""),
            ],
        ),
        fields(
            "L’absence",
            [
                ("Constatée le", at_text(episode.noticed_at, zone)),
                ("Dernière présence constatée le", at_text(episode.last_seen_at, zone)),
                ("Lecture du déclarant", str(EpisodeKind(episode.declared_kind).label)),
                *circumstances,
            ],
        ),
        fields(
            "Santé à connaître en urgence",
            [("À savoir des secours", read.text(departure_sheet, "emergency_health"))],
        ),
        fields(
            "Statut juridique",
            [
                ("Statut", str(LegalStatus(person.legal_status).label)),
                ("Juge", str(justice.get("judge", ""))),
                ("Mesure", str(justice.get("measure", ""))),
                ("Décision du", str(justice.get("decision_date", ""))),
                ("Lieu d’accueil (à ne pas divulguer)" if home.confidential else "Lieu d’accueil", place),
            ],
        ),
        table(
            "Qui exerce l’autorité parentale",
            ["Lien", "Nom", "Autorité", "Téléphones"],
            [28, 0, 50, 38],
            parents or [["", "", "", ""]],
        ),
        fields(
            "Où chercher",
            [
                ("Amis, proches", read.text(departure_sheet, "friends")),
                ("Lieux habituels", read.text(departure_sheet, "usual_places")),
                ("Appeler d’abord", read.text(departure_sheet, "call_first")),
            ],
        ),
        paragraphs(
            "", "Le déclarant s’engage à dire aux enquêteurs chaque signe de vie, et son retour dès qu’il le sait."
        ),
        signature([*_declarer(read, frame, episode), ("Le", at_text(frame.at, zone))]),
    ]


def end_of_search(
    read: Reading, episode: MissingEpisode, references: Iterable[tuple[str, str]], frame: Frame
) -> list[Part]:
    """For the police: she is found; please cancel the entry. Says when, not where."""
    zone, station = episode.organisation.zone, episode.organisation.station
    found = episode.returned_at or episode.located_at
    how = "Retour le" if episode.returned_at else "Localisation le"
    return [
        fields(
            "Destinataire",
            [
                ("Service", station.name if station else ""),
                ("Téléphone", number(station.phone) if station else "17"),
                ("Référence", _police_reference(references)),
            ],
        ),
        fields("La personne", _who(read, episode)),
        fields(
            "L’absence",
            [("Constatée le", at_text(episode.noticed_at, zone)), (how, at_text(found, zone))],
        ),
        notice(
            "Nous demandons la fin des recherches et le retrait de l’inscription au fichier des personnes recherchées."
        ),
        paragraphs("", "Nous prions le service de confirmer ce retrait au numéro ci-dessous, tenu jour et nuit."),
        signature([*_declarer(read, frame, episode), ("Le", at_text(frame.at, zone))]),
    ]


def _named(read: Reading, home: Organisation) -> list[tuple[str, str]]:
    """Which establishment declares: by its name, or by who runs it and its reference where its address is
    confidential."""
    if not home.confidential:
        return [("Nom", read.home(home))]
    reference = f", référence {home.external_reference}" if home.external_reference else ""
    return [
        ("Organisme gestionnaire", read.declarant(home)),
        ("Établissement", f"établissement à adresse confidentielle{reference}"),
    ]


def serious_event(read: Reading, episode: MissingEpisode, steps: Rows, frame: Frame) -> list[Part]:
    """For the authorities (CASF L331-8-1), ready to sign: the facts, what was done, without place or words."""
    zone, home = episode.organisation.zone, episode.organisation
    found = episode.returned_at or episode.located_at
    declarant, line = read.declarant(home), call_back(declaring(home))
    return [
        paragraphs(
            "",
            "Déclaration aux autorités au titre de l’article L331-8-1 du code de l’action sociale et des familles.",
        ),
        fields(
            "L’établissement",
            [
                *_named(read, home),
                ("Type", str(OrganisationKind(home.kind).label)),
                ("Département", home.departement),
                ("Rappeler, jour et nuit", line),
            ],
        ),
        fields(
            "La personne concernée",
            [*_who(read, episode)[:4], ("Statut", str(LegalStatus(episode.person.legal_status).label))],
        ),
        fields(
            "L’événement",
            [
                ("Nature", str(EpisodeKind(episode.declared_kind).label)),
                ("Constaté le", at_text(episode.noticed_at, zone)),
                ("Fin de l’absence", at_text(found, zone) or "en cours"),
            ],
        ),
        table("Ce qui a été fait", ["Quoi", "Quand", "Par"], [0, 40, 45], steps or [["", "", ""]]),
        fields(
            "Conséquences et suites",
            [("Pour la personne concernée", ""), ("Pour les autres", ""), ("Mesures prises", "")],
        ),
        signature(
            [("Déclarée par", frame.author), ("Pour", declarant), ("Rappeler, jour et nuit", line), ("Le", "")],
            under="Nom, qualité et signature de la direction ou de son délégué",
        ),
    ]


def chronology(
    read: Reading, episode: MissingEpisode, lines: Sequence[Entry], words: Collection[Any], frame: Frame
) -> list[Part]:
    """Lines the author chose one by one, oldest first. Never a place; exact words only where she asked for them."""
    zone = episode.organisation.zone
    rows = []
    for line in sorted(lines, key=lambda one: (one.happened_at, one.written_at, one.id)):
        said = f"« {line.words} »" if line.words and line.id in words else ""
        if said:
            read.sections.add(Section.WORDS)
        if line.text:
            read.sections.add(Section.EDUCATION)
        rows.append(
            [
                at_text(line.happened_at, zone),
                " — ".join(filter(None, (line.label, ", ".join(line.facts), line.text, said))),
                f"{line.by or 'Maillage'}, noté le {at_text(line.written_at, zone)}",
            ]
        )
    return [
        notice(PARENTS_READ),
        fields("La personne", _who(read, episode)[:3]),
        fields("L’absence", [("Constatée le", at_text(episode.noticed_at, zone))]),
        table("Les faits", ["Quand", "Quoi", "Par, et noté quand"], [34, 0, 42], rows),
        signature([("Établie par", frame.author), ("Le", at_text(frame.at, zone))]),
    ]


# --- Paper -----------------------------------------------------------------------------------------------------------


def blank(definition: protocol.Protocol, frame: Frame) -> dict[str, Any]:
    """The paper set, for nights without network: no data of anyone, the protocol's steps and empty forms."""
    first = [step for step in definition.steps if step.trigger == "opened"]
    back = [step for step in definition.steps if step.trigger == "returned"]
    empty = [["", "", ""]] * 22

    def steps(of: Sequence[protocol.Step]) -> Rows:
        return [[_on_paper(step), delay_text(definition, step), "", ""] for step in of]

    return content(
        frame,
        definition.zone,
        "",
        "Fiches de secours, sans réseau",
        [
            sheet(
                "Quelqu’un n’est pas là",
                "À remplir à la main, puis à recopier dès que le réseau revient.",
                [
                    notice("Appeler le 17. Ne pas attendre d’avoir rempli cette fiche."),
                    fields(
                        "L’absence",
                        [
                            ("Nom, prénom, date de naissance", ""),
                            ("Constatée le, à", ""),
                            ("Dernière présence constatée le, à", ""),
                            ("Appel au 17 à, avec qui", ""),
                            ("Référence donnée", ""),
                        ],
                    ),
                    table("Étapes", ["Quoi", "Au plus tard", "Fait à", "Par"], [0, 32, 22, 28], steps(first)),
                ],
            ),
            sheet(
                "Déclaration",
                "Pour la police ou la gendarmerie. Joindre une photo.",
                [
                    fields(
                        "La personne",
                        [
                            (name, "")
                            for name in (
                                "Nom et prénom",
                                "Autres noms",
                                "Date et lieu de naissance",
                                "Sexe",
                                "Description",
                                "Téléphones",
                                "Comptes en ligne",
                                "Vêtements, affaires prises",
                            )
                        ],
                    ),
                    fields(
                        "Statut",
                        [(name, "") for name in ("Statut juridique", "Juge", "Autorité parentale", "Santé en urgence")],
                    ),
                    fields("Où chercher", [("Amis, proches", ""), ("Lieux habituels", "")]),
                    signature([("Déclarée par", ""), ("Rappeler, jour et nuit", ""), ("Le, à", "")]),
                ],
            ),
            sheet(
                "Pendant l’absence",
                "Chaque essai, chaque signe de vie ; dire chaque signe de vie à l’enquêteur.",
                [table("", ["Quand", "Comment, avec qui", "Résultat, mots exacts"], [30, 50, 0], empty)],
            ),
            sheet(
                "Le retour",
                "Ses besoins d’abord, les questions plus tard.",
                [
                    fields("Retour", [("Retour le, à", ""), ("Avec qui", "")]),
                    table("Étapes", ["Quoi", "Au plus tard", "Fait à", "Par"], [0, 32, 22, 28], steps(back)),
                ],
            ),
        ],
    )


def _on_paper(step: protocol.Step) -> str:
    if step.for_each != "parent":
        return step.title
    return f"{step.title} : chaque parent, après avoir vérifié qu’aucune décision ne s’y oppose"


def delay_text(definition: protocol.Protocol, step: protocol.Step) -> str:
    """The closest delay a step may have: on paper nobody computes conditions."""
    delays = [
        getattr(definition.returning, rule.delay) if isinstance(rule.delay, str) else rule.delay for rule in step.within
    ]
    first = protocol.delay_words(min(delays)) if min(delays) else "tout de suite"
    return f"{first}, puis toutes les {protocol.delay_words(step.every)}" if step.every else first
