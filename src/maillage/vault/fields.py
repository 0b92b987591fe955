"""Columns that hold ciphertext."""

from typing import Any

from django.db import models

from maillage.common.enums import Section


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Ciphertext of a JSON value, under the data key of its row, readable with one section of the file.

    Written with `vault.sealing.seal(row, field=value)`, read with `Opened.value(row, "field")`.
    """

    def __init__(self, *args: Any, section: str = Section.IDENTITY, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", False)
        self.section = Section(section)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["section"] = str(self.section)
        kwargs["editable"] = False
        return name, path, list(args), kwargs
