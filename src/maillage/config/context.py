"""What every template may ask."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """`demo`: synthetic data, said on every screen."""
    return {"demo": settings.DEMO}
