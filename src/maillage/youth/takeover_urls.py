"""Addresses of takeovers."""

from django.urls import path

from maillage.youth import takeover_views as views

urlpatterns = [
    path("releves/", views.takeovers, name="takeovers"),
    path("releves/de/<uuid:user_id>/", views.takeover_new, name="takeover_new"),
    path("releves/equipe/", views.takeover_team, name="takeover_team"),
    path("releves/<uuid:pk>/", views.takeover, name="takeover"),
    path("releves/<uuid:pk>/annuler/", views.takeover_withdraw, name="takeover_withdraw"),
]
