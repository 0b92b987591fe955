"""Addresses of accounts, all under /compte/. Allauth's names stay global; ours are `accounts:…`."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
