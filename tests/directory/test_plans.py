"""What pages ask of a directory of a million sheets: the rows of the answer alone are read."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.directory import access, selectors
from maillage.directory.queries import Bounds, Query
from tests.directory.world import LILLE, Network


def test_sheets_are_reached_by_what_is_asked_never_by_their_state(network: Network) -> None:
    """Nearly every sheet is published: an index of states would read them all, for twenty asked by their ids."""
    by = network.actor(network.educator)
    with CaptureQueriesContext(connection) as asked:
        selectors.search(Query(commune=LILLE))
        selectors.search(Query(commune=LILLE), by=by)
        selectors.find_public(Query(text="accueil"))
        selectors.map_view(Bounds(50, 2, 51, 4), by=by)
        selectors.structure_for(by, access.get_structure_or_404(by, network.talk.structure_id))
        selectors.public_service_by_reference(network.talk.reference)
        selectors.public_structure_by_reference(network.talk.structure.reference)
        selectors.list_public_structures(sources=[], networks=[], departements=[], commune="", page=1, size=50)
        assert selectors.helplines()
    plans = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if '"directory_' in query["sql"] and "COUNT(" not in query["sql"]:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                plans += [line[3] for line in cursor.fetchall()]
    of_sheets = [line for line in plans if "directory_s" in line]
    assert len(of_sheets) > 15
    # In the order they are asked for, or what is few by its own index: never a table, nor an index of states.
    ordered = (
        "SCAN directory_structure USING INDEX directory_structure_listed",
        "SCAN directory_service USING INDEX directory_service_helplines",
    )
    assert [line for line in of_sheets if line not in ordered and ("SCAN" in line or "(state" in line)] == []
