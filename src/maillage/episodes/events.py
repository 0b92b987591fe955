"""What each kind of event carries besides its sealed text: ids, enums, instants, booleans. Pure.

`facts` of an `EpisodeEvent` is readable by whoever sees the episode, so it never holds a word about a person.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from maillage.episodes.enums import (
    Authority,
    ClosingReason,
    ContactOutcome,
    ContactWay,
    EpisodeKind,
    EventKind,
    Offer,
    Origin,
    PoliceQuestionnaire,
)

Shape = Mapping[str, type]

# A key may be absent; a list holds short codes.
SHAPES: Mapping[EventKind, Shape] = {
    EventKind.READING: {
        "suggested": EpisodeKind, "declared": EpisodeKind, "lines": list, "protocol": uuid.UUID, "origin": Origin,
    },
    EventKind.AUTHORITY_QUALIFICATION: {"authority": Authority, "kind": EpisodeKind, "disagrees": bool},
    EventKind.CONTACT_ATTEMPT: {"way": ContactWay, "outcome": ContactOutcome},
    EventKind.SIGN_OF_LIFE: {"way": ContactWay},
    EventKind.PLACE_KEPT: {"until": date},
    EventKind.PLACEMENT_ENDED: {"placement": uuid.UUID, "end_kind": str},
    EventKind.LOCATED: {"by_police": bool, "dropped": list},
    EventKind.FETCH: {"leaves_at": datetime},
    EventKind.RETURNED: {"dropped": list},
    EventKind.RETURN_UNDONE: {"dropped": list},
    # Which care was offered is health data: sealed in `health`, never here.
    EventKind.URGENT_CARE: {"offer": Offer},
    EventKind.NEEDS: {"met": list},
    EventKind.POLICE_QUESTIONNAIRE: {"outcome": PoliceQuestionnaire},
    EventKind.TALK: {"offer": Offer, "interview": uuid.UUID},
    EventKind.DECISION: {"task": uuid.UUID, "due_at": datetime},
    EventKind.ANSWERS_CORRECTED: {"interview": uuid.UUID, "answer_set": uuid.UUID},
    EventKind.CLOSED: {"reason": ClosingReason, "dropped": list, "unsettled": list},
    EventKind.REOPENED: {},
}  # fmt: skip


def facts(kind: EventKind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as stored (JSON). ValueError on a key the kind does not have or a value of another type."""
    shape = SHAPES[kind]
    stored: dict[str, Any] = {}
    for key, value in values.items():
        wanted = shape.get(key)
        if wanted is None:
            raise ValueError(f"{kind} has no fact {key}")
        if value is None:
            continue
        if not isinstance(value, wanted):
            value = wanted(value)
        if isinstance(value, list):
            stored[key] = [str(item) for item in value]
        elif isinstance(value, datetime | date):
            stored[key] = value.isoformat()
        else:
            stored[key] = value if isinstance(value, bool) else str(value)
    return stored
