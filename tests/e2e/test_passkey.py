"""A passkey, set up and then used to sign in, with Chromium's own virtual authenticator."""

from playwright.sync_api import Browser, expect

from tests.e2e.conftest import PATIENCE, PHONE, enter
from tests.e2e.looks import troubles
from tests.e2e.site import Site

WHO = "aemo@exemple.invalid"


def test_a_passkey_is_set_up_and_signs_in_alone(site: Site, browser: Browser) -> None:
    context = browser.new_context(**PHONE, base_url=site.url, locale="fr-FR")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    enter(page, site, WHO)
    page.goto("/compte/cles/ajouter/")
    page.get_by_label("Nom").fill("Téléphone de service")
    page.get_by_role("button", name="Enregistrer cette clé").click()
    page.wait_for_url(lambda url: "/cles/ajouter" not in url)
    page.goto("/compte/")
    expect(page.get_by_text("Clé d’accès « Téléphone de service »")).to_be_visible()

    context.clear_cookies()
    page.goto("/compte/entrer/")
    page.get_by_role("button", name="Se connecter avec une clé d’accès").click()
    page.wait_for_url(f"{site.url}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("La Passerelle")

    page.goto("/compte/")
    page.get_by_role("link", name="Renommer Téléphone de service").click()
    found = troubles(page)
    page.goto("/compte/confirmer/cle/")
    found += troubles(page)
    page.goto("/compte/")
    page.get_by_role("link", name="Retirer Téléphone de service").click()
    found += troubles(page)
    assert not found, "\n".join(found)
    page.locator("main .btn-primary, main .btn-danger").first.click()
    page.goto("/compte/")
    expect(page.get_by_text("Téléphone de service")).to_have_count(0)
    context.close()
