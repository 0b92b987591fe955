"""What is typed about a young person."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.accounts.models import Organisation
from maillage.common.forms import TokenForm
from maillage.vault.sealing import Opened
from maillage.youth import photos, words
from maillage.youth.enums import BASES_TO_CHOOSE, Authority, Contact, Kinship, LegalStatus, PlacementEnd, PlacementKind
from maillage.youth.models import DepartureSheet, ParentalSituation, YoungPerson
from maillage.youth.phones import normalise
from maillage.youth.selectors import hosts


def _day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class Lines(forms.CharField):
    """A list of short texts, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Un par ligne."), max_length=2000, **kwargs
        )

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))


class Phones(Lines):
    """Telephone numbers, one a line, kept in their international form."""

    default_error_messages = {"phone": _("« %(value)s » n’est pas un numéro de téléphone.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.departement = ""

    def clean(self, value: Any) -> Any:
        numbers = []
        for line in super().clean(value):
            try:
                numbers.append(normalise(line, self.departement))
            except ValueError as wrong:
                message = self.error_messages["phone"]
                raise forms.ValidationError(message, "phone", {"value": line}) from wrong
        return numbers


class SealedForm(TokenForm):
    """Edits columns of one row, sealed ones included: those whose section is closed to the reader are left out."""

    row_model: type[YoungPerson | ParentalSituation | DepartureSheet]
    columns: Sequence[str] = ()

    def __init__(self, *args: Any, row: Any, opened: Opened, departement: str = "", **kwargs: Any) -> None:
        blank = row is None
        row = self.row_model() if blank else row
        if not blank:
            kwargs.setdefault("version", row.version)
        super().__init__(*args, **kwargs)
        for name in self.columns:
            sealed = hasattr(row._meta.get_field(name), "section")
            if sealed and not opened.may(row, name):
                for field in self._fields_of(name):
                    del self.fields[field]
            elif not blank:
                self._fill(name, opened.value(row, name) if sealed else getattr(row, name))
        for typed in self.fields.values():
            if isinstance(typed, Phones):
                typed.departement = departement

    def _fields_of(self, column: str) -> Iterable[str]:
        return (column,)

    def _fill(self, column: str, value: Any) -> None:
        self.initial[column] = value

    def values(self) -> dict[str, Any]:
        """What was typed, by column."""
        return {name: self.cleaned_data[name] for name in self.columns if name in self.fields}


class IdentityForm(SealedForm):
    row_model = YoungPerson
    columns = (
        "given_name", "family_name", "usual_name", "aliases", "former_names", "birth_date", "birth_place", "sex",
        "phones", "legal_status",
    )  # fmt: skip

    given_name = forms.CharField(label=_("Prénom"), max_length=120, required=False)
    family_name = forms.CharField(label=_("Nom de famille"), max_length=120, required=False)
    usual_name = forms.CharField(
        label=_("Prénom d’usage"), help_text=_("Celui que l’équipe emploie."), max_length=120, required=False
    )
    aliases = Lines(label=_("Surnoms"), required=False)
    former_names = Lines(label=_("Anciens noms"), required=False)
    birth_date = _day(label=_("Date de naissance"), required=False)
    birth_place = forms.CharField(label=_("Lieu de naissance"), max_length=160, required=False)
    sex = forms.ChoiceField(
        label=_("Sexe"),
        choices=[("", _("Non renseigné")), ("f", _("Féminin")), ("m", _("Masculin")), ("x", _("Autre"))],
        required=False,
    )
    phones = Phones(label=_("Téléphones"), required=False)
    legal_status = forms.ChoiceField(label=_("Statut juridique"), choices=LegalStatus)


class ParentForm(SealedForm):
    row_model = ParentalSituation
    columns = (
        "kinship", "name", "contacts", "authority", "contact", "may_know_place", "decision", "decision_date", "note",
    )  # fmt: skip

    kinship = forms.ChoiceField(label=_("Lien"), choices=Kinship)
    name = forms.CharField(label=_("Nom"), max_length=160, required=False)
    phones = Phones(label=_("Téléphones"), required=False)
    email = forms.EmailField(label=_("Adresse électronique"), required=False)
    address = forms.CharField(
        label=_("Adresse"), widget=forms.Textarea(attrs={"rows": 2}), max_length=300, required=False
    )
    authority = forms.ChoiceField(label=_("Autorité parentale"), choices=Authority, initial=Authority.UNKNOWN)
    contact = forms.ChoiceField(label=_("Contact avec l’enfant"), choices=Contact, initial=Contact.UNKNOWN)
    may_know_place = forms.BooleanField(
        label=_("Peut connaître le lieu d’accueil"),
        help_text=_("Sinon, on lui dit une absence, jamais un lieu."),
        required=False,
    )
    decision = forms.CharField(
        label=_("Décision"),
        help_text=_("Ce que dit la décision du juge, en une phrase."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )
    decision_date = _day(label=_("Date de la décision"), required=False)
    note = forms.CharField(
        label=_("À savoir"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000, required=False
    )

    def _fields_of(self, column: str) -> Iterable[str]:
        return ("phones", "email", "address") if column == "contacts" else (column,)

    def _fill(self, column: str, value: Any) -> None:
        if column == "contacts":
            self.initial.update(value or {})
        else:
            self.initial[column] = value

    def values(self) -> dict[str, Any]:
        typed = {name: self.cleaned_data[name] for name in self.columns if name in self.fields}
        if "phones" in self.fields:
            typed["contacts"] = {name: self.cleaned_data[name] for name in ("phones", "email", "address")}
        return typed


class SheetForm(SealedForm):
    """The departure sheet, filled in with her."""

    row_model = DepartureSheet
    columns = tuple(words.SHEET)

    prepared_with = forms.BooleanField(
        label=_("Préparée ensemble"),
        help_text=_("La jeune personne sait qui lira cette fiche, et quand."),
        required=False,
    )
    prepared_on = _day(label=_("Préparée le"), required=False)
    description = forms.CharField(
        label=_("Description"),
        help_text=_("Taille, cheveux, vêtements habituels, signes distinctifs."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    phones = Phones(label=_("Ses téléphones"), required=False)
    handles = Lines(label=_("Ses comptes en ligne"), required=False)
    travel_card = forms.CharField(label=_("Carte de transport"), max_length=160, required=False)
    friends = Lines(label=_("Amis, proches"), required=False)
    usual_places = Lines(label=_("Lieux habituels"), required=False)
    emergency_health = forms.CharField(
        label=_("Santé : ce que des secours doivent savoir"),
        help_text=_("Allergie, traitement à ne pas interrompre. Choisi ensemble : toute l’équipe le lira."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        required=False,
    )
    call_first = forms.CharField(
        label=_("Qui appeler d’abord"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500, required=False
    )


class PhotoForm(TokenForm):
    photo = forms.FileField(
        label=_("Photo du visage"),
        help_text=_("JPEG, PNG ou WebP, 8 Mo au plus. Le lieu et l’heure cachés dans l’image sont effacés."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": _("Le fichier est vide.")},
    )

    def clean_photo(self) -> Any:
        upload = self.cleaned_data["photo"]
        if upload.size > photos.MAX_BYTES:
            raise forms.ValidationError(_("La photo dépasse 8 Mo : choisissez-en une plus légère."))
        return upload


def refuse_two_places(form: forms.Form, typed: Mapping[str, Any]) -> None:
    """One of the list, or one of another département that is named: what is looked up is nobody's second choice."""
    if typed.get("elsewhere") and typed.get("organisation"):
        form.add_error("elsewhere", _("Un lieu de la liste, ou un autre nommé ici : pas les deux."))


class PlacementStartForm(TokenForm):
    organisation: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        label=_("Lieu d’accueil"), queryset=None, required=False, empty_label=_("Choisir…")
    )
    elsewhere = forms.CharField(
        label=_("Dans un autre département, son nom exact"),
        help_text=_("Ces lieux ne se parcourent pas : ils se nomment. « Nom (75) » si deux le portent."),
        max_length=200,
        required=False,
    )
    kind = forms.ChoiceField(label=_("Type d’accueil"), choices=PlacementKind)
    starts_on = _day(label=_("Depuis"))
    legal_basis = forms.ChoiceField(
        label=_("Base légale"), choices=[("", _("Choisir…")), *((one.value, one.label) for one in BASES_TO_CHOOSE)]
    )
    reason = forms.CharField(
        label=_("Précision"), help_text=_("La décision et sa date, par exemple."), max_length=500, required=False
    )

    def __init__(self, *args: Any, departement: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = hosts(departement)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        refuse_two_places(self, typed)
        if not typed.get("elsewhere") and not typed.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("Choisissez un lieu, ou nommez-en un d’un autre département."))
        return typed


class PlacementKeepForm(TokenForm):
    until = _day(label=_("Garder sa place jusqu’au"))


class PlacementEndForm(TokenForm):
    ends_on = _day(label=_("Fin de l’accueil"))
    end_kind = forms.ChoiceField(label=_("Pourquoi"), choices=[("", _("Choisir…")), *PlacementEnd.choices])
    motive = forms.CharField(label=_("Motif"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    next_organisation: "forms.ModelChoiceField[Organisation]" = forms.ModelChoiceField(
        label=_("Lieu suivant, s’il est dans la liste"), queryset=None, required=False, empty_label=_("Un autre lieu")
    )
    next_place = forms.CharField(label=_("Sinon, son prochain lieu de vie"), max_length=300, required=False)
    agreed = forms.BooleanField(label=_("L’ASE donne son accord à cette fin d’accueil"))

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["next_organisation"].queryset = organisations  # type: ignore[attr-defined]
