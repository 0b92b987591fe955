"""Every write about a young person. Each is one named action, with its journal row in the same transaction."""

from maillage.youth.models import SheetOpening
from maillage.youth.services.base import ALL_SECTIONS, Doer, reference_digest
from maillage.youth.services.keeping import file_close, file_reopen
from maillage.youth.services.missions import mission_change, mission_end, mission_open
from maillage.youth.services.people import (
    additions,
    parent_save,
    person_create,
    person_edit,
    photo_replace,
)
from maillage.youth.services.placements import placement_end, placement_keep, placement_start
from maillage.youth.services.sheets import sheet_close, sheet_open, sheet_save

__all__ = [
    "ALL_SECTIONS",
    "Doer",
    "SheetOpening",
    "additions",
    "file_close",
    "file_reopen",
    "mission_change",
    "mission_end",
    "mission_open",
    "parent_save",
    "person_create",
    "person_edit",
    "photo_replace",
    "placement_end",
    "placement_keep",
    "placement_start",
    "reference_digest",
    "sheet_close",
    "sheet_open",
    "sheet_save",
]
