"""The measures themselves. Imported once Django is ready."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.test import RequestFactory

from maillage.common.clock import now
from maillage.config import prepare
from maillage.directory import api, indexing, selectors, sheets
from maillage.directory.exchange import export
from maillage.directory.forms import SearchForm
from maillage.directory.models import Service
from maillage.directory.queries import Bounds, Page, Query
from maillage.vault import keyring

Times = Callable[[Callable[[], Any]], tuple[float, float]]
COMMUNE, THEME, NEED = "59350", "sante--acces-aux-soins", "sexual-health"


def run(size: int, times: Times) -> dict[str, Any]:
    Path(settings.DATA).mkdir(parents=True, exist_ok=True)
    prepare.static()
    call_command("migrate", verbosity=0)
    keyring.create_missing()
    file = Path(settings.DATA) / "all.json"
    # Apart: the memory of making the file is not the product's.
    code = (
        f"import django; django.setup()\nfrom pathlib import Path\nfrom benchmarks.directory_at import world\n"
        f"world.write({size}, Path({str(file)!r}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=dict(os.environ))
    found: dict[str, Any] = {}
    script = (
        "import django, time, json; django.setup()\nfrom pathlib import Path\n"
        "from maillage.directory.exchange import intake\nt = time.perf_counter()\n"
        f"r = intake.run(Path({str(file)!r}))\nassert not r.refused, r.refused[:3]\nprint(time.perf_counter() - t)"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.PIPE, text=True)
    found["import"] = size / float(told.stdout.splitlines()[-1])
    started = time.perf_counter()
    indexing.rebuild()
    found["index"] = (time.perf_counter() - started) / 2  # there are two
    keys = list(Service.objects.order_by("reference").values_list("pk", flat=True)[:50])
    found["page_floor"] = times(lambda: _page(_fetched(keys[:20])))
    found["pages"] = {
        name: times(lambda query=query: _page(selectors.search(query)))
        for name, query in {
            "commune and need": Query(commune=COMMUNE, needs=(NEED,)),
            "commune": Query(commune=COMMUNE),
            "text with a typo": Query(text="consultasion de santée pour jeunes"),
            "everything": Query(),
        }.items()
    }
    found["pages"]["one sheet"] = times(lambda: selectors.public_service(keys[0]))
    found["pages"]["map, one town"] = times(lambda: selectors.map_points(Bounds(50.5, 2.9, 50.8, 3.3)))
    found["pages"]["map, the country"] = times(lambda: selectors.map_points(Bounds(41, -5, 51.5, 10)))
    found["api_floor"] = times(lambda: _json(keys))
    found["api"] = {
        name: times(lambda view=view, asked=asked: _answer(view, asked))
        for name, (view, asked) in {
            "search, commune and theme": (api.search_services, {"code_commune": COMMUNE, "thematiques": [THEME]}),
            "search, commune": (api.search_services, {"code_commune": COMMUNE}),
            "services of a département": (api.list_services, {"code_departement": "59"}),
        }.items()
    }
    started = time.perf_counter()
    export.write(Path(settings.DATA) / "d.json", "data-inclusion", departement="59")
    found["export"] = time.perf_counter() - started
    return found


def _fetched(keys: Sequence[Any]) -> Page:
    rows = Service.objects.select_related("structure").in_bulk(keys)
    shown = [sheets.sheet_of(row, now()) for row in rows.values()]
    return Page(tuple(shown), len(shown), 0, 1, 20)


def _page(page: Page) -> str:
    request = RequestFactory().get("/annuaire/", SERVER_NAME="localhost")
    request.user = AnonymousUser()
    context = {"form": SearchForm(), "page": page, "asked": "", "may_propose": False, "narrowed": False, "messages": []}
    return render_to_string("directory/find.html", context, request)


def _json(keys: Sequence[Any]) -> bytes:
    rows = Service.objects.select_related("structure").in_bulk(keys)
    items = [{"service": api._service(row) | {"structure": api._structure(row.structure)}} for row in rows.values()]
    return _sent(api.PagedFound, {"items": [{**one, "distance": None} for one in items], "total": 50, "page": 1,
                                  "size": 50, "pages": 1})  # fmt: skip


def _sent(schema: Any, content: Any) -> bytes:
    return JsonResponse(schema.model_validate(content).model_dump()).content


def _answer(view: Callable[..., Any], asked: dict[str, Any]) -> bytes:
    request = HttpRequest()
    filters, schema = (
        (api.SearchFilters, api.PagedFound) if view is api.search_services else (api.ServiceFilters, api.PagedServices)
    )
    return _sent(schema, view(request, filters(**asked)))
