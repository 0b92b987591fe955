"""Two indexes, one for strangers: built from the same files, then each on its own."""

from maillage.audit.journal import SYSTEM
from maillage.directory import engine, indexing, selectors
from maillage.directory.enums import Confidentiality
from maillage.directory.models import Service
from maillage.directory.queries import Query
from maillage.directory.services import service_save
from tests.directory.world import Network


def _files(audience: engine.Audience) -> dict[str, int]:
    """Names of the segments' files in use, and which files of the disk they are."""
    current = engine.folder(audience) / (engine.folder(audience) / "current").read_text().split()[0]
    return {path.name: path.stat().st_ino for path in current.iterdir() if len(path.stem) == 32}


def _found(network: Network, *, stranger: bool) -> set[str]:
    by = None if stranger else network.actor(network.educator)
    return {hit.name for hit in selectors.search(Query(size=100), by=by).hits}


def test_what_everybody_sees_is_written_once_and_each_index_then_changes_alone(network: Network) -> None:
    """A file that both hold is the same on the disk; the professionals' goes on without touching the strangers'."""
    made = indexing.rebuild()
    assert made["public"] == 2
    assert made["professionals"] == Service.objects.count() > 2
    ours, theirs = _files(engine.Audience.PUBLIC), _files(engine.Audience.PROFESSIONALS)
    assert ours.items() <= theirs.items()
    assert len(theirs) > len(ours), "what is for professionals is in files of their own"

    service_save(by=SYSTEM, service=network.talk, version=network.talk.version, name="Accueil des Alizés")
    service_save(
        by=SYSTEM, service=network.line, version=network.line.version, confidentiality=Confidentiality.PROFESSIONALS
    )
    indexing.refresh()
    assert _found(network, stranger=True) == {"Accueil des Alizés"}
    assert {"Accueil des Alizés", "Ligne Girouette", "Douze places d’accueil"} <= _found(network, stranger=False)
    assert engine.Reader(engine.Audience.PUBLIC).searcher.num_docs == 1
