"""What is typed to open a file, to leave a request, to answer one."""

import copy
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.accounts.models import User
from maillage.common.clock import now
from maillage.common.forms import TokenForm
from maillage.youth.enums import LegalStatus, PlacementKind
from maillage.youth.forms import IdentityForm, Phones, PlacementStartForm, refuse_two_places
from maillage.youth.lookup import birth
from maillage.youth.names import Born

IDENTITY = (
    "given_name", "family_name", "usual_name", "aliases", "former_names", "birth_date", "birth_place", "sex", "phones",
)  # fmt: skip
PLACE = ("organisation", "elsewhere", "kind", "starts_on")


class ProofForm(TokenForm):
    """A form that follows a search, and carries its proof."""

    proof = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput(attrs={"id": False}))


class RegisterForm(ProofForm):
    """A new file. `alike`: files in sight that may be of the same person, which must be said to be of another."""

    distinct = forms.BooleanField(label=_("Ce n’est aucune de ces personnes"), required=False)
    legal_status = forms.ChoiceField(label=_("Statut juridique"), choices=LegalStatus, initial=LegalStatus.UNKNOWN)
    case_worker = forms.ChoiceField(label=_("Référente ou référent ASE"))
    organisation: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(
        label=_("Lieu d’accueil"), queryset=None, required=False, empty_label=_("Pas encore connu")
    )
    kind = forms.ChoiceField(
        label=_("Type d’accueil"), choices=[("", _("Choisir…")), *PlacementKind.choices], required=False
    )
    starts_on = forms.DateField(
        label=_("Depuis"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False
    )

    def __init__(
        self, *args: Any, organisations: Any, case_workers: Sequence[User], departement: str, me: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in IDENTITY:
            self.fields[name] = copy.deepcopy(IdentityForm.base_fields[name])
        # The same grounds, and the same means to name a place far away, as for a placement opened from her file.
        for name in ("legal_basis", "reason", "elsewhere"):
            if name in PlacementStartForm.base_fields:
                self.fields[name] = copy.deepcopy(PlacementStartForm.base_fields[name])
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        people = [(str(user.pk), user.display_name) for user in case_workers]
        self.fields["case_worker"].choices = people  # type: ignore[attr-defined]
        if me in case_workers:
            self.initial.setdefault("case_worker", str(me.pk))
        for typed in self.fields.values():
            if isinstance(typed, Phones):
                typed.departement = departement
        grounds = [name for name in ("legal_basis", "reason") if name in self.fields]
        self.order_fields(["distinct", *IDENTITY, "legal_status", *grounds, "case_worker", *PLACE])
        self.alike = False

    @property
    def who(self) -> list[Any]:
        return [self[name] for name in IDENTITY]

    @property
    def followed(self) -> list[Any]:
        return [self[name] for name in ("legal_status", "legal_basis", "reason", "case_worker") if name in self.fields]

    @property
    def lives(self) -> list[Any]:
        return [self[name] for name in PLACE]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not any(given.get(name) for name in ("given_name", "family_name", "usual_name")):
            self.add_error("given_name", _("Indiquez au moins un prénom ou un nom."))
        refuse_two_places(self, given)
        if given.get("organisation") or given.get("elsewhere"):
            if not given.get("kind"):
                self.add_error("kind", _("Indiquez le type d’accueil."))
            if not given.get("starts_on") and "starts_on" not in self.errors:
                self.add_error("starts_on", _("Indiquez depuis quand."))
        return given

    def names(self) -> list[str]:
        """Every name typed, those she bears first."""
        given = self.cleaned_data
        several = [*given.get("aliases", []), *given.get("former_names", [])]
        return [name for name in [*(given.get(one, "") for one in IDENTITY[:3]), *several] if name]

    def birth(self) -> Born | None:
        day = self.cleaned_data.get("birth_date")
        return Born.on(day) if day else None

    def values(self) -> dict[str, Any]:
        """What `person_register` takes, but for where she lives: `elsewhere.place`."""
        given = self.cleaned_data
        grounds = {name: given[name] for name in ("legal_basis", "reason") if given.get(name)}
        return {
            "identity": {name: given[name] for name in IDENTITY},
            **{name: given[name] for name in ("legal_status", "kind", "starts_on")},
            **grounds,
        }


class AskForm(ProofForm):
    """A request left where a search found nothing."""

    names = forms.CharField(label=_("Prénom et nom"), max_length=120, min_length=2)
    born = forms.CharField(
        label=_("Naissance ou âge"),
        help_text=_("Une date, une année ou un âge : « 17/05/2010 », « 2010 », « vers 14 ans »."),
        required=False,
        max_length=40,
    )
    reason = forms.CharField(
        label=_("Pourquoi vous la cherchez"),
        help_text=_("Une ou deux phrases : ce qui se passe, ce qu’il vous faut savoir."),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=10,
        max_length=1000,
    )
    phone = forms.CharField(
        label=_("Où vous rappeler"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def clean_born(self) -> str:
        said: str = self.cleaned_data["born"]
        try:
            birth(said, now().date())
        except ValueError as wrong:
            raise forms.ValidationError(_("Écrivez une date, une année ou un âge, par exemple 2010.")) from wrong
        return said


class TellForm(TokenForm):
    """A word to the owner of the other file."""

    word = forms.CharField(
        label=_("Votre message"), widget=forms.Textarea(attrs={"rows": 3}), min_length=5, max_length=1000
    )
    phone = forms.CharField(
        label=_("Où vous rappeler"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )


class MergeForm(TokenForm):
    """Which of two files speaks for both, and what says that they are of one person."""

    main = forms.ChoiceField(label=_("Dossier principal"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("À quoi vous la reconnaissez"),
        help_text=_("Une pièce d’identité, une photo, un échange entre les deux services…"),
        widget=forms.Textarea(attrs={"rows": 2}),
        min_length=10,
        max_length=500,
    )
    sure = forms.BooleanField(
        label=_("C’est une seule et même personne."), error_messages={"required": _("Cochez pour confirmer.")}
    )

    def __init__(self, *args: Any, files: Sequence[tuple[object, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [_("Le plus ancien"), _("L’autre")]
        self.fields["main"].choices = [  # type: ignore[attr-defined]
            (str(pk), f"{place} : {name}") for (pk, name), place in zip(files, places, strict=True)
        ]
