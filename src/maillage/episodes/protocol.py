"""A département's protocol, written as YAML, read as data: questions, table of readings, steps with clocks. Pure.

`load` validates and says file, line and cause of each fault; `reading` says which kind the table suggests and which
of its lines fired; `plan` says who owes what by when in a situation; `replan` compares that with what is already
owed: steps are added, due times come closer, nothing is dropped or moved away.

The delays are the département's own: no national text sets them. Every delay is « au plus tard ».
"""

import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from maillage.accounts.enums import Role
from maillage.common.localtime import ZONE, is_night
from maillage.episodes.enums import (
    Answer,
    Audience,
    ClosingReason,
    DocumentKind,
    EpisodeKind,
    EpisodeState,
    EventKind,
    Trigger,
)
from maillage.tasks.planning import PlannedTask
from maillage.youth.enums import LegalStatus

# Roles an on-call rota keeps staffed day and night: where every escalation must end.
ALWAYS_STAFFED = frozenset({Role.ON_CALL_MANAGER, Role.ASE_ON_CALL})
SEVERITY = (EpisodeKind.UNAUTHORISED_ABSENCE, EpisodeKind.RUNAWAY, EpisodeKind.WORRYING_DISAPPEARANCE)
MAX_CHARACTERS = 200_000
MAX_DEPTH = 20
_OPENING = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
SHORTEST_REPEAT = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
# Words a step addressed to school or employer may not carry: they learn an absence.
_NOT_FOR_SCHOOL = re.compile(r"fugue|dispar|gendarm|polic|procureur|placement|foyer", re.IGNORECASE)


# --- Delays ----------------------------------------------------------------------------------------------------------

_DELAY = re.compile(
    r"(?:(?P<days>\d{1,3})\s*j)?\s*(?:(?P<hours>\d{1,4})\s*h)?\s*(?:(?P<minutes>\d{1,5})\s*(?:min)?)?", re.IGNORECASE
)
IMMEDIATE = ("immédiat", "tout de suite")
NAMED = ("end_of_search", "needs", "urgent_care", "talk")


def parse_delay(text: Any) -> timedelta:
    """« 2 h », « 1 h 30 », « 45 min », « 3 j », « immédiat ». ValueError (French) otherwise."""
    if isinstance(text, timedelta):
        return text
    if isinstance(text, str):
        if text.strip().lower() in IMMEDIATE:
            return timedelta()
        found = _DELAY.fullmatch(text.strip())
        parts = {name: int(value) for name, value in found.groupdict().items() if value} if found else {}
        # A bare number says no unit.
        if parts and (set(parts) != {"minutes"} or "min" in text.lower()):
            return timedelta(**parts)
    raise ValueError(
        _("délai illisible « %(text)s » (écrire « 45 min », « 2 h », « 1 h 30 », « 3 j »)") % {"text": text}
    )


def _delay_or_name(value: Any) -> Any:
    return value if value in NAMED else parse_delay(value)


Delay = Annotated[timedelta, BeforeValidator(parse_delay)]
AnyDelay = Annotated[timedelta | str, BeforeValidator(_delay_or_name)]


def _clock(value: Any) -> time:
    found = re.fullmatch(r"(\d{1,2})[:h](\d{2})", str(value).strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(_("heure illisible « %(text)s » (écrire « 21:00 »)") % {"text": value})
    return time(int(found[1]), int(found[2]))


Clock = Annotated[time, BeforeValidator(_clock)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,25}$")]
Text = Annotated[str, Field(min_length=1, max_length=600)]


# --- The schema ------------------------------------------------------------------------------------------------------


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Night(_Part):
    """The window of night, by the clock of the place."""

    start: Clock
    end: Clock


class Area(_Part):
    """A part of the département with delays of its own: an island, a valley, a town with its own station.

    `organisations`: external references of the homes and services that stand there, as the ASE's tool writes them.
    """

    key: Key
    label: Text
    organisations: list[Annotated[str, Field(min_length=1, max_length=80)]] = []


class Question(_Part):
    """Asked at opening and again whenever something changes; answered yes, no or unknown."""

    key: Key
    text: Text
    help: str = ""


class LineCondition(_Part):
    """What a line of the table looks at; all that is written must hold. `first_time`: no earlier episode is known."""

    answers: dict[str, Answer | list[Answer]] = {}
    age_below: int | None = Field(default=None, ge=1, le=21)
    time: Literal["day", "night"] | None = None
    first_time: bool | None = None


class Line(_Part):
    """One line of the table of readings. `text` is what the screen shows when it fires."""

    key: Key
    text: Text
    when: LineCondition
    suggests: EpisodeKind


class Otherwise(_Part):
    """What is suggested when no line fires."""

    suggests: EpisodeKind
    text: Text


class Condition(_Part):
    """When a step, or a rule of delay, applies; all that is written must hold.

    An age nobody knows counts as younger: the closer clock, the wider net. `areas`: parts of the département, by the
    place where she lives; `zones`: time zones, where one protocol rules several.
    """

    kinds: list[EpisodeKind] | None = None
    age_below: int | None = Field(default=None, ge=1, le=21)
    age_from: int | None = Field(default=None, ge=1, le=21)
    time: Literal["day", "night"] | None = None
    areas: list[str] | None = None
    zones: list[str] | None = None
    statuses: list[LegalStatus] | None = None

    def empty(self) -> bool:
        return not any(getattr(self, name) for name in Condition.model_fields)


class Within(Condition):
    """A rule of delay; the first whose condition holds gives it."""

    delay: AnyDelay


class Rung(_Part):
    """One rung of an escalation: to whom, how long after the due time."""

    after: Delay
    to: Role


class Source(_Part):
    """Where a step comes from. A text whose status is not confirmed stays out: a setting says it instead."""

    text: Text
    status: Literal["law", "secondary", "practice", "local"]


class Step(_Part):
    """Something owed."""

    key: Key
    title: Annotated[str, Field(min_length=1, max_length=160)]
    trigger: Trigger
    when: Condition = Condition()
    owner: Role
    within: list[Within] = Field(min_length=1)
    why: Text
    source: Source
    audience: Audience = Audience.TEAM
    for_each: Literal["parent"] | None = None
    starts_after: str | None = None
    remind_before: Delay | None = None
    escalation: list[Rung] | None = None
    phone: Literal["17", "station", "116000"] | None = None
    document: DocumentKind | None = None
    # The event that does the step, and the state that takes its object away.
    done_by: EventKind | None = None
    until: Literal["located", "returned"] | None = None
    # Owed at the return, says also what that open step had to say: one call for both.
    says_also: str | None = None
    # Comes back that long after each time it is done, until its object is gone.
    every: Delay | None = None


class Return(_Part):
    """Clocks of the return. `urgent_care_limit`: after which post-exposure treatment is of no use."""

    end_of_search: Delay
    needs: Delay
    urgent_care: Delay
    urgent_care_limit: Delay
    talk: Delay


class Protocol(_Part):
    """One version of a protocol."""

    slug: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,59}$")]
    number: int = Field(ge=1)
    title: Annotated[str, Field(min_length=1, max_length=200)]
    departement: str = Field(pattern=r"^(\*|[0-9]{2,3}|2[AB])$")
    zone: str = ZONE
    night: Night
    remind_before: Delay
    escalation: list[Rung] = Field(min_length=1)
    areas: list[Area] = []
    questions: list[Question] = Field(min_length=1)
    table: list[Line] = Field(min_length=1)
    otherwise: Otherwise
    steps: list[Step] = Field(min_length=1)
    returning: Return = Field(alias="return")
    # Steps to settle before closing, by reason; closing without them asks for a written reason.
    closing: dict[ClosingReason, list[str]]

    def areas_of(self, reference: str | None) -> frozenset[str]:
        """The areas where the organisation with that external reference stands."""
        return frozenset(area.key for area in self.areas if reference and reference in area.organisations)

    def step(self, key: str) -> Step | None:
        """The step a task's key comes from (« key:occurrence~round »), None when it comes from elsewhere."""
        return next((step for step in self.steps if step.key == base_key(key)), None)


def base_key(key: str) -> str:
    """The step's key inside a task's key."""
    return re.split(r"[:~]", key, maxsplit=1)[0]


# --- Loading: file, line, cause --------------------------------------------------------------------------------------

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """One thing wrong: `str()` gives « fichier, ligne 12 : cause »."""

    name: str
    line: int
    cause: str

    def __str__(self) -> str:
        return _("%(name)s, ligne %(line)d : %(cause)s") % {"name": self.name, "line": self.line, "cause": self.cause}


class ProtocolInvalid(ValueError):
    """Every fault found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.cause)))
        super().__init__("\n".join(map(str, self.faults)))


class _Source:
    """A YAML text as plain data, with the line of every key and item."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {(): 1}
        self.faults: list[Fault] = []
        try:
            node = self._compose(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise ProtocolInvalid([Fault(name, line, _("ce n’est pas du YAML lisible"))]) from error
        except yaml.YAMLError as error:
            raise ProtocolInvalid([Fault(name, 1, _("ce n’est pas du YAML lisible"))]) from error
        self.data = self._read(node, ()) if node is not None else {}

    def _compose(self, text: str) -> yaml.Node | None:
        if len(text) > MAX_CHARACTERS:
            raise ProtocolInvalid([Fault(self.name, 1, _("fichier trop long"))])
        depth = 0
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > MAX_DEPTH:
                raise ProtocolInvalid([Fault(self.name, token.start_mark.line + 1, _("trop de niveaux"))])
            # Anchors could make a small file unfold into a huge one.
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
                line = token.start_mark.line + 1
                raise ProtocolInvalid([Fault(self.name, line, _("ni ancre (&, *) ni étiquette (!) dans un protocole"))])
        return yaml.compose(text, Loader=yaml.SafeLoader)

    def _read(self, node: yaml.Node, path: Path) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                line = key_node.start_mark.line + 1
                if key in found:
                    self.faults.append(Fault(self.name, line, _("clé en double « %(key)s »") % {"key": key}))
                self.lines[(*path, key)] = line
                found[key] = self._read(value_node, (*path, key))
            return found
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the nearest thing that exists on the way to `path`."""
        known = tuple(path)
        while known not in self.lines:
            known = known[:-1]
        return self.lines[known]

    def fault(self, path: Sequence[str | int], cause: str) -> Fault:
        return Fault(self.name, self.line(path), cause)


def _scalar(node: yaml.Node) -> Any:
    """Plain words stay words: « 21:00 », « oui », « no » mean what they look like, not what YAML 1.1 makes of them."""
    text = str(node.value)
    plain = isinstance(node, yaml.ScalarNode) and node.style is None
    if plain and re.fullmatch(r"-?\d+", text):
        return int(text)
    if plain and text in ("true", "false"):
        return text == "true"
    if plain and text in ("", "~", "null"):
        return None
    return {"oui": "yes", "non": "no", "inconnu": "unknown"}.get(text, text) if plain else text


@lru_cache(maxsize=32)
def load(text: str, name: str) -> Protocol:
    """The protocol of a YAML text, read once per process. ProtocolInvalid with every fault: file, line, cause."""
    source = _Source(text, name)
    if not isinstance(source.data, dict):
        raise ProtocolInvalid([source.fault((), _("un protocole est une suite de clés"))])
    try:
        protocol = Protocol.model_validate(source.data)
    except ValidationError as error:
        faults = [source.fault(_yaml_path(item["loc"]), _cause(item)) for item in error.errors()]
        raise ProtocolInvalid([*source.faults, *faults]) from error
    faults = [*source.faults, *(source.fault(path, cause) for path, cause in _incoherences(protocol))]
    if faults:
        raise ProtocolInvalid(faults)
    return protocol


def _yaml_path(loc: Sequence[str | int]) -> Path:
    """pydantic's location without the parts that only name a branch of a union or a key of a mapping."""
    return tuple(part for part in loc if not (isinstance(part, str) and (part.startswith("[") or "[" in part)))


# Choices whose name in French says what is wrong.
_CHOICES = {
    "owner": N_("rôle"),
    "to": N_("rôle"),
    "suggests": N_("lecture"),
    "kinds": N_("lecture"),
    "trigger": N_("déclencheur"),
    "document": N_("document"),
    "audience": N_("destinataire"),
    "done_by": N_("événement"),
    "closing": N_("motif de clôture"),
    "answers": N_("réponse"),
    "statuses": N_("statut"),
    "time": N_("moment"),
    "status": N_("statut de source"),
    "phone": N_("numéro"),
    "until": N_("état"),
    "for_each": N_("répétition"),
}


def _cause(item: Any) -> str:
    """A pydantic error in French."""
    last = next((part for part in reversed(item["loc"]) if isinstance(part, str) and part != "[key]"), "")
    field = next((part for part in reversed(item["loc"]) if part in _CHOICES), last)
    kind, given, context = item["type"], item["input"], item.get("ctx", {})
    if kind == "missing":
        return _("il manque « %(key)s »") % {"key": last}
    if kind == "extra_forbidden":
        return _("mot inconnu « %(key)s »") % {"key": last}
    if kind in ("enum", "literal_error"):
        return _("%(what)s : valeur inconnue « %(given)s » (possibles : %(expected)s)") % {
            "what": _(_CHOICES[field]) if field in _CHOICES else str(field),
            "given": given,
            "expected": str(context.get("expected", "")).replace(" or ", ", ").replace("'", ""),
        }
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return _("« %(key)s » mal écrit : « %(given)s »") % {"key": last, "given": given}
    if kind in ("too_short", "string_too_short"):
        return _("« %(key)s » est vide") % {"key": last}
    return _("« %(key)s » : valeur impossible « %(given)s »") % {"key": last, "given": str(given)[:60]}


def _incoherences(protocol: Protocol) -> Iterator[tuple[Path, str]]:
    """What no single key shows: references, loops, chains that end nowhere, a missing first call."""
    yield from _doubles("areas", protocol.areas)
    yield from _doubles("questions", protocol.questions)
    yield from _doubles("table", protocol.table)
    yield from _doubles("steps", protocol.steps)
    try:
        ZoneInfo(protocol.zone)
    except (KeyError, ValueError, OSError):
        yield ("zone",), _("fuseau horaire inconnu « %(zone)s »") % {"zone": protocol.zone}
    asked = {question.key for question in protocol.questions}
    for index, line in enumerate(protocol.table):
        for key in line.when.answers:
            if key not in asked:
                yield ("table", index, "when", "answers", key), _("question inconnue « %(key)s »") % {"key": key}
        if line.when == LineCondition():
            yield ("table", index, "when"), _("une ligne sans condition s’appliquerait toujours : écrire « otherwise »")
    yield from _chain(("escalation",), protocol.escalation)
    steps = {step.key: step for step in protocol.steps}
    for index, step in enumerate(protocol.steps):
        yield from _step_faults(("steps", index), step, steps, {area.key for area in protocol.areas})
    yield from _loops(protocol)
    if not any(map(_calls_first, protocol.steps)):
        yield ("steps",), _("il manque l’étape « appeler le 17 » à l’ouverture, pour fugue et disparition inquiétante")
    for reason, keys in protocol.closing.items():
        for position, key in enumerate(keys):
            if key not in steps:
                yield ("closing", str(reason), position), _("étape inconnue « %(key)s »") % {"key": key}


def _doubles(name: str, parts: Sequence[Any]) -> Iterator[tuple[Path, str]]:
    seen: set[str] = set()
    for index, part in enumerate(parts):
        if part.key in seen:
            yield (name, index, "key"), _("clé en double « %(key)s »") % {"key": part.key}
        seen.add(part.key)


def _chain(path: Path, rungs: Sequence[Rung]) -> Iterator[tuple[Path, str]]:
    if not rungs or rungs[-1].to not in ALWAYS_STAFFED:
        yield (
            path,
            _("l’escalade doit finir à une astreinte, tenue jour et nuit (%(roles)s)")
            % {"roles": ", ".join(sorted(ALWAYS_STAFFED))},
        )
    if any(later.after <= earlier.after for earlier, later in pairwise(rungs)):
        yield path, _("les délais de l’escalade doivent croître")


def _step_faults(
    path: Path, step: Step, steps: Mapping[str, Step], areas: Collection[str]
) -> Iterator[tuple[Path, str]]:
    if step.escalation is not None:
        yield from _chain((*path, "escalation"), step.escalation)
    for position, rule in enumerate(step.within):
        last = position == len(step.within) - 1
        if last != rule.empty():
            yield (
                (*path, "within", position),
                _("la dernière règle de délai est sans condition, les autres en ont une"),
            )
    for condition, place in [(step.when, "when"), *((rule, "within") for rule in step.within)]:
        for area in condition.areas or []:
            if area not in areas:
                yield (*path, place), _("secteur inconnu « %(area)s » : le déclarer sous « areas »") % {"area": area}
        for zone in condition.zones or []:
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError):
                yield (*path, place), _("fuseau horaire inconnu « %(zone)s »") % {"zone": zone}
    if step.every is not None:
        yield from _repeat_faults(path, step)
    if (step.audience == Audience.PARENT) != (step.for_each == "parent"):
        yield (
            path,
            _("une étape qui prévient un parent suit sa situation : « audience: parent » et « for_each: parent »"),
        )
    if step.audience in (Audience.SCHOOL, Audience.EMPLOYER) and _NOT_FOR_SCHOOL.search(step.title + step.why):
        yield (*path, "title"), _("école et employeur n’apprennent qu’une absence : reformuler")
    if step.says_also is not None:
        also = steps.get(step.says_also)
        if also is None:
            yield (*path, "says_also"), _("étape inconnue « %(key)s »") % {"key": step.says_also}
        elif (
            step.trigger != Trigger.RETURNED
            or also.trigger != Trigger.OPENED
            or also.for_each != step.for_each
            or not step.when.empty()
        ):
            yield (
                (*path, "says_also"),
                _("une étape qui en dit une autre naît au retour, sans condition, et s’adresse aux mêmes"),
            )
    if step.starts_after is not None:
        before = steps.get(step.starts_after)
        if before is None:
            yield (*path, "starts_after"), _("étape inconnue « %(key)s »") % {"key": step.starts_after}
        elif before.for_each is not None:
            yield (*path, "starts_after"), _("« %(key)s » existe une fois par parent") % {"key": step.starts_after}
        elif before.trigger not in (Trigger.OPENED, step.trigger):
            yield (*path, "starts_after"), _("« %(key)s » naît d’un autre événement") % {"key": step.starts_after}


def _repeat_faults(path: Path, step: Step) -> Iterator[tuple[Path, str]]:
    assert step.every is not None
    if step.until is None or step.trigger not in (Trigger.OPENED, Trigger.LOCATED) or step.for_each is not None:
        yield (
            (*path, "every"),
            _("une étape qui revient naît à l’ouverture ou à la localisation, et dit « until » quand elle cesse"),
        )
    longest = max((rule.delay for rule in step.within if not isinstance(rule.delay, str)), default=timedelta())
    if step.every < max(SHORTEST_REPEAT, longest):
        yield (
            (*path, "every"),
            _("une étape revient au plus tôt au bout d’une heure, et pas avant son premier délai"),
        )


def _loops(protocol: Protocol) -> Iterator[tuple[Path, str]]:
    after = {step.key: step.starts_after for step in protocol.steps}
    for index, step in enumerate(protocol.steps):
        seen = [step.key]
        key = step.starts_after
        while key is not None and key not in seen:
            seen.append(key)
            key = after.get(key)
        if key == step.key:
            yield ("steps", index, "starts_after"), _("boucle : %(loop)s") % {"loop": " → ".join([*seen, step.key])}


def _calls_first(step: Step) -> bool:
    """Whether this step is the call to 17 that every real disappearance needs, whoever and whenever."""
    narrowed = step.when.model_copy(update={"kinds": None})
    kinds = set(step.when.kinds or EpisodeKind)
    wanted = {EpisodeKind.RUNAWAY, EpisodeKind.WORRYING_DISAPPEARANCE}
    at_once = not step.within[-1].delay
    return step.phone == "17" and step.trigger == Trigger.OPENED and narrowed.empty() and wanted <= kinds and at_once


# --- Reading the situation -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """What the table suggests: the gravest kind among the lines that fired, and all of those lines (text as shown).

    No line fired: `lines` is empty, `text` says so.
    """

    kind: EpisodeKind
    lines: tuple[Line, ...]
    text: str = ""


def answers_of(protocol: Protocol, facts: Mapping[str, str]) -> dict[str, Answer]:
    """An answer to every question, « ne sait pas » where none was given. ValueError on an unknown question."""
    known = {question.key for question in protocol.questions}
    if strange := set(facts) - known:
        raise ValueError(_("question inconnue « %(key)s »") % {"key": sorted(strange)[0]})
    return {key: Answer(facts.get(key) or Answer.UNKNOWN) for key in (q.key for q in protocol.questions)}


def reading(protocol: Protocol, facts: Mapping[str, str], *, age: int | None, night: bool, first_time: bool) -> Reading:
    """The suggestion of the table for these answers. It suggests; the professional decides."""
    answers = answers_of(protocol, facts)

    def fires(line: Line) -> bool:
        when = line.when
        return (
            all(answers[key] in (given if isinstance(given, list) else [given]) for key, given in when.answers.items())
            and (when.age_below is None or age is None or age < when.age_below)
            and (when.time is None or (when.time == "night") == night)
            and (when.first_time is None or when.first_time == first_time)
        )

    lines = tuple(line for line in protocol.table if fires(line))
    if not lines:
        return Reading(protocol.otherwise.suggests, (), protocol.otherwise.text)
    return Reading(max((line.suggests for line in lines), key=SEVERITY.index), lines)


# --- Planning --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ParentNotice:
    """A parent or guardian as `youth.parents.may_notify` decided. `label` is a kinship, never a name."""

    id: uuid.UUID
    label: str
    allowed: bool
    reason: str


@dataclass(frozen=True)
class Occurrence:
    """Something that happened and may make steps owed. `id` tells several of one trigger apart (hex, or "")."""

    trigger: Trigger
    at: datetime
    id: str = ""


@dataclass(frozen=True)
class Situation:
    """All that a plan looks at. Instants are aware; `zone` is the organisation's.

    `kind_since`: when the present kind was chosen; rules that follow from it count from there.
    `talk_within`: the département's setting, when it has one. `areas`: keys of the areas where she lives.
    """

    kind: EpisodeKind
    state: EpisodeState
    age: int | None
    legal_status: str
    organisation_id: uuid.UUID
    zone: str
    night_from: time
    night_to: time
    noticed_at: datetime
    kind_since: datetime
    occurrences: tuple[Occurrence, ...]
    parents: tuple[ParentNotice, ...] = ()
    station_phone: str = ""
    talk_within: timedelta | None = None
    areas: frozenset[str] = frozenset()

    def night(self, at: datetime) -> bool:
        return is_night(at, self.zone, self.night_from, self.night_to)


def _holds(condition: Condition, situation: Situation, at: datetime) -> bool:
    age = situation.age
    return (
        (condition.kinds is None or situation.kind in condition.kinds)
        and (condition.age_below is None or age is None or age < condition.age_below)
        and (condition.age_from is None or (age is not None and age >= condition.age_from))
        and (condition.time is None or (condition.time == "night") == situation.night(at))
        and (condition.areas is None or not situation.areas.isdisjoint(condition.areas))
        and (condition.zones is None or situation.zone in condition.zones)
        and (condition.statuses is None or situation.legal_status in condition.statuses)
    )


def _delay(protocol: Protocol, step: Step, situation: Situation, at: datetime) -> timedelta:
    rule = next(rule for rule in step.within if _holds(rule, situation, at))
    if not isinstance(rule.delay, str):
        return rule.delay
    if rule.delay == "talk" and situation.talk_within is not None:
        return situation.talk_within
    named: timedelta = getattr(protocol.returning, rule.delay)
    return named


def _source(source: Source) -> str:
    status = {
        "law": _("texte de loi"),
        "secondary": _("source secondaire"),
        "practice": _("usage"),
        "local": _("réglage local"),
    }[source.status]
    return f"{source.text} ({status})"


def plan(protocol: Protocol, situation: Situation) -> list[PlannedTask]:
    """Everything owed in this situation since it began, in the order of the protocol.

    A step that waits for another (`starts_after`) has no `due_from`: its clock starts when the other is settled.
    A notice to a parent that is not allowed comes with its reason (`not_due_reason`), never as something to do.
    """
    present = {_task_key(step, occurrence) for step, occurrence in _owed(protocol, situation) if step.for_each is None}
    planned: list[PlannedTask] = []
    for step, occurrence in _owed(protocol, situation):
        at = occurrence.at
        if occurrence.trigger == Trigger.OPENED and situation.kind_since > at:
            at = situation.kind_since
        key = _task_key(step, occurrence)
        before = _before(step, occurrence, present)
        rungs = step.escalation if step.escalation is not None else protocol.escalation
        task = PlannedTask(
            key=key,
            title=step.title,
            why=_why(step),
            source=_source(step.source),
            owner_role=step.owner,
            organisation_id=situation.organisation_id,
            due_within=_delay(protocol, step, situation, at),
            due_from=None if before else at,
            starts_after=before,
            remind_before=step.remind_before if step.remind_before is not None else protocol.remind_before,
            escalation=tuple((rung.after, rung.to) for rung in rungs),
            phone=situation.station_phone or "17" if step.phone == "station" else step.phone or "",
            document=str(step.document or ""),
            order=len(planned),
            repeat_every=step.every,
        )
        if step.for_each == "parent":
            planned.extend(_notices(task, situation.parents))
        else:
            planned.append(task)
    return [replace(task, order=order) for order, task in enumerate(planned)]


def _why(step: Step) -> str:
    if step.every is None:
        return step.why
    return _("%(why)s Cette étape revient %(delay)s après chaque fois, tant que l’absence dure.") % {
        "why": step.why,
        "delay": delay_words(step.every),
    }


def delay_words(delay: timedelta) -> str:
    """« 45 min », « 1 h 30 », « 24 h », as `parse_delay` reads them."""
    hours, rest = divmod(int(delay.total_seconds()) // 60, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def _owed(protocol: Protocol, situation: Situation) -> Iterator[tuple[Step, Occurrence]]:
    for step in protocol.steps:
        if _over(protocol, step, situation.state):
            continue
        for occurrence in situation.occurrences:
            if step.trigger == occurrence.trigger and _holds(step.when, situation, occurrence.at):
                yield step, occurrence


def _task_key(step: Step, occurrence: Occurrence) -> str:
    return f"{step.key}:{occurrence.id}" if occurrence.id else step.key


def _before(step: Step, occurrence: Occurrence, present: set[str]) -> str | None:
    """The task this one waits for, when the situation has it; a step never waits for one that does not exist."""
    if step.starts_after is None:
        return None
    for key in (f"{step.starts_after}:{occurrence.id}", step.starts_after):
        if key in present:
            return key
    return None


def _notices(task: PlannedTask, parents: Sequence[ParentNotice]) -> Iterator[PlannedTask]:
    for parent in parents:
        yield replace(
            task,
            key=f"{task.key}:{parent.id.hex}",
            title=f"{task.title} ({parent.label})",
            why=f"{task.why} {parent.reason}".strip(),
            not_due_reason="" if parent.allowed else parent.reason,
        )


@dataclass(frozen=True)
class Known:
    """A task that exists. `starts_at`, `due_at`: None while it waits for another. `by_person`: settled by somebody."""

    key: str
    live: bool
    by_person: bool
    starts_at: datetime | None
    due_at: datetime | None
    within: timedelta


def replan(planned: Sequence[PlannedTask], known: Iterable[Known], at: datetime) -> list[PlannedTask]:
    """What a new plan changes, as steps to hand to `tasks_plan`: nothing is dropped, no clock is moved away.

    Steps not yet owed are added. Open ones whose clock comes closer get the closer one. Those that had lost their
    object without anybody judging so (a return noted by mistake, an episode closed too soon) are owed again, their
    clock starting at `at`; a step that comes back, at the time it had come to. A parent who may no longer be told
    becomes a stated reason.
    """
    existing = {task.key: task for task in known}
    changes = []
    for task in planned:
        held = existing.get(task.key)
        if held is None:
            changes.append(task)
        elif held.live:
            closer = _closer(task, held)
            if task.not_due_reason:
                changes.append(task)
            elif closer is not None:
                changes.append(replace(task, due_within=closer))
        elif not held.by_person and not task.not_due_reason:
            changes.append(task if task.due_from is None else replace(task, due_from=max(task.due_from, at)))
    owed = {task.key: task for task in planned}
    for held in existing.values():
        first, again, _number = held.key.partition("~")
        if again and first in owed and not held.live and not held.by_person:
            changes.append(replace(owed[first], key=held.key, due_within=held.within, due_from=None, starts_after=None))
    return changes


def _closer(task: PlannedTask, held: Known) -> timedelta | None:
    """The delay, counted from the start the task has, that brings its due time closer; None when it would not."""
    if held.starts_at is None or held.due_at is None or task.due_from is None:
        return task.due_within if task.due_within < held.within and held.due_at is None else None
    due_at = task.due_from + task.due_within
    within = max(timedelta(), due_at - held.starts_at) // _MINUTE * _MINUTE
    return within if held.starts_at + within < held.due_at else None


def _over(protocol: Protocol, step: Step, state: EpisodeState) -> bool:
    """Whether the state takes its object from the step: searching ends when she is back, and one call says both."""
    if state == EpisodeState.RETURNED and any(other.says_also == step.key for other in protocol.steps):
        return True
    reached = {"located": (EpisodeState.LOCATED, EpisodeState.RETURNED), "returned": (EpisodeState.RETURNED,)}
    return step.until is not None and state in reached[step.until]


def ends(protocol: Protocol, state: EpisodeState, keys: Iterable[str]) -> list[str]:
    """Of these tasks, those that lose their object in that state."""
    return [key for key in keys if (step := protocol.step(key)) is not None and _over(protocol, step, state)]


def said_with(protocol: Protocol, keys: Iterable[str]) -> list[str]:
    """Of these tasks, those that a step of the return says too."""
    also = {step.says_also for step in protocol.steps}
    return [key for key in keys if base_key(key) in also]


def done_by(protocol: Protocol, kind: EventKind, keys: Iterable[str]) -> list[str]:
    """Of these tasks, those that recording such an event does."""
    return [key for key in keys if (step := protocol.step(key)) is not None and step.done_by == kind]


def unsettled(protocol: Protocol, reason: ClosingReason, open_keys: Iterable[str]) -> list[str]:
    """The open tasks that closing for this reason expects settled."""
    wanted = set(protocol.closing.get(reason, ()))
    return [key for key in open_keys if base_key(key) in wanted]
