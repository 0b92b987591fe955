"""The only place that asks what time it is. Pure code takes `now` as a parameter."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return timezone.now()
