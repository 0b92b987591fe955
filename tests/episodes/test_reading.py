"""The table suggests, and says which of its lines fired."""

import pytest

from maillage.episodes import protocol
from maillage.episodes.enums import EpisodeKind
from maillage.episodes.services import shipped
from tests.episodes.definitions import SMALL

SMALL_ONE = protocol.load(SMALL, "essai.yaml")
REFERENCE = protocol.load(shipped()["reference.yaml"], "reference.yaml")


def read(answers, *, of=SMALL_ONE, age=15, night=False, first_time=False):
    return protocol.reading(of, answers, age=age, night=night, first_time=first_time)


def fired(reading):
    return [line.key for line in reading.lines]


def test_no_line_fires_and_the_screen_says_so():
    found = read({})
    assert (found.kind, found.lines, found.text) == (EpisodeKind.RUNAWAY, (), "Aucune ligne.")


def test_every_line_that_fires_is_shown_and_the_gravest_decides():
    found = read({"threat": "yes", "known": "yes"})
    assert found.kind == EpisodeKind.WORRYING_DISAPPEARANCE
    assert fired(found) == ["menace", "known_place"]


def test_unknown_is_not_no_and_a_missing_answer_is_unknown():
    assert fired(read({"known": "unknown"}, age=12)) == ["small"]
    assert fired(read({}, age=12)) == ["small"]
    assert fired(read({"threat": "unknown"})) == []
    assert fired(read({"threat": "no"})) == []


@pytest.mark.parametrize(("age", "expected"), [(12, ["small"]), (13, []), (None, ["small"])])
def test_an_age_nobody_knows_counts_as_younger(age, expected):
    assert fired(read({"known": "no"}, age=age)) == expected


def test_a_line_looks_at_the_night_and_at_the_first_time():
    assert fired(read({}, night=True, first_time=True)) == ["night_first"]
    assert fired(read({}, night=True, first_time=False)) == []
    assert fired(read({}, night=False, first_time=True)) == []


def test_an_unknown_question_is_refused():
    with pytest.raises(ValueError, match="question inconnue « autre »"):
        read({"autre": "yes"})


@pytest.mark.parametrize(
    ("answers", "age", "kind", "lines"),
    [
        ({"threat": "yes", "reachable": "yes"}, 16, EpisodeKind.WORRYING_DISAPPEARANCE, ["threatened"]),
        ({"whereabouts": "no", "reachable": "yes"}, 12, EpisodeKind.WORRYING_DISAPPEARANCE, ["child"]),
        ({"whereabouts": "no", "reachable": "no"}, 15, EpisodeKind.RUNAWAY, ["no_news"]),
        ({"reachable": "yes", "belongings": "yes"}, 15, EpisodeKind.RUNAWAY, ["left_on_purpose"]),
        (
            {"whereabouts": "yes", "back_soon": "yes", "threat": "no", "danger": "no", "hold": "no"},
            15,
            EpisodeKind.UNAUTHORISED_ABSENCE,
            ["known_place"],
        ),
        # One doubt is enough for the place not to reassure.
        ({"whereabouts": "yes", "back_soon": "yes", "threat": "no", "danger": "no"}, 15, EpisodeKind.RUNAWAY, []),
    ],
)
def test_the_reference_table(answers, age, kind, lines):
    found = read(answers, of=REFERENCE, age=age)
    assert (found.kind, fired(found)) == (kind, lines)


def test_a_first_night_without_news_worries_under_16():
    silent = {"whereabouts": "no", "reachable": "no"}
    assert "first_night" in fired(read(silent, of=REFERENCE, night=True, first_time=True))
    assert "first_night" not in fired(read(silent, of=REFERENCE, age=16, night=True, first_time=True))
    assert "first_night" not in fired(read(silent, of=REFERENCE, night=True, first_time=False))
