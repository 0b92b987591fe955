"""Her own copy: what its owner may read, chosen line by line, numbered, kept; nobody else makes or reads it."""

import io
import re
from html import unescape
from typing import Any

from django.conf import settings
from pypdf import PdfReader

from maillage.audit.models import JournalEntry
from maillage.casework.services import notes
from maillage.common.clock import now
from maillage.episodes import services as episodes
from maillage.retention.models import OwnCopy
from tests.episodes import world as worlds
from tests.walls.asking import at_work


def text(answer: Any) -> str:
    return unescape(answer.content.decode()).replace("\u00a0", " ")


def test_a_copy_holds_what_was_chosen_and_says_what_was_left_out(world: worlds.World) -> None:
    by = world.actor("case_worker")
    episode = world.open()
    episodes.sign_of_life_record(
        by=by, episode=episode, happened_at=now(), way="message", who="À une amie", words="Je vais bien.",
        place="Rue du Lampadaire",
    )  # fmt: skip
    notes.note_write(by=by, person=world.lila, level="team", text="Elle dessine beaucoup.")
    notes.note_write(by=by, person=world.lila, level="team", text="La voisine Zénobie a alerté.")
    notes.note_write(by=world.actor("educator"), person=world.lila, level="own", text="Pense-bête à moi.")
    page = f"/p/{world.lila.pk}/copie/"
    owner = at_work(world.case_worker)
    shown = text(owner.get(page))
    assert "Elle dessine beaucoup." in shown
    assert "« Je vais bien. »" in shown
    assert "Pense-bête" not in shown  # its author's alone
    assert "Rue du Lampadaire" not in shown
    assert "checked" not in shown.partition("<main")[2]
    assert "Santé" in shown.partition("ne contient pas")[2][:80]
    keys = dict(re.findall(r'value="([0-9a-f]{24})".*?<strong>.*?</strong>(.*?)</label>', shown, re.DOTALL))
    kept = [key for key, said in keys.items() if "Zénobie" not in said]
    assert len(kept) == len(keys) - 1
    token = re.search(r'name="form_token" value="([^"]+)"', shown)
    assert token
    sent = {"form_token": token[1], "chosen": kept}
    assert owner.post(page, {**sent, "chosen": []}).status_code == 422
    assert owner.post(page, {**sent, "chosen": ["0" * 24]}).status_code == 422
    assert owner.post(page, sent).status_code == 302
    made = OwnCopy.objects.get()
    assert (made.lines, made.left_out) == (len(kept), 1)
    pdf = owner.get(f"{page}{made.pk}/")
    assert pdf["Content-Disposition"] == f'attachment; filename="document-{made.number}.pdf"'
    said = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf.content)).pages)
    said = re.sub(r"\s+", " ", said.replace("\u00a0", " "))
    for there in ("Elle dessine beaucoup.", "Je vais bien.", "Lila Parapluie", made.number, "1 ligne n’y figure pas"):
        assert there in said, there
    for absent in ("Zénobie", "Rue du Lampadaire", "Pense-bête"):
        assert absent not in said
    verbs = list(JournalEntry.objects.filter(verb__startswith="own_copy").values_list("verb", flat=True).order_by("id"))
    assert verbs == ["own_copy.made", "own_copy.read"]
    # In another language too: she chooses among the lines as they will be printed, in French.
    owner.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    shown = text(owner.get(page))
    assert "Prepare the young person’s copy" in shown
    assert "Health" in shown
    assert set(re.findall(r'value="([0-9a-f]{24})"', shown)) == set(keys)
    token = re.search(r'name="form_token" value="([^"]+)"', shown)
    assert token
    assert owner.post(page, {"form_token": token[1], "chosen": kept}).status_code == 302
    # The right role on another file, other roles on this one.
    for who, status in (("educator", 403), ("nurse", 403), ("stranger", 404), ("dpo", 404)):
        other = at_work(getattr(world, who))
        assert other.get(page).status_code == other.get(f"{page}{made.pk}/").status_code == status
    assert owner.get(f"/p/{world.noe.pk}/copie/{made.pk}/").status_code == 404
