"""Files that are sent: in memory, never on a disk, never endless."""

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.test import Client, RequestFactory

from maillage.common.uploads import LARGEST


def test_a_photo_in_clear_never_reaches_a_disk():
    photo = SimpleUploadedFile("photo.jpg", b"x" * 7_000_000)
    request = RequestFactory().post("/", {"photo": photo})
    assert isinstance(request.FILES["photo"], InMemoryUploadedFile)
    assert request.FILES["photo"].size == 7_000_000


@pytest.mark.django_db
def test_a_stranger_cannot_fill_the_machine():
    answer = Client().post("/compte/entrer/", {"login": SimpleUploadedFile("login", b"x" * (LARGEST + 1))})
    assert answer.status_code == 413
