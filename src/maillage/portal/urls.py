"""Addresses of the public pages, all under /i/: letters and digits that say nothing."""

from django.urls import path, register_converter

from maillage.portal import addresses, views
from maillage.portal.words import LANGUAGES

app_name = "portal"


class _Text:
    """A piece of an address that is itself its value."""

    regex = ""

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


class _Language(_Text):
    regex = "|".join(LANGUAGES)


class _Code(_Text):
    regex = addresses.CODE


class _Place(_Text):
    regex = addresses.PLACE


class _Departement(_Text):
    regex = addresses.DEPARTEMENT


class _View(_Text):
    regex = addresses.VIEW


register_converter(_Language, "portal_language")
register_converter(_Code, "portal_code")
register_converter(_Place, "portal_place")
register_converter(_Departement, "portal_departement")
register_converter(_View, "portal_view")

_IN = "i/<portal_language:language>/"

urlpatterns = [
    path("i/", views.start, name="start"),
    path(_IN, views.home, name="doors"),
    path(f"{_IN}1/", views.traces, name="traces"),
    path(f"{_IN}2/", views.card, name="card"),
    path(f"{_IN}3/", views.law, name="law"),
    path(f"{_IN}4/", views.transmit, name="transmit"),
    path(f"{_IN}4/<portal_departement:letters>/", views.transmit_in, name="transmit_in"),
    path(f"{_IN}5/", views.resources, name="resources"),
    path(f"{_IN}6/", views.noticing, name="noticing"),
    path(f"{_IN}<portal_code:code>/", views.stop, name="stop"),
    path(f"{_IN}<portal_code:code>/<portal_place:letters>/<portal_view:shown>/", views.near_here, name="near"),
]
