"""« Qui la suit » on the screen: what is shown, opened, narrowed and refused."""

import re
import uuid
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.utils.html import escape

from maillage.accounts.enums import Role
from maillage.audit.journal import SYSTEM
from maillage.common.clock import now
from maillage.common.forms import new_token
from maillage.youth.access import visible_to
from maillage.youth.models import Mission
from maillage.youth.services import mission_open
from tests.accounts.people import acting, organisation, professional, signed_in
from tests.walls.asking import text_of
from tests.youth.young import follower, resident

pytestmark = pytest.mark.django_db

TYPED = {"kind": "follows", "sections": ["identity"], "legal_basis": "shared_secrecy"}


@pytest.fixture
def service():
    return organisation("Accueil familial du Parasol", kind="foster_care")


@pytest.fixture
def child(service):
    return resident(service)


@pytest.fixture
def worker(child):
    return follower(child)


def send(user, url, **typed):
    return signed_in(user).post(url, {"form_token": new_token(user.pk), **typed})


def page(user, url):
    return unescape(signed_in(user).get(url).content.decode())


def test_a_foster_carer_is_named_on_the_screen_then_her_mission_is_ended(child, worker, service):
    carer = professional(Role.FOSTER_CARER, service, name="Basile Paillasson")
    services = page(worker, f"/p/{child.pk}/suivi/nouvelle/")
    assert service.name in services
    url = f"/p/{child.pk}/suivi/nouvelle/{service.pk}/"
    assert "Basile Paillasson, accueil familial" in page(worker, url)
    typed = {"holder": carer.pk, "kind": "hosts", "sections": ["identity", "whereabouts"], "legal_basis": "judge"}
    assert send(worker, url, **{**typed, "legal_basis": ""}).status_code == 422
    assert send(worker, url, **typed, reason="Accord inventé").status_code == 302
    assert visible_to(acting(carer)).get() == child
    shown = page(worker, f"/p/{child.pk}/suivi/")
    assert "Accord inventé" in shown
    assert "Se termine avec l’accueil." in shown  # that of the service she lives with
    mission = Mission.objects.get(user=carer)
    assert send(worker, f"/p/{child.pk}/suivi/{mission.pk}/fin/", version=1).status_code == 302
    assert not visible_to(acting(carer)).exists()


def test_a_mission_is_prolonged_by_days_and_sent_back_as_shown_changes_nothing(child, worker):
    user = professional(name="Alix Bobine")
    where = user.memberships.get().organisation_id
    typed = {"kind": "follows", "sections": ["identity", "justice"], "legal_basis": "shared_secrecy"}
    send(worker, f"/p/{child.pk}/suivi/nouvelle/{where}/", holder=user.pk, until="2099-03-01", **typed)
    mission = Mission.objects.get(user=user)
    url = f"/p/{child.pk}/suivi/{mission.pk}/"
    send(worker, url, version=1, sections=["identity", "justice"], until="2099-03-01")
    assert Mission.objects.get(pk=mission.pk).version == 1
    assert send(worker, url, version=1, sections=["identity"], until="2099-04-01").status_code == 302
    again = send(worker, url, version=1, sections=["identity"], until="2099-05-01")
    assert again.status_code == 409
    assert "1 avril 2099" in unescape(again.content.decode()) or "2 avril 2099" in unescape(again.content.decode())


def test_police_and_services_of_another_departement_are_not_offered(child, worker):
    police, far = organisation("Commissariat", kind="police"), organisation("Ailleurs", departement="98")
    offered = page(worker, f"/p/{child.pk}/suivi/nouvelle/")
    for one in (police, far):
        assert one.name not in offered
        assert signed_in(worker).get(f"/p/{child.pk}/suivi/nouvelle/{one.pk}/").status_code == 404


def test_a_service_of_another_departement_is_given_by_its_exact_name_alone(child, worker):
    far = organisation("Maison de l’Étagère", departement="98", confidential=True)
    organisation("Commissariat de l’Étagère", kind="police", departement="98")
    choice = f"/p/{child.pk}/suivi/nouvelle/"
    for wrong in ("Étagère", "Maison", "Commissariat de l’Étagère", "Maison de l’Étagère (75)"):
        refused = send(worker, choice, name=wrong)
        assert refused.status_code == 422
        assert str(far.pk) not in refused.content.decode()
    assert linked(send(worker, choice, name="maison de l'etagere"), far)
    organisation("Maison de l’Étagère", departement="75")
    assert "ajoutez le département" in unescape(send(worker, choice, name="Maison de l’Étagère").content.decode())
    link = linked(send(worker, choice, name="Maison de l’Étagère (98)"), far)
    assert not visible_to(acting(professional(where=far))).exists()
    assert "Alix Bobine" not in page(worker, link)  # an hour is not over: the form opens
    assert send(worker, link, holder="service", **TYPED).status_code == 302
    assert visible_to(acting(professional(name="Alix Bobine", where=far))).get() == child


def linked(answer, service):
    """The address by which the mission is opened, with the proof that its service was named."""
    [link] = re.findall(rf'href="([^"]*/{service.pk}/[^"]*)"', answer.content.decode())
    return unescape(link)


def test_a_service_of_another_departement_that_was_not_named_is_as_one_that_does_not_exist(child, worker):
    """For whoever has no proof, another's, one about somebody else or elsewhere, or one that is too old."""
    far, other = (organisation(name, departement="98") for name in ("Maison de l’Étagère", "Maison du Buffet"))
    choice = f"/p/{child.pk}/suivi/nouvelle/"
    link = linked(send(worker, choice, name=far.name), far)
    colleague = follower(child, name="Noé Carafon")
    sibling = resident(child.placements.get().organisation, given="Tom")
    mission_open(by=SYSTEM, person=sibling, kind="case_worker", user=worker, legal_basis="judge")

    instant = now()

    def told(user, url, after=timedelta()):
        """What a GET and a POST answer, without the address that the page repeats, nor its hour."""
        with time_machine.travel(instant + after, tick=False):
            answers = [signed_in(user).get(url), send(user, url, holder="service", **TYPED)]
        bodies = [re.sub('data-now="[^"]*"', "", text_of(one)) for one in answers]
        return [(one.status_code, body.replace(escape(url), "")) for one, body in zip(answers, bodies, strict=True)]

    absent = told(worker, f"{choice}{uuid.uuid4()}/")
    assert [status for status, _body in absent] == [404, 404]
    proof = link.partition("?")[2]
    assert told(worker, f"{choice}{far.pk}/") == absent
    assert told(worker, f"{choice}{far.pk}/?preuve=inventee") == absent
    assert told(worker, f"{choice}{other.pk}/?{proof}") == absent
    assert told(worker, link.replace(str(child.pk), str(sibling.pk))) == absent
    assert [status for status, _body in told(colleague, link)] == [404, 404]
    assert told(worker, link, after=timedelta(hours=3)) == absent
    with time_machine.travel(instant + timedelta(minutes=90), tick=False):
        assert signed_in(worker).get(link).status_code == 404
        typed = send(worker, link, holder="service", **{**TYPED, "legal_basis": ""})
        assert typed.status_code == 422  # sent from a form opened in time: what she typed is taken
