"""What a search shows of a service, written without a template."""

from dataclasses import replace

from django.template import Context, Template
from django.utils.translation import override

from maillage.directory import selectors
from maillage.directory.forms import SearchForm
from maillage.directory.queries import Facet, FacetValue, Query
from maillage.directory.templatetags.results import facet, hit
from tests.directory.world import GRENOBLE, LILLE, Network

WICKED = '<b onclick="x">&'
DRAWN = "&lt;b onclick=&quot;x&quot;&gt;&amp;"


def test_nothing_of_a_sheet_is_taken_for_markup(network: Network) -> None:
    sheet = selectors.public_service(network.talk.pk)
    assert sheet
    names = ("name", "structure_name", "kind_label", "commune_name", "phone")
    html = hit(replace(sheet, need_labels=(WICKED,), **dict.fromkeys(names, WICKED)), "/annuaire/fiche/", "ro", WICKED)
    assert WICKED not in html
    assert html.count(DRAWN) == 6  # of a number to call, only digits are shown
    html = facet(Facet("needs", WICKED, (FacetValue(WICKED, WICKED, 3, False),)), f"text={WICKED}")
    assert WICKED not in html
    assert html.count(DRAWN) == 4


def test_a_field_that_is_the_same_for_all_is_drawn_once_for_each_value_and_language() -> None:
    """What is typed is not kept, nor a refused value; what is chosen is shown again to whoever chose it alone."""
    template = Template("{% load ui %}{% for one in form %}{% field one %}{% endfor %}")

    def drawn(**typed: str) -> str:
        form = SearchForm(typed) if typed else SearchForm()
        form.is_valid()
        return template.render(Context({"form": form}))

    plain = drawn()
    asked = {"need": "shelter", "remote": "on", "text": "théière", "radius": "50"}
    chosen = drawn(**asked)
    assert plain == drawn()
    assert chosen == drawn(**asked)
    assert chosen.count(" selected") == plain.count(" selected")
    assert chosen.count(" checked") == 1
    assert '<option value="shelter" selected>' in chosen
    assert "théière" not in plain
    assert 'aria-invalid="true"' in drawn(need="nothing")
    assert 'aria-invalid="true"' not in drawn(need="")
    with override("en"):
        assert drawn() != plain


def test_pages_together_are_the_whole_however_short_they_are(network: Network) -> None:
    """A page looks at the communes it reaches and no further: nothing is lost, nor shown twice, nor counted less."""
    by = network.actor(network.educator)
    for asked in (Query(commune=LILLE), Query(commune=LILLE, text="écoute"), Query(commune=GRENOBLE), Query()):
        whole = selectors.search(replace(asked, size=100), by=by)
        pages = [selectors.search(replace(asked, size=1, page=page), by=by) for page in range(1, whole.total + 1)]
        assert whole.total > 1
        hits = [hit for page in pages for hit in page.hits]
        assert sorted(hit.id for hit in hits) == sorted(hit.id for hit in whole.hits)
        assert [hit.distance for hit in hits] == [hit.distance for hit in whole.hits]
        assert {(page.total, page.near) for page in pages} == {(whole.total, whole.near)}
