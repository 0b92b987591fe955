"""The base of every table."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.db import models

from maillage.common.enums import DataClass
from maillage.common.ids import new_id


class BaseModel(models.Model):
    """A row with an id chosen before insert, and a class of data for each of its columns.

    `data_classes` names every concrete field but `id` exactly once; a test walks all models.
    """

    data_classes: ClassVar[Mapping[DataClass, Sequence[str]]] = {}

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True
