"""Every write of episodes: opening, what happens, the return, closing; outings; protocols."""

from maillage.episodes.services.closing import episode_close, episode_reopen, event_correct, unsettled
from maillage.episodes.services.missing import (
    contact_record,
    fetch_plan,
    located,
    place_keep,
    placement_end,
    sign_of_life_record,
)
from maillage.episodes.services.opening import (
    authority_qualify,
    episodes_open,
    reading_change,
    reading_for,
    reading_in,
)
from maillage.episodes.services.outings import outing_end, outing_extend, outing_hours_save, outing_start
from maillage.episodes.services.papers import blank_set, document_make, document_read
from maillage.episodes.services.protocols import load_shipped, protocol_choose, protocol_load, settings_save, shipped
from maillage.episodes.services.returning import (
    answering,
    decision_add,
    interview_corrected,
    interview_hold,
    interview_start,
    needs_record,
    police_questionnaire_record,
    return_undo,
    returned,
    talk_attempt,
    urgent_care_record,
)

__all__ = [
    "answering",
    "authority_qualify",
    "blank_set",
    "contact_record",
    "decision_add",
    "document_make",
    "document_read",
    "episode_close",
    "episode_reopen",
    "episodes_open",
    "event_correct",
    "fetch_plan",
    "interview_corrected",
    "interview_hold",
    "interview_start",
    "load_shipped",
    "located",
    "needs_record",
    "outing_end",
    "outing_extend",
    "outing_hours_save",
    "outing_start",
    "place_keep",
    "placement_end",
    "police_questionnaire_record",
    "protocol_choose",
    "protocol_load",
    "reading_change",
    "reading_for",
    "reading_in",
    "return_undo",
    "returned",
    "settings_save",
    "shipped",
    "sign_of_life_record",
    "talk_attempt",
    "unsettled",
    "urgent_care_record",
]
