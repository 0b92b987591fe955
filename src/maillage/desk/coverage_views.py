"""« Relevé »: a manager's figures and the lists behind them. For everyone else these addresses do not exist."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts.http import actor
from maillage.accounts.opaque import Addresses, Hidden
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.forms import posted
from maillage.desk import coverage
from maillage.desk.context import discreet
from maillage.desk.forms import PeriodForm
from maillage.episodes.coverage import lately


@door()
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """`/releve/`: the last three months; a chosen period leads to an address of its own."""
    homes = coverage.homes_of(actor(request))
    at = now()
    today = coverage.today_of(homes, at)
    choice = coverage.Choice(lately(today, 3))
    if request.method != "POST":
        return _page(request, choice)
    form = PeriodForm(posted(request), homes=list(homes.values()), months=coverage.months_to_choose(today))
    if form.is_valid():
        asked = coverage.Choice(form.period, form.cleaned_data["home"] or None)
        return redirect(coverage.address("coverage_of", Addresses(coverage.PURPOSE), asked))
    return render(
        request,
        "desk/coverage.html",
        {"page": coverage.page(homes, choice, at), "form": form},
        status=422,
    )


@door()
@require_safe
def page_of(request: HttpRequest, hidden: Hidden) -> HttpResponse:
    return _page(request, coverage.read(hidden))


def _page(request: HttpRequest, choice: coverage.Choice) -> HttpResponse:
    homes = coverage.homes_of(actor(request))
    at = now()
    form = PeriodForm(
        homes=list(homes.values()),
        months=coverage.months_to_choose(coverage.today_of(homes, at)),
        initial={
            "first": coverage.code(choice.period.first),
            "last": coverage.code(choice.period.last),
            "home": choice.home or "",
        },
    )
    return render(request, "desk/coverage.html", {"page": coverage.page(homes, choice, at), "form": form})


@door()
@require_safe
def list_of(request: HttpRequest, hidden: Hidden) -> HttpResponse:
    by = actor(request)
    homes = coverage.homes_of(by)
    listed = coverage.list_page(by, homes, coverage.read(hidden), now(), discreet=discreet(request))
    return render(request, "desk/coverage_list.html", {"page": listed})
