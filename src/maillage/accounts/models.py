"""People who work, their organisations, and the role each holds in one."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.accounts.enums import LetterKind, OrganisationKind, Role
from maillage.common.enums import DataClass, Section
from maillage.common.models import BaseModel
from maillage.vault.fields import SealedField


class Organisation(BaseModel):
    """A home, a service, a station. Where it is, is sealed under the system's key: `sealed.place_of` opens it."""

    data_classes = {
        DataClass.PROFESSIONAL: [
            "external_reference", "name", "kind", "parent", "departement", "zone", "phone", "night_phone",
            "station", "confidential", "active",
        ],
        DataClass.SECRET: ["address", "commune"],
        DataClass.TECHNICAL: ["data_key", "version"],
    }  # fmt: skip

    external_reference = models.CharField(_("Référence externe"), max_length=80, blank=True)
    name = models.CharField(_("Nom"), max_length=160)
    kind = models.CharField(_("Type"), max_length=20, choices=OrganisationKind)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    departement = models.CharField(_("Département"), max_length=3)
    zone = models.CharField(_("Fuseau horaire"), max_length=40, default="Europe/Paris")
    phone = models.CharField(_("Téléphone"), max_length=20, blank=True)
    night_phone = models.CharField(_("Numéro joignable toute la nuit"), max_length=20, blank=True)
    # The police station or gendarmerie unit to call directly.
    station = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="served")
    data_key = models.ForeignKey("vault.DataKey", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    address = SealedField(section=Section.WHEREABOUTS)
    commune = SealedField(section=Section.WHEREABOUTS)  # code INSEE
    confidential = models.BooleanField(_("Adresse confidentielle"), default=True)
    active = models.BooleanField(_("En activité"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_reference"],
                condition=~models.Q(external_reference=""),
                name="accounts_organisation_reference_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Accounts are made by `accounts.services`, not here."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, BaseModel):
    """A professional. No superuser, no admin site."""

    data_classes = {
        DataClass.PROFESSIONAL: ["email", "display_name", "phone", "is_active", "language"],
        DataClass.TECHNICAL: [
            "password",
            "last_login",
            "joined_at",
            "last_seen_at",
            "access_changed_at",
            "version",
        ],
    }

    email = models.EmailField(_("Adresse électronique"), unique=True)
    display_name = models.CharField(_("Nom affiché"), max_length=120)
    phone = models.CharField(_("Téléphone professionnel"), max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(_("Langue"), max_length=2, default="fr")
    joined_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)  # written at most once a minute
    # Sessions older than this end: role, membership or password changed.
    access_changed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name


class Membership(BaseModel):
    """A role in an organisation, for a time."""

    data_classes = {DataClass.PROFESSIONAL: ["user", "organisation", "role", "starts_at", "ends_at"]}

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("Rôle"), max_length=20, choices=Role)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=models.Q(ends_at__isnull=True),
                name="accounts_membership_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                name="accounts_membership_end_after_start",
            ),
        ]


class Letter(BaseModel):
    """An e-mail about an account, waiting for the worker. Its link is made when it leaves, never stored.

    `user` is empty when the address asked for is unknown: the same row is written, so that the answer and
    its work are the same; the worker drops it.
    """

    data_classes = {
        DataClass.PROFESSIONAL: ["user"],
        DataClass.TECHNICAL: ["kind", "created_at", "try_at", "attempts", "sent_at"],
    }

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="letters")
    kind = models.CharField(max_length=12, choices=LetterKind)
    created_at = models.DateTimeField()
    try_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)


class DepartementLook(BaseModel):
    """The name, logo and colours a département puts on its screens. Public: its own sign."""

    data_classes = {
        DataClass.PROFESSIONAL: ["departement", "name", "logo", "light", "dark"],
        DataClass.TECHNICAL: ["version"],
    }

    departement = models.CharField(max_length=3, unique=True)
    name = models.CharField(_("Nom affiché"), max_length=40, blank=True)
    logo = models.BinaryField(null=True, blank=True)  # PNG, drawn again by us
    light = models.CharField(_("Couleur sur fond clair"), max_length=7, blank=True)
    dark = models.CharField(_("Couleur sur fond sombre"), max_length=7, blank=True)
    version = models.PositiveIntegerField(default=1)
