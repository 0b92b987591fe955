"""Addresses of retention."""

from django.urls import path

from maillage.retention import views

app_name = "retention"

urlpatterns = [
    path("conservation/", views.home, name="home"),
    path("conservation/durees/", views.rules, name="rules"),
    path("conservation/bordereau/", views.disposal_make, name="disposal_make"),
    path("conservation/bordereau/<uuid:pk>/", views.disposal, name="disposal"),
    path("conservation/bordereau/<uuid:pk>/retirer/", views.disposal_withdraw, name="disposal_withdraw"),
    path("conservation/corbeille/<uuid:pk>/", views.trash_undo, name="trash_undo"),
    path("conservation/archives/", views.archives, name="archives"),
    path("conservation/archives/<uuid:pk>/", views.restore, name="restore"),
    path("p/<uuid:pk>/conservation/", views.file, name="file"),
]
