"""Addresses of the directory: short and neutral."""

from django.urls import URLPattern, URLResolver, include, path

from maillage.directory import api, views

_screens = (
    [
        path("", views.find, name="find"),
        path("points/", views.points, name="points"),
        path("a-traiter/", views.to_do, name="to_do"),
        path("proposer/", views.structure_new, name="structure_new"),
        path("inscrire/", views.structure_register, name="structure_register"),
        path("inscrire/transmis/", views.structure_registered, name="structure_registered"),
        path("fiche/<uuid:pk>/", views.sheet, name="sheet"),
        path("fiche/<uuid:pk>/modifier/", views.structure_edit, name="structure_edit"),
        path("fiche/<uuid:pk>/service/", views.service_new, name="service_new"),
        path("fiche/<uuid:pk>/confirmer/", views.confirm, name="confirm"),
        path("fiche/<uuid:pk>/retirer/", views.retire, name="retire"),
        path("fiche/<uuid:pk>/adresse/", views.place_ask, name="place_ask"),
        path("fiche/<uuid:pk>/reunir/", views.merge, name="merge"),
        path("service/<uuid:pk>/modifier/", views.service_edit, name="service_edit"),
        path("service/<uuid:pk>/retirer/", views.service_retire, name="service_retire"),
        path("demande/<uuid:pk>/", views.place_answer, name="place_answer"),
        path("proposition/<uuid:pk>/", views.proposal, name="proposal"),
    ],
    "directory",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("annuaire/", include(_screens)),
]
