"""« Relevé »: what was done in a manager's own homes, counted from the rows, and the list behind each figure.

Homes stand in the order of their names, months in the order of the calendar: nothing is sorted by what it counts.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, OrganisationKind
from maillage.accounts.models import Organisation
from maillage.accounts.opaque import Addresses, Hidden, show
from maillage.accounts.selectors import organisations
from maillage.common.localtime import ZONE, local
from maillage.desk.coverage_words import WORDS, Words, length
from maillage.desk.selectors import faces_among
from maillage.episodes.coverage import MOST_MONTHS, SPECS, Count, Figure, Month, Period, Row, chosen, count, lately
from maillage.episodes.selectors_coverage import rows_of, seen_among
from maillage.youth.faces import Face

PURPOSE = "coverage"
A_PAGE = 50
# Where one lives, or whose service follows: what can have episodes of its own.
_KINDS = frozenset({OrganisationKind.HOME, OrganisationKind.FOSTER_CARE, OrganisationKind.AEMO})
# The figures of the tables, in the order of an episode.
COLUMNS = (
    Figure.EPISODES, Figure.SHEET, Figure.RETURNED, Figure.OFFERED, Figure.IN_TIME, Figure.REFUSED, Figure.BREAKDOWN,
    Figure.ACKNOWLEDGED,
)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """What a page is about: some months, one home or all of hers; for a list, a figure too."""

    period: Period
    home: uuid.UUID | None = None
    figure: Figure | None = None
    month: Month | None = None
    start: int = 0

    def words(self) -> list[Any]:
        return [
            *self.period.first,
            *self.period.last,
            self.home.hex if self.home else "",
            self.figure or "",
            list(self.month or ()),
            self.start,
        ]


def read(hidden: Hidden) -> Choice:
    """Http404 for anything this page did not write."""
    words = show(PURPOSE, hidden)
    return Choice(
        Period(Month(words[0], words[1]), Month(words[2], words[3])),
        uuid.UUID(hex=words[4]) if words[4] else None,
        Figure(words[5]) if words[5] else None,
        Month(*words[6]) if words[6] else None,
        words[7],
    )


def homes_of(actor: Actor) -> dict[uuid.UUID, Organisation]:
    """The homes and services this manager answers for, by name. Http404 for everyone else: nobody sees figures of
    others before they are made safe to publish."""
    held = actor.organisations_with(Ability.COVERAGE_SEE)
    if not held:
        raise Http404
    found = organisations(actor.below(held))
    kept = [home for home in found.values() if home.kind in _KINDS]
    return {home.pk: home for home in sorted(kept, key=lambda home: (home.name, home.pk))}


def today_of(homes: Mapping[uuid.UUID, Organisation], at: datetime) -> date:
    return local(at, next((home.zone for home in homes.values()), ZONE)).date()


def months_to_choose(today: date) -> list[tuple[str, str]]:
    """The months a period may begin or end with, latest first."""
    last = Month.of(today)
    return [(code(month), name_of(month)) for month in (last.plus(-back) for back in range(MOST_MONTHS))]


def code(month: Month) -> str:
    return f"{month.year}-{month.month:02d}"


def name_of(month: Month) -> str:
    return date_format(month.first, "F Y")


def said(period: Period) -> str:
    if period.first == period.last:
        return name_of(period.first)
    return _("%(first)s à %(last)s") % {"first": name_of(period.first), "last": name_of(period.last)}


@dataclass(frozen=True)
class Cell:
    """A number that opens its list; no `url` when there is nothing to open."""

    label: Words
    number: int
    among: int | None
    people: int
    url: str
    typical: str = ""
    lasted: int = 0


@dataclass(frozen=True)
class Line:
    name: str
    cells: tuple[Cell, ...]
    people: int

    @property
    def empty(self) -> bool:
        return not any(cell.number for cell in self.cells)

    @property
    def width(self) -> int:
        return len(self.cells) + 1  # the young people have a column too


@dataclass(frozen=True)
class Total:
    figure: Figure
    cell: Cell
    counts: Words
    leaves: Words
    delay: Words
    units: bool  # counts hand-overs, not episodes


@dataclass(frozen=True)
class Shortcut:
    label: str
    url: str
    here: bool


@dataclass(frozen=True)
class Page:
    said: str
    home: Organisation | None
    homes: tuple[Organisation, ...]
    totals: tuple[Total, ...]
    columns: tuple[Words, ...]
    by_home: tuple[Line, ...]
    by_month: tuple[Line, ...]
    shortcuts: tuple[Shortcut, ...]
    people: int
    empty: bool


def page(homes: Mapping[uuid.UUID, Organisation], choice: Choice, at: datetime) -> Page:
    """The figures of those homes in those months. Http404 for a home that is not hers."""
    within = _within(homes, choice)
    rows = rows_of(within, choice.period)
    addresses = Addresses(PURPOSE)
    cells = _cells(addresses, at)
    totals = tuple(
        Total(
            figure, cells(figure, rows, choice), said.counts, said.leaves, said.delay, SPECS[figure].units is not None
        )
        for figure, said in WORDS.items()
    )
    by_home = [
        _line(home.name, [row for row in rows if row.home == home.pk], Choice(choice.period, home.pk), cells)
        for home in within.values()
    ]
    by_month = [
        _line(
            name_of(month),
            [row for row in rows if row.month == month],
            Choice(choice.period, choice.home, month=month),
            cells,
        )
        for month in choice.period.months
    ]
    today = today_of(homes, at)
    return Page(
        said=said(choice.period),
        home=homes[choice.home] if choice.home else None,
        homes=tuple(homes.values()),
        totals=totals,
        columns=tuple(WORDS[figure].short for figure in COLUMNS),
        by_home=tuple(by_home) if len(by_home) > 1 else (),
        by_month=tuple(by_month) if len(by_month) > 1 else (),
        shortcuts=tuple(
            Shortcut(label, address("coverage_of", addresses, Choice(period, choice.home)), period == choice.period)
            for label, period in shortcuts(today)
        ),
        people=len({row.person for row in rows}),
        empty=not rows,
    )


def shortcuts(today: date) -> list[tuple[str, Period]]:
    year = today.year
    return [
        (_("Ce mois-ci"), lately(today, 1)),
        (_("3 derniers mois"), lately(today, 3)),
        (_("12 derniers mois"), lately(today, 12)),
        (str(year - 1), Period(Month(year - 1, 1), Month(year - 1, 12))),
    ]


def address(name: str, addresses: Addresses, choice: Choice) -> str:
    return reverse(f"desk:{name}", args=[addresses.hide(choice.words())])


def _within(homes: Mapping[uuid.UUID, Organisation], choice: Choice) -> Mapping[uuid.UUID, Organisation]:
    if choice.home is None:
        return homes
    if choice.home not in homes:
        raise Http404
    return {choice.home: homes[choice.home]}


Cells = Callable[[Figure, Sequence[Row], Choice], Cell]


def _cells(addresses: Addresses, at: datetime) -> Cells:
    def cell(figure: Figure, rows: Sequence[Row], choice: Choice) -> Cell:
        found: Count = count(figure, rows, at)
        listed = Choice(choice.period, choice.home, figure, choice.month)
        return Cell(
            label=WORDS[figure].label,
            number=found.number,
            among=found.among,
            people=found.people,
            url=address("coverage_list", addresses, listed) if found.number else "",
            typical=length(found.typical) if found.typical is not None else "",
            lasted=found.lasted,
        )

    return cell


def _line(name: str, rows: Sequence[Row], choice: Choice, cells: Cells) -> Line:
    return Line(name, tuple(cells(figure, rows, choice) for figure in COLUMNS), len({row.person for row in rows}))


@dataclass(frozen=True)
class Listed:
    """An episode of a list. `lasted`: the delay that goes with the figure, in words."""

    face: Face
    url: str
    noticed_at: datetime
    zone: str
    home: str
    lasted: str


@dataclass(frozen=True)
class ListPage:
    label: Words
    counts: Words
    said: str
    home: str
    lines: tuple[Listed, ...]
    number: int
    people: int
    closed: int  # counted, but their files are no longer open to her
    back: str
    older: str


def list_page(
    actor: Actor, homes: Mapping[uuid.UUID, Organisation], choice: Choice, at: datetime, *, discreet: bool = False
) -> ListPage:
    """The episodes behind a figure: those whose young person she may see today, the others as a number."""
    if choice.figure is None:
        raise Http404
    within = _within(homes, choice)
    rows = rows_of(within, choice.period)
    if choice.month:
        rows = [row for row in rows if row.month == choice.month]
    kept = chosen(choice.figure, rows, at)
    seen = seen_among(actor, [row.episode for row in kept])
    shown = [row for row in kept if row.episode in seen]
    part = shown[choice.start : choice.start + A_PAGE]
    faces = {face.pk: face for face in faces_among(actor, _once(row.person for row in part), discreet=discreet)}
    addresses = Addresses(PURPOSE)
    spec, words = SPECS[choice.figure], WORDS[choice.figure]

    def lasted(row: Row) -> str:
        delay: timedelta | None = spec.lasted(row) if spec.lasted else None
        return "" if delay is None else f"{length(delay)}, {words.delay}"

    later = Choice(choice.period, choice.home, choice.figure, choice.month, choice.start + A_PAGE)
    return ListPage(
        label=words.label,
        counts=words.counts,
        said=name_of(choice.month) if choice.month else said(choice.period),
        home=homes[choice.home].name if choice.home else "",
        lines=tuple(
            Listed(
                face=faces[row.person],
                url=reverse("episodes:page", args=[row.episode]),
                noticed_at=row.noticed_at,
                zone=homes[row.home].zone,
                home=homes[row.home].name if len(homes) > 1 else "",
                lasted=lasted(row),
            )
            for row in part
            if row.person in faces
        ),
        number=len(kept),
        people=len({row.person for row in kept}),
        closed=len(kept) - len(shown),
        back=address("coverage_of", addresses, Choice(choice.period)),
        older=address("coverage_list", addresses, later) if len(shown) > choice.start + A_PAGE else "",
    )


def _once(ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    return list(dict.fromkeys(ids))
