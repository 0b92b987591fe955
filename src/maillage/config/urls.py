"""Every address of the product."""

from contextlib import suppress
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
for package in ("desk", "accounts", "tasks", "youth", "episodes"):
    if find_spec(f"maillage.{package}.urls"):
        with suppress(ImportError):  # for as long as packages are being written
            urlpatterns.append(path("", include(f"maillage.{package}.urls")))

handler400 = "maillage.common.refusals.bad_request"
handler403 = "maillage.common.refusals.forbidden"
handler404 = "maillage.common.refusals.not_found"
handler500 = "maillage.common.refusals.server_error"
