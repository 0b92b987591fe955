"""What every table of the file promises, asked of each that claims it."""

import io
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image
from pypdf import PdfReader

from maillage.accounts.roles import SECTIONS
from maillage.casework.enums import Group, Level
from maillage.casework.models import Document, TimelineEntry, Versioned
from maillage.casework.services import documents, notes, shares
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from maillage.desk.file import file_page, thread_page
from maillage.vault.sealing import Opened
from maillage.youth.access import enter
from tests.casework.capabilities import CAPABILITIES, EDITED, SECRET, Capability, pdf
from tests.episodes.world import World
from tests.youth.young import picture

READERS = ["educator", "carer", "manager", "case_worker", "ase_on_call", "nurse", "stranger"]


def every_cell() -> str:
    """All that the database holds, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                found += [
                    bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell) for cell in row
                ]
    return "\n".join(found)


@pytest.mark.parametrize("capability", CAPABILITIES, ids=str)
def test_list_detail_timeline_and_attachment_agree_for_every_reader(
    world: World, at: Any, capability: Capability
) -> None:
    world.case_worker  # noqa: B018
    row = capability.make(world.actor(), world.lila)
    for name in READERS:
        client, sees = at(name), _opens(world, name, capability.section)
        base = f"/p/{world.lila.pk}/"
        pages = {"file": base, "timeline": f"{base}fil/", "own page": base + capability.page(row)}
        for what, url in pages.items():
            answer = client.get(url)
            found = answer.status_code == 200 and SECRET in answer.content.decode()
            assert found == sees, (name, what, answer.status_code)
        if capability.model is Document:
            assert (client.get(f"{base}documents/{row.pk}/").status_code == 200) == sees, name


def _opens(world: World, name: str, section: str) -> bool:
    if name == "stranger":
        return False
    roles = world.actor(name).roles
    seen = any(True for _ in [name] if name != "carer") or _carer_sees(world)
    return seen and any(Section(section) in SECTIONS[role] for role in roles)


def _carer_sees(world: World) -> bool:
    """Whether the world's carer has a mission of her own for Lila."""
    from maillage.youth.access import visible_to  # noqa: PLC0415

    return visible_to(world.actor("carer")).filter(pk=world.lila.pk).exists()


@pytest.mark.parametrize("capability", CAPABILITIES, ids=str)
def test_no_word_is_in_clear_in_the_database(world: World, capability: Capability) -> None:
    row = capability.make(world.actor(), world.lila)
    opened = Opened(world.lila.data_key, Section.values)
    assert SECRET in str(opened.value(row, row.column))
    whole = every_cell()
    assert SECRET not in whole
    assert SECRET.encode().decode("latin-1") not in whole
    assert SECRET.encode().hex() not in whole


@pytest.mark.parametrize("capability", EDITED, ids=str)
def test_a_late_edit_is_refused_with_both_texts(world: World, capability: Capability) -> None:
    row = capability.make(world.actor(), world.lila)
    assert capability.change is not None
    capability.change(world.actor(), row, 1, "Premier texte")
    with pytest.raises(StaleEdit) as refusal:
        capability.change(world.actor(), row, 1, "Second texte")
    both = [(one.stored, one.typed) for one in refusal.value.differences]
    assert ("Premier texte", "Second texte") in both


@pytest.mark.parametrize("capability", EDITED, ids=str)
def test_two_hands_on_one_form_end_in_a_conflict_page(world: World, at: Any, capability: Capability) -> None:
    row = capability.make(world.actor(), world.lila)
    url = f"/p/{world.lila.pk}/{capability.form_at(row)}"
    from tests.walls.test_url_matrix import sent  # noqa: PLC0415

    client = at("educator")
    first = sent(client, url, world.educator, {**capability.form, "version": 1})
    assert first.status_code == 302, first.content.decode()[-2000:]
    second = sent(client, url, world.educator, {**capability.form, "version": 1, **_other(capability)})
    assert second.status_code == 409
    page = second.content.decode()
    assert "Autre texte" in page
    assert "Troisième texte" in page


def _other(capability: Capability) -> dict[str, str]:
    name = next(name for name, value in capability.form.items() if value == "Autre texte")
    return {name: "Troisième texte"}


@pytest.mark.parametrize("capability", [one for one in EDITED if issubclass(one.model, Versioned)], ids=str)
def test_a_correction_stands_beside_what_it_corrects_and_is_its_authors(world: World, capability: Capability) -> None:
    row = capability.make(world.actor(), world.lila)
    assert capability.change is not None
    new = capability.change(world.actor(), row, 1, "Corrigé")
    assert (new.thread, new.number) == (row.thread, 2)
    assert capability.model.objects.filter(thread=row.thread).count() == 2
    assert TimelineEntry.objects.filter(source_id__in=[row.pk, new.pk]).count() == 1
    with pytest.raises(NotAllowed):
        capability.change(world.actor("manager"), new, 2, "D’une autre main")
    with pytest.raises(DatabaseError), transaction.atomic():
        capability.model.objects.filter(pk=row.pk).update(number=9)


# Who reads a note, by its level and who wrote it: her team, her service, health staff, herself.
LEVELS = {
    "team": ("educator", {"educator", "colleague", "carer", "manager", "case_worker", "ase_on_call"}),
    "service": ("educator", {"educator", "colleague", "carer", "manager"}),
    "health": ("nurse", {"nurse"}),
    "own": ("educator", {"educator"}),
}


@pytest.mark.parametrize("level", Level)
def test_a_note_is_read_by_whom_its_level_says(world: World, at: Any, level: str) -> None:
    author, readers = LEVELS[level]
    row = notes.note_write(by=world.actor(author), person=world.lila, level=level, text=SECRET)
    base = f"/p/{world.lila.pk}/"
    for name in {*READERS, "colleague"} - {"stranger"}:
        sees, entered = name in readers, enter(world.actor(name), world.lila.pk)
        _opened, notes_alone = thread_page(entered, Group.NOTE, None)
        for thread in (file_page(entered, now()).thread, notes_alone):
            assert [one["text"] for one in thread.entries] == [SECRET] * sees, name
        detail = at(name).get(f"{base}notes/{row.thread}/")
        assert (detail.status_code, SECRET in detail.content.decode()) == ((200, True) if sees else (404, False)), name
        offered = [item.key for item in shares.shareable(entered, entered.open(*entered.sections))]
        # What stays in a service, or is nobody else's, leaves the file by no share either.
        assert offered == ([f"note:{row.thread}"] if sees and level in ("team", "health") else []), name
    assert at("stranger").get(f"{base}notes/{row.thread}/").status_code == 404


def test_no_note_is_written_for_those_who_read_less(world: World) -> None:
    for name, level in [("nurse", "team"), ("nurse", "service"), ("educator", "health")]:
        with pytest.raises(NotAllowed):
            notes.note_write(by=world.actor(name), person=world.lila, level=level, text=SECRET)
    for name in ("educator", "nurse"):
        with pytest.raises(RuleBroken):
            notes.note_write(by=world.actor(name), person=world.lila, level="everyone", text=SECRET)


def test_a_picture_is_kept_without_where_and_by_what_it_was_taken(world: World, at: Any) -> None:
    exif = Image.Exif()
    exif[0x010F] = "TelephoneInvente"
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    content = picture(exif=exif, comment=b"un commentaire")
    assert b"TelephoneInvente" in content
    row = documents.document_file(
        by=world.actor(), person=world.lila, kind="other", title="x", content=content, section="education"
    )
    answer = at("educator").get(f"/p/{world.lila.pk}/documents/{row.pk}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert b"TelephoneInvente" not in answer.content
    kept = Image.open(io.BytesIO(answer.content))
    assert not kept.getexif()
    assert not {"comment", "exif", "icc_profile", "xmp"} & set(kept.info)


def test_a_paper_is_kept_without_what_it_hides(world: World, at: Any) -> None:
    capability = next(one for one in CAPABILITIES if one.model is Document)
    row = capability.make(world.actor(), world.lila)
    answer = at("educator").get(f"/p/{world.lila.pk}/documents/{row.pk}/")
    assert answer["Content-Disposition"].startswith("attachment;")
    assert SECRET not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    content = answer.content
    assert content.startswith(b"%PDF-")
    assert b"Personne" not in content
    assert b"JavaScript" not in content
    assert b"app.alert" not in content
    assert PdfReader(io.BytesIO(content)).pages


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00programme", b"<html>", b"%PDF-1.7 coup\xc3\xa9", b"PK\x03\x04"])
def test_what_is_no_paper_is_refused(world: World, content: bytes) -> None:
    with pytest.raises(RuleBroken):
        documents.document_file(
            by=world.actor(), person=world.lila, kind="other", title="x", content=content, section="education"
        )
    assert pdf().startswith(b"%PDF")
