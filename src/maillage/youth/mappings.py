"""Which column of a file is what: a small YAML file, documented in docs/operate/import-young-people.md."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from maillage.common.letters import fold
from maillage.youth.drafts import FIELDS, headings_of
from maillage.youth.tables import Unreadable

_MAX_BYTES = 256 * 1024


@dataclass(frozen=True)
class ColumnMapping:
    """`columns`: column → heading. `values`: column → folded cell → meaning. `defaults`: for empty cells."""

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None


def load(path: Path) -> ColumnMapping:
    """The mapping in that file. Unreadable names the key and what is wrong."""
    if path.stat().st_size > _MAX_BYTES:
        raise Unreadable(_("Le fichier de correspondance est trop volumineux."))
    try:
        content = yaml.safe_load(path.read_text("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as broken:
        place = getattr(broken, "problem_mark", None)
        where = _(" (ligne %(line)d)") % {"line": place.line + 1} if place else ""
        raise Unreadable(
            _("Le fichier de correspondance n’est pas du YAML lisible%(where)s.") % {"where": where}
        ) from broken
    top = _table(content, "")
    for key in top:
        if key not in ("columns", "values", "defaults", "sheet"):
            raise _wrong(key, _("clé inconnue"))
    columns, defaults = _table(top.get("columns"), "columns"), _table(top.get("defaults"), "defaults")
    values = {
        column: _table(known, f"values.{column}") for column, known in _table(top.get("values"), "values").items()
    }
    for section, table in (("columns", columns), ("defaults", defaults), ("values", values)):
        for column in table:
            if column not in FIELDS:
                raise _wrong(f"{section}.{column}", _("colonne inconnue"))
    return ColumnMapping(
        columns={column: _text(heading, f"columns.{column}") for column, heading in columns.items()},
        values={
            column: {fold(cell): _text(meaning, f"values.{column}.{cell}") for cell, meaning in known.items()}
            for column, known in values.items()
        },
        defaults={column: _text(value, f"defaults.{column}") for column, value in defaults.items()},
        sheet=_text(top["sheet"], "sheet") if "sheet" in top else None,
    )


def _wrong(key: str, reason: str) -> Unreadable:
    return Unreadable(_("Fichier de correspondance, « %(key)s » : %(reason)s.") % {"key": key, "reason": reason})


def _table(value: Any, key: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(key or "—", _("on attend une liste de « clé: valeur »"))
    # YAML reads « oui », « 01 » or a date as something else than text: keys are what was meant, written.
    return {_text(name, key): content for name, content in value.items()}


def _text(value: Any, key: str) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict | list) or value is None:
        raise _wrong(key, _("on attend un texte"))
    return str(value)


class Columns:
    """Where each column stands in one file."""

    def __init__(self, headers: Sequence[str], mapping: ColumnMapping) -> None:
        """Unreadable when a heading the mapping names is missing, or stands twice; without mapping, FIELDS' own."""
        self._mapping = mapping
        self.headings: dict[str, str] = {}
        self._positions: dict[str, int] = {}
        places = headings_of(headers)
        wanted = mapping.columns or FIELDS
        for column, heading in wanted.items():
            found = places.get(fold(heading)) or ([] if mapping.columns else places.get(fold(column), []))
            if len(found) > 1:
                raise Unreadable(_("La colonne « %(heading)s » est deux fois dans le fichier.") % {"heading": heading})
            if found:
                self._positions[column] = found[0]
                self.headings[column] = headers[found[0]]
            elif mapping.columns:
                raise Unreadable(_("La colonne « %(heading)s » n’est pas dans le fichier.") % {"heading": heading})
        if not self._positions:
            raise Unreadable(_("Aucune colonne reconnue : donnez un fichier de correspondance."))
        self.ignored = [
            header for place, header in enumerate(headers) if header and place not in self._positions.values()
        ]

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Text by column, with the mapping's meanings and defaults."""
        found = {column: row[place] if place < len(row) else "" for column, place in self._positions.items()}
        for column, meanings in self._mapping.values.items():
            if column in found:
                found[column] = meanings.get(fold(found[column]), found[column])
        for column, value in self._mapping.defaults.items():
            found[column] = found.get(column) or value
        return found
