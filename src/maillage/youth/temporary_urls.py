"""Addresses of temporary accesses: short, and they say nothing of whom."""

from django.urls import path

from maillage.youth import temporary_views as views

urlpatterns = [
    path("acces/", views.accesses, name="accesses"),
    path("acces/<uuid:pk>/", views.access, name="access"),
    path("acces/<uuid:pk>/fin/", views.access_end, name="access_end"),
    path("acces/<slug:way>/<uuid:ref>/", views.access_open, name="access_open"),
]
