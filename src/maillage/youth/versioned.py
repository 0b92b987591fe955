"""Edits of a row that several people may hold open: written on the version they were made on, or refused whole."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maillage.common.enums import Section
from maillage.common.errors import Difference, NotAllowed, StaleEdit
from maillage.vault.fields import SealedField
from maillage.vault.sealing import Opened, Sealer


def normal(value: Any) -> Any:
    """The form in which values are compared and sealed: JSON, with every kind of empty as None."""
    if isinstance(value, str):
        value = value.strip()
    if isinstance(value, tuple | list):
        value = [normal(item) for item in value if normal(item) is not None]
    if isinstance(value, Mapping):
        value = {key: normal(item) for key, item in value.items() if normal(item) is not None}
    return None if value in ("", [], {}) else value


def _sealed(row: models.Model, field: str) -> bool:
    return isinstance(row._meta.get_field(field), SealedField)


def _as_stored(row: models.Model, field: str, value: Any) -> Any:
    if not _sealed(row, field):
        return value
    value = normal(value)
    return value.isoformat() if isinstance(value, date) else value


def changes(row: models.Model, opened: Opened, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was typed, what differs from what is stored. NotAllowed for a field whose section is closed."""
    found = {}
    for field, value in typed.items():
        if _sealed(row, field):
            if not opened.may(row, field):
                raise NotAllowed(_("Cette partie du dossier ne vous est pas ouverte."))
            stored = opened.value(row, field)
        else:
            stored = getattr(row, field)
        value = _as_stored(row, field, value)
        if value != stored:
            found[field] = value
    return found


def edit(
    row: models.Model,
    opened: Opened | None,
    sealer: Sealer,
    *,
    version: int | None,
    changed: Mapping[str, Any],
    labels: Mapping[str, object],
    also: Mapping[str, Any] | None = None,
) -> None:
    """Write `changed` (from `changes`) and `also`, one version later. StaleEdit, with both texts, when late.

    `row` must be as stored now; it is brought up to date. Nothing changed: nothing written, never late.
    `opened` None: what is stored under seal is not shown to the author.
    """
    if not changed:
        return
    columns = {field: value for field, value in changed.items() if not _sealed(row, field)} | dict(also or {})
    sealed = {field: value for field, value in changed.items() if _sealed(row, field)}
    sealer.seal(row, **sealed)
    columns |= {field: getattr(row, field) for field in sealed}
    model = type(row)
    written = model._base_manager.filter(pk=row.pk, version=version).update(version=F("version") + 1, **columns)
    row.refresh_from_db()
    if not written:
        raise _stale(row, opened, changed, labels)


def _stale(
    row: models.Model, opened: Opened | None, changed: Mapping[str, Any], labels: Mapping[str, object]
) -> StaleEdit:
    def stored(field: str) -> Any:
        if not _sealed(row, field):
            return getattr(row, field)
        return None if opened is None else opened.value(row, field)

    differences = [
        Difference(
            label=str(labels.get(field, field)),
            stored=shown(row, field, stored(field)),
            typed=shown(row, field, value),
        )
        for field, value in changed.items()
    ]
    return StaleEdit(
        _("Quelqu’un a modifié cette page pendant que vous écriviez."),
        differences=differences,
        current_version=row.version,  # type: ignore[attr-defined]
    )


def shown(row: models.Model, field: str, value: Any) -> str:
    """A value as a line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, list):
        return ", ".join(shown(row, field, item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(shown(row, field, item) for item in value.values() if item)
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "j F Y, H:i")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if field == "sections":
        return str(Section(value).label)
    choices = dict(row._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
    return str(choices.get(value, value))
