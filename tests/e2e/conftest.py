"""Real Chromium on the real product. No test here touches the database: only what a browser can reach."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.site import Site, running

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
SIZES = {"phone": PHONE, "desktop": DESKTOP}
# Milliseconds before a test says that something never came. No promise of speed: the machine may be busy.
PATIENCE = 30_000

# Chromium as a test needs it: no sandbox for root, and nothing of its own on the network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=PATIENCE)
FAILED = pytest.StashKey[bool]()
PASSWORD = "parapluie tabouret lampadaire"


def chromium() -> str:
    # The shell first: the others draw a whole window around each page, which nobody sees, for half of the time.
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError("no Chromium here: apt-get install chromium-headless-shell")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


# Of the package, not of the session: while Playwright runs, its loop runs too, and Django refuses a database then.
@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A fresh site; or, while writing a test, the one at E2E_SITE="http://localhost:8000 data"."""
    if "E2E_SITE" in os.environ:
        url, data = os.environ["E2E_SITE"].split()
        yield Site(url, Path(data), 0)
        return
    with running(tmp_path_factory.mktemp("site") / "data") as started:
        yield started


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


def enter(page: Page, site: Site, email: str, code: str | None = None) -> None:
    """Sign in as a person does: address, password, code."""
    page.goto(f"{site.url}/compte/entrer/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.locator("input[name=code]").fill(code or site.code(email))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(lambda url: "/compte/entrer" not in url)


@pytest.fixture(scope="package")
def signed_in(site: Site, browser: Browser) -> Callable[[str], str]:
    """One sign-in per account and site (a code is taken once); the path of its kept cookies."""

    def path(email: str) -> str:
        kept = site.data.parent / f"{site.data.name}.cookies" / f"{email}.json"
        if not kept.exists():
            context = browser.new_context(**DESKTOP)
            enter(context.new_page(), site, email)
            kept.parent.mkdir(exist_ok=True)
            context.storage_state(path=kept)
            context.close()
        return str(kept)

    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def visit(
    site: Site, browser: Browser, signed_in: Callable[[str], str], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """`visit("educatrice@exemple.invalid", "phone")`: a page of that person, in a window of that size.

    A page error or a refused resource (content security policy) fails the test. When a test fails, a picture of each
    of its pages is kept and its path printed.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def look(email: str | None, size: str = "phone", **options: Any) -> Page:
        state = signed_in(email) if email else None
        context = browser.new_context(
            **SIZES[size], base_url=site.url, locale="fr-FR", timezone_id="Europe/Paris", storage_state=state, **options
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda message: troubles.append(message.text) if "Content Security Policy" in message.text else None,
        )
        return page

    yield look
    pages = [page for context in contexts for page in context.pages]
    if request.node.stash.get(FAILED, False):
        for number, page in enumerate(pages):
            page.screenshot(path=tmp_path / f"{number}.png", full_page=True)
            print(f"{page.url} looked like {tmp_path / f'{number}.png'}")
    for context in contexts:
        context.close()
    assert not troubles, troubles
