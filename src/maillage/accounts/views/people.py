"""Screens of administrators: who has an account, with which roles. Never a young person."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts import access, selectors, services
from maillage.accounts.doors import confirmed
from maillage.accounts.enums import Role
from maillage.accounts.forms import InviteForm, PersonForm, RoleForm
from maillage.accounts.http import actor
from maillage.accounts.models import User
from maillage.common.doors import door
from maillage.common.forms import TokenForm, attempt, posted

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@door(roles=ADMINISTRATORS)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    rows = selectors.accounts_with_posts(
        access.visible_to(actor(request)), access.managed_organisations(actor(request))
    )
    return render(request, "accounts/people.html", {"rows": rows})


@door(roles=ADMINISTRATORS)
@confirmed
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    me = actor(request)
    form = InviteForm(posted(request), organisations=access.managed_organisations(me))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        user = attempt(
            form,
            lambda: services.user_invite(
                by=me,
                email=data["email"],
                display_name=data["display_name"],
                phone=data["phone"],
                organisation=data["organisation"],
                role=Role(data["role"]),
            ),
        )
        if user is not None:
            messages.success(request, _("C’est fait : un message part vers cette adresse si le compte est nouveau."))
            return redirect("accounts:person", user.pk)
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.is_bound else 200)


def _person_page(
    request: HttpRequest, user: User, *, form: PersonForm | None = None, role_form: RoleForm | None = None
) -> HttpResponse:
    me = actor(request)
    refused = form is not None or role_form is not None
    return render(
        request,
        "accounts/person.html",
        {
            "person": user,
            "form": form
            or PersonForm(initial={"display_name": user.display_name, "phone": user.phone}, version=user.version),
            "role_form": role_form or RoleForm(organisations=access.managed_organisations(me)),
            "memberships": access.memberships_managed(me).filter(user=user).order_by("-starts_at", "pk"),
            "second_factor": selectors.has_second_factor(user),
            "token_form": TokenForm(),
            "self": user.pk == me.user_id,
        },
        status=422 if refused else 200,
    )


@door(roles=ADMINISTRATORS)
@confirmed
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = actor(request)
    user = access.get_visible_or_404(me, pk)
    if request.method != "POST":
        return _person_page(request, user)
    form = PersonForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        saved = attempt(
            form,
            lambda: services.user_edit(
                by=me,
                user=user,
                display_name=data["display_name"],
                phone=data["phone"],
                version=data["version"],
            ),
        )
        if saved is not None:
            return redirect("accounts:person", pk)
    return _person_page(request, user, form=form)


@door(roles=ADMINISTRATORS)
@confirmed
@require_POST
def role_open(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = actor(request)
    user = access.get_visible_or_404(me, pk)
    form = RoleForm(request.POST, organisations=access.managed_organisations(me))
    if form.is_valid():
        data = form.cleaned_data
        opened = attempt(
            form,
            lambda: services.membership_open(
                by=me, user=user, organisation=data["organisation"], role=Role(data["role"])
            ),
        )
        if opened is not None:
            return redirect("accounts:person", pk)
    return _person_page(request, user, role_form=form)


@door(roles=ADMINISTRATORS)
@confirmed
@require_POST
def role_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    me = actor(request)
    membership = get_object_or_404(access.memberships_managed(me), pk=pk)
    form = TokenForm(request.POST)
    if form.is_valid():
        attempt(form, lambda: services.membership_end(by=me, membership=membership))
    return _after(request, form, membership.user_id)


@door(roles=ADMINISTRATORS)
@confirmed
@require_POST
def change(request: HttpRequest, pk: uuid.UUID, what: str) -> HttpResponse:
    """Deactivate, reactivate, reset the second factor, invite again."""
    me = actor(request)
    user = access.get_visible_or_404(me, pk)
    act = {
        "desactiver": services.user_deactivate,
        "reactiver": services.user_reactivate,
        "second-facteur": services.second_factor_reset,
        "inviter": services.invitation_repeat,
    }[what]
    form = TokenForm(request.POST)
    if form.is_valid():
        attempt(form, lambda: act(by=me, user=user))
    return _after(request, form, user.pk)


def _after(request: HttpRequest, form: TokenForm, pk: uuid.UUID) -> HttpResponse:
    """Back to the account, with what was refused said above it."""
    for error in [*form.non_field_errors(), *form.errors.get("form_token", [])]:
        messages.error(request, error)
    return redirect("accounts:person", pk)
