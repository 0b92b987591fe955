"""The table of roles, whole: a change of what a role may do is a change of this file too."""

import pytest

from maillage.accounts.enums import Ability, Role
from maillage.accounts.roles import ABILITIES, SECTIONS
from maillage.common.enums import Section

A, S = Ability, Section
FIELD = {
    A.DESK_SEE, A.OUTING_RECORD, A.EPISODE_OPEN, A.EPISODE_ACT, A.STEP_DO, A.STEP_HAND_OVER, A.SHEET_EDIT,
    A.DOCUMENT_MAKE, A.FILE_WRITE, A.INCIDENT_RECORD, A.DIRECTORY_PROPOSE,
}  # fmt: skip

MAY = {
    Role.EDUCATOR: FIELD | {A.TALK_HOLD, A.EPISODE_CLOSE, A.PERSON_EDIT, A.FILE_SHARE},
    Role.FOSTER_CARER: FIELD,
    Role.ON_CALL_MANAGER: FIELD
    | {A.OVERDUE_SEE, A.EPISODE_CLOSE, A.TALK_HOLD, A.ROTA_EDIT, A.PERSON_EDIT, A.FILE_SHARE, A.COVERAGE_SEE},
    Role.CASE_WORKER: FIELD
    | {A.OVERDUE_SEE, A.EPISODE_CLOSE, A.TALK_HOLD, A.PLACEMENT_END, A.PERSON_EDIT, A.MISSION_EDIT, A.FILE_SHARE},
    Role.ASE_ON_CALL: FIELD
    | {
        A.OVERDUE_SEE,
        A.EPISODE_CLOSE,
        A.TALK_HOLD,
        A.ROTA_EDIT,
        A.PLACEMENT_END,
        A.SETTINGS_EDIT,
        A.PERSON_EDIT,
        A.MISSION_EDIT,
        A.FILE_SHARE,
    },  # fmt: skip
    Role.HEALTH_STAFF: {
        A.DESK_SEE,
        A.STEP_DO,
        A.STEP_HAND_OVER,
        A.URGENT_CARE_DETAIL,
        A.FILE_WRITE,
        A.FILE_SHARE,
        A.DIRECTORY_PROPOSE,
    },  # fmt: skip
    Role.COORDINATOR: {A.DIRECTORY_PROPOSE, A.DIRECTORY_COORDINATE},
    Role.DPO: {A.JOURNAL_READ, A.RETENTION_KEEP},
    Role.ARCHIVIST: {A.RETENTION_VISA},
    Role.ADMINISTRATOR: {A.ACCOUNTS_MANAGE},
}
CARE = {S.IDENTITY, S.WHEREABOUTS, S.EDUCATION, S.JUSTICE, S.WORDS}
OPENS = {
    Role.EDUCATOR: CARE,
    Role.FOSTER_CARER: {S.IDENTITY, S.WHEREABOUTS, S.EDUCATION},
    Role.ON_CALL_MANAGER: CARE,
    Role.CASE_WORKER: CARE,
    Role.ASE_ON_CALL: CARE - {S.WORDS},
    Role.HEALTH_STAFF: {S.IDENTITY, S.HEALTH},
    Role.COORDINATOR: set(),
    Role.DPO: set(),
    Role.ARCHIVIST: set(),
    Role.ADMINISTRATOR: set(),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("ability", Ability)
def test_each_role_may_do_exactly_what_the_table_says(role: Role, ability: Ability) -> None:
    assert (ability in ABILITIES[role]) == (ability in MAY[role])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("section", Section)
def test_each_role_opens_exactly_the_sections_the_table_says(role: Role, section: Section) -> None:
    assert (section in SECTIONS[role]) == (section in OPENS[role])


def test_health_is_open_to_health_staff_alone() -> None:
    assert [role for role in Role if Section.HEALTH in SECTIONS[role]] == [Role.HEALTH_STAFF]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DPO, Role.ARCHIVIST])
def test_who_manages_accounts_or_reads_the_journal_opens_no_file(role: Role) -> None:
    assert not SECTIONS[role]
    assert Ability.EPISODE_OPEN not in ABILITIES[role]
