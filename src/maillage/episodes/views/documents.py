"""Documents: made from the file, numbered, kept sealed, handed out as attachments."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse

from maillage.common.doors import door


@door()
def documents(request: HttpRequest, episode_id: uuid.UUID) -> HttpResponse:
    raise Http404


@door()
def make(request: HttpRequest, episode_id: uuid.UUID, kind: str) -> HttpResponse:
    raise Http404


@door()
def download(request: HttpRequest, episode_id: uuid.UUID, document_id: uuid.UUID) -> HttpResponse:
    raise Http404


@door()
def paper_set(request: HttpRequest) -> HttpResponse:
    raise Http404
