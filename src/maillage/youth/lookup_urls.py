"""Addresses about searches: short, and they say nothing of whom."""

from django.urls import path

from maillage.youth import lookup_views as views
from maillage.youth import merge_views

urlpatterns = [
    path("nouveau/", views.register, name="register"),
    path("demandes/", views.requests, name="requests"),
    path("demandes/nouvelle/", views.ask, name="ask"),
    path("demandes/<uuid:pk>/", views.received, name="received"),
    path("demandes/<uuid:pk>/retirer/", views.withdraw, name="withdraw"),
    path("rapprochements/<uuid:pk>/", views.twins, name="twins"),
    path("rapprochements/<uuid:pk>/prevenir/", views.twins_tell, name="twins_tell"),
    path("rapprochements/<uuid:pk>/distincts/", views.twins_distinct, name="twins_distinct"),
    path("rapprochements/<uuid:pk>/reunir/", merge_views.merge, name="merge"),
    path("p/<uuid:pk>/reunion/<uuid:merge_id>/", merge_views.part, name="part"),
]
