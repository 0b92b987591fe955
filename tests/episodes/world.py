"""A small synthetic département for the tests of episodes: a home and its people, an ASE, a station, two residents."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Membership, Organisation, User
from maillage.accounts.services import organisation_save
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.episodes import services
from maillage.episodes.enums import EpisodeState
from maillage.episodes.models import MissingEpisode
from maillage.tasks.models import Task
from maillage.youth import services as youth
from maillage.youth.enums import Authority, Contact, Kinship, LegalStatus, MissionKind, PlacementKind
from maillage.youth.models import YoungPerson

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
# Answers under which the reference table suggests each kind, for someone of 15.
RUNAWAY = {"belongings": "yes", "reachable": "yes", "whereabouts": "no"}
WORRYING = {"threat": "yes"}
ABSENCE = {"whereabouts": "yes", "back_soon": "yes", "threat": "no", "danger": "no", "hold": "no"}


def coming(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """The next instant of that date and hour (UTC) after tomorrow: a world is built today, whatever the year."""
    tomorrow = now() + timedelta(days=1)
    here = tomorrow.replace(month=month, day=day, hour=hour, minute=minute, second=0, microsecond=0)
    return here if here > tomorrow else here.replace(year=here.year + 1)


def organisation(name: str, kind: str = OrganisationKind.HOME, **values: Any) -> Organisation:
    return organisation_save(by=SYSTEM, name=name, kind=kind, **{"departement": "99", **values})


def member(name: str, *posts: tuple[str, Organisation]) -> User:
    user = User.objects.create(
        email=f"{name.lower().replace(' ', '.')}@exemple.invalid", display_name=name, phone="01 99 00 12 34"
    )
    for role, where in posts:
        Membership.objects.create(user=user, organisation=where, role=role, starts_at=SINCE)
    return user


def resident(
    home: Organisation,
    given: str = "Lila",
    family: str = "Parapluie",
    *,
    born: str = "2011-03-04",
    case_worker: User | None = None,
    ase: Organisation | None = None,
    **identity: Any,
) -> YoungPerson:
    person = youth.person_create(
        by=SYSTEM,
        departement="99",
        legal_status=identity.pop("legal_status", LegalStatus.JUDGE),
        given_name=given,
        family_name=family,
        birth_date=born,
        **identity,
    )
    youth.placement_start(
        by=SYSTEM,
        person=person,
        organisation=home,
        kind=PlacementKind.HOME,
        starts_on=date(2026, 1, 5),
        legal_basis="judge",
        case_worker=case_worker,
        ase=ase,
    )
    return person


@dataclass
class World:
    station: Organisation
    ase: Organisation
    home: Organisation
    other_home: Organisation
    health: Organisation
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
    lila: YoungPerson
    noe: YoungPerson

    def actor(self, name: str = "educator", token: str | None = None, digest: str = "d") -> Actor:
        return replace(actor_of(getattr(self, name)), token=token, digest=digest if token else "")

    def open(
        self, person: YoungPerson | None = None, *, by: Actor | None = None, ago: int = 60, **values: Any
    ) -> MissingEpisode:
        """An episode noticed `ago` minutes ago, last seen an hour before."""
        noticed_at = values.pop("noticed_at", now() - timedelta(minutes=ago))
        return services.episodes_open(
            by=by or self.actor(),
            people=[person or self.lila],
            noticed_at=noticed_at,
            last_seen_at=values.pop("last_seen_at", noticed_at - timedelta(hours=1)),
            facts=values.pop("facts", RUNAWAY),
            **values,
        )[0]

    def in_state(self, state: EpisodeState, person: YoungPerson | None = None) -> MissingEpisode:
        """An episode brought to that state by the services themselves."""
        episode = self.open(person)
        if state == EpisodeState.LOCATED:
            episode = services.located(by=self.actor(), episode=episode, happened_at=now())
        if state in (EpisodeState.RETURNED, EpisodeState.CLOSED):
            episode = services.returned(by=self.actor(), episode=episode, happened_at=now())
        if state == EpisodeState.CLOSED:
            episode = services.episode_close(
                by=self.actor(), episode=episode, reason="back_no_follow_up", note_text="Synthétique."
            )
        return episode

    def tasks(self, episode: MissingEpisode) -> dict[str, Task]:
        return {task.key: task for task in Task.objects.filter(context=episode.pk).order_by("order", "id")}

    def parent(self, kinship: str = Kinship.MOTHER, **values: Any) -> Any:
        return youth.parent_save(
            by=SYSTEM,
            person=values.pop("person", self.lila),
            kinship=kinship,
            name=values.pop("name", "Ana Tabouret"),
            authority=values.pop("authority", Authority.FULL),
            contact=values.pop("contact", Contact.ALLOWED),
            may_know_place=values.pop("may_know_place", True),
            **values,
        )


def build() -> World:
    station = organisation("Commissariat des Parasols", OrganisationKind.POLICE, phone="01 99 00 17 17")
    ase = organisation("ASE des Parasols", OrganisationKind.ASE)
    home = organisation(
        "Maison du Parapluie",
        parent=ase,
        station=station,
        night_phone="01 99 00 22 22",
        phone="01 99 00 11 11",
        address="7 rue du Lampadaire secret",
        commune="75056",
    )
    other_home = organisation("Maison du Tabouret", parent=ase)
    health = organisation("Infirmerie des Parasols", OrganisationKind.HEALTH)
    case_worker = member("Mahé Trombone", (Role.CASE_WORKER, ase))
    lila = resident(home, case_worker=case_worker, ase=ase)
    noe = resident(home, "Noé", "Lampadaire", born="2014-06-01", case_worker=case_worker, ase=ase)
    carer = member("Alix Paillasson", (Role.FOSTER_CARER, home))
    for person in (lila, noe):
        youth.mission_open(by=SYSTEM, person=person, kind=MissionKind.HEALTH, organisation=health, legal_basis="care")
        youth.mission_open(by=SYSTEM, person=person, kind=MissionKind.HOSTS, user=carer, legal_basis="judge")
    services.load_shipped(SYSTEM)
    return World(
        station=station,
        ase=ase,
        home=home,
        other_home=other_home,
        health=health,
        educator=member("Nour Lampe", (Role.EDUCATOR, home)),
        colleague=member("Sacha Buvard", (Role.EDUCATOR, home)),
        manager=member("Camille Tiroir", (Role.ON_CALL_MANAGER, home)),
        carer=carer,
        nurse=member("Lou Bouilloire", (Role.HEALTH_STAFF, health)),
        case_worker=case_worker,
        ase_on_call=member("Noa Paravent", (Role.ASE_ON_CALL, ase)),
        stranger=member("Eden Escabeau", (Role.EDUCATOR, other_home), (Role.ON_CALL_MANAGER, other_home)),
        dpo=member("Yaël Classeur", (Role.DPO, ase)),
        administrator=member("Swann Agrafe", (Role.ADMINISTRATOR, home)),
        coordinator=member("Solène Boussole", (Role.COORDINATOR, ase)),
        archivist=member("Blanche Rayon", (Role.ARCHIVIST, ase)),
        lila=lila,
        noe=noe,
    )
