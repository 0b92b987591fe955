"""What each role may do and which sections it may open. Pure: one table, tested whole."""

from collections.abc import Mapping

from maillage.accounts.enums import Ability, Role
from maillage.common.enums import Section

_FIELD = frozenset(
    {
        Ability.DESK_SEE,
        Ability.OUTING_RECORD,
        Ability.EPISODE_OPEN,
        Ability.EPISODE_ACT,
        Ability.STEP_DO,
        Ability.STEP_HAND_OVER,
        Ability.SHEET_EDIT,
        Ability.DOCUMENT_MAKE,
        Ability.FILE_WRITE,
        Ability.INCIDENT_RECORD,
        Ability.DIRECTORY_PROPOSE,
    }
)
_LEAD = _FIELD | {
    Ability.OVERDUE_SEE,
    Ability.EPISODE_CLOSE,
    Ability.TALK_HOLD,
    Ability.ROTA_EDIT,
    Ability.PERSON_EDIT,
    Ability.FILE_SHARE,
}
# What only the ASE decides.
_ASE = frozenset({Ability.PLACEMENT_END, Ability.MISSION_EDIT})

ABILITIES: Mapping[Role, frozenset[Ability]] = {
    Role.EDUCATOR: _FIELD | {Ability.TALK_HOLD, Ability.EPISODE_CLOSE, Ability.PERSON_EDIT, Ability.FILE_SHARE},
    Role.FOSTER_CARER: _FIELD,
    Role.ON_CALL_MANAGER: _LEAD | {Ability.COVERAGE_SEE},
    Role.CASE_WORKER: (_LEAD - {Ability.ROTA_EDIT}) | _ASE,
    Role.ASE_ON_CALL: _LEAD | _ASE | {Ability.SETTINGS_EDIT},
    Role.HEALTH_STAFF: frozenset(
        {
            Ability.DESK_SEE,
            Ability.STEP_DO,
            Ability.STEP_HAND_OVER,
            Ability.URGENT_CARE_DETAIL,
            Ability.FILE_WRITE,
            Ability.FILE_SHARE,
            Ability.DIRECTORY_PROPOSE,
        }
    ),
    Role.COORDINATOR: frozenset({Ability.DIRECTORY_PROPOSE, Ability.DIRECTORY_COORDINATE}),
    Role.DPO: frozenset({Ability.JOURNAL_READ, Ability.RETENTION_KEEP}),
    Role.ARCHIVIST: frozenset({Ability.RETENTION_VISA}),
    Role.ADMINISTRATOR: frozenset({Ability.ACCOUNTS_MANAGE}),
}

_CARE = frozenset({Section.IDENTITY, Section.WHEREABOUTS, Section.EDUCATION, Section.JUSTICE, Section.WORDS})
SECTIONS: Mapping[Role, frozenset[Section]] = {
    Role.EDUCATOR: _CARE,
    Role.FOSTER_CARER: frozenset({Section.IDENTITY, Section.WHEREABOUTS, Section.EDUCATION}),
    Role.ON_CALL_MANAGER: _CARE,
    Role.CASE_WORKER: _CARE,
    Role.ASE_ON_CALL: frozenset({Section.IDENTITY, Section.WHEREABOUTS, Section.EDUCATION, Section.JUSTICE}),
    Role.HEALTH_STAFF: frozenset({Section.IDENTITY, Section.HEALTH}),
    Role.COORDINATOR: frozenset(),
    Role.DPO: frozenset(),
    Role.ARCHIVIST: frozenset(),
    Role.ADMINISTRATOR: frozenset(),
}
