"""What surrounds every view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from maillage.common import forms

Handler = Callable[[HttpRequest], HttpResponse]


def form_author(get_response: Handler) -> Handler:
    """Tokens of forms made during a request belong to whoever is signed in."""

    def handle(request: HttpRequest) -> HttpResponse:
        with forms.author(lambda: str(request.user.pk) if request.user.is_authenticated else ""):
            return get_response(request)

    return handle
