"""The read-only public API: the paths and parameters of data.inclusion v1, so that its clients work unchanged.

It reads as a stranger. `/api/v1/openapi.json` describes it (OpenAPI 3.1). Unlike the original it asks for no key.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema
from ninja.errors import HttpError
from pydantic import Field, StringConstraints
from pydantic_core import to_json

from maillage.common.doors import door
from maillage.directory import quality, selectors, vocabulary
from maillage.directory.exchange.records import Record, service_record, structure_record
from maillage.directory.models import Service, Structure
from maillage.directory.queries import Query as Asked
from maillage.reference import communes, departements
from maillage.reference.points import Point

MOST = 10_000  # a page, as the original allows
DEEPEST = 1_000_000  # results: page × size

api = NinjaAPI(
    title="Maillage",
    version="1",
    description="Structures et services du réseau, au format data.inclusion v1. Lecture seule, sans clef. "
    "Licence Ouverte 2.0.",
    docs_url=None,
    urls_namespace="directory_api",
)

# No NUL: PostgreSQL keeps none in a text, and answers with an error of its own.
_WRITTEN = r"^[^\x00]*$"
Code = Annotated[str, StringConstraints(max_length=60, pattern=_WRITTEN)]
Text = Annotated[str, StringConstraints(max_length=200, pattern=_WRITTEN)]
Listed = Annotated[list[Code], Field(max_length=50)]
_THEMES = [*vocabulary.standard()["thematiques"], *vocabulary.standard()["categories"]]
Theme = Annotated[str, Field(json_schema_extra={"enum": _THEMES}, max_length=120)]


class Message(Schema):
    detail: str


class Fault(Schema):
    detail: list[dict[str, Any]] | str


class StructureOut(Schema):
    source: str
    id: str
    nom: str
    date_maj: str
    description: str | None
    lien_source: str | None
    siret: str | None
    commune: str | None
    code_postal: str | None
    code_insee: str | None
    adresse: str | None
    complement_adresse: str | None
    longitude: float | None
    latitude: float | None
    telephone: str | None
    courriel: str | None
    site_web: str | None
    horaires_accueil: str | None
    accessibilite_lieu: str | None
    reseaux_porteurs: list[str] | None
    adresse_certifiee: bool


class ServiceOut(Schema):
    source: str
    structure_id: str
    id: str
    nom: str
    description: str
    lien_source: str | None
    date_maj: str
    type: str | None
    thematiques: list[str] | None
    frais: str | None
    frais_precisions: str | None
    publics: list[str] | None
    publics_precisions: str | None
    conditions_acces: str | None
    commune: str | None
    code_postal: str | None
    code_insee: str | None
    adresse: str | None
    complement_adresse: str | None
    longitude: float | None
    latitude: float | None
    telephone: str | None
    courriel: str | None
    modes_accueil: list[str] | None
    zone_eligibilite: list[str] | None
    contact_nom_prenom: str | None
    lien_mobilisation: str | None
    modes_mobilisation: list[str] | None
    mobilisable_par: list[str] | None
    mobilisation_precisions: str | None
    volume_horaire_hebdomadaire: float | None
    nombre_semaines: int | None
    horaires_accueil: str | None
    adresse_certifiee: bool
    score_qualite: float


class DetailedService(ServiceOut):
    structure: StructureOut


class ScoredStructure(StructureOut):
    score_qualite: float


class Twin(Schema):
    source: str
    id: str


class ListedStructure(ScoredStructure):
    doublons: list[Twin]


class DetailedStructure(ScoredStructure):
    doublons: list[StructureOut]
    services: list[ServiceOut]


class FoundService(Schema):
    service: DetailedService
    distance: int | None


class Paged(Schema):
    total: int
    page: int
    size: int
    pages: int


class PagedStructures(Paged):
    items: list[ListedStructure]


class PagedServices(Paged):
    items: list[ServiceOut]


class PagedFound(Paged):
    items: list[FoundService]


class Source(Schema):
    slug: str
    nom: str
    description: str | None


class Value(Schema):
    value: str
    label: str
    description: str | None


class Pages(Schema):
    page: int = Field(1, ge=1, le=DEEPEST)
    size: int = Field(50, ge=1, le=MOST)


class Where(Pages):
    sources: Listed = []
    code_region: Code | None = None
    slug_region: Code | None = None
    code_departement: Code | None = None
    slug_departement: Code | None = None
    code_commune: Annotated[str, StringConstraints(pattern=r"^\w{5}$")] | None = None


class StructureFilters(Where):
    reseaux_porteurs: Listed = []
    exclure_doublons: bool | None = False


class Narrowed(Schema):
    thematiques: Annotated[list[Theme], Field(max_length=100)] = []
    frais: list[Literal["gratuit", "payant"]] = []
    publics: Listed = []
    recherche_public: Text | None = None
    modes_accueil: list[Literal["a-distance", "en-presentiel"]] = []
    types: Listed = []
    score_qualite_minimum: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)


class ServiceFilters(Narrowed, Where):
    pass


class SearchFilters(Narrowed, Pages):
    sources: Listed = []
    code_commune: Annotated[str, StringConstraints(pattern=r"^\w{5}$")] | None = None
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False)
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    exclure_doublons: bool | None = False


_REFUSED = {404: Message, 422: Fault}


def _structure(row: Structure) -> Record:
    return structure_record(row) | {"adresse_certifiee": False}


def _service(row: Service) -> Record:
    return service_record(row) | {"adresse_certifiee": False, "score_qualite": round(quality.of_service(row), 2)}


def _score(services: Sequence[Service]) -> float:
    return round(sum(map(quality.of_service, services)) / len(services), 2) if services else 0.0


def _page(items: Sequence[Any], total: int, asked: Pages) -> HttpResponse:
    """Sent as it is: checking each of a thousand records again took a third of the time. A test checks them."""
    told = {"items": items, "total": total, "page": asked.page, "size": asked.size, "pages": -(-total // asked.size)}
    return HttpResponse(to_json(told), content_type="application/json")


def _departements(asked: Where) -> list[str]:
    """Codes asked for by département or region; 422 for what does not exist."""
    wanted: list[str] = []
    if asked.code_departement is not None:
        wanted = [asked.code_departement] if asked.code_departement in departements.all_() else []
    elif asked.slug_departement is not None:
        found = departements.by_slug(asked.slug_departement)
        wanted = [found.code] if found else []
    elif region := asked.code_region or asked.slug_region:
        wanted = departements.of_region(region)
    else:
        return []
    if not wanted:
        raise HttpError(422, "This area does not exist.")
    return wanted


def _asked(filters: Narrowed, asked: Pages, sources: Sequence[str], **more: Any) -> Asked:
    unknown = [one for one in filters.thematiques if one not in _THEMES]
    if unknown:
        raise HttpError(422, "This theme does not exist.")
    if asked.page * asked.size > DEEPEST + MOST:
        raise HttpError(422, "This page is too far.")
    exact = {
        "source": sources, "cost": filters.frais, "reception": filters.modes_accueil, "type": filters.types,
        **more.pop("exact", {}),
    }  # fmt: skip
    return Asked(
        themes=filters.thematiques,
        publics=filters.publics,
        text=filters.recherche_public or "",
        exact={name: values for name, values in exact.items() if values},
        quality=round(100 * (filters.score_qualite_minimum or 0)),
        page=asked.page,
        size=asked.size,
        **more,
    )


@api.get("/structures", response={200: PagedStructures, **_REFUSED}, tags=["Données"], url_name="structures")
def list_structures(request: HttpRequest, asked: Query[StructureFilters]) -> HttpResponse:
    """Lister les structures publiques, par identifiant."""
    found, total = selectors.list_public_structures(
        sources=asked.sources,
        networks=asked.reseaux_porteurs,
        departements=_departements(asked),
        commune=asked.code_commune or "",
        page=asked.page,
        size=asked.size,
    )
    items = [_structure(row) | {"score_qualite": _score(services), "doublons": []} for row, services in found]
    return _page(items, total, asked)


@api.get("/structures/{id}", response={200: DetailedStructure, **_REFUSED}, tags=["Données"], url_name="structure")
def retrieve_structure(request: HttpRequest, id: str) -> dict[str, Any]:  # the standard's name
    """Détailler une structure."""
    found = selectors.public_structure_by_reference(id) if "\x00" not in id else None
    if found is None:
        raise HttpError(404, "Not Found")
    row, services = found
    told = _structure(row) | {"score_qualite": _score(services), "doublons": []}
    return told | {"services": [_service(one) for one in services]}


@api.get("/sources", response={200: list[Source]}, tags=["Données"], url_name="sources")
def list_sources(request: HttpRequest) -> list[dict[str, str | None]]:
    """Lister les sources."""
    return [{"slug": source, "nom": source, "description": None} for source in selectors.public_sources()]


@api.get("/services", response={200: PagedServices, **_REFUSED}, tags=["Données"], url_name="services")
def list_services(request: HttpRequest, asked: Query[ServiceFilters]) -> HttpResponse:
    """Lister les services publics."""
    exact: dict[str, Sequence[str]] = {"departement": _departements(asked)}
    if asked.code_commune:
        exact["commune"] = [asked.code_commune]
    found, total = selectors.find_public(_asked(asked, asked, asked.sources, exact=exact, by_id=True))
    return _page([_service(row) for row, _far in found], total, asked)


@api.get("/services/{id}", response={200: DetailedService, **_REFUSED}, tags=["Données"], url_name="service")
def retrieve_service(request: HttpRequest, id: str) -> dict[str, Any]:
    """Détailler un service."""
    row = selectors.public_service_by_reference(id) if "\x00" not in id else None
    if row is None:
        raise HttpError(404, "Not Found")
    return _service(row) | {"structure": _structure(row.structure)}


@api.get("/search/services", response={200: PagedFound, **_REFUSED}, tags=["Données"], url_name="search_services")
def search_services(request: HttpRequest, asked: Query[SearchFilters]) -> HttpResponse:
    """Rechercher des services.

    Avec `code_commune`, ou `lat` et `lon` : les services à moins de 50 km, du plus proche au plus lointain, puis ceux
    qui y répondent à distance. La distance, en kilomètres, est celle de commune à commune.
    """
    if (asked.lat is None) != (asked.lon is None):
        raise HttpError(422, "The `lat` and `lon` must be simultaneously filled.")
    if asked.code_commune is not None and not communes.exists(asked.code_commune):
        raise HttpError(422, "This `code_commune` does not exist.")
    point = Point(asked.lat, asked.lon) if asked.lat is not None and asked.lon is not None else None
    found, total = selectors.find_public(
        _asked(asked, asked, asked.sources, commune=asked.code_commune or "", point=point)
    )
    items = [
        {
            "service": _service(row) | {"structure": _structure(row.structure)},
            "distance": None if far is None else round(far),
        }
        for row, far in found
    ]
    return _page(items, total, asked)


def _vocabulary(name: str) -> Any:
    def values(request: HttpRequest) -> Iterable[dict[str, str | None]]:
        return [
            {"value": one.value, "label": one.label, "description": one.description}
            for one in vocabulary.standard()[name].values()
        ]

    return values


for _name in vocabulary.standard():
    if _name != "categories":
        api.get(
            f"/doc/{_name}", response={200: list[Value]}, tags=["Référentiels"], url_name=f"doc-{_name}",
            operation_id=f"doc_{_name.replace('-', '_')}", summary=f"Récupérer le référentiel « {_name} »",
        )(_vocabulary(_name))  # fmt: skip

urls = api.urls
for _pattern in urls[0]:
    assert _pattern.callback is not None
    door(public=True)(_pattern.callback)
