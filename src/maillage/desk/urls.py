"""Addresses of the desk: short and neutral."""

from django.urls import path

from maillage.desk import file_views, views

app_name = "desk"

urlpatterns = [
    path("", views.home, name="home"),
    path("garde/", views.watch, name="watch"),
    path("p/<uuid:pk>/", file_views.page, name="file"),
    path("p/<uuid:pk>/fil/", file_views.thread, name="file_thread"),
    path("p/<uuid:pk>/fil/<slug:group>/", file_views.thread, name="file_thread_of"),
    path("chercher/", views.find, name="search"),
    path("registre/", views.journal, name="journal"),
    path("aide/", views.help_page, name="help"),
    path("mentions/", views.legal, name="legal"),
    path("affichage/", views.preferences, name="preferences"),
    path("composants/", views.components, name="components"),
    path("sortie/<uuid:person_id>/", views.outing_start, name="outing_start"),
    path("rentree/<uuid:outing_id>/", views.outing_end, name="outing_end"),
    path("relais/<uuid:hand_over_id>/", views.acknowledge, name="acknowledge"),
]
