"""Addresses of the rota."""

from django.urls import path

from maillage.tasks import views

app_name = "tasks"
urlpatterns = [
    path("astreinte/", views.rota_week, name="rota"),
    path("astreinte/<uuid:pk>/", views.shift_edit, name="shift_edit"),
    path("astreinte/<uuid:pk>/retirer/", views.shift_remove, name="shift_remove"),
    path("astreinte/<uuid:organisation>/<slug:role>/inscrire/", views.shift_add, name="shift_add"),
]
