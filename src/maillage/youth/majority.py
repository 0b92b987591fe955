"""Eighteen years, and the day three months before when somebody is asked what comes next. Pure.

Born on 29 February, one is eighteen on 1 March: no eighteenth year is a leap year. A month that has no such day gives
its last one: eighteen on 31 May, asked on 28 (or 29) February.
"""

import calendar
from datetime import date

AGE = 18
MONTHS_BEFORE = 3
# Until when the ASE may go on with someone who agrees (young adults).
LAST_AGE = 21


def birthday(born: date, age: int) -> date:
    """The day she is that old: 1 March for who is born on 29 February, in a year that has none."""
    year = born.year + age
    if (born.month, born.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return born.replace(year=year)


def asked_on(born: date) -> date:
    """Seventeen years and nine months: three months before she is eighteen."""
    day = birthday(born, AGE)
    month = day.month - MONTHS_BEFORE
    year, month = (day.year, month) if month > 0 else (day.year - 1, month + 12)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def to_ask(born: date, today: date) -> bool:
    """Whether the question is to be asked that day: from three months before, as long as she is a minor."""
    return asked_on(born) <= today < birthday(born, AGE)


def births_to_ask(today: date) -> tuple[date, date]:
    """The first and last births that may be asked about that day; `to_ask` says of each."""
    return date(today.year - AGE, today.month, 1), date(today.year - AGE + 1, 12, 31)
