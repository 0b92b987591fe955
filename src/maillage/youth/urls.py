"""Neutral, short addresses: they show in a bar, over a shoulder."""

from django.urls import path

from maillage.youth import lookup_urls, mission_views, takeover_urls, temporary_urls, views

app_name = "youth"

urlpatterns = [
    *lookup_urls.urlpatterns,
    *temporary_urls.urlpatterns,
    *takeover_urls.urlpatterns,
    path("p/<uuid:pk>/lectures/", views.readings, name="readings"),
    path("p/<uuid:pk>/identite/", views.identity, name="identity"),
    path("p/<uuid:pk>/parents/nouveau/", views.parent, name="parent_new"),
    path("p/<uuid:pk>/parents/<uuid:parent_id>/", views.parent, name="parent"),
    path("p/<uuid:pk>/fiche/", views.sheet, name="sheet"),
    path("p/<uuid:pk>/fiche/modifier/", views.sheet_edit, name="sheet_edit"),
    path("p/<uuid:pk>/photo/", views.photo, name="photo"),
    path("p/<uuid:pk>/photo/changer/", views.photo_edit, name="photo_edit"),
    path("p/<uuid:pk>/accueil/nouveau/", views.placement_start, name="placement_start"),
    path("p/<uuid:pk>/accueil/garder/", views.placement_keep, name="placement_keep"),
    path("p/<uuid:pk>/accueil/fin/", views.placement_end, name="placement_end"),
    path("p/<uuid:pk>/suivi/", mission_views.missions, name="missions"),
    path("p/<uuid:pk>/suivi/nouvelle/", mission_views.mission_service, name="mission_service"),
    path("p/<uuid:pk>/suivi/nouvelle/<uuid:organisation_id>/", mission_views.mission_open, name="mission_open"),
    path("p/<uuid:pk>/suivi/<uuid:mission_id>/", mission_views.mission, name="mission"),
    path("p/<uuid:pk>/suivi/<uuid:mission_id>/fin/", mission_views.mission_end, name="mission_end"),
]
