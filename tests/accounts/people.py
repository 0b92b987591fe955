"""Made-up people at work, for every test: an organisation, someone who holds a role there, a signed-in client."""

from django.test import Client

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.middleware import PROVED
from maillage.accounts.models import Organisation, User
from maillage.accounts.services import membership_open, organisation_save, user_create
from maillage.audit.journal import SYSTEM

PASSWORD = "une phrase assez longue"


def organisation(name: str = "Foyer des Parapluies", **values: object) -> Organisation:
    values = {"kind": OrganisationKind.HOME, "departement": "99", **values}
    return organisation_save(by=SYSTEM, name=name, **values)


def professional(
    role: Role | None = Role.EDUCATOR,
    where: Organisation | None = None,
    *,
    name: str = "Camille Tabouret",
    email: str = "",
    password: str | None = PASSWORD,
) -> User:
    """An account, with a role in an organisation (a new one when not given; no role when None)."""
    address = email or f"{name.lower().replace(' ', '.')}@exemple.invalid"
    user = user_create(by=SYSTEM, email=address, display_name=name, password=password)
    if role is not None:
        membership_open(by=SYSTEM, user=user, organisation=where or organisation(), role=role)
    return user


def acting(user: User, token: str | None = None, digest: str = "") -> Actor:
    """The actor a service takes as `by`, with the roles held now."""
    return actor_of(user, token=token, digest=digest)


def signed_in(user: User, client: Client | None = None) -> Client:
    """A client whose session passed the password and the second factor."""
    client = client or Client()
    client.force_login(user)
    session = client.session
    session[PROVED] = True
    session.save()
    return client
