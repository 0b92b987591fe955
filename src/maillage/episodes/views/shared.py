"""What every screen of an episode starts and ends with."""

import uuid
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from maillage.accounts.actors import Actor
from maillage.accounts.http import actor
from maillage.episodes import access
from maillage.episodes.models import MissingEpisode

UNPROCESSABLE = 422


def show(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, zone: str, status: int | None = None
) -> HttpResponse:
    """Render on the clocks of `zone`; 422 when `form` was refused."""
    form = context.get("form")
    if status is None:
        status = UNPROCESSABLE if form is not None and form.is_bound and form.errors else 200
    with timezone.override(ZoneInfo(zone)):
        return render(request, template, dict(context), status=status)


def seen(request: HttpRequest, episode_id: uuid.UUID) -> tuple[Actor, MissingEpisode]:
    """Who acts, and the episode she sees (404 otherwise)."""
    by = actor(request)
    return by, access.get_visible_or_404(by, episode_id)


def page_url(episode_id: uuid.UUID) -> str:
    return reverse("episodes:page", args=[episode_id])
