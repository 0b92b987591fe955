"""Addresses of the desk: short and neutral."""

from django.urls import path, register_converter

from maillage.accounts.opaque import HiddenConverter
from maillage.desk import coverage_views, file_views, list_views, own_copy_views, views

app_name = "desk"

register_converter(HiddenConverter, "hidden")

urlpatterns = [
    path("", views.home, name="home"),
    path("garde/", views.watch, name="watch"),
    path("p/<uuid:pk>/", file_views.page, name="file"),
    path("p/<uuid:pk>/fil/", file_views.thread, name="file_thread"),
    path("p/<uuid:pk>/fil/<slug:group>/", file_views.thread, name="file_thread_of"),
    path("p/<uuid:pk>/copie/", own_copy_views.page, name="own_copy"),
    path("p/<uuid:pk>/copie/<uuid:copy_id>/", own_copy_views.download, name="own_copy_file"),
    path("chercher/", views.find, name="search"),
    path("releve/", coverage_views.page, name="coverage"),
    path("releve/<hidden:hidden>/", coverage_views.page_of, name="coverage_of"),
    path("releve/liste/<hidden:hidden>/", coverage_views.list_of, name="coverage_list"),
    path("listes/", list_views.home, name="lists"),
    path("listes/<uuid:pk>/", list_views.saved, name="list_saved"),
    path("listes/<uuid:pk>/nommer/", list_views.rename, name="list_rename"),
    path("listes/<uuid:pk>/retirer/", list_views.delete, name="list_delete"),
    path("listes/<uuid:pk>/rendre/", list_views.restore, name="list_restore"),
    path("listes/v/<hidden:hidden>/", list_views.shown, name="list"),
    path("listes/v/<hidden:hidden>/garder/", list_views.keep, name="list_keep"),
    path("listes/v/<hidden:hidden>/sortir/", list_views.export, name="list_export"),
    path("registre/", views.journal, name="journal"),
    path("aide/", views.help_page, name="help"),
    path("mentions/", views.legal, name="legal"),
    path("affichage/", views.preferences, name="preferences"),
    path("composants/", views.components, name="components"),
    path("sortie/<uuid:person_id>/", views.outing_start, name="outing_start"),
    path("rentree/<uuid:outing_id>/", views.outing_end, name="outing_end"),
    path("relais/<uuid:hand_over_id>/", views.acknowledge, name="acknowledge"),
]
