"""Writes on accounts. Whoever's rights change finds her sessions ended."""

import uuid
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from maillage.accounts import access, enums, looks
from maillage.accounts.actors import Actor
from maillage.accounts.enums import Ability, LetterKind, Role
from maillage.accounts.models import DepartementLook, Letter, Membership, Organisation, User
from maillage.accounts.roles import SECTIONS
from maillage.accounts.selectors import keeps_settings_of
from maillage.audit.journal import System, action, note
from maillage.common.clock import now
from maillage.common.errors import Difference, NotAllowed, RuleBroken, StaleEdit
from maillage.common.localtime import ZONE
from maillage.vault.sealing import seal, system_key

By = Actor | System


def _require_over(by: By, organisation_id: uuid.UUID | None) -> None:
    """The system may; a person only in the organisations whose accounts she manages (None: in any of them)."""
    if isinstance(by, Actor):
        by.require(Ability.ACCOUNTS_MANAGE)
        if organisation_id is not None and not access.managed_organisations(by).filter(pk=organisation_id).exists():
            raise NotAllowed(_("Cette organisation n’est pas de votre ressort."))


def _require_over_user(by: By, user: User) -> None:
    if isinstance(by, Actor):
        by.require(Ability.ACCOUNTS_MANAGE)
        if not access.visible_to(by).filter(pk=user.pk).exists() or not access.answers_for(by, user):
            raise NotAllowed(_("Ce compte n’est pas de votre ressort."))
        if user.pk == by.user_id:
            raise RuleBroken(_("Une autre personne doit le faire : personne ne change ses propres droits."))


def _write(
    row: User | Organisation | DepartementLook, version: int | None, labels: dict[str, str], values: dict[str, object]
) -> None:
    """Update the row if nobody did since `version` (None: whatever it is now); StaleEdit with both texts otherwise."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    if version is not None:
        rows = rows.filter(version=version)
    current = type(row)._base_manager.get(pk=row.pk)
    if not rows.update(**values, version=current.version + 1):
        differences = [
            Difference(label=labels[name], stored=str(getattr(current, name)), typed=str(typed))
            for name, typed in values.items()
            if name in labels and getattr(current, name) != typed
        ]
        raise StaleEdit(
            _("Quelqu’un a modifié ces informations pendant que vous écriviez."),
            differences=differences,
            current_version=current.version,
        )
    row.refresh_from_db()


def _end_sessions(user: User) -> None:
    """Sessions opened before now end at their next request."""
    User.objects.filter(pk=user.pk).update(access_changed_at=now())
    user.refresh_from_db(fields=["access_changed_at"])


def post_letter(user: User | None, kind: LetterKind) -> Letter:
    """Queue an e-mail; None for an address nobody has, so that asking costs and answers the same."""
    instant = now()
    return Letter.objects.create(user=user, kind=kind, created_at=instant, try_at=instant)


@action(enums.ORGANISATION_SAVED)
def organisation_save(
    *,
    by: By,
    name: str,
    kind: str,
    departement: str,
    external_reference: str = "",
    organisation: Organisation | None = None,
    parent: Organisation | None = None,
    zone: str = ZONE,
    phone: str = "",
    night_phone: str = "",
    station: Organisation | None = None,
    address: str = "",
    commune: str = "",
    confidential: bool = True,
    active: bool = True,
    version: int | None = None,
) -> Organisation:
    """Create an organisation, or edit `organisation` (or the one that has this external reference).

    `version`: the one the edit was made on; None writes over whatever is there (imports).
    """
    values: dict[str, object] = {
        "external_reference": external_reference,
        "name": name,
        "kind": kind,
        "departement": departement,
        "parent": parent,
        "zone": zone,
        "phone": phone,
        "night_phone": night_phone,
        "station": station,
        "confidential": confidential,
        "active": active,
    }
    known = organisation
    if known is None and external_reference:
        known = Organisation.objects.filter(external_reference=external_reference).first()
    if known is None:
        _require_over(by, parent.pk if parent else None)
        note(created=True)
        made = Organisation(**values)
        _seal_place(made, address, commune)
        made.save(force_insert=True)
        return made
    _require_over(by, known.pk)
    if parent is not None and known.pk in [parent.pk, *_above(parent)]:
        raise RuleBroken(_("Une organisation ne peut pas dépendre d’elle-même."), field="parent")
    note(created=False)
    labels = {field: str(Organisation._meta.get_field(field).verbose_name) for field in values}  # type: ignore[union-attr]
    _seal_place(known, address, commune)
    placed = {name: getattr(known, name) for name in ("data_key", "address", "commune")}
    _write(known, version, labels, {**values, **placed})
    return known


def _seal_place(row: Organisation, address: str, commune: str) -> None:
    """Where it is, under the system's key: who steals the database finds no shelter."""
    if address or commune or row.data_key_id:
        seal(row, system_key(), address=address.strip(), commune=commune)


def _above(organisation: Organisation) -> list[uuid.UUID]:
    line: list[uuid.UUID] = []
    current = organisation.parent
    while current is not None and current.pk not in line:
        line.append(current.pk)
        current = current.parent
    return line


@action(enums.LOOK_SAVED)
def look_save(
    *,
    by: Actor,
    departement: str,
    version: int | None = None,
    name: str = "",
    light: str = "",
    dark: str = "",
    logo: bytes | None = None,
    without_logo: bool = False,
) -> DepartementLook:
    """The name, colours (« » : ours) and logo (None: the one there is) of a département; `version` None the first time.

    RuleBroken beside the colour that could not be read; StaleEdit when somebody saved meanwhile.
    """
    by.require(Ability.SETTINGS_EDIT)
    if not keeps_settings_of(by, departement):
        raise NotAllowed(_("Vous ne réglez pas ce département."))
    values: dict[str, object] = {
        "name": name.strip(),
        "light": looks.readable("light", light),
        "dark": looks.readable("dark", dark),
    }
    if logo is not None or without_logo:
        values["logo"] = None if logo is None else looks.drawn(logo)
    note(departement=departement)
    row = DepartementLook.objects.filter(departement=departement).first()
    if row is None:
        return DepartementLook.objects.create(departement=departement, **values)
    _write(
        row,
        version or 0,
        {
            "name": _("Nom affiché"),
            "light": _("Couleur sur fond clair"),
            "dark": _("Couleur sur fond sombre"),
        },
        values,
    )
    return row


@action(enums.USER_CREATED)
def user_create(
    *, by: By, email: str, display_name: str, phone: str = "", language: str = "fr", password: str | None = None
) -> User:
    """An account, with no role yet. Without `password` it opens only through an invitation."""
    _require_over(by, None)
    address = User.objects.normalize_email(email.strip()).lower()
    if User.objects.filter(email__iexact=address).exists():
        raise RuleBroken(_("Un compte existe déjà pour cette adresse."), field="email")
    system_key()  # whoever has an account has sessions and secrets to seal
    user = User(email=address, display_name=display_name.strip(), phone=phone, language=language)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save(force_insert=True)
    return user


@action(enums.USER_INVITED)
def user_invite(
    *, by: By, email: str, display_name: str, organisation: Organisation, role: Role, phone: str = ""
) -> User:
    """Create an account with its first role, and queue its invitation.

    Someone who already works elsewhere keeps her account and receives the role.
    """
    _require_over(by, organisation.pk)
    known = User.objects.filter(email__iexact=email.strip()).first()
    note(existing=known is not None)
    if known is None:
        user = user_create(by=by, email=email, display_name=display_name, phone=phone)
        post_letter(user, LetterKind.INVITATION)
    elif not known.is_active:
        raise RuleBroken(_("Ce compte est désactivé."), field="email")
    else:
        user = known
    membership_open(by=by, user=user, organisation=organisation, role=role)
    return user


@action(enums.USER_INVITED)
def invitation_repeat(*, by: By, user: User) -> User:
    """Queue the invitation again: the former link stays good until it is used or expires."""
    _require_over_user(by, user)
    if user.has_usable_password():
        raise RuleBroken(_("Cette personne a déjà choisi son mot de passe."))
    note(existing=True)
    post_letter(user, LetterKind.INVITATION)
    return user


@action(enums.USER_EDITED)
def user_edit(*, by: By, user: User, display_name: str, phone: str, version: int | None) -> User:
    _require_over_user(by, user)
    labels = {"display_name": _("Nom affiché"), "phone": _("Téléphone professionnel")}
    _write(user, version, labels, {"display_name": display_name.strip(), "phone": phone})
    return user


@action(enums.USER_DEACTIVATED)
def user_deactivate(*, by: By, user: User, version: int | None = None) -> User:
    """Close an account: nothing signs in any more, every session ends. Its name stays on what it did."""
    _require_over_user(by, user)
    _write(user, version, {}, {"is_active": False})
    _end_sessions(user)
    return user


@action(enums.USER_REACTIVATED)
def user_reactivate(*, by: By, user: User, version: int | None = None) -> User:
    _require_over_user(by, user)
    _write(user, version, {}, {"is_active": True})
    return user


@action(enums.MEMBERSHIP_OPENED)
def membership_open(
    *, by: By, user: User, organisation: Organisation, role: Role | str, starts_at: datetime | None = None
) -> Membership:
    """Give a role in an organisation, from `starts_at` (None: now)."""
    _require_over(by, organisation.pk)
    role = Role(role)
    if isinstance(by, Actor) and user.pk == by.user_id:
        raise RuleBroken(_("Une autre personne doit le faire : personne ne change ses propres droits."))
    instant = now()
    running = Membership.objects.filter(user=user).exclude(ends_at__lte=instant)
    if running.filter(organisation=organisation, role=role).exists():
        raise RuleBroken(_("Cette personne a déjà ce rôle dans cette organisation."), field="role")
    roles = {role, *(Role(held) for held in running.values_list("role", flat=True))}
    if Role.ADMINISTRATOR in roles and any(SECTIONS[held] for held in roles):
        raise RuleBroken(
            _("Qui administre les comptes n’ouvre aucun dossier : il faut deux comptes séparés."), field="role"
        )
    membership = Membership.objects.create(
        user=user, organisation=organisation, role=role, starts_at=starts_at or instant
    )
    _end_sessions(user)
    note(user=str(user.pk), organisation=str(organisation.pk), role=role.value)
    return membership


@action(enums.MEMBERSHIP_ENDED)
def membership_end(*, by: By, membership: Membership, ends_at: datetime | None = None) -> Membership:
    """Take a role back, at `ends_at` (None: now)."""
    _require_over(by, membership.organisation_id)
    if isinstance(by, Actor) and membership.user_id == by.user_id:
        raise RuleBroken(_("Une autre personne doit le faire : personne ne change ses propres droits."))
    end = max(ends_at or now(), membership.starts_at + timedelta(microseconds=1))
    if not Membership.objects.filter(pk=membership.pk, ends_at__isnull=True).update(ends_at=end):
        raise RuleBroken(_("Ce rôle a déjà pris fin."))
    membership.refresh_from_db()
    _end_sessions(membership.user)
    note(user=str(membership.user_id), organisation=str(membership.organisation_id), role=membership.role)
    return membership


@action(enums.SECOND_FACTOR_RESET)
def second_factor_reset(*, by: By, user: User) -> User:
    """Forget every second factor of someone who lost hers: sessions end, the next sign-in sets up a new one."""
    _require_over_user(by, user)
    removed, _rows = Authenticator.objects.filter(user_id=user.pk).delete()
    _end_sessions(user)
    post_letter(user, LetterKind.NOTICE)
    note(removed=removed)
    return user


@action(enums.LANGUAGE_CHOSEN)
def language_choose(*, by: Actor, language: str) -> User:
    """Her own language on screens: "fr" or "en"."""
    User.objects.filter(pk=by.user_id).update(language=language)
    note(language=language)
    by.user.refresh_from_db(fields=["language"])
    return by.user


@action(enums.SESSIONS_ENDED)
def sessions_end(*, by: Actor) -> User:
    """Her own sessions end everywhere; the caller starts hers anew (`sessions.restart`)."""
    _end_sessions(by.user)
    return by.user


@action(enums.PASSWORD_CHANGED)
def password_noted(*, by: Actor) -> User:
    """She chose another password (allauth stored it): her sessions end."""
    _end_sessions(by.user)
    return by.user
