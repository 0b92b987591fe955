"""A questionnaire on a page of another package. This package has no URL: whoever embeds it owns view and address.

Recipe (the return talk; `by` is the actor, `zone` the IANA zone of the organisation):

    # Once, on a POST (« Commencer »): gives back the draft under way if there is one.
    questionnaire = selectors.current("retour")                 # None when nothing is published
    answer_set = services.draft_start(
        by=by, held=held, questionnaire=questionnaire, data_key=person.data_key, context=interview.pk,
        subject=person.pk)                                      # held: her abilities for this very person

    @door(roles=...)
    def talk(request, pk):
        ...
        answer_set = selectors.draft_of(interview.pk)           # resumable on any device
        opened = youth.access.reveal(by, person)                # every section she may open: decides what is shown
        form = QuestionnaireForm(
            posted(request), by=by, held=held, answer_set=answer_set, opened=opened, zone=zone, subject=person.pk,
            page=request.GET.get("page"))                       # page="all": the whole questionnaire at once
        if request.method == "POST":
            outcome = form.receive()                            # saves, or submits; every button is handled here
            if outcome.json is not None:
                return JsonResponse(outcome.json)               # draft.js, while she types
            if outcome.submitted or outcome.part_done:
                return redirect(...)                            # part_done: health staff declared their part done
            if not outcome.refused:
                return redirect(f"{request.path}?page={outcome.page}")
        return render(request, "....html", {"form": form}, status=422 if form.errors else 200)

NotAllowed becomes 403, StaleEdit goes on to the 409 page (both texts), as everywhere. The page's template:

    {% load static ui %}
    <form method="post" novalidate autocomplete="off" data-draft="{{ request.get_full_path }}">
      {% csrf_token %}{% form_hidden form %}
      {% include "questionnaires/form.html" %}                  {# needs `form`: questions, pages, buttons, status #}
    </form>
    <script src="{% static 'questionnaires/draft.js' %}" defer></script>

Whoever opens no section of it gets `form.offered` False: show your forbidden state. Without scripts « Mettre à jour »
saves and shows what has become relevant; draft.js does the same by itself. Pages and conditions give the same
results: only the server judges.

Reading back, a submitted set or a draft: `answers = selectors.read(answer_set, opened)`, then
`{% include "questionnaires/answers.html" with answers=answers %}`; `answers.words` and `answers.analysis` apart.
Correcting, on a POST, then the same page:
`services.correct(by=by, held=held, answer_set=selectors.latest_of(interview.pk), opened=opened, subject=person.pk)`.
"""

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.common import spoken
from maillage.common.clock import now
from maillage.common.enums import Section
from maillage.common.forms import VERSION, TokenForm, attempt
from maillage.questionnaires import access, engine, selectors, services, xpath
from maillage.questionnaires.definition import (
    ACKNOWLEDGE,
    ANALYSIS,
    DATE,
    DATETIME,
    GROUP,
    NOTE,
    SELECT_MULTIPLE,
    SELECT_ONE,
    WORDS,
    Definition,
    Item,
    Page,
    field_name,
    said,
)
from maillage.questionnaires.enums import Do
from maillage.questionnaires.models import AnswerSet

ALL = "all"
AUTO = "auto"  # draft.js saving by itself
_GO = "go:"


@dataclass(frozen=True)
class Option:
    """One radio or check box."""

    id: str
    name: str
    value: str
    label: str
    checked: bool
    radio: bool = True


@dataclass(frozen=True)
class ShownItem:
    """A question, note or heading as its template draws it."""

    name: str
    type: str
    template: str
    id: str
    html_name: str
    label: str
    hint: str
    voice: str  # « Ses mots », « Analyse du professionnel », or ""
    value: str
    options: tuple[Option, ...]
    not_options: tuple[Option, ...]
    required: bool
    long: bool
    drives: bool  # other items depend on it
    relevant: bool
    error: str
    depth: int

    @property
    def input_type(self) -> str:
        """The browser's own input for it, unless what is on file would not show there."""
        shape = {DATE: r"\d{4}-\d\d-\d\d", DATETIME: r"\d{4}-\d\d-\d\dT\d\d:\d\d"}.get(self.type)
        if shape is None or (self.value and not re.fullmatch(shape, self.value, re.ASCII)):
            return "text"
        return "date" if self.type == DATE else "datetime-local"

    @property
    def described_by(self) -> str:
        return " ".join([f"{self.id}_{part}" for part, there in (("hint", self.hint), ("error", self.error)) if there])


@dataclass(frozen=True)
class PageLink:
    """A page in the list of pages. `left`: how many answers to look at again, in words, after a refusal."""

    number: int
    label: str
    current: bool
    relevant: bool
    left: str

    @property
    def go(self) -> str:
        return f"{_GO}{self.number}"


@dataclass(frozen=True)
class Outcome:
    """What became of a POST. `page`: the one to show next; `json`: the answer draft.js waits for."""

    answer_set: AnswerSet
    submitted: bool = False
    part_done: bool = False
    refused: bool = False
    page: str = "1"
    json: dict[str, Any] | None = None


class QuestionnaireForm(TokenForm):
    """The questions of an answer set that this person may write: one page, or all."""

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        by: Actor,
        held: Collection[Ability],
        answer_set: AnswerSet,
        opened: Any,
        zone: str,
        subject: uuid.UUID | None = None,
        page: str | int | None = None,
    ) -> None:
        super().__init__(data, version=answer_set.version)
        self.by, self.held, self.answer_set, self.opened = by, held, answer_set, opened
        self.zone, self.subject = zone, subject
        self.definition: Definition = selectors.definition_of(answer_set.questionnaire)
        self.sections = access.writable(held, opened) & self.definition.sections
        self.closed = self.definition.sections - self.sections
        self.offered_pages = [shown for shown in self.definition.pages if self._offered(shown)]
        self.page_number = self._page_number(page)
        self._driving = _driving(self.definition)
        for item in self.definition.questions.values():
            if item.section in self.sections:
                self.fields[field_name(item.name)] = forms.Field(required=False, label=said(item.label, _language()))
        self._judge()

    # -- what was sent --------------------------------------------------------------------------------------------

    @property
    def offered(self) -> bool:
        """Whether there is anything here for her to answer."""
        return bool(self.offered_pages)

    @property
    def do(self) -> str:
        return str(self.data.get("do", "")) if self.is_bound else ""

    @property
    def sent_version(self) -> int:
        """The version the page was made on; 0, older than any, when it is not said."""
        sent = str(self.data.get(VERSION, ""))
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0

    @property
    def raw(self) -> dict[str, Any]:
        """Raw answers of the questions of this page, and of no other: what `draft_save` and `submit` take."""
        if not self.is_bound:
            return {}
        return {item.name: self._sent(item) for item in self._page_items() if item.asks}

    def _sent(self, item: Item) -> Any:
        data, name = self.data, field_name(item.name)
        reason = str(data.get(_not_name(item.name), ""))
        if item.type == SELECT_ONE:
            value = str(data.get(name, ""))
            reason = value.removeprefix("~")
            return {"not": reason} if value.startswith("~") and reason in engine.NOT_ANSWERED else value
        typed: Any = data.get(name, "")
        if item.type == SELECT_MULTIPLE:
            typed = data.getlist(name) if isinstance(data, QueryDict) else data.get(name, [])
        return {"not": reason, "typed": typed} if reason in engine.NOT_ANSWERED else typed

    # -- judging --------------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        """Everything on file with what was sent over it, judged whole: the same whatever page is shown."""
        on_file = selectors.raw_of(self.answer_set, self.opened, self.sections)
        self.everything = {**on_file, **self.raw}
        self.verdict = engine.evaluate(
            self.definition, self.everything, now=now(), zone=self.zone, sections=self.sections
        )

    def clean(self) -> dict[str, Any]:
        """Every problem of every page, beside its question, when she says she has finished."""
        if self.do == Do.SUBMIT:
            for name, problem in self.verdict.problems.items():
                self.add_error(field_name(name), problem.message)
        return self.cleaned_data

    def receive(self) -> Outcome:
        """Do what the button asked. PermissionDenied when she writes nothing here; StaleEdit with both texts."""
        if self.do == Do.SUBMIT:
            if self.is_valid():
                done = attempt(self, self._submit)
                if done is not None:
                    submitted = done.submitted_at is not None
                    return Outcome(done, submitted=submitted, part_done=not submitted)
            kept = attempt(self, self._save)
            if kept is not None:
                self._take(kept)
            self._show_first_problem()
            return Outcome(self.answer_set, refused=True, page=str(self.page_number or ALL))
        kept = attempt(self, self._save)
        if kept is None:
            return Outcome(self.answer_set, refused=True, page=str(self.page_number or ALL))
        self._take(kept)
        self._judge()
        return Outcome(kept, page=self._page_after(), json=self._json() if self.do == AUTO else None)

    def _save(self) -> AnswerSet:
        return services.draft_save(
            by=self.by,
            held=self.held,
            answer_set=self.answer_set,
            raw=self.raw,
            version=self.sent_version,
            opened=self.opened,
            subject=self.subject,
        )

    def _submit(self) -> AnswerSet:
        return services.submit(
            by=self.by,
            held=self.held,
            answer_set=self.answer_set,
            raw=self.raw,
            version=self.sent_version,
            opened=self.opened,
            zone=self.zone,
            subject=self.subject,
        )

    def _take(self, kept: AnswerSet) -> None:
        """The page goes on from what was just saved."""
        self.answer_set = kept
        self.data = self.data.copy()
        self.data[VERSION] = str(kept.version)

    def _json(self) -> dict[str, Any]:
        return {
            "version": self.answer_set.version,
            "saved": self.saved_words,
            "shown": {item.name: self._relevant(item) for item in self._page_items()},
        }

    @property
    def saved_words(self) -> str:
        """« Brouillon enregistré à 21 h 42 »; "" before the first save."""
        if not self.answer_set.parts:
            return ""
        hour = spoken.hour(self.answer_set.saved_at, ZoneInfo(self.zone))
        return _("Brouillon enregistré à %(hour)s") % {"hour": hour}

    # -- pages ----------------------------------------------------------------------------------------------------

    def _offered(self, page: Page) -> bool:
        return any(item.asks and item.section in self.sections for item in page.items)

    def _page_number(self, page: str | int | None) -> int | None:
        """1 to the number of pages; None for all of them. Anything else is the first page."""
        if page == ALL:
            return None
        text = str(page or 1)
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
        return number if 1 <= number <= len(self.offered_pages) else 1

    def _shown_pages(self) -> list[Page]:
        if self.page_number is None:
            return self.offered_pages
        return self.offered_pages[self.page_number - 1 : self.page_number]

    def _page_items(self) -> list[Item]:
        return [item for page in self._shown_pages() for item in self._offered_items(page)]

    def _offered_items(self, page: Page) -> list[Item]:
        """Items of her sections, and the headings that have some under them."""
        mine = [item for item in page.items if item.type != GROUP and item.section in self.sections]
        headings = {group for item in mine for group in item.groups}
        return [item for item in page.items if item in mine or item.name in headings]

    def _reachable(self) -> list[int]:
        """Numbers of the pages that are relevant now; the one shown stays in any case."""
        return [
            number
            for number, page in enumerate(self.offered_pages, start=1)
            if self.verdict.relevant.get(page.name, True) or number == self.page_number
        ]

    def _page_after(self) -> str:
        if self.page_number is None:
            return ALL
        if self.do.startswith(_GO):
            return str(self._page_number(self.do.removeprefix(_GO)))
        step = {Do.NEXT: 1, Do.PREVIOUS: -1}.get(self.do, 0)  # type: ignore[call-overload]
        reachable = self._reachable()
        index = reachable.index(self.page_number) + step
        return str(reachable[min(max(index, 0), len(reachable) - 1)])

    @property
    def is_first(self) -> bool:
        return self.page_number is None or self._reachable()[:1] == [self.page_number]

    @property
    def is_last(self) -> bool:
        return self.page_number is None or self._reachable()[-1:] == [self.page_number]

    @property
    def title(self) -> str:
        return said(self.definition.title, _language())

    @property
    def page_title(self) -> str:
        shown = self._shown_pages()
        return said(shown[0].label, _language()) if self.page_number is not None and shown else ""

    @property
    def page_position(self) -> str:
        """« Page 3 sur 12 », counting those that are relevant now; "" on a single screen."""
        reachable = self._reachable()
        if self.page_number is None or len(reachable) < 2:
            return ""
        place = {"number": reachable.index(self.page_number) + 1, "count": len(reachable)}
        return _("Page %(number)d sur %(count)d") % place

    @property
    def page_links(self) -> list[PageLink]:
        if self.page_number is None or len(self.offered_pages) < 2:
            return []
        reachable = self._reachable()
        return [
            PageLink(
                number=number,
                label=said(page.label, _language()),
                current=number == self.page_number,
                relevant=number in reachable,
                left=self._left(page),
            )
            for number, page in enumerate(self.offered_pages, start=1)
        ]

    def _left(self, page: Page) -> str:
        count = sum(field_name(item.name) in self.errors for item in page.items) if self.is_bound else 0
        if not count:
            return ""
        return ngettext("%(count)d réponse à revoir", "%(count)d réponses à revoir", count) % {"count": count}

    def _show_first_problem(self) -> None:
        if self.page_number is None or any(field_name(item.name) in self.errors for item in self._page_items()):
            return
        for number, page in enumerate(self.offered_pages, start=1):
            if any(field_name(item.name) in self.errors for item in page.items):
                self.page_number = number
                return

    @property
    def health_is_closed(self) -> bool:
        """Part of the questionnaire is for health staff, and this person is not: said on the last page."""
        return Section.HEALTH in self.closed and self.is_last

    # -- drawing --------------------------------------------------------------------------------------------------

    def visible_fields(self) -> list[forms.BoundField]:
        """The questions of this page: an error summary leads to those, not to fields of another page."""
        shown = {field_name(item.name) for item in self._page_items()}
        return [bound for bound in super().visible_fields() if bound.name in shown]

    @property
    def shown_pages(self) -> list[tuple[str, bool, list[ShownItem]]]:
        """(title, relevant, items) of each page on this screen."""
        return [
            (
                said(page.label, _language()) if self.page_number is None else "",
                self.verdict.relevant.get(page.name, True) or self.page_number is not None,
                [self._shown(item) for item in self._offered_items(page)],
            )
            for page in self._shown_pages()
        ]

    def _relevant(self, item: Item) -> bool:
        return bool(self.verdict.relevant.get(item.name, True))

    def _shown(self, item: Item) -> ShownItem:
        raw = self.everything.get(item.name)
        reason = str(raw.get("not", "")) if isinstance(raw, Mapping) else ""
        typed = raw.get("typed") if isinstance(raw, Mapping) else raw
        name, language = field_name(item.name), _language()
        return ShownItem(
            name=item.name,
            type=item.type,
            template=f"questionnaires/items/{_TEMPLATES.get(item.type, 'input')}.html",
            id=f"id_{name}",
            html_name=name,
            label=said(item.label, language),
            hint=said(item.hint, language),
            voice={WORDS: _("Ses mots"), ANALYSIS: _("Analyse du professionnel")}.get(item.voice, ""),
            value=_input_value(item, typed),
            options=self._options(item, typed, reason),
            not_options=_not_options(item, reason),
            required=item.name in self.verdict.expected,
            long=item.long,
            drives=item.name in self._driving,
            relevant=self._relevant(item),
            error=self._error(item),
            depth=len(item.groups),
        )

    def _error(self, item: Item) -> str:
        """Refusals when she submitted; while writing, only what cannot be read as an answer."""
        if self.is_bound and self.do == Do.SUBMIT:
            return " ".join(str(error) for error in self.errors.get(field_name(item.name), []))
        wrong = self.verdict.typed_wrong.get(item.name)
        return wrong.message if wrong else ""

    def _options(self, item: Item, typed: Any, reason: str) -> tuple[Option, ...]:
        if item.type not in (SELECT_ONE, SELECT_MULTIPLE):
            return ()
        chosen = {engine.plain(part) for part in (typed if isinstance(typed, list | tuple) else [typed])}
        name, radio = field_name(item.name), item.type == SELECT_ONE
        options = [
            Option(
                f"id_{name}_{index}", name, choice.name, said(choice.label, _language()), choice.name in chosen, radio
            )
            for index, choice in enumerate(self.definition.choices(item))
        ]
        if radio:
            options += [
                Option(f"id_{name}_{code}", name, f"~{code}", engine.not_answered_label(code), reason == code)
                for code in engine.NOT_ANSWERED
            ]
        return tuple(options)


_TEMPLATES = {
    SELECT_ONE: "select",
    SELECT_MULTIPLE: "select",
    ACKNOWLEDGE: "acknowledge",
    NOTE: "note",
    GROUP: "group",
}


def _language() -> str:
    return get_language() or "fr"


def _not_name(question: str) -> str:
    return f"n-{question}"


def _not_options(item: Item, reason: str) -> tuple[Option, ...]:
    """« Ne souhaite pas répondre », « Non abordé » below an input, with a way back."""
    if not item.asks or item.type == SELECT_ONE:
        return ()
    name = _not_name(item.name)
    labels = [("", _("Réponse")), *((code, engine.not_answered_label(code)) for code in engine.NOT_ANSWERED)]
    return tuple(Option(f"id_{name}_{code or 'answer'}", name, code, label, reason == code) for code, label in labels)


def _input_value(item: Item, typed: Any) -> str:
    """What the input shows: as typed, but a clean instant loses its offset, which an input does not take."""
    if item.type == ACKNOWLEDGE:
        return "" if engine.is_blank(typed) else "OK"
    if isinstance(typed, list | tuple):
        return ""
    text = typed if isinstance(typed, str) else engine.plain(typed) if typed is not None else ""
    if item.type == DATETIME and len(text) > 16 and text[10:11] == "T":
        return text[:16]
    return text


def _driving(definition: Definition) -> frozenset[str]:
    """Questions that some condition looks at."""
    sources = [page.relevant for page in definition.pages]
    sources += [item.relevant for _page, item in definition.items()]
    return frozenset(name for source in sources if source for name in xpath.parse(source).references)
