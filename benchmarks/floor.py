"""The addresses of the product, and one more.

The *floor* is the least a page of ours can cost: the session is authenticated, one row read by its key, as many bytes
rendered as the page it stands beside. What another page costs is said in floors, measured in turns on the same
server: a slow machine slows both.
"""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template import Context, Engine
from django.urls import include, path

from maillage.accounts.models import Organisation
from maillage.common.doors import door

_LINE = "Une ligne de texte, aussi longue que celles d’une page ordinaire, et rien d’autre ici."
_PAGE = Engine().from_string(
    "<!doctype html><title>{{ name }}</title>{% for line in lines %}<p>{{ line }}</p>{% endfor %}"
)


@door()
def floor(request: HttpRequest, pk: uuid.UUID, size: int) -> HttpResponse:
    row = get_object_or_404(Organisation, pk=pk)
    lines = [_LINE] * max(1, size // len(f"<p>{_LINE}</p>".encode()))
    return HttpResponse(_PAGE.render(Context({"name": row.name, "lines": lines})))


urlpatterns = [path("floor/<uuid:pk>/<int:size>/", floor), path("", include("maillage.config.urls"))]
handler400 = "maillage.common.refusals.bad_request"
handler403 = "maillage.common.refusals.forbidden"
handler404 = "maillage.common.refusals.not_found"
handler500 = "maillage.common.refusals.server_error"
