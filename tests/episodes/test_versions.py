"""Versions of a protocol and settings: validated, immutable, the département's own."""

import pytest
from django.db import DatabaseError, transaction

from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from maillage.episodes import selectors, services, versions
from maillage.episodes.models import EpisodeEvent, ProtocolVersion
from tests.episodes.definitions import SMALL, line_of, spoiled


def load(world, text=SMALL, who="ase_on_call", **values):
    return services.protocol_load(by=world.actor(who), text=text, name="essai.yaml", **({"departement": "99"} | values))


def test_a_valid_protocol_rules_its_departement_alone(world):
    version = load(world)
    assert versions.current("99", now()) == version
    assert versions.current("75", now()).slug == "reference"


def test_a_fault_is_shown_with_file_line_and_cause_and_nothing_is_kept(world):
    text = spoiled("owner: case_worker", "owner: sorciere")
    with pytest.raises(RuleBroken) as refused:
        load(world, text)
    line = line_of(text, "sorciere")
    assert refused.value.field == "text"
    assert refused.value.message.startswith(f"essai.yaml, ligne {line} : rôle : valeur inconnue « sorciere »")
    assert not ProtocolVersion.objects.filter(departement="99").exists()


def test_only_who_sets_delays_may_load(world):
    for who in ("educator", "manager", "case_worker", "dpo", "administrator", "stranger"):
        with pytest.raises(NotAllowed):
            load(world, who=who)


def test_nobody_sets_the_delays_of_another_departement(world):
    for departement in ("75", "*"):
        with pytest.raises(NotAllowed):
            load(world, departement=departement)
        with pytest.raises(NotAllowed):
            services.settings_save(by=world.actor("ase_on_call"), departement=departement, talk_within_hours=1)


def test_a_kept_version_never_changes(world):
    first = load(world)
    assert load(world).pk == first.pk
    with pytest.raises(RuleBroken, match="écrire la 2"):
        load(world, SMALL.replace("Petit protocole", "Autre titre"))
    second = load(world, SMALL.replace("number: 1", "number: 2"))
    assert versions.current("99", now()) == second


def test_a_protocol_written_for_another_departement_is_refused(world):
    with pytest.raises(RuleBroken, match="écrit pour le département 75"):
        load(world, SMALL.replace('departement: "*"', 'departement: "75"'))


def test_the_database_refuses_to_change_a_version_or_an_event(world):
    version = load(world)
    world.open(facts={})
    for change in (
        lambda: ProtocolVersion.objects.filter(pk=version.pk).update(title="Autre"),
        lambda: ProtocolVersion.objects.filter(pk=version.pk).delete(),
        lambda: EpisodeEvent.objects.update(kind="closed"),
        lambda: EpisodeEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_settings_are_edited_on_the_version_seen(world):
    by = world.actor("ase_on_call")
    saved = services.settings_save(by=by, departement="99", talk_within_hours=48)
    assert saved.version == 1
    services.settings_save(by=by, departement="99", version=1, talk_within_hours=24)
    with pytest.raises(StaleEdit) as stale:
        services.settings_save(by=by, departement="99", version=1, talk_within_hours=72)
    assert [(one.stored, one.typed) for one in stale.value.differences] == [("24", "72")]
    with pytest.raises(NotAllowed):
        services.settings_save(by=world.actor(), departement="99", version=2, talk_within_hours=72)
    with pytest.raises(RuleBroken) as refused:
        services.settings_save(by=by, departement="99", version=2, repeat_episodes=1)
    assert refused.value.field == "repeat_episodes"


def test_the_talk_and_the_night_follow_the_settings(world):
    by = world.actor("ase_on_call")
    services.settings_save(by=by, departement="99", talk_within_hours=24)
    episode = world.in_state("returned")
    assert world.tasks(episode)["talk"].due_within_minutes == 24 * 60


def test_the_repeat_prompt_is_off_then_for_the_case_worker_alone(world):
    for _time in range(2):
        services.episode_close(
            by=world.actor(), episode=world.in_state("returned"), reason="back_no_follow_up", note_text="Synthétique"
        )
    mistake = world.open()
    services.episode_close(by=world.actor(), episode=mistake, reason="opened_by_mistake", note_text="Elle dormait")
    episode = world.open()

    def prompts() -> dict[str, str]:
        return {
            who: selectors.episode_page(world.actor(who), episode, now()).repeat_prompt
            for who in ("educator", "manager", "case_worker", "ase_on_call")
        }

    assert not any(prompts().values())
    by = world.actor("ase_on_call")
    services.settings_save(by=by, departement="99", repeat_prompt=True, repeat_episodes=4)
    assert not any(prompts().values())  # the one opened by mistake does not count
    services.settings_save(by=by, departement="99", version=1, repeat_prompt=True, repeat_episodes=3)
    shown = {who for who, text in prompts().items() if text}
    assert shown == {"case_worker"}
    assert not any(character.isdigit() for character in prompts()["case_worker"])
