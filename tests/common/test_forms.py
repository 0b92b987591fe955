from typing import Any

import pytest
from django import forms as django_forms
from django.core.exceptions import PermissionDenied
from django.http import QueryDict

from maillage.common import forms
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit, TokenConflict

ALICE, BOB = "alice-id", "bob-id"


class Word(forms.TokenForm):
    word = django_forms.CharField()


def sent(**values: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(values)
    return data


def test_a_token_is_of_its_author_alone() -> None:
    token = forms.new_token(ALICE)
    assert forms.token_is_of(token, ALICE)
    assert not forms.token_is_of(token, BOB)
    assert not forms.token_is_of(token[:-1] + ("0" if token[-1] != "0" else "1"), ALICE)
    assert not forms.token_is_of("", ALICE)
    assert not forms.token_is_of("x" * 22, ALICE)


def test_tokens_are_never_the_same_twice_and_fit_their_column() -> None:
    tokens = {forms.new_token(ALICE) for _ in range(100)}
    assert len(tokens) == 100
    assert max(map(len, tokens)) <= 64


def test_a_form_of_its_author_is_valid_and_gives_token_and_version() -> None:
    with forms.author(lambda: ALICE):
        token = Word(version=3).initial["form_token"]
        form = Word(sent(form_token=token, version="3", word="bonjour"))
        assert form.is_valid()
    assert form.cleaned_data == {"form_token": token, "version": 3, "word": "bonjour"}


def test_a_form_of_someone_else_is_refused_with_everything_typed_and_a_new_token() -> None:
    foreign = forms.new_token(BOB)
    with forms.author(lambda: ALICE):
        form = Word(sent(form_token=foreign, word="bonjour"))
        assert not form.is_valid()
        assert form["word"].value() == "bonjour"
        renewed = form["form_token"].value()
        assert renewed != foreign
        assert Word(sent(form_token=renewed, word="bonjour")).is_valid()


def test_two_forms_on_a_page_share_no_element_id_and_no_prefix_on_the_token() -> None:
    form = Word(prefix="second", version=2)
    html = f"{form['form_token']}{form['version']}"
    assert " id=" not in html
    assert 'name="form_token"' in html
    assert 'name="version"' in html
    assert 'name="second-word"' in str(form["word"])


def bound() -> Word:
    with forms.author(lambda: ALICE):
        form = Word(sent(form_token=forms.new_token(ALICE), word="bonjour"))
        assert form.is_valid()
        return form


def refusing(error: Exception) -> Any:
    def call() -> None:
        raise error

    return call


def test_attempt_gives_the_row_of_the_service() -> None:
    assert forms.attempt(bound(), lambda: "row") == "row"


@pytest.mark.parametrize(("field", "place"), [("word", "word"), ("unknown", "__all__"), (None, "__all__")])
def test_a_refusal_stands_beside_its_field(field: str | None, place: str) -> None:
    form = bound()
    assert forms.attempt(form, refusing(RuleBroken("Trop tôt.", field=field))) is None
    assert form.errors == {place: ["Trop tôt."]}


def test_a_missing_ability_is_a_403() -> None:
    with pytest.raises(PermissionDenied, match="rôle"):
        forms.attempt(bound(), refusing(NotAllowed("Votre rôle…")))


@pytest.mark.parametrize("error", [StaleEdit("x", differences=[], current_version=2), TokenConflict("x")])
def test_conflicts_go_on_to_their_own_page(error: Exception) -> None:
    with pytest.raises(type(error)):
        forms.attempt(bound(), refusing(error))
