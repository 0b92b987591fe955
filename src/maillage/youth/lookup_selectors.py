"""What the pages about searches show: one's requests, those one is asked, files that may be of one person."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.selectors import organisations_of
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.youth import lookup_access as access
from maillage.youth.access import reveal_many, visible_to
from maillage.youth.faces import Face, faces
from maillage.youth.lookup_models import LikelyTwin, LookupMatch, LookupRequest
from maillage.youth.models import YoungPerson
from maillage.youth.selectors import birth_date
from maillage.youth.versioned import shown
from maillage.youth.words import PERSON


@dataclass(frozen=True)
class Asked:
    """A request as its author sees it: what she wrote, until when it waits. Nothing else is known of it here."""

    pk: uuid.UUID
    at: datetime
    expires_at: datetime
    names: str
    born: str
    reason: str
    phone: str
    over: bool


def asked_by(actor: Actor, limit: int = 50) -> list[Asked]:
    rows = list(access.requests_of(actor).filter(withdrawn_at__isnull=True)[:limit])
    return [_asked(row) for row in rows]


def _asked(row: LookupRequest) -> Asked:
    opened = access.open_requests()
    words = {name: opened.text(row, name) for name in ("names", "born", "reason", "phone")}
    return Asked(pk=row.pk, at=row.at, expires_at=row.expires_at, over=row.expires_at <= now(), **words)


@dataclass(frozen=True)
class Received:
    """A request about someone whose file she owns."""

    pk: uuid.UUID
    at: datetime
    who: str
    where: str
    face: Face
    asked: Asked


@dataclass(frozen=True)
class Pair:
    """Two files that may be of one person, as a line. `other` is None when she does not see it."""

    pk: uuid.UUID
    at: datetime
    one: Face
    other: Face | None


def waiting(actor: Actor) -> int:
    """How many requests and pairs wait for her; no query for who can own no file."""
    if not access.may_own(actor):
        return 0
    return access.matches_for(actor).count() + access.twins_for(actor).count()


def received_by(actor: Actor) -> list[Received]:
    if not access.may_own(actor):
        return []
    matches = list(access.matches_for(actor)[:100])
    people = faces(actor, _loaded(match.person for match in matches))
    return [_received(match, people[match.person_id]) for match in matches]


def received(actor: Actor, match: LookupMatch) -> Received:
    return _received(match, faces(actor, [match.person])[match.person_id])


def _received(match: LookupMatch, face: Face) -> Received:
    author = match.request.author
    where = ", ".join(dict.fromkeys(one.name for one in organisations_of(actor_of(author))))
    return Received(match.pk, match.at, author.display_name, where, face, _asked(match.request))


def pairs_for(actor: Actor) -> list[Pair]:
    if not access.may_own(actor):
        return []
    rows = list(access.twins_for(actor)[:100])
    both = {person.pk: person for row in rows for person in (row.known, row.newer)}
    seen = set(visible_to(actor).filter(pk__in=both).values_list("pk", flat=True))
    people = faces(actor, [person for pk, person in both.items() if pk in seen])
    found = []
    for row in rows:
        sides = [people[pk] for pk in (row.known_id, row.newer_id) if pk in people]
        found.append(Pair(row.pk, row.at, sides[0], sides[1] if len(sides) > 1 else None))
    return found


def _loaded(persons: Iterable[YoungPerson]) -> list[YoungPerson]:
    """Each of them once."""
    return list({person.pk: person for person in persons}.values())


def page_of(actor: Actor, person: YoungPerson) -> str:
    """The address of her page; "" when this reader does not see her."""
    seen = visible_to(actor).filter(pk=person.pk).select_related("data_key").first()
    return faces(actor, [seen])[seen.pk].url if seen else ""


_COMPARED = (
    "given_name", "family_name", "usual_name", "aliases", "former_names", "birth_date", "birth_place", "sex", "phones",
    "external_reference",
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One file of two, as far as this reader may open it."""

    person: YoungPerson
    face: Face
    values: dict[str, str]


@dataclass(frozen=True)
class Comparison:
    """Two files side by side. `other` is None when she does not see it. `lines`: label and both values."""

    pair: LikelyTwin
    one: Side
    other: Side | None
    lines: list[tuple[str, str, str]]
    word: str
    phone: str
    told_by: str
    owns_known: bool
    may_settle: bool


def compare(actor: Actor, pair: LikelyTwin) -> Comparison:
    """What she may see of both; the words between owners only for those two."""
    persons = [pair.known, pair.newer]
    seen = set(visible_to(actor).filter(pk__in=[person.pk for person in persons]).values_list("pk", flat=True))
    opened = reveal_many(actor, [person for person in persons if person.pk in seen], Section.IDENTITY)
    shown_faces = faces(actor, [person for person in persons if person.pk in seen])
    sides = []
    for person in persons:
        if person.pk not in seen:
            continue
        read = opened[person.pk]
        born = birth_date(read, person)
        values = {
            name: shown(person, name, born if name == "birth_date" else read.value(person, name))
            for name in _COMPARED
            if read.may(person, name)
        }
        values["legal_status"] = person.get_legal_status_display()
        sides.append(Side(person, shown_faces[person.pk], values))
    one, other = sides[0], sides[1] if len(sides) > 1 else None
    told = access.open_requests() if pair.told_at else None
    return Comparison(
        pair=pair,
        one=one,
        other=other,
        lines=[
            (str(PERSON[name]), one.values.get(name, ""), other.values.get(name, "") if other else "")
            for name in (*_COMPARED, "legal_status")
            if one.values.get(name) or (other and other.values.get(name))
        ],
        word=told.text(pair, "word") if told else "",
        phone=told.text(pair, "phone") if told else "",
        told_by=pair.told_by.display_name if pair.told_by else "",
        owns_known=access.owned_by(actor).filter(person_id=pair.known_id).exists(),
        may_settle=access.may_settle(actor, pair.known, pair.newer),
    )
