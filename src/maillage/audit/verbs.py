"""The closed list of what the journal can say. Each package registers its verbs in its `enums.py`."""

from collections.abc import Mapping
from dataclasses import dataclass

_registry: dict[str, "Verb"] = {}
_readings: list[str] = []


@dataclass(frozen=True)
class Verb:
    """`code` as stored; `label` French, translated when shown; `payload`: allowed keys → python type."""

    code: str
    label: str
    payload: Mapping[str, type]

    def __hash__(self) -> int:
        return hash(self.code)


def verb(code: str, label: str, **payload: type) -> Verb:
    """Register a verb. Payload values are ids, enums, numbers, instants: never text about a person."""
    if code in _registry:
        raise ValueError(f"verb {code} registered twice")
    _registry[code] = Verb(code, label, payload)
    return _registry[code]


def reading(code: str, label: str, **payload: type) -> Verb:
    """Register a verb that says somebody looked into a file: « Qui a consulté ce dossier » lists its rows."""
    _readings.append(code)
    return verb(code, label, **payload)


def readings() -> list[str]:
    """Codes of the verbs by which a file is looked into, whatever package they are of."""
    return list(_readings)


def registered() -> Mapping[str, Verb]:
    return dict(_registry)
