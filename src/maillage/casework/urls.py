"""Addresses of the shared file: short and neutral, under the person's."""

from django.urls import URLPattern, path

from maillage.casework.views import notes

app_name = "casework"

urlpatterns: list[URLPattern] = [
    path("p/<uuid:pk>/notes/nouvelle/", notes.note_new, name="note_new"),
    path("p/<uuid:pk>/notes/<uuid:thread>/", notes.note, name="note"),
    path("p/<uuid:pk>/notes/<uuid:thread>/corriger/", notes.note_correct, name="note_correct"),
    path("p/<uuid:pk>/objectifs/", notes.goals_page, name="goals"),
    path("p/<uuid:pk>/objectifs/nouveau/", notes.goal_new, name="goal_new"),
    path("p/<uuid:pk>/objectifs/<uuid:goal_id>/", notes.goal, name="goal"),
]
