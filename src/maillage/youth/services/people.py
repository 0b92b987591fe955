"""Who she is, her parents, her face: created and kept."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.audit.journal import action, note
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import RuleBroken
from maillage.common.gathering import add, under_way
from maillage.vault import files
from maillage.vault.sealing import Sealer, new_key
from maillage.youth import photos, words
from maillage.youth.enums import (
    PARENT_SAVED,
    PERSON_CREATED,
    PERSON_EDITED,
    PHOTO_REPLACED,
    LegalStatus,
)
from maillage.youth.models import (
    IdentityRevision,
    ParentalSituation,
    Photo,
    YoungPerson,
)
from maillage.youth.services.base import Doer, fill, known_only, lock, opened_for, reference_digest, require
from maillage.youth.versioned import changes, edit, normal

_CIRCLE = (Section.IDENTITY, Section.JUSTICE)
# What someone is looked for by.
_NAMES = frozenset(
    {
        "given_name", "family_name", "usual_name", "aliases", "former_names", "birth_date", "phones",
        "external_reference",
    }
)  # fmt: skip
_PERSON_COLUMNS = frozenset(words.PERSON)
_PARENT_COLUMNS = frozenset(words.PARENT)


def _check_identity(values: Mapping[str, Any]) -> None:
    born = values.get("birth_date")
    born = date.fromisoformat(born) if isinstance(born, str) and born else born
    if born and not date(1900, 1, 1) <= born <= now().date():
        raise RuleBroken(_("Cette date de naissance n’est pas possible."), field="birth_date")
    if normal(values.get("sex")) not in (None, "f", "m", "x"):
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="sex")
    status = values.get("legal_status")
    if status is not None and status not in LegalStatus.values:
        raise RuleBroken(_("Choisissez une réponse de la liste."), field="legal_status")


@action(PERSON_CREATED)
def person_create(
    *, by: Doer, departement: str, legal_status: str = LegalStatus.UNKNOWN, **identity: Any
) -> YoungPerson:
    """Create a file and its key. `identity`: sealed fields of YoungPerson by name (`birth_date` a date or ISO text).

    Nobody sees it until `placement_start` or `mission_open`, which its creator may call. RuleBroken without
    any name, or when the external reference is taken.
    """
    known_only(identity, _PERSON_COLUMNS)
    if isinstance(by, Actor):
        by.require(Ability.MISSION_EDIT)
    _check_identity({**identity, "legal_status": legal_status})
    values = {field: normal(value) for field, value in identity.items()}
    if not any(values.get(field) for field in ("given_name", "family_name", "usual_name")):
        raise RuleBroken(_("Indiquez au moins un prénom ou un nom."), field="given_name")
    person = YoungPerson(departement=departement, legal_status=legal_status, created_by=by.user_id)
    if reference := values.get("external_reference"):
        person.reference_digest = reference_digest(reference)
        # What a gathering writes, the table's own constraint refuses.
        if not under_way() and YoungPerson.objects.filter(reference_digest=person.reference_digest).exists():
            raise RuleBroken(_("Cette référence est déjà celle d’un autre dossier."), field="external_reference")
    if isinstance(values.get("birth_date"), date):
        values["birth_date"] = values["birth_date"].isoformat()
    key = new_key()
    person.data_key = key
    Sealer(key).seal(person, **values)
    add(person)
    add(IdentityRevision(person=person, at=now(), by=by.user_id))
    note(subject=person.pk)
    return person


@action(PERSON_EDITED)
def person_edit(*, by: Doer, person: YoungPerson, version: int, **typed: Any) -> YoungPerson:
    """Change the named columns. StaleEdit when someone else changed the file since `version`."""
    known_only(typed, _PERSON_COLUMNS)
    require(by, person, Ability.PERSON_EDIT)
    _check_identity(typed)
    row = YoungPerson.objects.select_related("data_key").get(pk=person.pk)
    opened = opened_for(by, row, *_CIRCLE)
    changed = changes(row, opened, typed)
    after = {
        name: changed[name] if name in changed else opened.value(row, name)
        for name in ("given_name", "family_name", "usual_name")
    }
    if not any(after.values()):
        raise RuleBroken(_("Indiquez au moins un prénom ou un nom."), field="given_name")
    also: dict[str, Any] = {}
    if "external_reference" in changed:
        reference = changed["external_reference"]
        also["reference_digest"] = reference_digest(reference) if reference else None
        others = YoungPerson.objects.exclude(pk=row.pk)
        if reference and others.filter(reference_digest=also["reference_digest"]).exists():
            raise RuleBroken(_("Cette référence est déjà celle d’un autre dossier."), field="external_reference")
    edit(row, opened, Sealer(row.data_key), version=version, changed=changed, labels=words.PERSON, also=also)
    if _NAMES & set(changed):
        IdentityRevision.objects.create(person=row, at=now(), by=by.user_id)
    note(subject=row.pk, fields=",".join(sorted(changed)), version=row.version)
    return row


def additions(
    *, by: Doer, person: YoungPerson, row: YoungPerson | ParentalSituation, typed: Mapping[str, Any]
) -> dict[str, Any]:
    """Of what a file says, what would change her row or a parent's: a mapping adds to the one stored."""
    opened = opened_for(by, person, *_CIRCLE)
    whole = {
        field: {**(opened.value(row, field) or {}), **value} if isinstance(value, Mapping) else value
        for field, value in typed.items()
    }
    return changes(row, opened, whole)


@action(PARENT_SAVED)
def parent_save(
    *,
    by: Doer,
    person: YoungPerson,
    parent: ParentalSituation | None = None,
    version: int | None = None,
    external_key: str = "",
    **typed: Any,
) -> ParentalSituation:
    """Add a parent or guardian (`parent=None`, `kinship` needed), or change the named columns of one.

    Names and contacts need the identity section, the decision that of justice.
    """
    known_only(typed, _PARENT_COLUMNS)
    require(by, person, Ability.PERSON_EDIT)
    decided = typed.get("decision_date")
    if decided and decided > now().date():
        raise RuleBroken(_("Cette date est dans l’avenir."), field="decision_date")
    for field, value in typed.items():
        choices = dict(ParentalSituation._meta.get_field(field).flatchoices)  # type: ignore[union-attr]
        if choices and value not in choices:
            raise RuleBroken(_("Choisissez une réponse de la liste."), field=field)
    opened = opened_for(by, person, *_CIRCLE)
    if parent is None:
        if not typed.get("kinship"):
            raise RuleBroken(_("Indiquez le lien avec l’enfant."), field="kinship")
        row = ParentalSituation(person=person, external_key=external_key)
        changed = changes(row, opened, typed)
        fill(row, Sealer(person.data_key), changed)
        add(row)
    else:
        row = ParentalSituation.objects.get(pk=parent.pk, person=person)
        changed = changes(row, opened, typed)
        edit(row, opened, Sealer(person.data_key), version=version, changed=changed, labels=words.PARENT)
    note(subject=person.pk, kinship=row.kinship, version=row.version)
    return row


@action(PHOTO_REPLACED)
def photo_replace(*, by: Doer, person: YoungPerson, content: bytes) -> Photo:
    """Keep this face as her photo, re-encoded (see `photos`); the one before stays sealed, no longer shown.

    RuleBroken (field `photo`) for what is not a readable picture, or is too large.
    """
    require(by, person, Ability.PERSON_EDIT)
    try:
        picture = photos.reencode(content)
    except photos.Refused as refusal:
        raise RuleBroken(str(refusal), field="photo") from refusal
    at = now()
    lock(person)
    Photo.objects.filter(person=person, replaced_at__isnull=True).update(replaced_at=at)
    row = Photo(person=person, size=len(picture), at=at, by=by.user_id)
    row.data_key_id = person.data_key_id
    files.store(row, Sealer(person.data_key), picture)
    row.save(force_insert=True)
    note(subject=person.pk, size=len(picture))
    return row
