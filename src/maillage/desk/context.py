"""What surrounds every page: navigation by role, appearance, language, shared screen.

Appearance and shared screen live in cookies with neutral names, so that pages without an account have them too.
Nothing is asked of the database until a page shows its navigation: error pages never do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.http import actor

THEME_COOKIE = "t"
DISCREET_COOKIE = "d"
THEMES = ("light", "dark")


def discreet(request: HttpRequest) -> bool:
    """Whether this screen is shared: initials everywhere, no name, no photo."""
    return request.COOKIES.get(DISCREET_COOKIE) == "1"


@dataclass(frozen=True)
class Item:
    label: str | Promise
    icon: str
    url: str
    here: bool = False


class Shell:
    """Lazy: a template pays for what it shows."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.path = request.path if request.method == "GET" else "/"
        self.preferences_url = _url("desk:preferences")

    @property
    def theme(self) -> str:
        chosen = self._request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    @property
    def discreet(self) -> bool:
        return discreet(self._request)

    @property
    def language(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @property
    def languages(self) -> list[tuple[str, str]]:
        return [("fr", "Français"), ("en", "English")]

    @cached_property
    def signed_in(self) -> bool:
        return self._request.user.is_authenticated

    @cached_property
    def user_name(self) -> str:
        return self._request.user.display_name if self._request.user.is_authenticated else ""

    @cached_property
    def house(self) -> str:
        """What her département calls itself; "" for Maillage."""
        return actor(self._request).house if self.signed_in else ""

    @cached_property
    def look(self) -> int:
        """The version of her département's colours and logo; 0 when it has none."""
        return actor(self._request).look if self.signed_in else 0

    @cached_property
    def items(self) -> list[Item]:
        """The doors her roles open, the present one marked: as many as a phone shows, the rest is in `more`."""
        more = {item.url for item in self.more}
        return [item for item in self._doors if item.url not in more]

    @cached_property
    def more(self) -> list[Item]:
        """Doors seldom opened, for the menu, when the bar of a phone would have too many."""
        urls = {_url(name) for name in _SELDOM}
        seldom = [item for item in self._doors if item.url in urls]
        return seldom if len(self._doors) > MOST_TABS else []

    @cached_property
    def _doors(self) -> list[Item]:
        if not self.signed_in:
            return []
        by = actor(self._request)
        return [
            Item(label, icon, url, self._here(url))
            for label, icon, name, open_to in _DOORS
            if open_to(by) and (url := _url(name))
        ]

    @cached_property
    def sign_out_url(self) -> str:
        return _url("account_logout") if self.signed_in else ""

    @cached_property
    def footer(self) -> list[Item]:
        return [
            Item(_("Aide"), "circle-question-mark", _url("desk:help")),
            Item(_("Mentions légales"), "info", _url("desk:legal")),
        ]

    def _here(self, url: str) -> bool:
        return self._request.path == url if url == "/" else self._request.path.startswith(url)


def _may(ability: Ability) -> Callable[[Actor], bool]:
    return lambda by: by.may(ability)


def _keeps(by: Actor) -> bool:
    return by.may(Ability.RETENTION_KEEP) or by.may(Ability.RETENTION_VISA)


def _sees(by: Actor) -> bool:
    return bool(by.sections())


_DOORS = (
    (_("Accueil"), "house", "desk:home", _may(Ability.DESK_SEE)),
    (_("Retards"), "alarm-clock", "desk:watch", _may(Ability.OVERDUE_SEE)),
    (_("Relevé"), "clock", "desk:coverage", _may(Ability.COVERAGE_SEE)),
    (_("Astreinte"), "calendar-clock", "tasks:rota", _may(Ability.DESK_SEE)),
    (_("Recherche"), "search", "desk:search", _sees),
    (_("Listes"), "list-checks", "desk:lists", _sees),
    (_("Reçus"), "inbox", "casework:received", _sees),
    (_("Remplacements"), "users", "youth:takeovers", _may(Ability.MISSION_EDIT)),
    (_("Annuaire"), "book-open", "directory:find", lambda by: bool(by.posts)),
    (_("Abords"), "map-pin", "casework:around", _may(Ability.INCIDENT_RECORD)),
    (_("Réglages"), "settings", "episodes:settings", _may(Ability.SETTINGS_EDIT)),
    (_("Comptes"), "users", "accounts:people", _may(Ability.ACCOUNTS_MANAGE)),
    (_("Conservation"), "hourglass", "retention:home", _keeps),
    (_("Archives"), "inbox", "retention:archives", _may(Ability.MISSION_EDIT)),
    (_("Journal"), "history", "desk:journal", _may(Ability.JOURNAL_READ)),
    (_("Mon compte"), "user", "accounts:home", lambda by: True),
)


# Opened seldom.
_SELDOM = (
    "retention:archives",
    "desk:lists",
    "desk:coverage",
    "casework:received",
    "youth:takeovers",
    "directory:find",
    "casework:around",
    "episodes:settings",
)
MOST_TABS = 5


def _url(name: str) -> str:
    return _address(name, settings.ROOT_URLCONF)


@cache
def _address(name: str, _addresses: str) -> str:
    """Of a page whose address never changes; "" when there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
