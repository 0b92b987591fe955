"""Pages that follow a search: a new file, a request, what owners are told."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability
from maillage.accounts.http import actor
from maillage.common.clock import now
from maillage.common.doors import door
from maillage.common.errors import RuleBroken
from maillage.common.forms import TOKEN, TokenForm, attempt, posted
from maillage.youth import elsewhere
from maillage.youth import lookup_access as access
from maillage.youth import lookup_selectors as selectors
from maillage.youth import lookup_services as services
from maillage.youth.faces import faces
from maillage.youth.lookup import birth, prove, proven
from maillage.youth.lookup_forms import AskForm, RegisterForm, TellForm
from maillage.youth.lookup_limits import one_more
from maillage.youth.models import YoungPerson
from maillage.youth.names import phone_mark
from maillage.youth.search import twins_in_sight
from maillage.youth.selectors import hosts

REFUSED, TOO_MANY = 422, 429
LOOK_UPS_A_MINUTE = 20


def _first_visit(request: HttpRequest) -> bool:
    """She comes from the search, with its proof; nothing was typed here yet."""
    return TOKEN not in request.POST


@door()
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """`/nouveau/`: a new file, only after a search."""
    me = actor(request)
    me.require(Ability.MISSION_EDIT)
    if request.method == "GET":
        return redirect("desk:search")
    service = services.service_of(me)
    workers = services.case_workers_for(me)
    context: dict[str, Any] = {
        "organisations": hosts(service.departement if service else ""),
        "case_workers": workers,
        "departement": service.departement if service else "",
        "me": me.user,
    }
    if _first_visit(request):
        proof = request.POST.get("proof", "")
        said = proven(me.user_id, proof)
        if said is None:
            return redirect("desk:search")
        first, _space, rest = said.text.partition(" ")
        born = birth(said.born, now().date())
        initial = {"proof": proof, "given_name": first, "family_name": rest, "birth_date": born.day if born else None}
        return _register(request, RegisterForm(initial=initial, **context))
    form = RegisterForm(request.POST, **context)
    if not form.is_valid():
        return _register(request, form)
    if not one_more(me.user_id, LOOK_UPS_A_MINUTE):
        form.add_error(None, _("Trop de recherches en une minute. Attendez un peu avant la suivante."))
        return _register(request, form, status=TOO_MANY)
    proof = form.cleaned_data["proof"]
    said = proven(me.user_id, proof)
    if said is None:
        form.add_error(None, _("La recherche est trop ancienne. Cherchez de nouveau avant d’ouvrir un dossier."))
        return _register(request, form)
    marks = [phone_mark(number) for number in form.cleaned_data["phones"]]
    alike = twins_in_sight(me, form.names(), born=form.birth(), marks=marks)
    renamed = not said.covers(form.names())
    if renamed:
        # This very look-up is the search under the name now typed.
        proof = prove(me.user_id, " ".join(form.names())[:80], said.born)
        form.data = form.data.copy()
        form.data["proof"] = proof
        form.add_error(
            None,
            _("Ce n’est plus le nom cherché : nous venons de chercher celui-ci. Relisez, puis enregistrez."),
        )
    if alike and not form.cleaned_data["distinct"]:
        form.add_error("distinct", _("Vous suivez quelqu’un qui lui ressemble. Si c’est une autre personne, cochez."))
    if renamed or form.errors:
        shown = list(faces(me, alike).values())
        return _register(request, form, alike=shown)
    worker = next(one for one in workers if str(one.pk) == form.cleaned_data["case_worker"])

    def open_file() -> YoungPerson:
        # A place far away is looked up last: once all the rest is ready to be written.
        place = elsewhere.place(me, form.cleaned_data, outside=context["departement"])
        return services.person_register(
            by=me, proof=proof, case_worker=worker, alike=len(alike), organisation=place, **form.values()
        )

    saved = attempt(form, open_file)
    if saved is None:
        return _register(request, form)
    messages.success(request, _("Dossier ouvert. Les parents s’ajoutent depuis sa page."))
    return redirect(selectors.page_of(me, saved) or "desk:search")


def _register(request: HttpRequest, form: RegisterForm, status: int = 0, alike: object = ()) -> HttpResponse:
    status = status or (REFUSED if form.is_bound else 200)
    return render(request, "youth/register.html", {"form": form, "alike": alike}, status=status)


def _searcher(request: HttpRequest) -> Actor:
    me = actor(request)
    if not me.sections():
        raise PermissionDenied(_("Votre rôle ne permet pas de chercher un dossier."))
    return me


@door()
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """`/demandes/nouvelle/`: a reasoned request, only after a search. The same page whether a file exists or not."""
    me = _searcher(request)
    if request.method == "GET":
        return redirect("desk:search")
    if _first_visit(request):
        proof = request.POST.get("proof", "")
        said = proven(me.user_id, proof)
        if said is None:
            return redirect("desk:search")
        initial = {"proof": proof, "names": said.text, "born": said.born, "phone": me.user.phone}
        return render(request, "youth/ask.html", {"form": AskForm(initial=initial)})
    form = AskForm(request.POST)
    if form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("proof", "names", "born", "reason", "phone")}
        if attempt(form, lambda: services.lookup_ask(by=me, **typed)) is not None:
            messages.success(
                request,
                _("Demande enregistrée. Si un dossier existe, son référent choisira de vous rappeler, ou non."),
            )
            return redirect("youth:requests")
    return render(request, "youth/ask.html", {"form": form}, status=REFUSED)


@door()
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """`/demandes/`: those one received, pairs of files to settle, those one left."""
    me = _searcher(request)
    context = {
        "received": selectors.received_by(me),
        "pairs": selectors.pairs_for(me),
        "asked": selectors.asked_by(me),
        "owner": access.may_own(me),
        "form": TokenForm(),
    }
    return render(request, "youth/requests.html", context)


@door()
@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = _searcher(request)
    row = access.request_or_404(me, pk)
    _checked(request)
    services.lookup_withdraw(by=me, request=row)
    messages.success(request, _("Demande retirée."))
    return redirect("youth:requests")


def _checked(request: HttpRequest) -> None:
    if not TokenForm(request.POST).is_valid():
        raise RuleBroken(_("Cette page datait d’une connexion précédente. Revenez en arrière et recommencez."))


@door()
@require_http_methods(["GET", "POST"])
def received(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One request about someone whose file she owns: to answer by telephone, or not."""
    me = _searcher(request)
    match = access.match_or_404(me, pk)
    form = TokenForm(posted(request))
    if request.method == "POST" and form.is_valid():
        answer = request.POST.get("answer", "")
        if attempt(form, lambda: services.lookup_close(by=me, match=match, answer=answer)) is not None:
            messages.success(request, _("C’est noté. La personne qui demande n’en est pas avertie par Maillage."))
            return redirect("youth:requests")
    context = {"one": selectors.received(me, match), "form": form}
    return render(request, "youth/received.html", context, status=REFUSED if form.errors else 200)


@door()
@require_GET
def twins(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Two files that may be of one person, side by side as far as she may see."""
    me = _searcher(request)
    pair = access.twins_or_404(me, pk)
    return _twins(request, me, pair, TellForm(initial={"phone": me.user.phone}))


def _twins(request: HttpRequest, me: Actor, pair: object, form: TellForm) -> HttpResponse:
    context = {"page": selectors.compare(me, pair), "form": form, "tap": TokenForm()}  # type: ignore[arg-type]
    return render(request, "youth/twins.html", context, status=REFUSED if form.errors else 200)


@door()
@require_POST
def twins_tell(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = _searcher(request)
    pair = access.twins_or_404(me, pk)
    form = TellForm(request.POST)
    if form.is_valid():
        word, phone = form.cleaned_data["word"], form.cleaned_data["phone"]
        if attempt(form, lambda: services.twins_tell(by=me, pair=pair, word=word, phone=phone)) is not None:
            messages.success(request, _("L’autre référent verra votre message sur son accueil."))
            return redirect("youth:twins", pair.pk)
    return _twins(request, me, pair, form)


@door()
@require_POST
def twins_distinct(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = _searcher(request)
    pair = access.twins_or_404(me, pk)
    _checked(request)
    version = request.POST.get("version", "")
    services.twins_distinct(by=me, pair=pair, version=int(version) if version.isdecimal() else None)
    messages.success(request, _("C’est noté : deux personnes différentes."))
    return redirect("youth:requests")
