"""What `maillage run` tells a newcomer: the address, who may sign in, and how to get a code."""

import re
import time

from playwright.sync_api import Browser, expect

from maillage.accounts.enums import Role
from maillage.config.demo.accounts import ACCOUNTS
from tests.e2e.conftest import PHONE, enter
from tests.e2e.site import Site

# Nobody else here signs in as her: a code is taken once.
WHO = "coordination@exemple.invalid"


def test_the_first_screen_tells_where_who_and_how(site: Site) -> None:
    assert site.pid, "a site that somebody else started (E2E_SITE) said it elsewhere"
    deadline = time.monotonic() + 20
    while "demo codes" not in (said := site.log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.2)  # it answers a moment before it says so
    assert f"Maillage answers at {site.url} " in said
    for account in ACCOUNTS:
        (line,) = re.findall(rf"^{account.name}@exemple\.invalid .*$", said, re.MULTILINE)
        assert str(Role(account.role).label) in line
    assert "password of all: parapluie tabouret lampadaire" in said
    assert f"maillage demo codes --data {site.data}" in said


def test_a_code_it_tells_signs_in(site: Site, browser: Browser) -> None:
    (code,) = re.findall(rf"^{WHO} +(\d{{6}}) \(", site.maillage("demo", "codes"), re.MULTILINE)
    context = browser.new_context(**PHONE, base_url=site.url, locale="fr-FR")
    page = context.new_page()
    enter(page, site, WHO, code)
    expect(page.locator(".menu__name")).to_have_text("Solène Passoire")
    context.close()
