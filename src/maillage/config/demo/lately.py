"""What happened lately in the synthetic département: a rota, outings, one absence under way, one return, one past."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.enums import Role
from maillage.accounts.models import Organisation, User
from maillage.audit.journal import SYSTEM
from maillage.common.localtime import instant, local
from maillage.episodes.enums import ClosingReason, ContactOutcome, ContactWay, OutingKind
from maillage.episodes.models import MissingEpisode
from maillage.episodes.services.closing import episode_close
from maillage.episodes.services.missing import contact_record, located, sign_of_life_record
from maillage.episodes.services.opening import episodes_open
from maillage.episodes.services.outings import outing_start
from maillage.episodes.services.returning import needs_record, returned, talk_attempt
from maillage.tasks.enums import Means
from maillage.tasks.models import Task
from maillage.tasks.selectors import of_context
from maillage.tasks.services.shifts import shift_save
from maillage.tasks.services.steps import task_do
from maillage.youth.enums import LegalBasis, MissionKind
from maillage.youth.models import YoungPerson
from maillage.youth.services import mission_open
from maillage.youth.services.missions import end_mission
from maillage.youth.temporary_access import known_before
from maillage.youth.temporary_enums import Span
from maillage.youth.temporary_services import access_open

ZONE = "Europe/Paris"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

_QUIET = {
    "threat": "no", "danger": "no", "hold": "no", "unusual": "no", "reachable": "no", "whereabouts": "no",
    "back_soon": "unknown", "belongings": "yes",
}  # fmt: skip

_STATION, _MANAGER = "Commissariat de Montbrouette", "Hortense Lampadaire"


def rota(places: Mapping[str, Organisation], users: Mapping[str, User], now: datetime) -> None:
    """Ten days of the manager on call and of the ASE."""
    today = local(now, ZONE).date()
    for name, role, place in (
        ("cadre", Role.ON_CALL_MANAGER, "association"),
        ("astreinte", Role.ASE_ON_CALL, "ase"),
    ):
        by = actor_of(users[name])
        # From nine to nine: whatever the hour of loading, someone is on call.
        first = today if instant(today, time(9), ZONE) <= now else today - DAY
        for day in range(10):
            shift_save(
                by=by,
                organisation=places[place],
                role=role,
                user=users[name],
                starts_at=instant(first + day * DAY, time(9), ZONE),
                ends_at=instant(first + (day + 1) * DAY, time(9), ZONE),
            )


def outings(people: Mapping[str, YoungPerson], users: Mapping[str, User], now: datetime) -> None:
    by = actor_of(users["educatrice"])
    outing_start(
        by=by, person=people["ilyes"], kind=OutingKind.VISIT, left_at=now - 3 * HOUR, expected_at=now + 2 * HOUR,
        where="Chez son oncle, quartier de la Gare",
    )  # fmt: skip
    outing_start(
        by=by, person=people["tom"], kind=OutingKind.PERMISSION, left_at=now - 2 * HOUR, expected_at=now - 25 * MINUTE,
        where="Skate-park de Montbrouette",
    )  # fmt: skip
    outing_start(
        by=by, person=people["jade"], kind=OutingKind.ACTIVITY, left_at=now - 40 * MINUTE,
        expected_at=now + 50 * MINUTE, where="Répétition de la chorale",
    )  # fmt: skip


def missing_now(people: Mapping[str, YoungPerson], users: Mapping[str, User], now: datetime) -> MissingEpisode:
    """Noticed fifty minutes ago: the first calls made, one of them late, the rest ahead."""
    by = actor_of(users["educatrice"])
    noticed = now - 50 * MINUTE
    (episode,) = episodes_open(
        by=by, people=[people["noe"]], noticed_at=noticed, last_seen_at=noticed - 35 * MINUTE, facts=_QUIET
    )
    _done(by, episode, "call_police", noticed + 4 * MINUTE, recipient=_STATION)
    _done(by, episode, "manager", noticed + 7 * MINUTE, recipient=_MANAGER)
    contact_record(
        by=by, episode=episode, happened_at=noticed + 9 * MINUTE, way=ContactWay.CALL, outcome=ContactOutcome.NO_ANSWER,
        who="Sur son téléphone",
    )  # fmt: skip
    _done(by, episode, "belongings", noticed + 12 * MINUTE, means=Means.IN_PERSON, note="Sac à dos et chargeur partis.")
    _done(by, episode, "first_calls", noticed + 20 * MINUTE, note="Sa mère et deux amis : pas de nouvelles.")
    manager = actor_of(users["cadre"])
    _done(manager, episode, "ase_now", noticed + 22 * MINUTE, recipient="Astreinte ASE")
    _done(by, episode, "declaration", noticed + 28 * MINUTE, means=Means.EMAIL, recipient=_STATION)
    _done(manager, episode, "prosecutor", noticed + 34 * MINUTE, means=Means.EMAIL, recipient="Permanence du parquet")
    return episode


def back_today(people: Mapping[str, YoungPerson], users: Mapping[str, User], now: datetime) -> MissingEpisode:
    """Missing since yesterday evening, back some hours ago: what the return asks is still to do."""
    by, manager = actor_of(users["educateur"]), actor_of(users["cadre"])
    noticed = now - 16 * HOUR
    (episode,) = episodes_open(by=by, people=[people["awa"]], noticed_at=noticed, facts=_QUIET)
    for key, minutes, means, recipient in (
        ("call_police", 3, Means.PHONE, _STATION),
        ("manager", 6, Means.PHONE, _MANAGER),
        ("first_calls", 18, Means.PHONE, "Deux amies"),
        ("belongings", 21, Means.IN_PERSON, ""),
        ("declaration", 27, Means.EMAIL, _STATION),
        ("case_worker", 180, Means.EMAIL, "Léonie Cafetière"),
    ):
        _done(by, episode, key, noticed + minutes * MINUTE, means=means, recipient=recipient)
    _done(manager, episode, "ase_now", noticed + 25 * MINUTE, recipient="Astreinte ASE")
    sign_of_life_record(
        by=by, episode=episode, happened_at=noticed + 3 * HOUR, way=ContactWay.MESSAGE, who="À une amie",
        words="Je suis chez Mina, je rentre demain.",
    )  # fmt: skip
    located(by=by, episode=episode, happened_at=noticed + 11 * HOUR, who="La mère de Mina", place="Montbrouette")
    returned(by=by, episode=episode, happened_at=now - 100 * MINUTE, text="Rentrée seule, en bus.")
    _done(by, episode, "end_of_search", now - 90 * MINUTE, recipient=_STATION)
    needs_record(by=by, episode=episode, happened_at=now - 80 * MINUTE, text="Elle a mangé et dormi un peu.")
    return episode


def past(people: Mapping[str, YoungPerson], users: Mapping[str, User], now: datetime) -> MissingEpisode:
    """Closed with its reason, twelve days ago."""
    by = actor_of(users["educatrice"])
    noticed = now - 12 * DAY
    (episode,) = episodes_open(by=by, people=[people["lina"]], noticed_at=noticed, facts=_QUIET)
    _done(by, episode, "call_police", noticed + 3 * MINUTE, recipient=_STATION)
    returned(by=by, episode=episode, happened_at=noticed + 5 * HOUR)
    talk_attempt(
        by=by, episode=episode, happened_at=noticed + 30 * HOUR, offer="refused", text="Elle préfère ne pas en parler."
    )
    episode_close(
        by=by, episode=episode, reason=ClosingReason.FOLLOWED, note_text="Suites reprises avec sa référente en réunion."
    )
    return episode


def temporary(people: Mapping[str, YoungPerson], users: Mapping[str, User], now: datetime) -> None:
    """Two she followed until today; one of their files is open for some hours on a written reason."""
    user = users["aemo"]
    for key in ("lou", "maya"):
        mission = mission_open(
            by=SYSTEM, person=people[key], kind=MissionKind.FOLLOWS, user=user, legal_basis=LegalBasis.SHARED_SECRECY,
            starts_at=now - 150 * DAY,
        )  # fmt: skip
        end_mission(by=SYSTEM, mission=mission, at=now)
    known = next(one for one in known_before(actor_of(user)) if one.person_id == people["lou"].pk)
    access_open(
        by=actor_of(user), way=known.way, ref=known.ref, span=Span.EVENING,
        reason="Lou vient de m’écrire et demande à me parler ce soir : où en est-on de son orientation ?",
    )  # fmt: skip


def _done(
    by: Actor, episode: MissingEpisode, key: str, at: datetime, *, means: str = Means.PHONE, **words: str
) -> Task | None:
    """Do the step that has this key, when the protocol has it."""
    task = next((one for one in of_context(episode.pk) if one.key == key), None)
    if task is None:
        return None
    return task_do(by=by, task=task, done_at=at, means=means, version=task.version, **words)
