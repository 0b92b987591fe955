"""Parts of a département with delays of their own, and départements that leave each other alone."""

from typing import Any

import pytest

from maillage.accounts.enums import Role
from maillage.accounts.models import Membership, Organisation
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken
from maillage.episodes import protocol, services, versions
from maillage.episodes.models import ProtocolVersion
from maillage.episodes.services import shipped
from tests.episodes.definitions import SMALL
from tests.episodes.test_planning import plan, situation
from tests.episodes.world import SINCE, member, organisation

AREAS = """\
areas:
  - key: valley
    label: Vallée
    organisations: [maison-1]
questions:
"""
SPLIT = SMALL.replace("questions:\n", AREAS).replace(
    "      - {age_below: 13, delay: 30 min}\n", "      - {areas: [valley], delay: 20 min}\n"
)


def test_a_delay_follows_the_area_where_she_lives() -> None:
    of = protocol.load(SPLIT, "essai.yaml")
    there = situation(areas=of.areas_of("maison-1"))
    assert plan(there, of)["declaration"].due_within.total_seconds() == 20 * 60
    for reference in ("maison-2", "", None):
        assert plan(situation(areas=of.areas_of(reference)), of)["declaration"].due_within.total_seconds() == 2 * 3600


def test_the_example_variant_has_an_area_of_its_own() -> None:
    variant = protocol.load(shipped()["day-2h-night-1h.yaml"], "day-2h-night-1h.yaml")
    (area,) = variant.areas
    there = situation(areas=variant.areas_of(area.organisations[0]))
    assert plan(there, variant)["declaration"].due_within < plan(situation(), variant)["declaration"].due_within


def test_an_area_nobody_declared_is_refused_with_its_line() -> None:
    text = SPLIT.replace("areas: [valley], delay", "areas: [island], delay")
    with pytest.raises(protocol.ProtocolInvalid) as refused:
        protocol.load(text, "essai.yaml")
    assert any("secteur inconnu" in fault.cause and "island" in fault.cause for fault in refused.value.faults)
    with pytest.raises(protocol.ProtocolInvalid, match="en double"):
        protocol.load(SPLIT.replace("questions:\n", "", 1).replace(
            "    organisations: [maison-1]\n",
            "    organisations: [maison-1]\n  - {key: valley, label: Encore}\nquestions:\n",
        ), "essai.yaml")  # fmt: skip


def test_an_area_names_services_of_the_departement_alone(world: Any) -> None:
    def load() -> ProtocolVersion:
        return services.protocol_load(by=world.actor("ase_on_call"), text=SPLIT, name="essai.yaml", departement="99")

    elsewhere = organisation("Maison d’ailleurs", departement="98", external_reference="maison-1")
    with pytest.raises(RuleBroken, match="maison-1"):
        load()
    elsewhere.delete()
    Organisation.objects.filter(pk=world.home.pk).update(external_reference="maison-1")
    load()
    episode = world.open(world.lila, facts={"known": "unknown"})
    declaration = world.tasks(episode)["declaration"]
    assert declaration.due_within_minutes == 20


# -- whose protocol rules ----------------------------------------------------------------------------------------------


@pytest.fixture
def neighbour(world: Any) -> Any:
    """Somebody who keeps the settings of another département."""
    ase = organisation("ASE d’à côté", departement="98")
    user = member("Ayo Compas")
    Membership.objects.create(user=user, organisation=ase, role=Role.ASE_ON_CALL, starts_at=SINCE)
    world.neighbour = user
    return world.actor("neighbour")


def test_an_older_version_rules_again_and_episodes_under_way_keep_theirs(world: Any) -> None:
    by = world.actor("ase_on_call")

    def load(text: str) -> ProtocolVersion:
        return services.protocol_load(by=by, text=text, name="essai.yaml", departement="99")

    first, second = load(SMALL), load(SMALL.replace("number: 1", "number: 2"))
    running = world.open(facts={})
    assert running.protocol == second
    services.protocol_choose(by=by, version=first, departement="99")
    assert versions.current("99", now()) == first
    running.refresh_from_db()
    assert running.protocol == second
    with pytest.raises(RuleBroken, match="déjà en vigueur"):
        services.protocol_choose(by=by, version=first, departement="99")
    # What is loaded next rules again; a variant shipped for all may be chosen too.
    third = load(SMALL.replace("number: 1", "number: 3"))
    assert versions.current("99", now()) == third
    variant = ProtocolVersion.objects.get(departement="*", slug="under-13-at-once")
    services.protocol_choose(by=by, version=variant, departement="99")
    assert versions.current("99", now()) == variant


def test_what_one_departement_loads_or_chooses_changes_nothing_next_door(world: Any, neighbour: Any) -> None:
    before = versions.current("99", now())
    own = services.protocol_load(by=neighbour, text=SMALL, name="essai.yaml", departement="98")
    services.settings_save(by=neighbour, departement="98", talk_within_hours=6)
    assert versions.current("98", now()) == own
    assert versions.current("99", now()) == before
    assert versions.delays("99", versions.protocol_of(before)).talk_within.total_seconds() == 72 * 3600
    by = world.actor("ase_on_call")
    with pytest.raises(NotAllowed):
        services.protocol_choose(by=by, version=own, departement="99")
    with pytest.raises(NotAllowed):
        services.protocol_choose(by=by, version=own, departement="98")
    with pytest.raises(NotAllowed):
        services.protocol_choose(by=world.actor("manager"), version=before, departement="99")
