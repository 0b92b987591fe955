"""The sign-in page, shown by its own view and in the place of a page that asks for it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maillage.accounts import parked
from maillage.accounts.forms import SignInForm

SIGN_IN = "accounts/sign_in.html"


def sign_in_instead(request: HttpRequest) -> HttpResponse:
    """401: the sign-in page where a form was sent without a session, with what was typed sealed inside.

    htmx shows nothing of a 401: it gets a 200 that takes the whole page.
    """
    blob = parked.park(request)
    context: dict[str, Any] = {
        "form": SignInForm(request=request),
        "next": reverse("accounts:parked") if blob else "",
        "parked": blob or "",
        "expired": True,
        "lost_files": bool(blob and request.FILES),
    }
    if "HX-Request" in request.headers:
        page = render(request, SIGN_IN, context)
        page["HX-Retarget"], page["HX-Reswap"] = "body", "innerHTML"
        return page
    return render(request, SIGN_IN, context, status=401)
