"""A département's name, logo and colours: on its own screens, readable, and nobody else's."""

import io
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from maillage.accounts import looks, services
from maillage.accounts.enums import OrganisationKind, Role
from maillage.accounts.models import DepartementLook, User
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from tests.accounts.people import acting, organisation, professional, signed_in


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#1d5566").save(out, kind)
    return out.getvalue()


def keeper(departement: str, name: str) -> User:
    ase = organisation(f"ASE {departement}", kind=OrganisationKind.ASE, departement=departement)
    return professional(Role.ASE_ON_CALL, ase, name=name)


def post(client: Client, **typed: Any) -> Any:
    page = client.get("/reglages/apparence/").content.decode()
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert token
    sent = {"form_token": token[1], "version": version[1] if version else ""}
    return client.post("/reglages/apparence/", sent | typed)


def test_it_shows_where_it_was_chosen_and_nowhere_else(db: None) -> None:
    here, there = signed_in(keeper("98", "Ana Lampadaire")), signed_in(keeper("97", "Bo Lampadaire"))
    sent = io.BytesIO(picture())
    sent.name = "logo.png"
    assert post(here, name="Val-Tranquille", light="#5B2A86", logo=sent).status_code == 302
    page = here.get("/aide/").content.decode()
    assert "<span>Val-Tranquille</span>" in page
    assert '"/apparence.css?v=1"' in page
    css = here.get("/apparence.css")
    assert css["Content-Type"].startswith("text/css")
    assert "Cookie" in css["Vary"]
    assert "--accent:#5b2a86" in css.content.decode()
    assert "dark" not in css.content.decode()  # ours stays there
    with Image.open(io.BytesIO(here.get("/apparence.png").content)) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (192, 64))
    elsewhere = there.get("/aide/").content.decode()
    assert "Val-Tranquille" not in elsewhere
    assert "apparence.css" not in elsewhere
    assert there.get("/apparence.css").content == b""
    assert there.get("/apparence.png").status_code == 404


def test_the_page_of_sign_in_has_that_of_the_only_one(db: None) -> None:
    stranger = Client()
    assert stranger.get("/apparence.css").content == b""
    post(signed_in(keeper("98", "Ana Lampadaire")), dark="#83c7d9")
    assert b"--accent:#83c7d9" in stranger.get("/apparence.css").content
    assert "apparence.css" in stranger.get("/compte/entrer/").content.decode()
    post(signed_in(keeper("97", "Bo Lampadaire")), dark="#ffd0d0")
    assert stranger.get("/apparence.css").content == b""


def test_a_colour_nobody_could_read_is_refused_beside_its_field(db: None) -> None:
    client = signed_in(keeper("98", "Ana Lampadaire"))
    answer = post(client, name="Val-Tranquille", light="#ffcc00", dark="mauve")
    said = unescape(answer.content.decode()).replace("\u00a0", " ")
    assert answer.status_code == 422
    assert "il en faut 4,5. La plus proche qui convient : #" in said
    assert 'value="Val-Tranquille"' in said
    assert 'value="#ffcc00"' in said
    assert not DepartementLook.objects.exists()
    proposed = re.search(r"convient : (#[0-9a-f]{6})", said)
    assert proposed
    assert post(client, light=proposed[1]).status_code == 302


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", picture()[:200], b"GIF89a"]
)
def test_a_logo_is_a_picture(content: bytes) -> None:
    with pytest.raises(RuleBroken) as refused:
        looks.drawn(content)
    assert refused.value.field == "logo"


def test_a_logo_is_drawn_again_and_can_be_taken_away(db: None) -> None:
    by = acting(keeper("98", "Ana Lampadaire"))
    sent = picture("JPEG") + b"hidden words"
    row = services.look_save(by=by, departement="98", logo=sent)
    assert b"hidden words" not in bytes(row.logo)
    row = services.look_save(by=by, departement="98", version=1, name="Val")
    assert row.logo
    row = services.look_save(by=by, departement="98", version=2, name="Val", without_logo=True)
    assert row.logo is None
    with pytest.raises(StaleEdit) as stale:
        services.look_save(by=by, departement="98", version=2, name="Vallon")
    assert [(one.stored, one.typed) for one in stale.value.differences] == [("Val", "Vallon")]


def test_only_its_own_keepers_choose_it(db: None) -> None:
    home = organisation("Foyer", departement="98")
    with pytest.raises(NotAllowed):
        services.look_save(by=acting(keeper("97", "Bo Lampadaire")), departement="98", name="Val")
    with pytest.raises(NotAllowed):
        services.look_save(by=acting(professional(Role.EDUCATOR, home)), departement="98", name="Val")
    assert not DepartementLook.objects.exists()
