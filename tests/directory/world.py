"""A small synthetic network: public sheets, one for professionals, a shelter whose address is a secret."""

from dataclasses import dataclass
from datetime import date

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.services import membership_open, organisation_save, user_create
from maillage.audit.journal import SYSTEM
from maillage.directory import indexing
from maillage.directory.enums import Channel, Confidentiality, StructureKind
from maillage.directory.models import Service, Structure
from maillage.directory.services import service_save, structure_save

LILLE, GRENOBLE, MASSY = "59350", "38185", "91377"
# What nobody may find: street, complement, town, and its point.
SECRET = {
    "address": "17 rue de la Théière", "address_more": "Porte violette", "postcode": "38000", "commune": GRENOBLE,
    "commune_name": "Grenoble", "latitude": 45.18123, "longitude": 5.72456,
}  # fmt: skip
TRACES = ("Théière", "violette", "45.18123", "5.72456", "45.1812", "5.7245")


@dataclass
class Network:
    shelter: Structure
    beds: Service
    talk: Service  # public, in Lille, with hours
    line: Service  # public, national, by telephone
    inside: Service  # for professionals
    keeper: User  # of the shelter
    coordinator: User
    educator: User  # from elsewhere
    home: Organisation

    def actor(self, user: User) -> Actor:
        return actor_of(user)


def person(name: str, role: Role, where: Organisation) -> User:
    user = user_create(by=SYSTEM, email=f"{name.split()[0].lower()}@exemple.invalid", display_name=name)
    membership_open(by=SYSTEM, user=user, organisation=where, role=role)
    return user


def organisation(name: str, kind: OrganisationKind) -> Organisation:
    return organisation_save(by=SYSTEM, external_reference="", name=name, kind=kind, departement="99")


def build() -> Network:
    ours = organisation("Abri des Tourterelles", OrganisationKind.ASSOCIATION)
    elsewhere = organisation("Maison des Tilleuls", OrganisationKind.HOME)
    network = organisation("Département de Val-Tranquille", OrganisationKind.DEPARTEMENT)
    day = date(2026, 1, 5)
    shelter = structure_save(
        by=SYSTEM, name="Abri des Tourterelles", kind=StructureKind.SHELTER, organisation_id=ours.pk, updated_on=day,
        phone="0199001122", **SECRET,
    )  # fmt: skip
    beds = service_save(
        by=SYSTEM, structure=shelter, name="Douze places d’accueil", description="Accueil de jeunes, jour et nuit.",
        needs=["specialised-shelter"], zones=["38"], updated_on=day, channels=[Channel.PHONE], **SECRET,
    )  # fmt: skip
    youth = structure_save(
        by=SYSTEM, name="Espace des Moulinets", kind=StructureKind.YOUTH_PLACE, updated_on=day, commune=LILLE,
        address="3 place du Parasol", hours="Mo-Fr 09:00-18:00; PH off",
    )  # fmt: skip
    talk = service_save(
        by=SYSTEM, structure=youth, name="Accueil et écoute", description="Un lieu pour parler, sans rendez-vous.",
        needs=["listening", "runaway"], publics=["jeunes"], commune=LILLE, address="3 place du Parasol",
        channels=[Channel.ON_SITE], age_from=12, age_to=21, languages=["fr", "ro"], updated_on=day,
    )  # fmt: skip
    lines = structure_save(by=SYSTEM, name="Ligne Girouette", kind=StructureKind.HELPLINE, updated_on=day)
    line = service_save(
        by=SYSTEM, structure=lines, name="Ligne Girouette", description="Écoute par téléphone, partout en France.",
        needs=["listening", "exploitation"], channels=[Channel.PHONE], zones=["france"], phone="0199003344",
        hours="24/7", updated_on=day, is_helpline=True, rank=1,
    )  # fmt: skip
    inside = service_save(
        by=SYSTEM, structure=youth, name="Avis entre professionnels Ombrelle", needs=["training"], updated_on=day,
        description="Une équipe conseille les professionnels.", confidentiality=Confidentiality.PROFESSIONALS,
    )  # fmt: skip
    made = Network(
        shelter=shelter, beds=beds, talk=talk, line=line, inside=inside, home=ours,
        keeper=person("Hélène Corbeille", Role.EDUCATOR, ours),
        coordinator=person("Solène Boussole", Role.COORDINATOR, network),
        educator=person("Odile Parapluie", Role.EDUCATOR, elsewhere),
    )  # fmt: skip
    indexing.rebuild()
    return made
