from django.urls import reverse

from maillage.episodes.enums import EpisodeState


def test_pages(world, browser):
    lila = world.in_state(EpisodeState.MISSING)
    b = browser()
    assert b.get(reverse("episodes:page", args=[lila.pk])).status_code == 200
