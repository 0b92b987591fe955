"""Conditions: XPath 1.0 and the functions of ODK, and nothing else."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.questionnaires import xpath

MOMENT = xpath.Moment(datetime(2026, 11, 21, 22, 40))  # noqa: DTZ001  # wall clock


def holds(source: str, own: xpath.Value = "", **values: xpath.Value) -> bool:
    return xpath.evaluate(xpath.parse(source), values, own=own, moment=MOMENT)


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ("${a} = 'oui'", {"a": "oui"}),
        ("${a} != ''", {"a": "x"}),
        ("${a} = ''", {}),
        ("${a} > 3", {"a": 4.0}),
        ("${a} = 4", {"a": "4"}),
        ("${a} = '4'", {"a": 4.0}),
        ("not(${a} > 3)", {"a": ""}),
        ("not(${a} < 3)", {"a": "abc"}),
        ("selected(${a}, 'b')", {"a": "a b c"}),
        ("not(selected(${a}, 'b'))", {"a": "ab bc"}),
        ("not(selected(${a}, ''))", {"a": "a"}),
        ("count-selected(${a}) = 3", {"a": "a b c"}),
        ("count-selected(${a}) = 0", {}),
        ("if(${a} = 'x', 2, 3) = 2", {"a": "x"}),
        ("if(${a} = 'x', 2, 3) = 3", {"a": "y"}),
        ("coalesce(${a}, ${b}) = 'y'", {"b": "y"}),
        ("coalesce(${a}, ${b}) = 'x'", {"a": "x", "b": "y"}),
        ("regex(${a}, '0[67][0-9]{8}')", {"a": "0639980000"}),
        ("not(regex(${a}, '[0-9]+'))", {"a": "12a"}),
        ("int(3.9) = 3 and int(-3.9) = -3", {}),
        ("string(int('x')) = 'NaN'", {}),
        ("string-length(${a}) = 3", {"a": "été"}),
        ("today() = date('2026-11-21')", {}),
        ("now() > today()", {}),
        ("${d} <= today()", {"d": date(2026, 11, 21)}),
        ("not(${d} <= today())", {"d": date(2026, 11, 22)}),
        ("today() - ${d} = 2", {"d": date(2026, 11, 19)}),
        ("${d} = '2026-11-19'", {"d": date(2026, 11, 19)}),
        ("string(${d}) = '2026-11-19'", {"d": date(2026, 11, 19)}),
        ("not(${d} <= today()) and not(${d} > today())", {}),
        ("date(19683) = date('2023-11-22')", {}),
        ("date('pas une date') = ''", {}),
        ("1 div 0 > 10 and -1 div 0 < 10", {}),
        ("string(0 div 0) = 'NaN'", {}),
        ("5 mod 2 = 1 and -5 mod 2 = -1", {}),
        ("2 + 3 * 4 = 14 and (2 + 3) * 4 = 20", {}),
        ("-${a} = -4", {"a": "4"}),
        ("true() and not(false())", {}),
        ("boolean('x') and not(boolean('')) and not(boolean(0))", {}),
        ("'true' = true()", {}),
        ("concat('a', 'b', 'c') = 'abc'", {}),
        ("contains('abc', 'b') and starts-with('abc', 'a')", {}),
        ("substring('12345', 2, 3) = '234' and substring('12345', 2) = '2345'", {}),
        ("substring('12345', 1.5, 2.6) = '234' and substring('12345', 0 div 0, 3) = ''", {}),
        ("substring-before('1999/04', '/') = '1999' and substring-after('1999/04', '/') = '04'", {}),
        ("normalize-space('  a   b ') = 'a b'", {}),
        ("translate('bar', 'abc', 'AB') = 'BAr'", {}),
        ("floor(2.6) = 2 and ceiling(2.2) = 3 and round(2.5) = 3 and round(-2.5) = -2", {}),
        ("number('  12  ') = 12", {}),
        ("string(1.0) = '1' and string(0.5) = '0.5'", {}),
        ("${and} = 'x' and ${div} = 'y'", {"and": "x", "div": "y"}),
        ("'it''s' = concat('it', \"'\", 's')", {}),
    ],
)
def test_a_condition_that_holds(source: str, values: dict):
    assert holds(source, **values)


def test_the_answer_itself_is_a_dot():
    assert holds(". >= 0 and . < 10", own=4.0)
    assert not holds(". >= 0 and . < 10", own=14.0)
    assert holds("string-length() = 3", own="abc")
    assert xpath.parse("string-length(.) > 2").uses_self
    assert xpath.parse("string-length() > 2").uses_self
    assert not xpath.parse("string-length(${a}) > 2").uses_self


def test_references_and_compared_answers_are_listed():
    condition = xpath.parse("${a} = 'x' or selected( ${b} , \"y\") or 'z' != ${c}")
    assert condition.references == {"a", "b", "c"}
    assert sorted(xpath.compared(condition)) == [("a", "x"), ("b", "y"), ("c", "z")]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("doc('x')", "function"),
        ("document('file:///etc/hostname')", "function"),
        ("pulldata('a', 'b', 'c', 'd')", "function"),
        ("instance('x')/root", "function"),
        ("current()/a", "function"),
        ("jr:choice-name(1, 2)", "function"),
        ("random() > 0", "function"),
        ("count(//a)", "function"),
        ("text()", "function"),
        ("/data/a", "construct"),
        ("//a", "construct"),
        ("../a", "construct"),
        ("@a", "construct"),
        ("a = 1", "construct"),
        ("* = 1", "construct"),
        ("${a}[1]", "construct"),
        ("${a} | ${b}", "construct"),
        ("self::a", "construct"),
        ("$a = 1", "reference"),
        ("${a b} = 1", "reference"),
        ("${é} = 1", "reference"),
        ("'${a}' = 1", "reference_in_text"),
        ("", "syntax"),
        ("1 2", "syntax"),
        ("1 = 1 = 1", "syntax"),
        ("'abc", "syntax"),
        ("(1", "syntax"),
        ("not()", "syntax"),
        ("selected(1)", "syntax"),
        ("regex(., ${a})", "regex_literal"),
        ("regex(., '(a+)+')", "regex_slow"),
        ("regex(., '(a|b)*c')", "regex_slow"),
        ("regex(., 'a*a*a*a*b')", "regex_slow"),
        ("regex(., '(a)\\1')", "regex_slow"),
        ("regex(., '(?=a)')", "regex_slow"),
        ("regex(., '[')", "regex"),
        ("(" * 40 + "1" + ")" * 40, "too_long"),
        ("1 + " * 400 + "1", "too_long"),
    ],
)
def test_whatever_is_not_a_plain_condition_is_refused(source: str, code: str):
    with pytest.raises(xpath.BadXPath) as caught:
        xpath.parse(source)
    assert caught.value.code in (code, "syntax" if code == "construct" else code)


def test_a_pattern_that_is_allowed_ends_quickly_on_the_longest_text():
    assert not holds("regex(., 'a*a*a*b')", own="a" * xpath.MAX_MATCHED)
    assert not holds("regex(., 'a*')", own="a" * (xpath.MAX_MATCHED + 1))


values = st.one_of(
    st.text(max_size=20),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
)
SOURCES = [
    "${a} = ${b}", "${a} < ${b}", "${a} >= ${b}", "${a} + ${b} > 0", "${a} div ${b} > 0", "${a} mod ${b} = 0",
    "${a} * ${b} > 1", "selected(${a}, ${b})", "substring(${a}, ${b}, ${a}) = ''", "int(${a}) = floor(${b})",
    "round(${a}) = ceiling(${b})", "date(${a}) < date(${b})", "translate(${a}, ${b}, ${a}) = ${a}",
    "substring-after(${a}, ${b}) = substring-before(${a}, ${b})", "coalesce(${a}, ${b}) = string(${a})",
    "regex(${a}, '[0-9]+')", "concat(${a}, ${b}) = normalize-space(${a})", "number(${a}) = -${b}", "boolean(${a})",
]  # fmt: skip


@given(st.sampled_from(SOURCES), values, values)
@settings(deadline=None)
def test_a_condition_never_fails_whatever_the_values(source: str, a: xpath.Value, b: xpath.Value):
    assert holds(source, a=a, b=b) in (True, False)


@settings(deadline=None)
@given(st.text(alphabet="abx01 ${}()'\".,=<>!*/+-|[]@:", max_size=40))
def test_any_text_is_either_a_condition_or_refused(source: str):
    try:
        condition = xpath.parse(source)
    except xpath.BadXPath:
        return
    assert xpath.evaluate(condition, {}, moment=MOMENT) in (True, False)
