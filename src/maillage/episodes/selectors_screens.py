"""What the episode's screens ask besides the episode: faces, whom one may hand over to, who could be missing."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, OrganisationKind, Role
from maillage.accounts.models import Organisation, User
from maillage.accounts.roles import ABILITIES, SECTIONS
from maillage.accounts.selectors import colleagues, members_of, organisations, role_labels
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.prepared import prepared
from maillage.episodes import documents, versions
from maillage.episodes.enums import DocumentKind, Origin
from maillage.episodes.models import (
    DepartementSettings,
    EpisodeEvent,
    MissingEpisode,
    ProtocolChoice,
    ProtocolVersion,
)
from maillage.episodes.selectors import EpisodePage
from maillage.tasks import rota
from maillage.youth import access as youth
from maillage.youth import selectors as people_of
from maillage.youth.enums import LegalStatus, MissionKind

if TYPE_CHECKING:
    from maillage.youth.models import YoungPerson

# Of a service that follows her; a foster carer, when she is named for her.
_STEP_ROLES = tuple(role for role in Role if Ability.STEP_DO in ABILITIES[role] and role != Role.FOSTER_CARER)
_ORIGINS = {
    OrganisationKind.HOME: Origin.HOME,
    OrganisationKind.FOSTER_CARE: Origin.FOSTER_CARER,
    OrganisationKind.AEMO: Origin.AEMO,
}


def could_be_missing(by: Actor, chosen: Iterable[uuid.UUID] = ()) -> list["YoungPerson"]:
    """Whom she may declare missing: residents where she may open an episode, and those chosen (404 for strangers).

    Those who are missing already are left out, unless chosen: opening then says so.
    """
    wanted = [youth.get_visible_or_404(by, pk) for pk in chosen]
    residents = people_of.residents(by.organisations_with(Ability.EPISODE_OPEN), by)
    hosted = youth.current_missions(by).filter(user_id=by.user_id, kind=MissionKind.HOSTS).values("person_id")
    own = list(youth.visible_to(by).filter(pk__in=hosted).select_related("data_key").order_by("pk"))
    everyone = {person.pk: person for person in (*wanted, *residents, *own)}
    missing = set(
        MissingEpisode.objects.filter(person__in=list(everyone), closed_at__isnull=True, returned_at__isnull=True)
        .values_list("person_id", flat=True)
        .order_by("pk")
    ) - {person.pk for person in wanted}
    return [person for pk, person in everyone.items() if pk not in missing]


def those_chosen(by: Actor, ids: Sequence[uuid.UUID]) -> list[youth.Sight]:
    """Those people, as she sees them; 404 when one is a stranger."""
    found = {one.person.pk: one for one in youth.sights(by, ids)}
    if not found.keys() >= set(ids):
        raise Http404
    return [found[pk] for pk in dict.fromkeys(ids)]


def home_of(by: Actor, people: Sequence["YoungPerson"]) -> Organisation | None:
    """The organisation whose clock, station and protocol the screen shows: where the first one lives."""
    for person in people:
        placement = people_of.placement_now(person)
        if placement is not None:
            (home,) = _with_station(placement.organisation_id)
            return home
    first = Organisation.objects.filter(pk__in=by.organisation_ids).select_related("station").order_by("name", "pk")
    return first.first()


@prepared
def _with_station(pk: uuid.UUID) -> QuerySet[Organisation]:
    return Organisation.objects.select_related("station").filter(pk=pk)


def origin_of(organisation: Organisation) -> Origin:
    return _ORIGINS.get(OrganisationKind(organisation.kind), Origin.HOME)


def relay_choices(
    by: Actor, episode: MissingEpisode, at: datetime, *, besides: Collection[uuid.UUID | None] = ()
) -> list[tuple[str, str]]:
    """Who may take a step over: on-call roles first, then people, in organisations that may know her; and the foster
    carer she lives with. A reader who may not know where she lives reads no home's name.

    Values are « role:<code>:<organisation> » and « user:<id>:<organisation> ». `besides`: who has it already.
    """
    missions = people_of.missions_of(episode.person)
    sections = youth.open_sections(by, episode.person)
    homes = {mission.organisation.pk: mission.organisation for mission in missions if mission.organisation}
    labels = role_labels()
    users: dict[uuid.UUID, tuple[str, str]] = {}
    told: dict[tuple[str, str], str] = {}
    answering = rota.answering_in(list(homes), rota.ROTA_ROLES, at)
    able: dict[uuid.UUID, list[User]] = {pk: [] for pk in homes}
    for held in members_of(homes, _STEP_ROLES, at):
        able[held.organisation_id].append(held.user)
    for pk, organisation in homes.items():
        named = people_of.service_name(organisation, sections)
        for role in rota.ROTA_ROLES:
            names = ", ".join(user.display_name for user in answering[pk, role].users)
            # An association answers for its homes: the same people under the same role are one choice.
            if names:
                told.setdefault((role, names), f"role:{role}:{pk}")
        for user in able[pk]:
            if user.pk not in set(besides):
                users.setdefault(user.pk, (f"user:{user.pk}:{pk}", f"{user.display_name}, {named}"))
    for mission in missions:
        carer, placement = mission.user, mission.placement
        if carer is not None and placement is not None and carer.is_active and carer.pk not in set(besides):
            pk = placement.organisation_id
            users.setdefault(carer.pk, (f"user:{carer.pk}:{pk}", f"{carer.display_name}, {labels[Role.FOSTER_CARER]}"))
    roles = [(value, f"{labels[role]} ({names})") for (role, names), value in told.items()]
    return [*roles, *users.values()]


def relay_target(
    organisation_id: uuid.UUID, user_id: uuid.UUID | None, at: datetime
) -> tuple[Organisation, User | None]:
    """The rows a choice of `relay_choices` names."""
    organisation = organisations([organisation_id])[organisation_id]
    return organisation, colleagues([organisation_id], at).filter(pk=user_id).first() if user_id else None


def decision_owners(by: Actor, episode: MissingEpisode, at: datetime) -> list[tuple[str, str]]:
    """Who may be charged with a decision: a role of the episode's organisation, or a person of those who know her."""
    labels = role_labels()
    roles = [(f"role:{role}", labels[role]) for role in (Role.CASE_WORKER, Role.EDUCATOR, Role.ON_CALL_MANAGER)]
    return roles + [
        (f"user:{value.split(':')[1]}", label)
        for value, label in relay_choices(by, episode, at)
        if value.startswith("user:")
    ]


def person_at_work(by: Actor, pk: uuid.UUID, episode: MissingEpisode, at: datetime) -> User | None:
    """A person `decision_owners` offers."""
    offered = {value for value, _label in decision_owners(by, episode, at)}
    return User.objects.filter(pk=pk, is_active=True).first() if f"user:{pk}" in offered else None


def event_or_404(episode: MissingEpisode, pk: uuid.UUID) -> EpisodeEvent:
    """A line of this episode (from `access.get_visible_or_404`)."""
    found = EpisodeEvent.objects.filter(episode=episode, pk=pk).select_related("data_key").first()
    if found is None:
        raise Http404
    return found


def readers_of_words() -> list[tuple[str, str]]:
    """Roles that open her words: what she is told before the talk."""
    return [(role.value, str(role.label)) for role in Role if Section.WORDS in SECTIONS[role]]


def contents_of(page: EpisodePage, kind: DocumentKind) -> list[tuple[str, str, bool]]:
    """What a document will carry, before it is made: label, what is on file, whether something is missing."""
    home, person = page.episode.organisation, page.episode.person
    night = documents.call_back(documents.declaring(home) if kind == DocumentKind.SERIOUS_EVENT else home)
    call_back = (_("Numéro à rappeler, jour et nuit"), night or _("aucun : à compléter à la main"), not night)
    who = (_("Identité"), page.full_name, False)
    absence = (_("Lecture du déclarant"), page.kind_label, False)
    if kind == DocumentKind.DECLARATION:
        photo, sheet = people_of.photo_of(person) is not None, people_of.sheet_of(person) is not None
        return [
            who,
            (_("Photo"), _("celle du dossier") if photo else _("aucune : joignez-en une"), not photo),
            absence,
            (_("Statut juridique et autorité parentale"), str(LegalStatus(person.legal_status).label), False),
            (
                _("Fiche de départ"),
                _("description, téléphones, lieux, santé en urgence") if sheet else _("aucune n’a été préparée"),
                not sheet,
            ),
            (_("Lieu d’accueil"), _("oui : ce document va à la police ou à la gendarmerie seules"), False),
            call_back,
        ]
    if kind == DocumentKind.END_OF_SEARCH:
        return [
            who,
            (_("Demande"), _("fin des recherches et retrait du fichier des personnes recherchées"), False),
            (_("Lieu de la localisation"), _("jamais"), False),
            call_back,
        ]
    declarant = documents.Reading(page.opened).declarant(home)
    if home.confidential:
        name = _("%(name)s, pour un établissement à adresse confidentielle, qui n’est pas nommé")
        declarant = name % {"name": declarant or "……"}
    return [
        who,
        (_("Déclaré par"), declarant, False),
        absence,
        (_("Étapes faites"), str(len(page.steps.done)), False),
        (_("Lieux, paroles"), _("jamais"), False),
        (_("Signature"), _("à signer par la direction"), False),
        call_back,
    ]


def departement_of(by: Actor) -> str:
    """Where she works: the département whose protocol her paper set prints."""
    codes = Organisation.objects.filter(pk__in=by.organisation_ids).order_by("name", "pk")
    return codes.values_list("departement", flat=True).first() or ""


@dataclass(frozen=True)
class DepartementRules:
    """What rules a département now. `version` None until it chose its own delays; `values` by field name."""

    departement: str
    zone: str
    version: int | None
    values: dict[str, object]
    protocols: list[ProtocolVersion]
    current: ProtocolVersion | None
    current_since: datetime | None


_SETTINGS = (
    "night_from", "night_to", "hand_over_minutes", "talk_within_hours", "place_kept_days",
    "repeat_prompt", "repeat_episodes", "repeat_days",
)  # fmt: skip


def rules_of(by: Actor) -> DepartementRules | None:
    """Those of the département whose settings she keeps; None when she keeps none."""
    home = (
        Organisation.objects.filter(pk__in=by.organisations_with(Ability.SETTINGS_EDIT)).order_by("name", "pk").first()
    )
    if home is None:
        return None
    at = now()
    ruling = _ruling(home.departement, at)
    row = DepartementSettings.objects.filter(departement=home.departement).first()
    values: dict[str, object] = {}
    if row is not None:
        values = {name: getattr(row, name) for name in _SETTINGS}
    elif ruling is not None:
        delays = versions.delays(home.departement, versions.protocol_of(ruling))
        values = {
            "night_from": delays.night_from,
            "night_to": delays.night_to,
            "hand_over_minutes": int(delays.hand_over_within.total_seconds() // 60),
            "talk_within_hours": int(delays.talk_within.total_seconds() // 3600),
            "place_kept_days": delays.place_kept_days,
            "repeat_prompt": delays.repeat_prompt,
            "repeat_episodes": delays.repeat_episodes,
            "repeat_days": delays.repeat_days,
        }
    kept = ProtocolVersion.objects.filter(departement__in=[home.departement, versions.ANY]).defer("source")
    choice = versions.chosen(home.departement, at)
    return DepartementRules(
        departement=home.departement,
        zone=home.zone,
        version=row.version if row else None,
        values=values,
        # Its own first; then what is shipped for all, which it may choose too.
        protocols=sorted(kept.order_by("-loaded_at", "-pk"), key=lambda row: row.departement == versions.ANY),
        current=ruling,
        current_since=_since(ruling, choice),
    )


def _since(ruling: ProtocolVersion | None, choice: ProtocolChoice | None) -> datetime | None:
    if ruling is None:
        return None
    return choice.chosen_at if choice is not None and choice.protocol == ruling else ruling.current_from


def _ruling(departement: str, at: datetime) -> ProtocolVersion | None:
    try:
        return versions.current(departement, at)
    except RuleBroken:
        return None
