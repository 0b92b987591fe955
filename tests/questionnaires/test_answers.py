"""Drafts, submission, correction; sections kept apart; nothing lost, nothing clear in the database."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.forms.models import model_to_dict

from maillage.audit.journal import record
from maillage.audit.models import JournalEntry
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit, TokenConflict
from maillage.questionnaires import selectors, services
from maillage.questionnaires.models import AnswerSet
from maillage.vault.sealing import Opened, SectionClosed, new_key
from tests.questionnaires.world import CARE, EDUCATION, HEALTH, NURSING, WORDS, ZONE, World, held

SECRET = "Lampadaire bleu à pois"


def on_file(world: World, row: AnswerSet, *sections) -> dict:
    row = AnswerSet.objects.get(pk=row.pk)
    return selectors.raw_of(
        row, world.opened(*(sections or (EDUCATION, WORDS, HEALTH))), sections or CARE - {"identity"}
    )


# -- drafts ---------------------------------------------------------------------------------------------------------


def test_a_talk_has_one_draft_whoever_starts_it(world: World):
    draft = world.start()
    assert world.start() == draft
    mine = services.draft_start(
        by=world.nurse,
        held=held(world.nurse),
        questionnaire=world.questionnaire,
        data_key=world.key,
        context=world.context,
    )
    assert mine == draft
    assert selectors.draft_of(world.context) == draft
    assert selectors.draft_of(uuid.uuid4()) is None


def test_the_database_refuses_a_second_draft(world: World):
    draft = world.start()
    with pytest.raises(DatabaseError), transaction.atomic():
        AnswerSet.objects.create(
            questionnaire=world.questionnaire,
            data_key=world.key,
            context=world.context,
            started_by=world.educator.user,
            started_at=draft.started_at,
            saved_at=draft.started_at,
        )


def test_who_neither_holds_the_talk_nor_gives_care_starts_nothing(world: World):
    with pytest.raises(NotAllowed):
        services.draft_start(
            by=world.carer,
            held=held(world.carer),
            questionnaire=world.questionnaire,
            data_key=world.key,
            context=world.context,
        )


def test_a_draft_keeps_what_is_incomplete_invalid_or_irrelevant_exactly_as_typed(world: World):
    typed = {
        "faim": "peut-être",
        "nuits": "trois ou quatre",
        "retour": "31/02/2026",
        "besoin_autre": "  une couverture ",
        "mots": {"not": "wish", "typed": SECRET},
        "besoin": ["manger", "inconnu"],
    }
    world.save(world.start(), **typed)
    assert on_file(world, world.start(), EDUCATION, WORDS) == typed


def test_saving_one_page_leaves_the_others_and_an_empty_answer_erases(world: World):
    draft = world.save(world.start(), nuits="2", faim="oui")
    draft = world.save(draft, mots="x")
    draft = world.save(draft, nuits="")
    assert on_file(world, draft, EDUCATION, WORDS) == {"faim": "oui", "mots": "x"}


def test_questions_that_do_not_exist_are_ignored_and_nothing_new_writes_nothing(world: World):
    draft = world.save(world.start(), inconnue="x")
    assert draft.version == 1
    draft = world.save(draft, faim="oui")
    assert world.save(draft, faim="oui").version == draft.version == 2


def test_an_endless_text_is_refused_beside_its_field(world: World):
    with pytest.raises(RuleBroken) as caught:
        world.save(world.start(), mots="x" * 20_001)
    assert caught.value.field == "q-mots"


def test_a_draft_is_taken_up_again_on_another_device(world: World):
    world.save(world.start(), mots="commencé sur le téléphone")
    elsewhere = selectors.draft_of(world.context)
    assert elsewhere is not None
    assert selectors.read(elsewhere, world.opened()).values == {"mots": "commencé sur le téléphone"}
    world.save(elsewhere, faim="non")
    assert on_file(world, elsewhere, EDUCATION, WORDS) == {"mots": "commencé sur le téléphone", "faim": "non"}


def test_two_devices_that_wrote_different_texts_get_both_side_by_side(world: World):
    draft = world.start()
    world.save(draft, version=1, mots="depuis le bureau", faim="oui", nuits="2")
    with pytest.raises(StaleEdit) as caught:
        world.save(draft, version=1, mots="depuis le téléphone", faim="non", nuits=" 2 ")
    assert [(d.label, d.stored, d.typed) for d in caught.value.differences] == [
        ("A-t-elle faim ?", "Oui", "Non"),
        ("Ce qu’elle dit", "depuis le bureau", "depuis le téléphone"),
    ]
    assert caught.value.current_version == 2
    assert on_file(world, draft, EDUCATION, WORDS) == {"mots": "depuis le bureau", "faim": "oui", "nuits": "2"}


def test_the_same_text_from_an_older_page_is_no_conflict(world: World):
    draft = world.start()
    world.save(draft, version=1, mots="le même", nuits="2")
    assert world.save(draft, version=1, mots="le même ", nuits="2").version == 2


def test_a_stale_submission_is_a_conflict_too(world: World):
    draft = world.start()
    world.save(draft, version=1, mots="depuis le bureau")
    with pytest.raises(StaleEdit):
        world.submit(draft, version=1, faim="oui", mots="depuis le téléphone")
    assert selectors.draft_of(world.context) is not None


def test_a_nurse_and_an_educator_write_the_same_draft_without_getting_in_each_others_way(world: World):
    draft = world.start()
    world.save(draft, version=1, by=world.nurse, soin="oui")
    world.save(draft, version=1, mots="x")
    world.save(draft, version=2, by=world.nurse, soin_detail="y")
    assert on_file(world, draft, EDUCATION, WORDS) == {"mots": "x"}
    assert on_file(world, draft, HEALTH) == {"soin": "oui", "soin_detail": "y"}


def test_a_save_that_lost_a_race_is_a_conflict_and_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch):
    draft = world.start()
    other = AnswerSet.objects.get(pk=draft.pk)
    world.save(draft, mots="la première")
    monkeypatch.setattr(services, "_locked", lambda answer_set: other)
    with pytest.raises(StaleEdit):
        world.save(other, faim="oui")
    monkeypatch.undo()
    assert on_file(world, draft, EDUCATION, WORDS) == {"mots": "la première"}


# -- sections -------------------------------------------------------------------------------------------------------


def test_health_answers_are_neither_read_overwritten_nor_erased_without_the_health_section(world: World):
    draft = world.start()
    world.save(draft, by=world.nurse, soin="oui", soin_detail=SECRET)
    sealed = bytes(AnswerSet.objects.get().health)
    draft = selectors.draft_of(world.context)
    assert draft is not None
    world.save(draft, soin="non", soin_detail="", mots="x", faim="oui")
    assert bytes(AnswerSet.objects.get().health) == sealed
    read = selectors.read(AnswerSet.objects.get(), world.opened())
    assert "soin" not in read.values
    assert read.closed == {HEALTH}
    assert SECRET not in str(read)
    world.submit(AnswerSet.objects.get(), soin="non")
    assert bytes(AnswerSet.objects.get().health) == sealed


def test_a_nurse_writes_health_only(world: World):
    draft = world.start()
    world.save(draft, mots=SECRET)
    world.save(draft, version=2, by=world.nurse, mots="effacé", soin="oui")
    assert on_file(world, draft, EDUCATION, WORDS) == {"mots": SECRET}
    assert selectors.read(AnswerSet.objects.get(), world.opened(*NURSING)).values == {"soin": "oui"}


def test_who_opens_words_but_not_education_does_not_write_words(world: World):
    draft = world.start()
    with pytest.raises(NotAllowed):
        services.draft_save(
            by=world.educator,
            held=held(world.educator),
            answer_set=draft,
            raw={"mots": "x"},
            version=1,
            opened=world.opened(WORDS),
        )


@pytest.mark.parametrize("name", ["carer", "nurse"])
def test_a_role_without_the_ability_writes_nothing_though_it_opens_the_section(world: World, name: str):
    with pytest.raises(NotAllowed):
        services.draft_save(
            by=getattr(world, name),
            held=held(getattr(world, name)),
            answer_set=world.start(),
            raw={"mots": "x"},
            version=1,
            opened=world.opened(),
        )


def test_leading_talks_elsewhere_writes_nothing_here(world: World):
    draft, none = world.start(), frozenset()
    common = {"by": world.educator, "held": none, "answer_set": draft, "opened": world.opened()}
    with pytest.raises(NotAllowed):
        services.draft_save(**common, raw={"mots": "x"}, version=1)
    with pytest.raises(NotAllowed):
        services.submit(**common, raw={"faim": "non"}, version=1, zone=ZONE)
    done = world.submit(draft, faim="non")
    with pytest.raises(NotAllowed):
        services.correct(**(common | {"answer_set": done}))
    with pytest.raises(NotAllowed):
        services.draft_start(
            by=world.educator,
            held=none,
            questionnaire=world.questionnaire,
            data_key=world.key,
            context=uuid.uuid4(),
        )
    assert AnswerSet.objects.count() == 1


def test_sight_of_another_person_opens_nothing(world: World):
    draft = world.save(world.start(), mots="x")
    other = Opened(new_key(), CARE)
    with pytest.raises(NotAllowed):
        services.draft_save(
            by=world.educator, held=held(world.educator), answer_set=draft, raw={"mots": "y"}, version=2, opened=other
        )
    with pytest.raises(SectionClosed):
        selectors.read(draft, other)


def test_a_closed_section_raises_when_it_is_asked_for(world: World):
    draft = world.save(world.start(), mots="x")
    with pytest.raises(SectionClosed):
        selectors.raw_of(draft, world.opened(EDUCATION), [WORDS])


def test_no_clear_text_reaches_the_database(world: World):
    draft = world.start()
    world.save(draft, mots=SECRET, analyse=f"analyse de {SECRET}")
    world.save(draft, version=2, by=world.nurse, soin="oui", soin_detail=SECRET)
    world.submit(AnswerSet.objects.get(), faim="oui", mots=f"{SECRET}, dit-elle")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("questionnaires_answerset", "audit_")):
                cursor.execute(f"SELECT * FROM {table}")
                dump = " ".join(
                    bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell)
                    for row in cursor.fetchall()
                    for cell in row
                )
                assert "Lampadaire bleu" not in dump
                assert "Lampadaire bleu".encode("utf-16-le").decode("latin-1") not in dump
    row = AnswerSet.objects.get()
    assert all(row.answers and row.words and row.health for _ in [1])
    assert SECRET not in str(model_to_dict(row))


# -- submission -----------------------------------------------------------------------------------------------------


def test_submitting_seals_clean_answers_and_drops_what_is_irrelevant(world: World):
    draft = world.save(world.start(), besoin=["autre", "manger"], besoin_autre="une couverture", nuits="2", mots=" x ")
    world.save(draft, besoin=["manger"])
    done = world.submit(AnswerSet.objects.get(), faim="oui", retour="20/11/2025", relu="OK", partie={"not": "raised"})
    assert done.submitted_by == world.educator.user
    assert on_file(world, done, EDUCATION, WORDS) == {
        "faim": "oui",
        "besoin": ["manger"],
        "nuits": 2,
        "mots": "x",
        "retour": "2025-11-20",
        "relu": True,
        "partie": {"not": "raised"},
    }


def test_a_refused_submission_names_every_question_and_leaves_the_draft(world: World):
    draft = world.save(world.start(), mots="x")
    with pytest.raises(services.AnswersRefused) as caught:
        world.submit(draft, nuits="400", retour="hier")
    assert set(caught.value.problems) == {"faim", "nuits", "retour"}
    assert caught.value.field == "q-faim"
    draft = AnswerSet.objects.get()
    assert (draft.submitted_at, draft.version) == (None, 2)
    assert on_file(world, draft, EDUCATION, WORDS) == {"mots": "x"}


def test_submitted_answers_are_neither_saved_over_nor_submitted_again(world: World):
    done = world.submit(world.start(), faim="non")
    for write in (world.save, world.submit):
        with pytest.raises(RuleBroken, match="corrigez-les"):
            write(done, faim="oui")


def test_the_same_form_sent_twice_submits_once(world: World):
    draft = world.start()
    actor = type(world.educator)(world.educator.user, world.educator.posts, token="jeton", digest="a")
    first = world.submit(draft, by=actor, faim="non")
    again = world.submit(draft, by=actor, faim="non")
    assert first.pk == again.pk
    assert JournalEntry.objects.filter(verb="answers.submitted").count() == 1
    other = type(actor)(actor.user, actor.posts, token="jeton", digest="b")
    with pytest.raises(TokenConflict):
        world.submit(draft, by=other, faim="oui")


def test_health_staff_declare_their_part_done_without_closing_the_talk(world: World):
    draft = world.start()
    with pytest.raises(services.AnswersRefused):
        world.submit(draft, by=world.nurse, soin="oui")
    mine = world.submit(draft, by=world.nurse, soin="oui", soin_detail="contraception")
    assert mine.submitted_at is None
    assert selectors.read(mine, world.opened(*NURSING)).unfinished == frozenset()
    done = world.submit(AnswerSet.objects.get(), faim="non")
    assert done.submitted_at is not None
    assert selectors.read(done, world.opened(*NURSING)).values == {"soin": "oui", "soin_detail": "contraception"}


def test_health_answers_not_declared_done_are_read_as_typed_and_said_so(world: World):
    draft = world.start()
    world.save(draft, by=world.nurse, soin="oui")
    done = world.submit(AnswerSet.objects.get(), faim="non")
    assert selectors.read(done, world.opened(*NURSING)).unfinished == {HEALTH}
    assert selectors.read(done, world.opened()).unfinished == frozenset()


def test_a_role_without_words_finishes_its_part_only(world: World):
    draft = world.start()
    part = world.submit(draft, by=world.ase, faim="oui")
    assert part.submitted_at is None
    assert world.submit(AnswerSet.objects.get(), mots="x").submitted_at is not None


# -- corrections ----------------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_set_beside_the_old_one(world: World):
    first = world.submit(world.start(), faim="non", nuits="2")
    draft = services.correct(
        by=world.colleague, held=held(world.colleague), answer_set=first, opened=world.opened(), subject=world.subject
    )
    assert draft.pk != first.pk
    assert on_file(world, draft, EDUCATION, WORDS) == {"faim": "non", "nuits": 2}
    second = world.submit(draft, by=world.colleague, nuits="3")
    assert on_file(world, first, EDUCATION, WORDS) == {"faim": "non", "nuits": 2}
    assert on_file(world, second, EDUCATION, WORDS) == {"faim": "non", "nuits": 3}
    assert selectors.latest_of(world.context) == second
    assert selectors.sets_of(world.context) == [first, second]
    assert second.corrects == first


def test_what_a_correction_does_not_write_is_read_in_what_it_corrects(world: World):
    draft = world.start()
    world.submit(draft, by=world.nurse, soin="oui", soin_detail="y")
    first = world.submit(AnswerSet.objects.get(), faim="non")
    second = world.submit(
        services.correct(by=world.educator, held=held(world.educator), answer_set=first, opened=world.opened()),
        faim="oui",
        mots="x",
    )
    assert selectors.read(second, world.opened(*NURSING)).values == {"soin": "oui", "soin_detail": "y"}
    third_draft = services.correct(
        by=world.nurse, held=held(world.nurse), answer_set=second, opened=world.opened(*NURSING)
    )
    third = world.submit(third_draft, by=world.nurse, soin="non")
    assert third.submitted_at is not None
    assert selectors.read(third, world.opened(*NURSING)).values == {"soin": "non"}
    assert selectors.read(third, world.opened()).values == {"faim": "oui", "mots": "x"}


def test_a_correction_that_two_people_write_closes_when_both_are_done(world: World):
    first = world.submit(world.start(), faim="non")
    draft = services.correct(by=world.educator, held=held(world.educator), answer_set=first, opened=world.opened())
    draft = world.save(draft, mots="x")
    part = world.submit(draft, by=world.nurse, soin="non")
    assert part.submitted_at is None
    assert world.submit(AnswerSet.objects.get(pk=draft.pk)).submitted_at is not None


def test_only_the_last_submitted_answers_are_corrected_and_one_correction_at_a_time(world: World):
    draft = world.start()
    with pytest.raises(RuleBroken, match="brouillon"):
        services.correct(by=world.educator, held=held(world.educator), answer_set=draft, opened=world.opened())
    first = world.submit(draft, faim="non")
    correction = services.correct(by=world.educator, held=held(world.educator), answer_set=first, opened=world.opened())
    assert (
        services.correct(by=world.colleague, held=held(world.colleague), answer_set=first, opened=world.opened())
        == correction
    )
    second = world.submit(correction, faim="oui")
    with pytest.raises(RuleBroken, match="dernière version"):
        services.correct(by=world.educator, held=held(world.educator), answer_set=first, opened=world.opened())
    with pytest.raises(RuleBroken, match="corrigez-les"):
        world.start()
    assert second.corrects_id == first.pk


# -- reading and journal --------------------------------------------------------------------------------------------


def test_words_and_analysis_are_read_apart(world: World):
    done = world.submit(world.start(), faim="oui", mots="« je reste »", retour="20/11/2025", relu="OK", analyse="calme")
    answers = selectors.read(done, world.opened())
    assert [entry.text for entry in answers.words] == ["« je reste »"]
    assert "calme" in [entry.text for entry in answers.analysis]
    assert "« je reste »" not in [entry.text for entry in answers.analysis]
    first = answers.pages[0].entries[0]
    assert (first.label, first.text, first.blank) == ("A-t-elle faim ?", "Oui", False)
    assert [page.label for page in answers.pages] == ["Besoins", "Récit", "Regard"]


def test_what_was_not_answered_is_said_in_words(world: World):
    done = world.submit(world.start(), faim={"not": "wish"}, nuits={"not": "raised"})
    entries = {entry.name: entry for entry in selectors.read(done, world.opened()).pages[0].entries}
    assert (entries["faim"].text, entries["faim"].not_answered) == ("Ne souhaite pas répondre", "wish")
    assert (entries["nuits"].text, entries["nuits"].not_answered) == ("Non abordé", "raised")
    assert entries["besoin"].blank


def test_the_journal_says_once_that_a_draft_is_being_written(world: World):
    with time_machine.travel("2026-11-21T21:00:00+00:00", tick=False) as clock:
        draft = world.start()
        for minute in range(4):
            draft = world.save(draft, nuits=str(minute))
            clock.shift(timedelta(minutes=1))
        clock.shift(timedelta(minutes=20))
        world.save(draft, nuits="9")
    saved = JournalEntry.objects.filter(verb="answers.saved")
    assert [entry.subject for entry in saved] == [world.subject] * 2
    assert all(entry.payload == {"answers": str(draft.pk)} for entry in saved)


def test_each_step_of_an_answer_set_is_journalled_with_its_subject(world: World):
    first = world.submit(world.start(), faim="non")
    services.correct(
        by=world.educator, held=held(world.educator), answer_set=first, opened=world.opened(), subject=world.subject
    )
    verbs = list(JournalEntry.objects.filter(subject=world.subject).order_by("id").values_list("verb", flat=True))
    assert verbs == ["answers.started", "answers.submitted", "answers.corrected"]
    assert callable(record)
    assert ZONE == "Europe/Paris"
