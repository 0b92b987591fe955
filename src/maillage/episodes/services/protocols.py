"""Protocols and settings of a département."""

import hashlib
from datetime import time
from importlib import resources
from typing import Any

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.models import Organisation
from maillage.accounts.selectors import keeps_settings_of
from maillage.audit.journal import System, action, note
from maillage.common.clock import now
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.episodes import protocol, versions
from maillage.episodes.enums import PROTOCOL_CHOSEN, PROTOCOL_LOADED, SETTINGS_SAVED
from maillage.episodes.models import DepartementSettings, ProtocolChoice, ProtocolVersion

REFERENCE = "reference.yaml"


def shipped() -> dict[str, str]:
    """The definitions that come with the product: file name → YAML text."""
    folder = resources.files("maillage.episodes") / "protocols"
    return {
        item.name: item.read_text(encoding="utf-8")
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".yaml")
    }


def _require(by: Actor, departement: str) -> None:
    """NotAllowed unless she sets the delays of that very département."""
    by.require(Ability.SETTINGS_EDIT)
    if not keeps_settings_of(by, departement):
        raise NotAllowed(_("Vous ne réglez pas ce département."))


def _strangers(definition: protocol.Protocol, departement: str) -> list[str]:
    """References of its areas that no organisation of the département has. What is shipped for all is an example."""
    named = {reference for area in definition.areas for reference in area.organisations}
    if departement == versions.ANY or not named:
        return []
    known = Organisation.objects.filter(departement=departement, external_reference__in=named)
    return sorted(named - set(known.order_by("pk").values_list("external_reference", flat=True)))


@action(PROTOCOL_LOADED)
def protocol_load(
    *, by: Actor | System, text: str, name: str, departement: str, current: bool = True
) -> ProtocolVersion:
    """Validate a definition and keep it, immutable. `current`: it rules the département's new episodes from now on.

    `departement` may be "*" (everywhere, by the system alone). RuleBroken (field `text`) with every fault: file,
    line, cause. The same text again is the version already kept; another text under its number is refused.
    """
    if isinstance(by, Actor):
        _require(by, departement)
    try:
        definition = protocol.load(text, name)
    except protocol.ProtocolInvalid as invalid:
        raise RuleBroken(str(invalid), field="text") from invalid
    if definition.departement not in (versions.ANY, departement):
        raise RuleBroken(
            _("Ce protocole est écrit pour le département %(code)s.") % {"code": definition.departement}, field="text"
        )
    if strange := _strangers(definition, departement):
        raise RuleBroken(
            _("« areas » : aucun service de ce département n’a la référence %(references)s.")
            % {"references": ", ".join(f"« {reference} »" for reference in strange)},
            field="text",
        )
    digest = hashlib.sha256(text.encode()).hexdigest()
    kept = ProtocolVersion.objects.filter(
        departement=departement, slug=definition.slug, number=definition.number
    ).first()
    if kept is not None and kept.sha256 != digest:
        raise RuleBroken(
            _(
                "La version %(number)d de « %(slug)s » existe avec un autre texte : une version ne change plus, "
                "écrire la %(next)d."
            )
            % {"number": kept.number, "slug": kept.slug, "next": kept.number + 1},
            field="text",
        )
    if kept is None:
        instant = now()
        kept = ProtocolVersion.objects.create(
            departement=departement,
            slug=definition.slug,
            number=definition.number,
            title=definition.title,
            source=text,
            sha256=digest,
            loaded_at=instant,
            loaded_by=by.user_id,
            current_from=instant if current else None,
        )
    note(departement=departement, slug=kept.slug, number=kept.number, sha256=digest)
    return kept


@action(PROTOCOL_CHOSEN)
def protocol_choose(*, by: Actor, version: ProtocolVersion, departement: str) -> ProtocolChoice:
    """A version already kept rules the département's new episodes again; those under way keep theirs.

    One of its own, or one shipped for all. RuleBroken when it rules already; NotAllowed for another département's.
    """
    _require(by, departement)
    if version.departement not in (versions.ANY, departement):
        raise NotAllowed(_("Ce protocole est celui d’un autre département."))
    instant = now()
    if versions.current(departement, instant).pk == version.pk:
        raise RuleBroken(_("Cette version est déjà en vigueur."))
    note(departement=departement, slug=version.slug, number=version.number)
    return ProtocolChoice.objects.create(
        departement=departement, protocol=version, chosen_at=instant, chosen_by=by.user_id
    )


def load_shipped(by: Actor | System) -> list[ProtocolVersion]:
    """Keep what comes with the product, for every département; the reference rules where nothing else does.

    Those newly kept: one already kept is left as it is.
    """
    known = set(ProtocolVersion.objects.filter(departement=versions.ANY).values_list("sha256", flat=True))
    return [
        protocol_load(by=by, text=text, name=name, departement=versions.ANY, current=name == REFERENCE)
        for name, text in shipped().items()
        if hashlib.sha256(text.encode()).hexdigest() not in known
    ]


_SETTINGS = frozenset(
    {
        "repeat_prompt",
        "repeat_episodes",
        "repeat_days",
        "hand_over_minutes",
        "talk_within_hours",
        "place_kept_days",
        "night_from",
        "night_to",
    }
)


@action(SETTINGS_SAVED)
def settings_save(*, by: Actor, departement: str, version: int | None = None, **values: Any) -> DepartementSettings:
    """Delays and prompts of a département; `version` None the first time.

    `values`: repeat_prompt, repeat_episodes, repeat_days, hand_over_minutes, talk_within_hours, place_kept_days,
    night_from, night_to. StaleEdit when somebody saved meanwhile.
    """
    _require(by, departement)
    if unknown := set(values) - _SETTINGS:
        raise TypeError(f"unknown settings: {sorted(unknown)}")
    for name, least in (("repeat_episodes", 2), ("repeat_days", 1), ("hand_over_minutes", 1), ("talk_within_hours", 1)):
        if name in values and values[name] < least:
            raise RuleBroken(_("Au moins %(least)d.") % {"least": least}, field=name)
    row = DepartementSettings.objects.select_for_update().filter(departement=departement).first()
    if row is None:
        row = DepartementSettings(departement=departement, night_from=time(21), night_to=time(7))
        for name, value in values.items():
            setattr(row, name, value)
        row.save(force_insert=True)
    else:
        if row.version != version:
            labels = {field.name: str(field.verbose_name) for field in DepartementSettings._meta.fields}
            raise StaleEdit(
                _("Ces réglages ont changé entre-temps."),
                differences=[
                    Difference(labels[name], str(getattr(row, name)), str(value))
                    for name, value in values.items()
                    if getattr(row, name) != value
                ],
                current_version=row.version,
            )
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.save()
    note(departement=departement)
    return row
