"""The token and the digest that make a repeat harmless."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from maillage.accounts.http import actor, digest
from tests.accounts.people import professional

rf = RequestFactory()


def test_the_digest_ignores_the_order_of_fields_and_the_csrf_and_form_tokens() -> None:
    one = rf.post("/x/", {"a": "1", "b": ["2", "3"], "csrfmiddlewaretoken": "u", "form_token": "t"})
    other = rf.post("/x/", {"b": ["2", "3"], "csrfmiddlewaretoken": "v", "a": "1"})
    assert digest(one) == digest(other)


@pytest.mark.parametrize("body", [{"a": "2"}, {"a": ["1", "1"]}, {"b": "1"}, {"a": "1", "b": ""}, {}])
def test_another_body_has_another_digest(body: dict) -> None:
    assert digest(rf.post("/x/", {"a": "1"})) != digest(rf.post("/x/", body))


def test_the_same_body_sent_elsewhere_has_another_digest() -> None:
    assert digest(rf.post("/x/", {"a": "1"})) != digest(rf.post("/y/", {"a": "1"}))


def test_an_uploaded_file_counts_and_can_still_be_read() -> None:
    def sent(content: bytes):
        return rf.post("/x/", {"photo": SimpleUploadedFile("p.png", content)})

    request = sent(b"one")
    assert digest(request) == digest(sent(b"one")) != digest(sent(b"two"))
    assert request.FILES["photo"].read() == b"one"


def test_nobody_signed_in_is_no_actor() -> None:
    request = rf.get("/x/")
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        actor(request)


@pytest.mark.django_db
def test_the_actor_carries_the_token_of_a_post_and_none_of_a_get() -> None:
    user = professional()
    get, post = rf.get("/x/", {"form_token": "t"}), rf.post("/x/", {"form_token": "t"})
    get.user = post.user = user
    assert actor(get).token is None
    assert (actor(post).token, actor(post).digest) == ("t", digest(post))
    assert actor(post) is actor(post)


@pytest.mark.django_db
def test_a_form_carried_out_after_a_confirmation_acts_under_its_own_token() -> None:
    post, held = rf.post("/confirm/", {"password": "x"}), rf.post("/x/", {"form_token": "t", "a": "1"})
    post.user = professional()
    assert actor(post).token is None
    post.path, post.POST = held.path, held.POST  # what allauth does to the request once she has confirmed
    assert (actor(post).token, actor(post).digest) == ("t", digest(held))


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x" * 65])
def test_a_token_that_cannot_be_one_of_ours_counts_for_none(token: str) -> None:
    post = rf.post("/x/", {"form_token": token})
    post.user = professional()
    assert actor(post).token is None
