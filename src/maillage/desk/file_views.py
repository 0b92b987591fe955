"""The file of a young person: its page, and its timeline page by page."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maillage.accounts.http import actor
from maillage.casework.enums import Group
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.desk.file import cursor_of, file_page, thread_page
from maillage.youth.access import enter
from maillage.youth.faces import faces_of


@door()
@require_safe
def page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """`/p/<id>/`: where we are now, what is due, whom to call, and everything that happened."""
    return render(request, "desk/file.html", {"page": file_page(enter(actor(request), pk), now())})


@door()
@require_safe
def thread(request: HttpRequest, pk: uuid.UUID, group: str = "") -> HttpResponse:
    """`/p/<id>/fil/…`: the timeline, narrowed to a kind, page after page."""
    if group and group not in Group.values:
        raise Http404
    entered = enter(actor(request), pk)
    opened, lines = thread_page(entered, group, cursor_of(request.GET.get("avant", "")))
    who = faces_of([entered], opened={pk: opened})[pk]
    return render(
        request, "desk/file_thread.html", {"person": entered.person, "who": who, "thread": lines, "zone": who.zone}
    )
