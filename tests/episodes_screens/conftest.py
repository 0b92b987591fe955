"""A browser signed in as any of the world's professionals, and forms sent the way a page sends them."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from tests.accounts.people import signed_in
from tests.episodes import world as worlds
from tests.kept import kept

world = kept(worlds.build)


class _Forms(HTMLParser):
    """Every form of a page: where it goes and what it would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": given.get("action", ""), "data": {}})
        if not self.forms or "name" not in given:
            return
        data = self.forms[-1]["data"]
        if tag == "input":
            kind = given.get("type", "text")
            if kind in ("radio", "checkbox") and "checked" not in given:
                return
            if kind != "file":
                data.setdefault(given["name"], []).append(given.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "textarea":
            self._area = given["name"]
            data.setdefault(given["name"], []).append("")

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.forms[-1]["data"][self._area][-1] += data.removeprefix("\n").removeprefix("\r\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None


class Browser(Client):
    """`submit(url, field=value…)`: read the page, fill its form, send it."""

    def fill(self, url: str, *, action: str | None = None, **typed: Any) -> tuple[str, dict[str, Any]]:
        page = self.get(url)
        assert page.status_code == 200, (url, page.status_code)
        reader = _Forms()
        reader.feed(page.content.decode())
        own = [form for form in reader.forms if "form_token" in form["data"]]
        wanted = [form for form in own if action is None or form["action"].endswith(action)]
        assert wanted, f"no form in {url}"
        return wanted[0]["action"] or url, {**wanted[0]["data"], **typed}

    @staticmethod
    def reader(page: Any) -> dict[str, Any]:
        """What the first form with a token on this page would send untouched."""
        reader = _Forms()
        reader.feed(page.content.decode())
        return next(form["data"] for form in reader.forms if "form_token" in form["data"])

    def submit(self, url: str, *, action: str | None = None, **typed: Any) -> Any:
        target, data = self.fill(url, action=action, **typed)
        return self.post(target, data)


@pytest.fixture
def browser(world: worlds.World) -> Callable[[str], Browser]:
    def sign_in(name: str = "educator") -> Browser:
        client = Browser()
        signed_in(getattr(world, name), client)
        return client

    return sign_in
