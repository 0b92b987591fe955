"""Her own copy of her file: every line its owner may read, and the PDF of those she keeps, chosen one by one.

What a line says is part of its name (`key`): what is printed is what was read when it was chosen, or nothing.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Role
from maillage.casework.selectors import said_of_her
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.localtime import ZONE
from maillage.desk.file import cursor_of, thread_page
from maillage.episodes import documents
from maillage.episodes.typesetting import canonical, pdf
from maillage.retention.services import copy_keep
from maillage.vault.sealing import Opened
from maillage.youth import selectors as people
from maillage.youth.access import Entrance

MOST_PAGES = 40  # of thirty lines


@dataclass(frozen=True)
class Line:
    """One line that may be kept. `words`: hers."""

    key: str
    at: datetime
    title: str
    text: str
    words: str
    by: str


@dataclass(frozen=True)
class Whole:
    """Everything its owner may read, oldest first, in French as it will be printed, whatever language she reads in:
    a line is recognised by its words. `more`: the file is longer than one copy holds."""

    lines: tuple[Line, ...]
    opened: Opened
    closed: tuple[Promise, ...]  # sections she does not open, in the words of who reads
    more: bool


@override("fr")
def whole(entered: Entrance) -> Whole:
    """Reading is journalled, as the file's page is."""
    entries: list[dict[str, Any]] = []
    cursor, pages, older = None, 0, "first"
    while older and pages < MOST_PAGES:
        _opened, thread = thread_page(entered, "", cursor)
        entries += thread.entries
        older, pages = thread.older, pages + 1
        cursor = cursor_of(older) if older else None
    opened = entered.open()
    lines = [
        _line(one["at"], one["title"], one.get("text", ""), one.get("words", ""), one.get("by", ""))
        for one in entries
        if not one.get("url", "").endswith("/observations/")  # told below, in full
    ]
    lines += [_line(at, label, text, words, by) for label, at, by, text, words in said_of_her(entered, opened)]
    unique = {line.key: line for line in lines}
    return Whole(
        lines=tuple(sorted(unique.values(), key=lambda line: (line.at, line.key))),
        opened=opened,
        closed=tuple(section.label for section in Section if section not in entered.sections),
        more=bool(older),
    )


def _line(at: datetime, title: str, text: str, words: str, by: str) -> Line:
    said = "\x00".join([at.isoformat(), str(title), text, words, by])
    return Line(hashlib.sha256(said.encode()).hexdigest()[:24], at, str(title), text, words, by)


def make(by: Actor, entered: Entrance, chosen: Collection[str]) -> Any:
    """Number, print and keep the copy. RuleBroken when a chosen line has changed since she read it."""
    found = whole(entered)
    kept = [line for line in found.lines if line.key in chosen]
    if len(kept) != len(set(chosen)):
        raise RuleBroken(_("Une des lignes choisies a changé : relisez la liste."), field="chosen")
    sections = entered.sections
    at = now()

    def printed(number: str) -> tuple[bytes, str]:
        with override("fr"):
            content = _content(by, entered, found, kept, number, at)
            digest = hashlib.sha256(canonical(content)).hexdigest()
            return pdf(content | {"hash": digest}), digest

    return copy_keep(
        by=by,
        person=entered.person,
        make=printed,
        sections=sections,
        lines=len(kept),
        left_out=len(found.lines) - len(kept),
    )


def _content(
    by: Actor, entered: Entrance, found: Whole, kept: Sequence[Line], number: str, at: datetime
) -> dict[str, Any]:
    person, opened = entered.person, found.opened
    role = str(Role(by.posts[0].role).label).lower() if by.posts else ""
    frame = documents.Frame(number, ", ".join(filter(None, (by.user.display_name, role))), at)
    left_out = len(found.lines) - len(kept)
    notes = [
        "Cette copie est à vous. Ce qui touche au secret d’autres personnes en a été retiré, ligne par ligne, par la "
        f"personne qui l’a préparée : {left_out} ligne{'s' if left_out > 1 else ''} n’y figure"
        f"{'nt' if left_out > 1 else ''} pas. Les lieux n’y sont pas imprimés."
    ]
    if found.closed:
        notes.append(
            f"N’y sont pas non plus les parties qu’elle ne lit pas : {', '.join(map(str, found.closed)).lower()}. "
            "Demandez-les aux personnes qui les tiennent."
        )
    if found.more:
        notes.append("Le dossier est plus long que cette copie : demandez la suite.")
    notes.append(
        "Vous pouvez faire corriger ce qui est faux, ou faire écrire votre avis à côté. Délégué à la protection des "
        "données du département, CNIL (cnil.fr), Défenseur des droits (09 69 39 00 00)."
    )
    born = people.birth_date(opened, person)
    rows = [
        [
            documents.at_text(line.at, ZONE),
            " — ".join(filter(None, (line.title, line.text, f"« {line.words} »" if line.words else ""))),
            line.by or "Maillage",
        ]
        for line in kept
    ]
    parts = [
        documents.paragraphs("", *notes),
        documents.fields("Vous", [("Nom", people.full_name(opened, person)), ("Naissance", documents.day_text(born))]),
        documents.table("Ce qui est écrit", ["Quand", "Quoi", "Par"], [34, 0, 36], rows),
        documents.signature([("Préparée par", frame.author), ("Le", documents.at_text(at, ZONE))]),
    ]
    title = "Copie de votre dossier"
    sender = f"Département {person.departement}"
    return documents.content(frame, ZONE, sender, title, [documents.sheet(title, "", parts)])
