"""How the screens of a département look: its settings, and the two files every page asks for."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts import looks, services
from maillage.accounts.enums import Ability, Role
from maillage.accounts.forms import LookForm
from maillage.accounts.http import actor
from maillage.accounts.models import DepartementLook, User
from maillage.accounts.roles import ABILITIES
from maillage.accounts.selectors import departement_set_by
from maillage.common.doors import door
from maillage.common.forms import attempt, posted

_MANAGERS = frozenset(role.value for role in Role if Ability.SETTINGS_EDIT in ABILITIES[role])
# A change shows at once to whoever works there (its version is in the address), to strangers within that time.
_KEPT = "private, max-age=300"


@door(roles=_MANAGERS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    by = actor(request)
    departement = departement_set_by(by)
    row = looks.look_of(departement)
    form = LookForm(
        posted(request),
        request.FILES or None,
        version=row.version if row else None,
        initial={"name": row.name, "light": row.light, "dark": row.dark} if row else {},
        has_logo=bool(row and row.logo),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            form,
            lambda: services.look_save(
                by=by,
                departement=departement,
                version=data["version"],
                name=data["name"],
                light=data["light"],
                dark=data["dark"],
                logo=data["logo"].read() if data["logo"] else None,
                without_logo=bool(data.get("without_logo")),
            ),
        )
        if done:
            messages.success(request, _("Apparence enregistrée."))
            return redirect("accounts:look")
    context = {"form": form, "departement": departement, "row": row}
    return render(request, "accounts/look.html", context, status=422 if form.is_bound else 200)


def _look(request: HttpRequest) -> DepartementLook | None:
    return looks.shown_to(request.user if isinstance(request.user, User) else None)


def _own(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = _KEPT
    patch_vary_headers(answer, ["Cookie"])
    return answer


@door(public=True)
@require_safe
def css(request: HttpRequest) -> HttpResponse:
    return _own(HttpResponse(looks.css(_look(request)), content_type="text/css; charset=utf-8"))


@door(public=True)
@require_safe
def logo(request: HttpRequest) -> HttpResponse:
    found = _look(request)
    if found is None or not found.logo:
        raise Http404
    return _own(HttpResponse(bytes(found.logo), content_type="image/png"))
