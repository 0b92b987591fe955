"""Loading the synthetic département, in order, as the system."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.conf import settings

from maillage.accounts.demo import demo_account
from maillage.accounts.models import Organisation, User
from maillage.accounts.services import organisation_save
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.common.localtime import local
from maillage.config import prepare
from maillage.config.demo import kept, lately, shared
from maillage.config.demo.accounts import ACCOUNTS
from maillage.config.demo.faces import face
from maillage.config.demo.people import YOUNG, Young
from maillage.config.demo.places import DEPARTEMENT, PLACES
from maillage.directory.content import load_institutions, load_shipped
from maillage.directory.indexing import rebuild as build_directory
from maillage.youth.enums import BASIS_OF_STATUS
from maillage.youth.models import YoungPerson
from maillage.youth.services import parent_save, person_create, photo_replace, placement_start, sheet_save

Progress = Callable[[int, int], None]


class NotHere(Exception):
    """Demo data outside demo settings, or into a database that holds something."""


def load(progress: Progress = lambda done, total: None) -> None:
    """Load everything. NotHere outside demo settings, or when the database is not empty."""
    if not settings.DEMO:
        raise NotHere("demo data is loaded under demo settings only")
    if not prepare.is_empty():
        raise NotHere("the database is not empty")
    total = len(PLACES) + len(ACCOUNTS) + len(YOUNG) + 1
    done = 0
    places: dict[str, Organisation] = {}
    for place in PLACES:
        places[place.key] = organisation_save(
            by=SYSTEM,
            external_reference=f"demo-{place.key}",
            name=place.name,
            kind=place.kind,
            departement=DEPARTEMENT,
            parent=places.get(place.above),
            station=places.get(place.station),
            phone=place.phone,
            night_phone=place.night_phone,
            address=place.address,
            confidential=place.confidential,
        )
        progress(done := done + 1, total)
    users: dict[str, User] = {}
    for account in ACCOUNTS:
        users[account.name] = demo_account(
            email=account.email,
            display_name=account.display_name,
            phone=account.phone,
            posts=[(account.role, places[post]) for post in account.posts],
        )
        progress(done := done + 1, total)
    people: dict[str, YoungPerson] = {}
    for young in YOUNG:
        people[young.key] = _young_person(young, places, users)
        progress(done := done + 1, total)
    instant = now()
    lately.rota(places, users, instant)
    lately.past(people, users, instant)
    lately.back_today(people, users, instant)
    lately.missing_now(people, users, instant)
    lately.outings(people, users, instant)
    shared.file_of(people["lina"], users, instant)
    shared.around(places, users, instant)
    lately.temporary(people, users, instant)
    kept.lists(places, users)
    kept.long_ago(DEPARTEMENT, users, instant)
    load_shipped()
    load_institutions(DEPARTEMENT)
    build_directory()
    progress(total, total)


def _born(age: float, at: datetime) -> date:
    return local(at, "Europe/Paris").date() - timedelta(days=round(age * 365.25))


def _young_person(young: Young, places: dict[str, Organisation], users: dict[str, User]) -> YoungPerson:
    instant = now()
    today = local(instant, "Europe/Paris").date()
    person = person_create(
        by=SYSTEM,
        departement=DEPARTEMENT,
        legal_status=young.status,
        external_reference=f"DEMO-{young.key.upper()}",
        given_name=young.given,
        family_name=young.family,
        usual_name=young.usual,
        birth_date=_born(young.age, instant),
    )
    placement_start(
        by=SYSTEM,
        person=person,
        organisation=places[young.place],
        kind=young.kind,
        starts_on=today - timedelta(days=200 + round(young.age * 10)),
        legal_basis=BASIS_OF_STATUS[young.status],
        case_worker=users["referente"],
        ase=places["ase"],
        foster_carer=users[young.carer] if young.carer else None,
    )
    for number, parent in enumerate(young.parents, 1):
        parent_save(
            by=SYSTEM,
            person=person,
            external_key=f"parent{number}",
            kinship=parent.kinship,
            name=parent.name,
            authority=parent.authority,
            contact=parent.contact,
            may_know_place=parent.may_know_place,
            contacts={"phones": [parent.phone]} if parent.phone else {},
            decision=parent.decision,
        )
    photo_replace(by=SYSTEM, person=person, content=face(young.given + young.family))
    if young.sheet:
        sheet_save(
            by=SYSTEM,
            person=person,
            prepared_with=True,
            prepared_on=today - timedelta(days=40),
            description="Cheveux bruns, veste bleue, sac à dos gris.",
            phones=["+33639980099"],
            usual_places=["La médiathèque", "Le skate-park de Montbrouette"],
            friends=["Une amie du collège des Hirondelles"],
            call_first="Sa référente, Léonie Cafetière.",
        )
    return person
