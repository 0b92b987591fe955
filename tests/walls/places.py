"""Everything an address can name, in one home; who works with it; and everyone who comes from elsewhere."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator

from maillage.accounts.actors import actor_of
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Membership, Organisation, User
from maillage.accounts.roles import ABILITIES
from maillage.accounts.services import user_invite
from maillage.audit.journal import SYSTEM
from maillage.casework.services import goals, notes
from maillage.common.clock import now
from maillage.episodes import services as episodes
from maillage.episodes.enums import EpisodeState
from maillage.episodes.models import EpisodeEvent, MissingEpisode, ReturnInterview
from maillage.questionnaires import services as questionnaires
from maillage.questionnaires.models import AnswerSet
from maillage.questionnaires.publishing import publish_shipped
from maillage.questionnaires.selectors import current, definition_of
from maillage.tasks import services as tasks
from maillage.tasks.models import OnCallShift
from maillage.vault.sealing import Opened, system_key
from maillage.youth import services as youth
from maillage.youth import takeover_services as takeovers
from maillage.youth import temporary_services as temporary
from maillage.youth.enums import MissionKind, PlacementKind
from maillage.youth.lookup import prove
from maillage.youth.lookup_models import LikelyTwin, LookupMatch
from maillage.youth.lookup_services import lookup_ask
from maillage.youth.merge_services import files_merge
from maillage.youth.models import Mission, YoungPerson
from maillage.youth.services.missions import end_mission
from maillage.youth.takeover_models import TakeoverShare
from tests.casework import capabilities
from tests.episodes import world as worlds
from tests.youth.young import picture

# One letter a person, for the tables of `addresses.py`: the roles, someone without any post, nobody signed in.
LETTERS: Mapping[str, Role | None] = {
    "E": Role.EDUCATOR,
    "F": Role.FOSTER_CARER,
    "M": Role.ON_CALL_MANAGER,
    "C": Role.CASE_WORKER,
    "A": Role.ASE_ON_CALL,
    "H": Role.HEALTH_STAFF,
    "D": Role.DPO,
    "X": Role.ADMINISTRATOR,
    "O": Role.COORDINATOR,
    "V": Role.ARCHIVIST,
    "N": None,
}
_NAMES = {
    "E": "educator", "F": "carer", "M": "manager", "C": "case_worker", "A": "ase_on_call", "H": "nurse",
    "D": "dpo", "X": "administrator", "O": "coordinator", "V": "archivist",
}  # fmt: skip


@dataclass
class Place:
    """`ids`: what addresses name here, by the words `addresses.py` uses. `own`: the same, of those from elsewhere."""

    world: worlds.World
    ids: dict[str, Any]
    own: dict[str, Any]
    here: dict[str, User]
    neighbours: dict[str, User]
    far: dict[str, User]
    episodes: dict[EpisodeState, MissingEpisode] = field(default_factory=dict)

    @property
    def elsewhere(self) -> list[tuple[str, str, User]]:
        """Letter, from where, who: everyone who has nothing to do with this home."""
        return [
            *((letter, "another home", user) for letter, user in self.neighbours.items()),
            *((letter, "another département", user) for letter, user in self.far.items()),
        ]


def _resident(world: worlds.World, given: str, family: str) -> YoungPerson:
    person = worlds.resident(world.home, given, family, case_worker=world.case_worker, ase=world.ase)
    youth.mission_open(by=SYSTEM, person=person, kind=MissionKind.HEALTH, organisation=world.health, legal_basis="care")
    youth.mission_open(by=SYSTEM, person=person, kind=MissionKind.HOSTS, user=world.carer, legal_basis="judge")
    return person


def build() -> Place:
    world = worlds.build()
    publish_shipped(by=SYSTEM)
    nobody = worlds.member("Ariel Cintre")
    missing = world.open()
    found = {
        state: world.in_state(state, _resident(world, given, family))
        for state, given, family in [
            (EpisodeState.LOCATED, "Zélie", "Arrosoir"),
            (EpisodeState.RETURNED, "Maud", "Passoire"),
        ]
    }
    # Two talks: one whose draft is under way, one answered, whose episode is closed.
    talking = world.in_state(EpisodeState.RETURNED, _resident(world, "Hoel", "Louche"))
    _talk(world, talking)
    answered = world.in_state(EpisodeState.RETURNED, _resident(world, "Isée", "Balai"))
    interview, draft = _talk(world, answered)
    unsaid = dict.fromkeys(definition_of(draft.questionnaire).questions, {"not": "wish"})
    questionnaires.submit(
        by=world.actor(), held=ABILITIES[Role.EDUCATOR], answer_set=draft, raw=unsaid, version=draft.version,
        subject=answered.person_id,
        opened=Opened(answered.data_key, world.actor().sections()), zone="Europe/Paris",
    )  # fmt: skip
    episodes.interview_hold(by=world.actor(), interview=interview, held_at=now(), answer_set=draft.pk)
    found[EpisodeState.CLOSED] = episodes.episode_close(
        by=world.actor(), episode=answered, reason="back_no_follow_up", note_text="Synthétique."
    )
    here = {letter: getattr(world, name) for letter, name in _NAMES.items()}
    ids = {**_ids(world, missing, found), "talking": talking.pk, "unplaced": _unplaced(world).pk}
    far, own = _far()
    return Place(
        world=world,
        ids=ids,
        own=own,
        here={**here, "N": nobody},
        neighbours=_neighbours(world),
        far=far,
        episodes={EpisodeState.MISSING: missing, **found},
    )


def _ids(world: worlds.World, missing: MissingEpisode, found: Mapping[EpisodeState, MissingEpisode]) -> dict[str, Any]:
    by = world.actor()
    person, returned = world.lila, found[EpisodeState.RETURNED]
    youth.photo_replace(by=by, person=person, content=picture())
    youth.sheet_save(by=by, person=person, version=None, description="Manteau à carreaux inventé")
    line = episodes.contact_record(by=by, episode=missing, happened_at=now(), way="call", outcome="no_answer")
    document = episodes.document_make(by=by, episode=missing, kind="declaration")
    outing = episodes.outing_start(
        by=by, person=world.noe, kind="visit", expected_at=now() + timedelta(hours=1), note_text=""
    )
    steps = sorted(
        (task for task in world.tasks(missing).values() if task.due_at and task.organisation_id == world.home.pk),
        key=lambda task: (task.due_at, task.order, task.pk),
    )
    relayed, done, step = steps[0], steps[1], steps[2]
    relay = tasks.hand_over(
        by=by, task=relayed, to_organisation=world.home, to_user=world.colleague, answer_within=timedelta(minutes=15)
    )
    tasks.task_do(by=by, task=done, done_at=now(), means="phone", version=done.version)
    shift = OnCallShift.objects.create(
        organisation=world.home,
        role=Role.ON_CALL_MANAGER,
        user=world.manager,
        starts_at=now() + timedelta(days=2),
        ends_at=now() + timedelta(days=2, hours=12),
    )
    for name in ("Clé", "Autre clé"):
        key = Authenticator.objects.create(
            user=world.colleague, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": {}}
        )
    invited = user_invite(
        by=world.actor("administrator"), email="invitee@exemple.invalid", display_name="Invitée", phone="",
        organisation=world.home, role=Role.EDUCATOR,
    )  # fmt: skip
    note = notes.note_write(by=by, person=person, level="team", text="Synthétique")
    goal = goals.goal_set(by=by, person=person, domain="work", title="Synthétique")
    more = capabilities.fill(world)
    request, match, pair = _asked(world, person)
    known, opened = _followed_once(world, "Solène", "Panier"), _followed_once(world, "Tim", "Seau")
    nurse = world.actor("nurse")
    access = temporary.access_open(
        by=nurse, way="before", ref=opened.pk, reason="Raison synthétique, en entier.", span="4"
    )
    passed_on = youth.mission_open(
        by=SYSTEM, person=opened.person, kind=MissionKind.FOLLOWS, user=world.colleague, legal_basis="judge"
    )
    takeovers.takeover_propose(
        by=world.actor("case_worker"), holder=world.colleague, why="departure", starts_at=now(), ends_at=None,
        chosen={passed_on.pk: world.ase_on_call},
    )  # fmt: skip
    merged = _two_files(world, "Ambre", "Ficelle")
    merge = files_merge(
        by=world.actor("case_worker"), pair=merged, main=merged.known, reason="Raison synthétique.",
        version=merged.version,
    )  # fmt: skip
    return {
        **more,
        "two_files": _two_files(world, "Loan", "Corde").pk,
        "main_file": merged.known_id,
        "merge": merge.pk,
        "known": known.pk,
        "access": access.pk,
        "holder": world.colleague.pk,
        "takeover": TakeoverShare.objects.get().pk,
        "request": request,
        "match": match,
        "pair": pair,
        "note": note.thread,
        "goal": goal.pk,
        "person": person.pk,
        "at_home": found[EpisodeState.CLOSED].person_id,
        "out": world.noe.pk,
        "parent": world.parent().pk,
        "mission": Mission.objects.get(person=person, kind=MissionKind.HEALTH).pk,
        "outing": outing.pk,
        "hand_over": relay.pk,
        "missing": missing.pk,
        "located": found[EpisodeState.LOCATED].pk,
        "returned": returned.pk,
        "closed": found[EpisodeState.CLOSED].pk,
        "step": step.pk,
        "relayed": relayed.pk,
        "done": done.pk,
        "line": line.pk,
        "document": document.pk,
        "shift": shift.pk,
        "home": world.home.pk,
        "user": world.educator.pk,
        "membership": Membership.objects.get(user=world.educator).pk,
        "key": key.pk,
        "invited": invited.pk,
    }


def _followed_once(world: worlds.World, given: str, family: str) -> Mission:
    """The mission, ended, by which health staff knew someone her case worker follows."""
    person = youth.person_create(by=SYSTEM, departement="99", given_name=given, family_name=family)
    youth.mission_open(
        by=SYSTEM, person=person, kind=MissionKind.CASE_WORKER, user=world.case_worker, legal_basis="judge"
    )
    mission = youth.mission_open(
        by=SYSTEM, person=person, kind=MissionKind.HEALTH, organisation=world.health, legal_basis="care"
    )
    return end_mission(by=SYSTEM, mission=mission, at=now())


def _two_files(world: worlds.World, given: str, family: str) -> LikelyTwin:
    """A pair of files, both of young people her case worker follows."""
    both = []
    for _file in range(2):
        person = youth.person_create(by=SYSTEM, departement="99", given_name=given, family_name=family)
        youth.mission_open(
            by=SYSTEM, person=person, kind=MissionKind.CASE_WORKER, user=world.case_worker, legal_basis="judge"
        )
        both.append(person)
    return LikelyTwin.objects.create(
        known=both[0], newer=both[1], pair=f"{both[0].pk.hex}{both[1].pk.hex}", data_key=system_key(), at=now()
    )


def _asked(world: worlds.World, person: YoungPerson) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """A request the educator left, that may be about this person; and another file that may be hers, elsewhere."""
    names = "Lila Parapluie"
    request = lookup_ask(
        by=world.actor(), proof=prove(world.educator.pk, names), names=names, born="", reason="Raison synthétique",
        phone="01 99 00 12 34",
    )  # fmt: skip
    match = LookupMatch.objects.create(request=request, person=person, at=now())
    other = youth.person_create(by=SYSTEM, departement="99", given_name="Lila", family_name="Parapluye")
    pair = LikelyTwin.objects.create(
        known=person, newer=other, pair=f"{person.pk.hex}{other.pk.hex}", data_key=system_key(), at=now()
    )
    return request.pk, match.pk, pair.pk


def _talk(world: worlds.World, episode: MissingEpisode) -> tuple[ReturnInterview, AnswerSet]:
    interview = episodes.interview_start(by=world.actor(), episode=episode, readers=["educator"], told=True)
    instrument = current("retour")
    assert instrument is not None
    draft = questionnaires.draft_start(
        by=world.actor(), held=ABILITIES[Role.EDUCATOR], questionnaire=instrument, data_key=episode.data_key,
        context=interview.pk, subject=episode.person_id,
    )  # fmt: skip
    return interview, draft


def _unplaced(world: worlds.World) -> YoungPerson:
    """Someone her case worker follows, who lives nowhere for now."""
    person = youth.person_create(
        by=SYSTEM, departement="99", legal_status="judge", given_name="Ode", family_name="Râteau",
        birth_date="2010-02-03",
    )  # fmt: skip
    youth.mission_open(
        by=SYSTEM, person=person, kind=MissionKind.CASE_WORKER, user=world.case_worker, legal_basis="judge"
    )
    return person


def _neighbours(world: worlds.World) -> dict[str, User]:
    """The same roles beside it: another home of the same ASE, a colleague of the ASE nobody gave a mission."""
    infirmary = worlds.organisation("Infirmerie des Tabourets", OrganisationKind.HEALTH)
    return {
        "E": worlds.member("Ilan Carafe", (Role.EDUCATOR, world.other_home)),
        "F": worlds.member("Swan Bobine", (Role.FOSTER_CARER, world.other_home)),
        "M": worlds.member("Lou Casserole", (Role.ON_CALL_MANAGER, world.other_home)),
        "C": worlds.member("Gwen Calepin", (Role.CASE_WORKER, world.ase)),
        "H": worlds.member("Thaïs Écharpe", (Role.HEALTH_STAFF, infirmary)),
        "X": worlds.member("Maé Tampon", (Role.ADMINISTRATOR, world.other_home)),
    }


def _far() -> tuple[dict[str, User], dict[str, Any]]:
    """Every role in another département, with a file of their own; and someone without any post."""
    ase = worlds.organisation("ASE des Lanternes", OrganisationKind.ASE, departement="98")
    home = worlds.organisation("Maison des Lanternes", parent=ase, departement="98", phone="01 99 00 55 55")
    health = worlds.organisation("Infirmerie des Lanternes", OrganisationKind.HEALTH, departement="98")
    where: dict[str, Organisation] = {"H": health, **dict.fromkeys("CADXOV", ase)}
    users = {
        letter: worlds.member(f"Lanterne {letter}", *([(role, where.get(letter, home))] if role else []))
        for letter, role in LETTERS.items()
    }
    person = youth.person_create(
        by=SYSTEM, departement="98", legal_status="judge", given_name="Ève", family_name="Entonnoir",
        birth_date="2010-09-09",
    )  # fmt: skip
    youth.placement_start(
        by=SYSTEM, person=person, organisation=home, kind=PlacementKind.HOME, starts_on=now().date(),
        legal_basis="judge", case_worker=users["C"], ase=ase,
    )  # fmt: skip
    youth.mission_open(by=SYSTEM, person=person, kind=MissionKind.HEALTH, organisation=health, legal_basis="care")
    youth.mission_open(by=SYSTEM, person=person, kind=MissionKind.HOSTS, user=users["F"], legal_basis="judge")
    [episode] = episodes.episodes_open(
        by=actor_of(users["E"]), people=[person], noticed_at=now() - timedelta(hours=1), facts=worlds.RUNAWAY
    )
    line = EpisodeEvent.objects.filter(episode=episode).earliest("written_at", "pk")
    return users, {"person": person.pk, "missing": episode.pk, "line": line.pk, "home": home.pk, "user": users["E"].pk}


def nowhere(value: Any) -> Any:
    """An identifier of the same shape that names nothing."""
    return uuid.uuid4() if isinstance(value, uuid.UUID) else 987_654_321 if isinstance(value, int) else value
