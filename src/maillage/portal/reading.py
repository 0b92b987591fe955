"""What professionals read: rules of law and practice with source, date and status, written as YAML. Pure."""

from datetime import date
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from maillage.portal.rules import Key, shipped
from maillage.reference.definitions import Part, Source

Text = Annotated[str, Field(min_length=1, max_length=400)]


class Statement(Part):
    """One rule or resource. `seen`: which edition or date was read; `reviewed`: by which jurist, and when."""

    text: Text
    who: Text
    source: Text
    status: Literal["read", "secondary", "practice"]
    seen: Annotated[str, Field(pattern=r"^\d{4}(–\d{4}|-\d{2}(-\d{2})?)?$")]
    url: Annotated[str, Field(pattern=r"^https://")] | None = None
    reviewed: Text | None = None


class Chapter(Part):
    key: Key
    title: Text
    rules: list[Statement] = Field(min_length=1)


class Reading(Part):
    """One version of a page."""

    slug: Key
    number: int = Field(ge=1)
    updated: date
    parts: list[Chapter] = Field(min_length=1)


def load(text: str, name: str) -> Reading:
    """DefinitionInvalid with every fault: file, line, cause."""
    return Source(text, name).checked(Reading)


@cache
def law() -> Reading:
    return load(shipped("law.yaml"), "law.yaml")


@cache
def noticing() -> Reading:
    return load(shipped("noticing.yaml"), "noticing.yaml")


@cache
def resources() -> Reading:
    return load(shipped("resources.yaml"), "resources.yaml")
