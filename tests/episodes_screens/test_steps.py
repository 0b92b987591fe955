"""A step through its screen: done, handed over, answered, taken, without object, undone."""

from typing import Any

import pytest
from django.urls import reverse

from maillage.tasks.models import HandOver, Task


@pytest.fixture
def step(world: Any) -> Task:
    episode = world.open()
    found: Task = min(
        (task for task in world.tasks(episode).values() if task.due_at), key=lambda task: (task.due_at, task.order)
    )
    return found


def at(task: Task, name: str = "step") -> str:
    return reverse(f"episodes:{name}", args=[task.context, task.pk])


def reloaded(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def test_it_says_why_from_where_and_what_number(step: Task, world: Any, browser: Any) -> None:
    html = browser().get(at(step)).content.decode()
    assert step.why in html
    assert step.source in html
    assert 'href="tel:' in html


def test_a_call_is_noted_with_means_recipient_reference(step: Task, world: Any, browser: Any) -> None:
    client = browser()
    target, data = client.fill(at(step), recipient="Brigadière synthétique", reference="REF-42", note="x")
    assert client.post(target, data).status_code == 302
    assert client.post(target, data).status_code == 302
    row = reloaded(step)
    assert (row.state, row.means, row.done_by_id) == ("done", "phone", world.educator.pk)
    html = client.get(at(step)).content.decode()
    assert "Brigadière synthétique" in html
    assert "REF-42" in html


def test_a_refused_step_keeps_what_was_typed(step: Task, world: Any, browser: Any) -> None:
    page = browser().submit(at(step), done_at_0="other", done_at_1="2099-01-01T10:00", note="à garder")
    assert page.status_code == 422
    assert "à garder" in page.content.decode()
    assert 'id="id_done_at_error"' in page.content.decode()
    assert reloaded(step).state == "open"


def test_a_step_done_meanwhile_is_a_conflict_with_both_texts(step: Task, world: Any, browser: Any) -> None:
    late = browser("colleague")
    target, data = late.fill(at(step), reference="REF-late")
    assert browser().submit(at(step), means="phone").status_code == 302
    conflict = late.post(target, data)
    assert conflict.status_code == 409
    assert "REF-late" in conflict.content.decode()


def test_a_step_is_handed_over_and_acknowledged(step: Task, world: Any, browser: Any) -> None:
    client = browser()
    to = f"user:{world.colleague.pk}:{world.home.pk}"
    target, data = client.fill(at(step, "step_hand_over"), to=to, word="merci")
    assert client.post(target, data).status_code == 302
    assert client.post(target, data).status_code == 302
    relay = HandOver.objects.get(task=step)
    assert relay.acknowledged_at is None
    colleague = browser("colleague")
    assert "Je prends le relais" in colleague.get(at(step)).content.decode()
    assert colleague.submit(at(step), action="/relais/confirmer/", answer="yes").status_code == 302
    assert reloaded(step).owner_user_id == world.colleague.pk


def test_a_relay_can_be_declined_or_kept(step: Task, world: Any, browser: Any) -> None:
    to = f"user:{world.colleague.pk}:{world.home.pk}"
    browser().submit(at(step, "step_hand_over"), to=to)
    browser("colleague").submit(at(step), action="/relais/confirmer/", answer="no")
    assert HandOver.objects.get().returned_at is not None
    browser().submit(at(step, "step_hand_over"), to=to)
    assert browser().submit(at(step), action="/relais/confirmer/", answer="withdraw").status_code == 302
    assert HandOver.objects.filter(withdrawn_at__isnull=False).count() == 1


def test_a_relay_goes_only_to_those_who_may_know_her(step: Task, world: Any, browser: Any) -> None:
    html = browser().get(at(step, "step_hand_over")).content.decode()
    assert world.colleague.display_name in html
    assert world.stranger.display_name not in html
    forged = f"user:{world.stranger.pk}:{world.other_home.pk}"
    assert browser().submit(at(step, "step_hand_over"), to=forged).status_code == 422
    assert not HandOver.objects.exists()


def test_someone_else_s_relay_cannot_be_answered(step: Task, world: Any, browser: Any) -> None:
    client = browser()
    client.submit(at(step, "step_hand_over"), to=f"user:{world.colleague.pk}:{world.home.pk}")
    _target, data = client.fill(at(step, "step_not_due"))
    assert browser("manager").post(at(step, "step_acknowledge"), {**data, "answer": "yes"}).status_code in (403, 422)
    assert HandOver.objects.get().acknowledged_at is None


def test_without_object_asks_why(step: Task, world: Any, browser: Any) -> None:
    assert browser().submit(at(step, "step_not_due")).status_code == 422
    assert browser().submit(at(step, "step_not_due"), reason="Motif synthétique").status_code == 302
    assert reloaded(step).state == "not_due"
    assert "Motif synthétique" in browser().get(at(step)).content.decode()


def test_a_slip_is_undone_by_its_author_alone(step: Task, world: Any, browser: Any) -> None:
    browser().submit(at(step), means="phone")
    assert "remettre à faire" not in browser("colleague").get(at(step)).content.decode()
    assert browser().submit(at(step), action="/remettre/").status_code == 302
    assert reloaded(step).state == "open"


def test_a_step_is_taken(step: Task, world: Any, browser: Any) -> None:
    manager = browser("manager")
    assert manager.submit(at(step), action="/prendre/").status_code == 302
    assert reloaded(step).owner_user_id == world.manager.pk


@pytest.mark.parametrize("name", ["step", "step_hand_over", "step_not_due"])
def test_the_right_role_in_another_home_finds_nothing(name: str, step: Task, world: Any, browser: Any) -> None:
    assert browser("stranger").get(at(step, name)).status_code == 404


@pytest.mark.parametrize(
    "name", ["step_do", "step_hand_over", "step_acknowledge", "step_not_due", "step_take", "step_undo"]
)
def test_the_right_role_in_another_home_changes_nothing(name: str, step: Task, world: Any, browser: Any) -> None:
    _target, data = browser().fill(at(step), means="phone", reason="x", answer="yes")
    assert browser("stranger").post(at(step, name), data).status_code == 404
    assert reloaded(step).version == step.version


def test_a_step_of_another_episode_is_not_here(step: Task, world: Any, browser: Any) -> None:
    other = world.open(world.noe)
    assert browser().get(reverse("episodes:step", args=[other.pk, step.pk])).status_code == 404
