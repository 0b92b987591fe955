"""A synthetic département of any size, the same for the same size: `fill(50_000)`.

A small one is made by the services themselves, with the accounts the benchmarks sign in with; what happened there is
then copied in bulk (`copying`), at the rates of published figures:

- four episodes a file over five years, unevenly: a quarter of the files have none, a few have dozens;
- 95 in 100 a runaway, 4 a worrying disappearance, 1 an absence without leave or an opening by mistake (116 000, 2019
  and 2024);
- back within 72 hours for a third, within the quarter for a third, later for a third (Droit d'Enfance, 2020);
- three files in ten are of today; the others are closed, their placements and missions ended.

One home in each thousand files is the same at every size: « Maison des Tilleuls », twelve residents, whose people the
benchmarks act as. What is not copied: documents (a sealed PDF each) and photographs; they are read one at a time.
"""

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import tink
from django.db import connection, models, transaction
from tink import aead

from benchmarks.copying import Pattern, Writer, dated_id, fields
from benchmarks.names import Somebody, crowd
from maillage.accounts.actors import Actor, actor_of
from maillage.accounts.demo import demo_account
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import Membership, Organisation, User
from maillage.accounts.services import organisation_save
from maillage.audit import journal
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.config import prepare
from maillage.config.demo import loading
from maillage.config.demo.places import DEPARTEMENT
from maillage.episodes.enums import ClosingReason, EpisodeKind
from maillage.episodes.models import EpisodeEvent, MissingEpisode, ReturnInterview
from maillage.episodes.services.closing import episode_close
from maillage.episodes.services.missing import contact_record, located, sign_of_life_record
from maillage.episodes.services.opening import episodes_open
from maillage.episodes.services.returning import (
    interview_hold,
    interview_start,
    needs_record,
    police_questionnaire_record,
    returned,
    talk_attempt,
)
from maillage.questionnaires.enums import Instrument
from maillage.questionnaires.models import AnswerSet
from maillage.questionnaires.selectors import current
from maillage.tasks.models import Alarm, HandOver, Task
from maillage.tasks.services.steps import task_do
from maillage.vault import keyring
from maillage.vault.models import DataKey
from maillage.vault.sealing import Sealer, wrap
from maillage.youth.enums import BASIS_OF_STATUS, YOUTH_READ
from maillage.youth.models import (
    DepartureSheet,
    IdentityRevision,
    Mission,
    ParentalSituation,
    Placement,
    SheetOpening,
    YoungPerson,
)
from maillage.youth.services import person_create, placement_start, sheet_save

Progress = Callable[[int, int], None]

SEED = 20260101
YEARS = 5
EACH = 4  # episodes a file
RESIDENTS = 12
READINGS = 4  # rows of the journal an episode
PROBE, MANAGER, ALONE, CROWDED = (f"{name}@exemple.invalid" for name in ("educatrice", "cadre", "seule", "nombreux"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_QUIET = dict.fromkeys(("threat", "danger", "hold", "unusual", "reachable", "whereabouts"), "no") | {
    "back_soon": "unknown", "belongings": "yes",
}  # fmt: skip


@dataclass(frozen=True)
class Size:
    people: int
    episodes: int
    rows: int


@dataclass(frozen=True)
class _Past:
    """A pattern of an episode, and the instants its copies stretch."""

    pattern: Pattern
    episode: uuid.UUID
    person: uuid.UUID
    organisation: uuid.UUID
    noticed: datetime
    back: datetime
    weight: float


def fill(people: int, progress: Progress = lambda done, total: None) -> Size:
    """Make it, in an empty database under demo settings; what was written."""
    rng = random.Random(f"{SEED} {people}")
    prepare.folders()
    prepare.keys()
    prepare.tables()
    prepare.definitions()
    prepare.static()
    loading.load()
    today = now()
    places = {place.external_reference: place for place in Organisation.objects.all()}
    _probe_homes(places)
    pasts = _pasts(places, today)
    with _in_bulk():
        return _Bulk(rng, today, people, places, pasts, progress).write()


class _in_bulk:
    """The database does not wait for its disk meanwhile."""

    def __enter__(self) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA foreign_keys = OFF")
                cursor.execute("PRAGMA synchronous = OFF")
                cursor.execute("PRAGMA cache_size = -1000000")

    def __exit__(self, *_error: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                cursor.execute("CHECKPOINT")
        connection.close()


# --- What the services write ------------------------------------------------------------------------------------------


def _probe_homes(places: dict[str, Organisation]) -> None:
    """The home the benchmarks act in has twelve residents; two others have one and fifty."""
    worker = User.objects.get(email="referente@exemple.invalid")
    home = places["demo-home"]
    _residents(home, RESIDENTS - Placement.objects.filter(organisation=home, ends_on=None).count(), worker, places)
    for email, name, number in ((ALONE, "Maison de la Serrure", 1), (CROWDED, "Maison des Parasols", 50)):
        other = organisation_save(
            by=SYSTEM, external_reference=f"bench-{number}", name=name, kind=OrganisationKind.HOME,
            departement=DEPARTEMENT, parent=places["demo-association"], station=places["demo-police"],
            phone="+33199000055", night_phone="+33199000056", address="3 rue de la Bobine",
        )  # fmt: skip
        demo_account(email=email, display_name=f"Probe {number}", posts=[(Role.EDUCATOR, other)])
        _residents(other, number, worker, places)


def _residents(home: Organisation, number: int, worker: User, places: dict[str, Organisation]) -> None:
    rng = random.Random(f"{SEED} {home.name}")
    for named in crowd(number, rng):
        person = person_create(
            by=SYSTEM, departement=DEPARTEMENT, legal_status="judge", given_name=named.given,
            family_name=named.family, birth_date=named.born,
        )  # fmt: skip
        placement_start(
            by=SYSTEM, person=person, organisation=home, kind="home", starts_on=now().date() - 200 * DAY,
            legal_basis=BASIS_OF_STATUS["judge"], case_worker=worker, ase=places["demo-ase"],
        )  # fmt: skip
        sheet_save(by=SYSTEM, person=person, description="Veste bleue.", friends=["Une amie"], prepared_with=True)


def _pasts(places: dict[str, Organisation], today: datetime) -> list[_Past]:
    """Closed episodes of a few young people who live where no benchmark looks, as the services write them."""
    home = places["demo-second_home"]
    by = actor_of(User.objects.get(email="veilleuse@exemple.invalid"))
    worker = User.objects.get(email="referente@exemple.invalid")
    courses = [("refused", 0.40), ("held", 0.35), ("brief", 0.20), ("worrying", 0.04), ("mistake", 0.01)]
    found = []
    for course, weight in courses:
        (named,) = crowd(1, random.Random(course))
        person = person_create(
            by=SYSTEM, departement=DEPARTEMENT, legal_status="judge", given_name=named.given,
            family_name=named.family, birth_date=date(2011, 3, 3),
        )  # fmt: skip
        placement_start(
            by=SYSTEM, person=person, organisation=home, kind="home", starts_on=today.date() - 200 * DAY,
            legal_basis=BASIS_OF_STATUS["judge"], case_worker=worker, ase=places["demo-ase"],
        )  # fmt: skip
        person = YoungPerson.objects.select_related("data_key").get(pk=person.pk)
        episode = _course(course, by, person, today - 20 * DAY)
        found.append(_past(episode, weight))
    return found


def _course(course: str, by: Actor, person: YoungPerson, noticed: datetime) -> MissingEpisode:
    declared = EpisodeKind.WORRYING_DISAPPEARANCE if course == "worrying" else None
    (episode,) = episodes_open(
        by=by, people=[person], noticed_at=noticed, last_seen_at=noticed - HOUR, facts=_QUIET,
        declared_kind=declared, kind_reason="Message inquiétant à une amie." if declared else "",
    )  # fmt: skip
    if course == "mistake":
        return episode_close(
            by=by, episode=episode, reason=ClosingReason.OPENED_BY_MISTAKE, note_text="Elle était dans sa chambre."
        )
    for minutes, task in enumerate(_owed(episode)[: 3 if course == "brief" else 7]):
        task_do(
            by=by, task=task, done_at=noticed + timedelta(minutes=4 + 3 * minutes), means="phone",
            recipient="Permanence", note="Message laissé, rappel convenu.", version=task.version,
        )  # fmt: skip
    for hours in range(1 if course == "brief" else 4):
        contact_record(
            by=by, episode=episode, happened_at=noticed + hours * HOUR, way="call", outcome="no_answer",
            who="Sur son téléphone", text="Ne répond pas.",
        )  # fmt: skip
    if course != "brief":
        sign_of_life_record(
            by=by, episode=episode, happened_at=noticed + 6 * HOUR, way="message", who="À une amie",
            words="Je vais bien, je rentre bientôt.",
        )  # fmt: skip
        located(by=by, episode=episode, happened_at=noticed + 10 * HOUR, who="Une amie", place="Montbrouette")
    episode = returned(by=by, episode=episode, happened_at=noticed + 12 * HOUR, text="Rentrée seule, en bus.")
    needs_record(by=by, episode=episode, happened_at=noticed + 13 * HOUR, text="Elle a mangé et dormi.")
    if course == "worrying":
        police_questionnaire_record(by=by, episode=episode, happened_at=noticed + 20 * HOUR, outcome="held")
    if course == "refused":
        talk_attempt(
            by=by, episode=episode, happened_at=noticed + 30 * HOUR, offer="refused", text="Elle préfère attendre."
        )
    if course in ("held", "worrying"):
        interview = interview_start(
            by=by, episode=episode, readers=["educator", "case_worker"], told=True, chosen_person="Sa référente"
        )
        answers = _answers(interview, episode, by)
        interview_hold(by=by, interview=interview, held_at=noticed + 40 * HOUR, answer_set=answers.pk)
    return episode_close(
        by=by, episode=episode, reason=ClosingReason.BACK_NO_FOLLOW_UP if course == "brief" else ClosingReason.FOLLOWED,
        note_text="Suites reprises en réunion.",
    )  # fmt: skip


def _owed(episode: MissingEpisode) -> list[Task]:
    return list(Task.objects.filter(context=episode.pk, state="open").order_by("due_at", "order", "pk"))


def _answers(interview: ReturnInterview, episode: MissingEpisode, by: Actor) -> AnswerSet:
    """About as long as answers are."""
    instrument = current(Instrument.RETURN)
    row = AnswerSet(
        questionnaire=instrument, context=interview.pk, started_by_id=by.user_id, started_at=now(), saved_at=now(),
        submitted_by_id=by.user_id, submitted_at=now(), parts={"education": {"version": 1}},
    )  # fmt: skip
    Sealer(episode.data_key).seal(
        row,
        answers={f"question_{number}": "Une réponse de longueur ordinaire." for number in range(30)},
        words={"words": "Ce qu’elle a dit, en quelques phrases. " * 8},
    )
    row.save(force_insert=True)
    return row


def _past(episode: MissingEpisode, weight: float) -> _Past:
    tasks = list(Task.objects.filter(context=episode.pk).order_by("order", "pk"))
    interviews = list(ReturnInterview.objects.filter(episode=episode))
    rows = [
        episode,
        *EpisodeEvent.objects.filter(episode=episode).order_by("written_at", "pk"),
        *interviews,
        *AnswerSet.objects.filter(context__in=[one.pk for one in interviews]),
        *tasks,
        *Alarm.objects.filter(task__in=tasks),
        *HandOver.objects.filter(task__in=tasks),
        *SheetOpening.objects.filter(context=episode.pk),
    ]
    pattern = Pattern(rows, episode.data_key)
    return _Past(
        pattern, episode.pk, episode.person_id, episode.organisation_id, episode.noticed_at,
        episode.returned_at or episode.noticed_at + HOUR, weight,
    )  # fmt: skip


# --- What is copied ---------------------------------------------------------------------------------------------------


@dataclass
class _Home:
    id: uuid.UUID
    users: list[uuid.UUID]
    worker: uuid.UUID
    ase: uuid.UUID
    association: uuid.UUID
    episodes: int = 0
    residents: int = 0


class _Bulk:
    def __init__(
        self,
        rng: random.Random,
        today: datetime,
        people: int,
        places: dict[str, Organisation],
        pasts: Sequence[_Past],
        progress: Progress,
    ) -> None:
        self.rng, self.today, self.people, self.pasts, self.progress = rng, today, people, pasts, progress
        self.places = places
        self.writer = Writer()
        self.mac = keyring.journal_mac()
        self.master = keyring.master()
        self.episodes = 0
        first = YoungPerson.objects.get(pk=pasts[0].person)
        placement = Placement.objects.get(person=first)
        self.person = Pattern(
            [
                first,
                placement,
                *Mission.objects.filter(person=first),
                DepartureSheet(person=first, data_key_id=first.data_key_id, updated_at=today),
            ],
            first.data_key,
        )
        self.first, self.home = first.pk, placement.organisation_id  # copying gives the rows other ids
        self.began = first.created_at
        self.author = User.objects.get(email="veilleuse@exemple.invalid").pk
        self.worker = User.objects.get(email="referente@exemple.invalid").pk
        self.probed: dict[uuid.UUID, _Home] = {}

    def write(self) -> Size:
        homes = self._homes(max(1, self.people // 40))
        counts, names = self._counts(), crowd(self.people, self.rng)
        probed = list(Placement.objects.filter(ends_on=None).select_related("person__data_key", "organisation"))
        with transaction.atomic():
            self.writer.flush()
            for resident in probed:  # those the benchmarks look at have the ordinary number of episodes
                self._history(resident.person_id, Sealer(resident.person.data_key), self._home_of(resident), EACH)
            self.writer.flush()
        for start in range(0, self.people, 250):
            with transaction.atomic():
                for number in range(start, min(start + 250, self.people)):
                    self._file(number, names[number], homes, counts[number])
                self.writer.flush()
            self.progress(min(start + 250, self.people), self.people)
        return Size(YoungPerson.objects.count(), MissingEpisode.objects.count(), self.writer.written)

    def _counts(self) -> list[int]:
        """Episodes of each file: a quarter none, then an uneven share, four each in all."""
        shares = [0.0 if self.rng.random() < 0.25 else self.rng.expovariate(1) for _file in range(self.people)]
        scale = EACH * self.people / (sum(shares) or 1)
        counts = [int(share * scale) for share in shares]
        for place in self.rng.choices(range(self.people), k=EACH * self.people - sum(counts)):
            counts[place] += 1
        return counts

    def _homes(self, number: int) -> list[_Home]:
        """Homes of twelve, an association for ten of them, an ASE service for thirty."""
        homes: list[_Home] = []
        police = self.places["demo-police"].pk
        for place in range(number):
            if place % 10 == 0:
                association = self._organisation(f"Association {place // 10}", "association", None, None)
                manager = self._user(f"cadre{place}", association, Role.ON_CALL_MANAGER)
            if place % 30 == 0:
                ase = self._organisation(f"Service {place // 30}", "ase", None, police)
                workers = [self._user(f"referente{place}.{each}", ase, Role.CASE_WORKER) for each in range(12)]
            home = self._organisation(f"Maison {place}", "home", association, police)
            users = [self._user(f"educ{place}.{each}", home, Role.EDUCATOR) for each in range(4)]
            homes.append(_Home(home, [*users, manager], workers[place % len(workers)], ase, association))
        return homes

    def _organisation(self, name: str, kind: str, parent: uuid.UUID | None, station: uuid.UUID | None) -> uuid.UUID:
        row = Organisation(
            id=dated_id(self.rng, self.began), name=name, kind=kind, departement=DEPARTEMENT, parent_id=parent,
            station_id=station, phone="+33199000057", night_phone="+33199000058",
        )  # fmt: skip
        self._add(row)
        return row.pk

    def _user(self, name: str, organisation: uuid.UUID, role: Role) -> uuid.UUID:
        user = User(
            id=dated_id(self.rng, self.began), email=f"{name}@bench.invalid", display_name=f"Prénom {name}",
            password="!", joined_at=self.began,
        )  # fmt: skip
        self._add(user)
        self._add(
            Membership(
                id=dated_id(self.rng, self.began), user_id=user.pk, organisation_id=organisation, role=role,
                starts_at=self.began - 2000 * DAY,
            )
        )  # fmt: skip
        return user.pk

    def _add(self, row: models.Model) -> None:
        model = type(row)
        self.writer.add(
            model, [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields(model)]
        )

    def _key(self) -> DataKey:
        key = DataKey(id=dated_id(self.rng, self.began), created_at=self.began)
        key.wrapped = wrap(key, tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM), self.master)
        self._add(key)
        return key

    def _home_of(self, placement: Placement) -> _Home:
        place = placement.organisation_id
        if place not in self.probed:
            users = list(
                Membership.objects.filter(organisation_id=place, ends_at=None).values_list("user_id", flat=True)
            )
            number = MissingEpisode.objects.filter(organisation_id=place).count()
            self.probed[place] = _Home(
                place, users or [self.author], self.worker, self.places["demo-ase"].pk,
                self.places["demo-association"].pk, episodes=number,
            )  # fmt: skip
        return self.probed[place]

    def _file(self, number: int, named: Somebody, homes: Sequence[_Home], episodes: int) -> None:
        rng = self.rng
        home = homes[number % len(homes)]
        present = home.residents < RESIDENTS
        home.residents += present
        begin = self.today - timedelta(days=rng.randint(30, YEARS * 365))
        sealer = Sealer(self._key())
        ids = {self.first: dated_id(rng, begin), self.home: home.id}
        ids |= {self.places["demo-ase"].pk: home.ase, self.places["demo-association"].pk: home.association}
        ids[self.worker] = home.worker
        shift = begin - self.began
        ended = None if present else min(self.today - DAY, begin + timedelta(days=rng.randint(20, 700)))
        new = self.person.copy(
            self.writer, sealer, rng, ids, lambda instant: instant + shift, begin,
            YoungPerson={"reference_digest": keyring.lookup("bench", str(number))},
            Placement={} if ended is None else {"ends_on": max(ended, begin + DAY).date(), "end_kind": "move"},
            Mission={} if ended is None else {"ends_at": max(ended, begin + DAY)},
        )  # fmt: skip
        person = new[self.first]
        self._identity(person, named, sealer, begin)
        self._history(person, sealer, home, episodes)

    def _identity(self, person: uuid.UUID, named: Somebody, sealer: Sealer, begin: datetime) -> None:
        """Her names, her mother, the number of the name index: sealed by the vault like the rest."""
        rng = self.rng
        waiting = self.writer._waiting[YoungPerson][-1]
        shell = YoungPerson(id=person)
        sealer.seal(
            shell, given_name=named.given, family_name=named.family, birth_date=named.born.isoformat(),
            sex=rng.choice("ffm"), phones=[f"+3363998{rng.randint(0, 9999):04}"],
        )  # fmt: skip
        for place, field in enumerate(fields(YoungPerson)):
            if (sealed := getattr(shell, field.attname)) is not None and field.name in (
                "given_name", "family_name", "birth_date", "sex", "phones",
            ):  # fmt: skip
                waiting[place] = sealed  # type: ignore[index]
        mother = ParentalSituation(
            id=dated_id(rng, begin), person_id=person, data_key_id=sealer.key_id, kinship="mother", authority="full",
            contact="allowed",
        )  # fmt: skip
        sealer.seal(mother, name=f"Mère de {named.given} {named.family}", contacts={"phones": ["+33639980031"]})
        self._add(mother)
        self._add(IdentityRevision(person_id=person, at=begin, compared=True))

    def _history(self, person: uuid.UUID, sealer: Sealer, home: _Home, number: int) -> None:
        """That many closed episodes, one after the other over the years."""
        rng = self.rng
        starts = sorted(self.today - timedelta(days=rng.uniform(5, YEARS * 365)) for _each in range(number))
        for start, following in pairwise([*starts, self.today - 2 * DAY]):
            past = rng.choices(self.pasts, [one.weight for one in self.pasts])[0]
            away = min(_away(rng), (following - start) * 0.9)
            late = max(timedelta(0), away - (past.back - past.noticed))
            shift = start - past.noticed

            def when(instant: datetime, shift=shift, late=late, back=past.back) -> datetime:
                """Later by what she stayed away longer, from her return on; what was written at once, at once."""
                return instant + shift + (late if instant >= back else timedelta(0))

            home.episodes += 1
            author = rng.choice(home.users)
            ids = {past.person: person, past.organisation: home.id, self.author: author}
            new = past.pattern.copy(
                self.writer, sealer, rng, ids, when, start, MissingEpisode={"number": home.episodes}
            )
            self._journal(person, new[past.episode], author, start)
            self.episodes += 1

    def _journal(self, person: uuid.UUID, episode: uuid.UUID, author: uuid.UUID, start: datetime) -> None:
        """What was read of each, with its MAC."""
        for each in range(READINGS):
            entry = JournalEntry(
                nonce=uuid.UUID(int=self.rng.getrandbits(128)), at=start + each * HOUR, by=author,
                verb=YOUTH_READ.code, subject=person, object_type="", object_id="", payload={"section": "education"},
            )  # fmt: skip
            entry.mac = self.mac.compute_mac(journal.canonical(entry))
            self._add(entry)


def _away(rng: random.Random) -> timedelta:
    """A third within 72 hours, a third within the quarter, a third later."""
    third = rng.randrange(3)
    if third == 0:
        return timedelta(hours=rng.uniform(3, 72))
    if third == 1:
        return timedelta(days=rng.uniform(3, 90))
    return timedelta(days=rng.uniform(90, 200))
