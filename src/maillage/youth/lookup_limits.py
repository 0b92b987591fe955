"""How often one may look for names: counted for each professional, across processes."""

import uuid

from django.core.cache import cache


def one_more(user_id: uuid.UUID, most: int, *, seconds: int = 60, what: str = "search") -> bool:
    """Count one look-up of that sort; False when there were already so many in that time."""
    key = f"{what}:{user_id}"
    if cache.add(key, 1, timeout=seconds):
        return True
    try:
        return cache.incr(key) <= most
    except ValueError:  # it expired between the two
        return True
