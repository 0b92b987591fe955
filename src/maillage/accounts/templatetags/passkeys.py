"""What a page hands to the browser's passkey interface."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """JSON for a data attribute (escaped by the template like any text)."""
    return json.dumps(value, cls=DjangoJSONEncoder) if value else ""
