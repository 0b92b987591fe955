"""Which sections of an answer set somebody reads and writes. Sight itself comes from above, as an `Opened`."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.selectors import keeps_settings_of
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed
from maillage.vault.sealing import Opened

# Writing what the young person said goes with leading the talk; health is health staff's.
_ABILITY = {
    Section.EDUCATION: Ability.TALK_HOLD,
    Section.WORDS: Ability.TALK_HOLD,
    Section.HEALTH: Ability.URGENT_CARE_DETAIL,
}
WRITERS = frozenset(_ABILITY.values())


def require_keeper(by: Actor, departement: str) -> None:
    """NotAllowed unless she keeps the settings of that very département."""
    by.require(Ability.SETTINGS_EDIT)
    if not keeps_settings_of(by, departement):
        raise NotAllowed(_("Vous ne réglez pas ce département."))


def writable(held: Collection[Ability], opened: Opened) -> frozenset[Section]:
    """The sections she may write: opened to her by a mission, and hers to write by an ability she holds.

    `held`: what her roles let her do for this very person; a role held elsewhere is not hers here.
    Words need education too: their conditions may look at it (`engine.may_depend`).
    """
    found = {section for section, ability in _ABILITY.items() if section in opened.sections and ability in held}
    if Section.EDUCATION not in opened.sections:
        found.discard(Section.WORDS)
    return frozenset(found)
