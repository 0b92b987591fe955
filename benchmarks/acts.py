"""What a professional does, as her browser sends it."""

import re
from html import unescape

from benchmarks.site import Answer, Browser, filled


def open_episode(browser: Browser, person: str) -> Answer:
    """The three taps of an opening; the answer to the last."""
    address = f"/e/nouveau/{person}/"
    fields = filled(browser.get(address).body, 'id="ouvrir"') | {"go": "questions"}
    asked = browser.post(address, fields)
    fields = filled(asked.body, 'id="ouvrir"')
    for name in set(re.findall(r'name="([^"]+)" value="no"', asked.body)):
        fields[name] = "no"
    return browser.post(address, fields | {"go": "open"})


def record_contact(browser: Browser, episode: str) -> Answer:
    """A call that nobody answered."""
    address = f"{episode}noter/contact/"
    page = browser.get(address).body
    fields = filled(page, 'class="narrow"')
    for name in set(re.findall(r'type="radio"[^>]*name="([^"]+)"|name="([^"]+)"[^>]*type="radio"', page)):
        _choose(page, fields, next(filter(None, name)))
    fields["outcome"] = "no_answer"
    return browser.post(address, fields)


def do_step(browser: Browser, step: str) -> Answer:
    """A step done by telephone, now."""
    page = browser.get(step).body
    fields = filled(page, "fait/")
    for name in set(re.findall(r'name="([^"]+)"[^>]*type="radio"|type="radio"[^>]*name="([^"]+)"', page)):
        _choose(page, fields, next(filter(None, name)))
    return browser.post(f"{step}fait/", fields)


def steps_of(browser: Browser, episode: str) -> list[str]:
    """Addresses of the steps an episode's page shows."""
    page = browser.get(episode).body
    return list(
        dict.fromkeys(unescape(one) for one in re.findall(r'href="(/e/[0-9a-f-]{36}/etape/[0-9a-f-]{36}/)"', page))
    )


def _choose(page: str, fields: dict[str, str], name: str) -> None:
    values = re.findall(rf'<input[^>]*name="{name}"[^>]*value="([^"]+)"', page)
    if values and name not in fields:
        fields[name] = values[0]
