"""Every address of the product. The desk is at the root."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"maillage.{package}.urls"))
    for package in ("desk", "accounts", "tasks", "youth", "directory", "casework", "episodes", "retention", "portal")
]

handler400 = "maillage.common.refusals.bad_request"
handler403 = "maillage.common.refusals.forbidden"
handler404 = "maillage.common.refusals.not_found"
handler500 = "maillage.common.refusals.server_error"
