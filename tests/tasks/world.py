"""A small synthetic département for the tests of tasks: two homes under one ASE, and steps to owe."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Membership, Organisation, User
from maillage.tasks.models import Task
from maillage.tasks.planning import PlannedTask
from maillage.tasks.services import tasks_plan
from maillage.vault.models import DataKey
from maillage.vault.sealing import new_key

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
CHAIN = ((timedelta(), Role.ON_CALL_MANAGER), (timedelta(minutes=30), Role.ASE_ON_CALL))


def organisation(name: str, kind: str = OrganisationKind.HOME, parent: Organisation | None = None) -> Organisation:
    return Organisation.objects.create(name=name, kind=kind, parent=parent, departement="99")


def member(name: str, *posts: tuple[str, Organisation]) -> User:
    user = User.objects.create(
        email=f"{name.lower().replace(' ', '.')}@exemple.invalid", display_name=name, phone="01 99 00 12 34"
    )
    for role, where in posts:
        Membership.objects.create(user=user, organisation=where, role=role, starts_at=SINCE)
    return user


@dataclass
class World:
    ase: Organisation
    home: Organisation
    other_home: Organisation
    educator: User
    colleague: User
    manager: User
    carer: User
    nurse: User
    case_worker: User
    ase_on_call: User
    stranger: User
    dpo: User
    administrator: User
    coordinator: User
    archivist: User
    key: DataKey
    subject: uuid.UUID

    def actor(self, name: str) -> Actor:
        return actor_of(getattr(self, name))

    def plan(self, *planned: PlannedTask, at: datetime, context: uuid.UUID | None = None) -> list[Task]:
        return tasks_plan(
            by=self.actor("educator"),
            data_key=self.key,
            subject=self.subject,
            context=context or uuid.uuid4(),
            planned=planned,
            at=at,
        )

    def step(self, key: str = "call", **changes: object) -> PlannedTask:
        values: dict[str, object] = {
            "key": key,
            "title": "Appeler le 17",
            "why": "",
            "source": "",
            "owner_role": Role.EDUCATOR,
            "organisation_id": self.home.pk,
            "due_within": timedelta(hours=1),
            "escalation": CHAIN,
        }
        return PlannedTask(**(values | changes))


def build() -> World:
    ase = organisation("ASE des Parasols", OrganisationKind.ASE)
    home = organisation("Maison du Parapluie", parent=ase)
    other_home = organisation("Maison du Tabouret", parent=ase)
    return World(
        ase=ase,
        home=home,
        other_home=other_home,
        educator=member("Nour Lampadaire", (Role.EDUCATOR, home)),
        colleague=member("Sacha Buvard", (Role.EDUCATOR, home)),
        manager=member("Camille Tiroir", (Role.ON_CALL_MANAGER, home)),
        carer=member("Alix Paillasson", (Role.FOSTER_CARER, home)),
        nurse=member("Lou Bouilloire", (Role.HEALTH_STAFF, home)),
        case_worker=member("Mahé Trombone", (Role.CASE_WORKER, ase)),
        ase_on_call=member("Noa Paravent", (Role.ASE_ON_CALL, ase)),
        stranger=member("Eden Escabeau", (Role.EDUCATOR, other_home), (Role.ON_CALL_MANAGER, other_home)),
        dpo=member("Yaël Classeur", (Role.DPO, ase)),
        administrator=member("Swann Agrafe", (Role.ADMINISTRATOR, home)),
        coordinator=member("Solène Boussole", (Role.COORDINATOR, ase)),
        archivist=member("Blanche Rayon", (Role.ARCHIVIST, ase)),
        key=new_key(),
        subject=uuid.uuid4(),
    )
