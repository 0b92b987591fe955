"""How each kind of event stands on the file's timeline: under which filter, and which section opens its line. Pure."""

from collections.abc import Mapping

from maillage.casework.enums import Group
from maillage.common.enums import Section
from maillage.episodes.enums import EventKind

GROUPS: Mapping[EventKind, Group] = {
    EventKind.CONTACT_ATTEMPT: Group.CONTACT,
    EventKind.SIGN_OF_LIFE: Group.CONTACT,
    EventKind.DECISION: Group.DECISION,
}

# Whoever sees the file knows that she was missing and that she is back; the rest is the team's.
_KNOWN = frozenset(
    {
        EventKind.READING,
        EventKind.LOCATED,
        EventKind.RETURNED,
        EventKind.RETURN_UNDONE,
        EventKind.URGENT_CARE,
        EventKind.NEEDS,
        EventKind.CLOSED,
        EventKind.REOPENED,
    }
)


def group_of(kind: EventKind) -> Group:
    return GROUPS.get(kind, Group.EPISODE)


def section_of(kind: EventKind) -> Section:
    return Section.IDENTITY if kind in _KNOWN else Section.EDUCATION


ICONS: Mapping[str, str] = {
    EventKind.READING: "list-checks",
    EventKind.AUTHORITY_QUALIFICATION: "scale",
    EventKind.CONTACT_ATTEMPT: "phone",
    EventKind.SIGN_OF_LIFE: "message-circle",
    EventKind.PLACE_KEPT: "bed-double",
    EventKind.PLACEMENT_ENDED: "door-open",
    EventKind.LOCATED: "map-pin",
    EventKind.FETCH: "car",
    EventKind.RETURNED: "house",
    EventKind.RETURN_UNDONE: "undo-2",
    EventKind.URGENT_CARE: "heart-pulse",
    EventKind.NEEDS: "bed-double",
    EventKind.POLICE_QUESTIONNAIRE: "shield",
    EventKind.TALK: "message-circle",
    EventKind.DECISION: "list-checks",
    EventKind.ANSWERS_CORRECTED: "pencil",
    "document": "file-text",
    EventKind.CLOSED: "lock",
    EventKind.REOPENED: "undo-2",
    "step": "check",
}
