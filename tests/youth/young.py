"""Made-up young persons, for every test: someone who lives in a home, seen by who works there."""

import io
from datetime import date, timedelta

from PIL import Image

from maillage.accounts.enums import Role
from maillage.accounts.models import Organisation, User
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.youth.models import Mission, YoungPerson
from maillage.youth.services import mission_open, person_create, placement_start
from tests.accounts.people import organisation, professional

BASIS = "judge"


def stranger(given: str = "Lina", family: str = "Parasol", **values: object) -> YoungPerson:
    """A file nobody follows."""
    values = {"birth_date": date(2010, 5, 17), "departement": "99", **values}
    return person_create(by=SYSTEM, given_name=given, family_name=family, **values)


def resident(
    home: Organisation | None = None, given: str = "Lina", family: str = "Parasol", **values: object
) -> YoungPerson:
    """Someone who lives in that home (a new one when not given)."""
    placement = {
        name: values.pop(name) for name in ("case_worker", "ase", "sections", "foster_carer") if name in values
    }
    person = stranger(given, family, **values)
    placement_start(
        by=SYSTEM,
        person=person,
        organisation=home or organisation(),
        kind="home",
        starts_on=now().date() - timedelta(days=30),
        legal_basis=BASIS,
        **placement,
    )
    return person


def follower(person: YoungPerson, role: Role = Role.CASE_WORKER, kind: str = "case_worker", **values: object) -> User:
    """A professional of the ASE with a mission of her own for this person."""
    name = str(values.pop("name", "Léonie Cafetière"))
    user = professional(role, organisation("Service de l’ASE", kind="ase"), name=name)
    mission_open(by=SYSTEM, person=person, kind=kind, user=user, legal_basis=BASIS, **values)
    return user


def hosting_mission(person: YoungPerson) -> Mission:
    return Mission.objects.get(person=person, kind="hosts", ends_at__isnull=True)


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), colour: str = "#48688a", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


ALL = frozenset(Section)
