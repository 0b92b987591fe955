"""What the public pages show, in one language: words, numbers and links put together. No request, no query."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import qrcode
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from maillage.common import spoken
from maillage.directory.queries import Sheet
from maillage.directory.ranking import answers_in
from maillage.portal.addresses import View, hidden
from maillage.portal.near import Place
from maillage.portal.reading import Chapter, Reading, law
from maillage.portal.rules import Line, Rules, Stop, doors, numbers
from maillage.portal.words import DEFAULT, LANGUAGES, Language, section, words


@dataclass(frozen=True)
class Number:
    """A number to call or to write to."""

    number: str
    href: str
    name: str
    action: str
    when: str
    expect: str
    source: str
    hidden: str  # why it leaves no line on a bill, "" when nobody says so
    url: str
    sms: bool


def number(line: Line, language: Language) -> Number:
    text, ui = words(language.code), section(language.code, "ui")
    if line.hours == "always":
        when = ui["always"]
    else:
        start, _dash, end = line.hours.partition("–")
        when = ui["daily"].format(start=start, end=end)
    return Number(
        number=line.number.replace(" ", "\N{NO-BREAK SPACE}"),
        href=f"{'sms' if line.by == 'sms' else 'tel'}:{line.dialled}",
        name=text[f"lines.{line.key}.name"],
        action=ui["write" if line.by == "sms" else "call"].format(number=line.number),
        when=when,
        expect=text[f"lines.{line.key}.expect"],
        source=ui["source"].format(source=line.source, seen=when_seen(line.seen, language)),
        hidden=ui["hidden"] if line.bill == "hidden" else "",
        url=line.url or "",
        sms=line.by == "sms",
    )


def when_seen(seen: str, language: Language) -> str:
    """« 2020 », « novembre 2026 », « 17 septembre 2024 » as that language writes them."""
    parts = [int(part) for part in re.split("-", seen)] if "–" not in seen else []
    if len(parts) < 2:
        return seen
    with translation.override(language.code):
        if len(parts) == 2:
            return date_format(date(parts[0], parts[1], 1), "YEAR_MONTH_FORMAT")
        return date_format(date(parts[0], parts[1], parts[2]), "DATE_FORMAT")


def frame(language: Language, name: str, **address: Any) -> Mapping[str, Any]:
    """What surrounds every page: language, the same page in the others, emergency numbers."""
    others = [
        {
            "code": one.code,
            "direction": one.direction,
            "name": words(one.code)["ui.language_name"],
            "url": reverse(f"portal:{name}", kwargs={"language": one.code, **address}),
            "here": one.code == language.code,
        }
        for one in LANGUAGES.values()
    ]
    return {
        "language": language,
        "t": section(language.code, "ui"),
        "others": others,
        "urgent": [number(line, language) for line in numbers().lines if line.emergency],
        "home_url": reverse("portal:doors", kwargs={"language": language.code}),
        "traces_url": reverse("portal:traces", kwargs={"language": language.code}),
        "card_url": reverse("portal:card", kwargs={"language": language.code}),
        "reading": reading(language),
        "default": DEFAULT.code,
    }


PROFESSIONALS = ("law", "transmit", "noticing", "resources")


def reading(language: Language, pages: Sequence[str] = PROFESSIONALS) -> Sequence[Mapping[str, str]]:
    """The professionals' pages, named in French: they exist in French."""
    titles = {
        "law": "Ce que dit la loi, qui fait quoi",
        "transmit": "Transmettre dans mon département",
        "noticing": "Repères pour observer",
        "resources": "Ressources et réseaux",
    }
    return [
        {"title": titles[page], "url": reverse(f"portal:{page}", kwargs={"language": language.code})} for page in pages
    ]


def _url(language: Language, code: str) -> str:
    return reverse("portal:stop", kwargs={"language": language.code, "code": code})


def home(rules: Rules, language: Language) -> Sequence[Mapping[str, str]]:
    """The doors."""
    text = words(language.code)
    return [
        {"url": _url(language, code), "text": text[f"doors.{door.key}.text"], "help": text[f"doors.{door.key}.help"]}
        for code, door in doors(rules)
    ]


def way_back(stop: Stop, language: Language) -> str:
    return _url(language, stop.code[:-1]) if len(stop.code) > 1 else frame_home(language)


def frame_home(language: Language) -> str:
    return reverse("portal:doors", kwargs={"language": language.code})


def question(stop: Stop, language: Language) -> Mapping[str, Any]:
    text = words(language.code)
    key = f"questions.{stop.at.key}"
    return {
        "text": text[f"{key}.text"],
        "help": text.get(f"{key}.help", ""),
        "answers": [
            {"url": _url(language, code), "text": text[f"{key}.answers.{answer.key}"]} for code, answer in stop.choices
        ],
    }


def outcome(stop: Stop, rules: Rules, language: Language) -> Mapping[str, Any]:
    """Whom to call in order, what can be said, what to look for, what to read."""
    text, found = words(language.code), stop.outcome
    assert found
    by_key = {line.key: line for line in numbers().lines}
    return {
        "title": text[f"outcomes.{found.key}.title"],
        "text": text[f"outcomes.{found.key}.text"],
        "call": [number(by_key[key], language) for key in found.call],
        "say": [text[f"phrases.{key}"] for key in found.say],
        "needs": [text[f"needs.{need}"] for need in found.near],
        "pages": reading(language, found.pages) if found.pages else [],
        "updated": text["ui.updated"].format(day=_day(rules.updated, language)),
    }


def _day(day: date, language: Language) -> str:
    with translation.override(language.code):
        return date_format(day, "DATE_FORMAT")


def choices(found: Sequence[Any], language: Language, code: str, view: View) -> Sequence[Mapping[str, str]]:
    """Communes to choose from."""
    return [
        {
            "name": f"{commune.name} ({commune.departement})",
            "url": near_url(language, code, commune.code, view),
        }
        for commune in found
    ]


def near_url(language: Language, code: str, commune: str, view: View) -> str:
    return reverse(
        "portal:near",
        kwargs={"language": language.code, "code": code, "letters": hidden(commune), "shown": view.code},
    )


@dataclass(frozen=True)
class Found:
    """A place of the list."""

    name: str
    structure: str
    address: str
    phone: str
    href: str
    website: str
    away: str
    hours: Sequence[str]
    state: str  # open, closed, unknown
    state_text: str
    speaks: str
    yours: bool  # the reader's language is spoken there, and it is not French
    remote: bool
    latitude: float | None
    longitude: float | None
    source: str


def found(sheet: Sheet, language: Language) -> Found:
    ui, tongues = section(language.code, "ui"), section(language.code, "spoken")
    state = {True: "open", False: "closed", None: "unknown"}[sheet.open_now]
    said = {"open": ui["open_now"], "closed": ui["closed_now"], "unknown": ui["hours_unknown"]}[state]
    # Hers first.
    spoken_there = sorted(sheet.languages, key=lambda code: code != language.code)
    names = [tongues[code] for code in spoken_there if code in tongues]
    whole = ", ".join(part for part in (sheet.address, f"{sheet.postcode} {sheet.commune_name}".strip()) if part)
    website = sheet.contact_link or sheet.website
    verified = sheet.verified_on or sheet.updated_on
    return Found(
        name=sheet.name,
        structure="" if sheet.structure_name == sheet.name else sheet.structure_name,
        address=whole,
        phone=spoken.number(sheet.phone),
        href=f"tel:{sheet.phone}",
        website=website if website.startswith(("https://", "http://")) else "",
        away=ui["away"].format(km=max(1, round(sheet.distance))) if sheet.distance is not None else "",
        hours=sheet.hours_lines,
        state=state,
        state_text=said,
        speaks=ui["speaks"].format(languages=", ".join(names)) if names else "",
        yours=answers_in(sheet.languages, language.code),
        remote=sheet.remote and sheet.distance is None,
        latitude=sheet.latitude,
        longitude=sheet.longitude,
        source=ui["source"].format(source=sheet.source, seen=_day(verified, language)),
    )


def ways_to_look(language: Language, code: str, place: Place, view: View) -> Sequence[Mapping[str, Any]]:
    """Filters and the map: each a link that says whether it is on."""
    ui = section(language.code, "ui")

    def one(text: str, **changed: bool) -> Mapping[str, Any]:
        other = View(**{"map": view.map, "open": view.open, "language": view.language, **changed})
        name = next(iter(changed))
        return {"text": text, "url": near_url(language, code, place.code, other), "on": getattr(view, name)}

    return [
        one(ui["only_open"], open=not view.open),
        one(ui["only_language"], language=not view.language),
        one(ui["map"], map=not view.map),
    ]


def square(address: str) -> Mapping[str, Any]:
    """A QR code as one path: `side` in modules, quiet zone included."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(address)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return {"side": len(rows), "path": path}


# --- Professionals' pages, in French ---------------------------------------------------------------------------------

STATUS = {
    "read": "Texte lu",
    "secondary": "Source secondaire",
    "practice": "Pratique",
}
TITLES = {
    "law": (
        "Ce que dit la loi, qui fait quoi",
        "Des résumés, pas le droit : aucun n’a encore été relu par un juriste. Le texte en vigueur fait foi "
        "(legifrance.gouv.fr). « Texte lu » : lu dans le texte, à la date dite, qui a pu changer depuis.",
    ),
    "noticing": (
        "Repères pour observer",
        "Une lecture, pas un formulaire : rien ne s’y coche et rien ne s’y compte. "
        "Ce que chacun peut remarquer de sa place, et ce que l’on fait ensuite.",
    ),
    "resources": (
        "Ressources et réseaux",
        "Ce que les documents de terrain nomment, à la date où ils le disaient. À vérifier avant d’orienter quelqu’un.",
    ),
}


def read(text: Reading, name: str) -> dict[str, Any]:
    title, lead = TITLES[name]
    return {"title": title, "lead": lead, "chapters": [_chapter(one) for one in text.parts]}


def _chapter(chapter: Chapter) -> Mapping[str, Any]:
    return {
        "title": chapter.title,
        "rules": [
            {
                "text": rule.text,
                "who": rule.who,
                "source": f"{rule.source} ({when_seen(rule.seen, DEFAULT)})",
                "status": f"Relu par {rule.reviewed}" if rule.reviewed else STATUS[rule.status],
                "url": rule.url or "",
            }
            for rule in chapter.rules
        ],
    }


def transmitting() -> Mapping[str, Any]:
    """The rules about transmitting."""
    return _chapter(next(part for part in law().parts if part.key == "transmitting"))
