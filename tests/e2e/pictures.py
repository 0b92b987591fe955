"""Pictures of the README, taken on a fresh demonstration: `python -m tests.e2e.pictures`."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import FLAGS, SIZES, chromium, enter
from tests.e2e.hands import EDUCATOR, MANAGER, episode_of
from tests.e2e.site import Site, running

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
HEAVIEST = 150_000  # bytes


def save(page: Page, name: str) -> None:
    """A PNG of at most HEAVIEST bytes: as many colours as that allows."""
    page.wait_for_function("[...document.images].every(one => one.complete)")
    whole = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        whole.quantize(colours, Image.Quantize.MEDIANCUT).save(out, "PNG", optimize=True)
        if out.tell() <= HEAVIEST:
            break
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(out.getvalue())
    print(f"docs/pictures/{name}.png  {out.tell() // 1000} kB  {whole.width} × {whole.height}")


@contextmanager
def window(browser: Browser, site: Site, size: str, state: Path, scheme: str = "light") -> Iterator[Page]:
    scale = 2 if size == "phone" else 1
    context = browser.new_context(
        **SIZES[size],
        base_url=site.url,
        locale="fr-FR",
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=scale,
        storage_state=state if state.exists() else None,
        bypass_csp=True,  # waiting for pictures is a script of ours
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def take(site: Site, browser: Browser, folder: Path) -> None:
    states = {who: folder / f"{who}.json" for who in (EDUCATOR, MANAGER)}
    for who, state in states.items():
        with window(browser, site, "desktop", state) as page:
            enter(page, site, who)
            page.context.storage_state(path=state)
    with window(browser, site, "phone", states[EDUCATOR]) as page:
        page.goto("/")
        save(page, "desk-phone")
        episode = episode_of(page, "Noé")
        save(page, "episode-phone")
    with window(browser, site, "phone", states[EDUCATOR], "dark") as page:
        page.goto(episode)
        save(page, "episode-phone-dark")
    with window(browser, site, "desktop", states[EDUCATOR]) as page:
        page.goto("/")
        save(page, "desk-desktop")
        page.goto(episode)
        save(page, "episode-desktop")
    with window(browser, site, "desktop", states[MANAGER]) as page:
        page.goto("/garde/")
        save(page, "manager-desktop")


def main() -> None:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, running(Path(name) / "data") as site:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        take(site, browser, Path(name))
        browser.close()


if __name__ == "__main__":
    main()
