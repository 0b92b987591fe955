"""The two indexes as files: strangers' written once, the professionals' made of it."""

import tantivy

from maillage.directory import engine, indexing, searching
from maillage.directory.engine import Audience
from tests.directory.world import Network


def held(audience: Audience) -> set[str]:
    reader = engine.Reader(audience)
    return set(reader.ids(searching._page(reader, tantivy.Query.all_query(), 100).hits))


def test_professionals_find_what_strangers_find_and_their_own(network: Network) -> None:
    made = indexing.rebuild()
    own = {str(network.beds.pk), str(network.inside.pk)}
    assert held(Audience.PUBLIC) == {str(network.talk.pk), str(network.line.pk)}
    assert held(Audience.PROFESSIONALS) == held(Audience.PUBLIC) | own
    assert made == {audience.value: len(held(audience)) for audience in Audience}


def test_files_that_both_share_are_changed_by_neither(network: Network) -> None:
    indexing.rebuild()
    files = {
        audience: {file.stat().st_ino for file in engine.folder(audience).rglob("*.store")} for audience in Audience
    }
    assert files[Audience.PUBLIC] & files[Audience.PROFESSIONALS]
    for one, other in ((Audience.PROFESSIONALS, Audience.PUBLIC), (Audience.PUBLIC, Audience.PROFESSIONALS)):
        before = held(other)
        with engine.writing():
            engine.update(one, [str(network.talk.pk)], [])
        assert str(network.talk.pk) not in held(one)
        assert held(other) == before
    indexing.rebuild()
