"""A colleague is away, or leaves: her missions passed on in one screen, each next person says yes."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.errors import RuleBroken
from maillage.common.forms import TokenForm, attempt, posted
from maillage.youth import takeover_access as access
from maillage.youth import takeover_selectors as selectors
from maillage.youth import takeover_services as services
from maillage.youth.takeover_forms import TakeoverForm, TeamForm

REFUSED = 422
# As `desk.context` keeps it: a screen others see.
_DISCREET = "d"


@door()
@require_GET
def takeovers(request: HttpRequest) -> HttpResponse:
    """`/releves/`: what she is asked to take, what she proposed, and whose missions she may pass on."""
    me = actor(request)
    context = {
        "shares": selectors.shares_of(me),
        "holders": access.holders(me),
        "may_propose": me.may(Ability.MISSION_EDIT),
    }
    return render(request, "youth/takeovers.html", context)


@door()
@require_http_methods(["GET", "POST"])
def takeover_new(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    me = actor(request)
    me.require(Ability.MISSION_EDIT)
    holder = access.holder_or_404(me, user_id)
    missions = selectors.missions_to_pass_on(me, holder, request.COOKIES.get(_DISCREET) == "1")
    form = TakeoverForm(posted(request), people=access.next_people(me, holder), missions=missions)
    if request.method == "POST" and form.is_valid():
        at = now()
        typed = {"why": form.cleaned_data["why"], "starts_at": form.starts_at(at), "ends_at": form.ends_at}
        done = attempt(form, lambda: services.takeover_propose(by=me, holder=holder, chosen=form.chosen(), **typed))
        if done is not None:
            messages.success(request, _("Relève proposée. Rien ne change avant la réponse."))
            return redirect("youth:takeovers")
    context = {"form": form, "holder": holder}
    return render(request, "youth/takeover_new.html", context, status=REFUSED if form.errors else 200)


@door()
@require_http_methods(["GET", "POST"])
def takeover_team(request: HttpRequest) -> HttpResponse:
    """Several colleagues away at once: who takes what is theirs, one proposal each."""
    me = actor(request)
    me.require(Ability.MISSION_EDIT)
    holders = access.holders(me)
    people = access.next_people_of_all(me, [user for user, _count in holders])
    form = TeamForm(posted(request), people=people, holders=holders)
    if request.method == "POST" and form.is_valid():
        at = now()
        typed = {"why": form.cleaned_data["why"], "starts_at": form.starts_at(at), "ends_at": form.ends_at}
        done = attempt(form, lambda: services.takeovers_propose(by=me, chosen=form.chosen(), **typed))
        if done is not None:
            messages.success(request, _("Relèves proposées. Rien ne change avant chaque réponse."))
            return redirect("youth:takeovers")
    return render(request, "youth/takeover_team.html", {"form": form}, status=REFUSED if form.errors else 200)


@door()
@require_http_methods(["GET", "POST"])
def takeover(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One proposal: to who is asked (« Je prends », « Je ne peux pas »), and to who proposed it."""
    me = actor(request)
    row = access.share_or_404(me, pk)
    form = TokenForm(posted(request))
    if request.method == "POST" and form.is_valid():
        take = request.POST.get("answer") == "yes"
        service = services.takeover_take if take else services.takeover_decline
        if attempt(form, lambda: service(by=me, share=row)) is not None:
            messages.success(request, _("Vous avez pris la relève.") if take else _("C’est noté : la relève revient."))
            return redirect("youth:takeover", row.pk) if take else redirect("youth:takeovers")
    [share] = selectors.shares_of(me, row.pk)
    context = {"share": share, "lines": selectors.lines(me, row), "form": form}
    return render(request, "youth/takeover.html", context, status=REFUSED if form.errors else 200)


@door()
@require_POST
def takeover_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = actor(request)
    row = access.share_or_404(me, pk)
    if not TokenForm(request.POST).is_valid():
        raise RuleBroken(_("Cette page datait d’une connexion précédente. Revenez en arrière et recommencez."))
    services.takeover_withdraw(by=me, share=row)
    messages.success(request, _("Relève annulée."))
    return redirect("youth:takeovers")
