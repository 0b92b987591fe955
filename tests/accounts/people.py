"""Made-up people at work, for every test: an organisation, someone who holds a role there, a signed-in client."""

import time

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.http import HttpResponse
from django.test import Client

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.middleware import PROVED
from maillage.accounts.models import Organisation, User
from maillage.accounts.services import membership_open, organisation_save, user_create
from maillage.accounts.totp import code_at
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


def enrolled(user: User) -> str:
    """Give her an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def present_code(secret: str, later: int = 0) -> str:
    """The code her app shows now, or some seconds later."""
    return code_at(secret, time.time() + later)


def goes_through_sign_in(client: Client, user: User, secret: str, **fields: str) -> HttpResponse:
    """Password, then code, as a browser does; the answer to the code."""
    client.post("/compte/entrer/", {"login": user.email, "password": PASSWORD, **fields})
    return client.post("/compte/entrer/code/", {"code": present_code(secret)})
