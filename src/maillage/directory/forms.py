"""Forms of the directory: search, sheets, proposals, requests."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from maillage.accounts.selectors import organisation_named
from maillage.common.forms import TokenForm
from maillage.directory import hours as opening
from maillage.directory import vocabulary
from maillage.directory.enums import Channel, Confidentiality, StructureKind, usual_level
from maillage.directory.models import Service, Structure
from maillage.directory.queries import LARGEST_RADIUS, RADIUS, Bounds, Query
from maillage.directory.searching import EVERY_PUBLIC
from maillage.reference import communes, departements

if TYPE_CHECKING:
    from maillage.accounts.models import Organisation

_WEB = URLValidator(schemes=["http", "https"])
_ANY = ("", "—")
_RADII = [(5, "5 km"), (15, "15 km"), (30, "30 km"), (RADIUS, "50 km"), (100, "100 km"), (LARGEST_RADIUS, "200 km")]


class CommuneField(forms.CharField):
    """A commune as people type it: « Lille », « 59000 Lille »; cleaned to its INSEE code, "" when empty."""

    default_error_messages = {
        "unknown": _("Cette commune n’est pas connue."),
        "several": _("Plusieurs communes portent ce nom : ajoutez le code postal."),
    }

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        known = communes.find(text)
        if known is not None:
            return known.code
        found = communes.by_name(text)
        if len(found) != 1:
            wrong = "several" if found else "unknown"
            raise forms.ValidationError(self.error_messages[wrong], code=wrong)
        return found[0].code


class BoundsField(forms.CharField):
    """What a map shows: « south,west,north,east » in degrees; None when that is nothing."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            south, west, north, east = (float(part) for part in text.split(","))
        except ValueError:
            return None
        fits = -90 <= south <= north <= 90 and -180 <= west <= east <= 180  # also refuses what is no number
        return Bounds(south, west, north, east) if fits else None


Choices = list[tuple[str, Any]]


def _needs() -> Choices:
    return [_ANY, *((code, need.label) for code, need in vocabulary.needs().items())]


def _publics() -> Choices:
    publics = vocabulary.standard()["publics"]
    return [_ANY, *((code, term.label) for code, term in publics.items() if code != EVERY_PUBLIC)]


def _languages() -> Choices:
    return [_ANY, *vocabulary.FRENCH_LANGUAGE_NAMES.items()]


def _kinds() -> Choices:
    return [_ANY, *StructureKind.choices]


class SearchForm(forms.Form):
    """Every filter may be left empty. Read from the address, so that a page of results can be kept and sent."""

    DRAWN_ONCE = frozenset({"radius", "need", "public", "kind", "speaking", "open_now", "remote"})

    text = forms.CharField(label=_("Que cherchez-vous ?"), required=False, max_length=200)
    commune = CommuneField(label=_("Autour de quelle commune ?"), required=False, max_length=80)
    radius = forms.ChoiceField(label=_("Jusqu’à"), choices=_RADII, required=False, initial=RADIUS)
    need = forms.ChoiceField(label=_("Pour quel besoin ?"), required=False, choices=_needs)
    public = forms.ChoiceField(label=_("Pour qui ?"), required=False, choices=_publics)
    age = forms.IntegerField(label=_("Quel âge ?"), required=False, min_value=0, max_value=99)
    language = forms.ChoiceField(
        required=False, widget=forms.HiddenInput(), choices=_languages
    )  # what the counts below narrow to
    kind = forms.ChoiceField(label=_("Type de structure"), required=False, choices=_kinds)
    speaking = forms.ChoiceField(
        label=_("Dans quelle langue ?"), required=False, choices=_languages,
        help_text=_("À distance semblable, ce qui la parle vient d’abord. Le reste suit."),
    )  # fmt: skip
    open_now = forms.BooleanField(label=_("Ouvert en ce moment"), required=False)
    remote = forms.BooleanField(label=_("Répond à distance"), required=False)
    bounds = BoundsField(required=False, widget=forms.HiddenInput())
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput())

    def query(self, at: Any) -> Query:
        """What was asked; a filter that cannot be read is left out (the form says so)."""
        data = getattr(self, "cleaned_data", {})

        def one(name: str) -> tuple[str, ...]:
            return (data[name],) if data.get(name) else ()

        return Query(
            text=data.get("text", ""),
            commune=data.get("commune", ""),
            radius=int(data.get("radius") or RADIUS),
            bounds=data.get("bounds"),
            needs=one("need"),
            publics=one("public"),
            age=data.get("age"),
            languages=one("language"),
            kinds=one("kind"),
            open_at=at if data.get("open_now") else None,
            remote=bool(data.get("remote")),
            speaking=data.get("speaking", ""),
            page=data.get("page") or 1,
        )


class _SheetForm(TokenForm):
    """What sheets of structures and services share."""

    name = forms.CharField(label=_("Nom"), min_length=3, max_length=150)
    description = forms.CharField(
        label=_("Ce qui s’y passe"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 5})
    )
    phone = forms.CharField(label=_("Téléphone"), required=False, max_length=40)
    email = forms.EmailField(
        label=_("Courriel"), required=False, max_length=254, validators=[EmailValidator(allowlist=[])]
    )
    address = forms.CharField(label=_("Adresse"), required=False, max_length=300)
    postcode = forms.RegexField(r"^\d{5}$", label=_("Code postal"), required=False)
    commune = CommuneField(label=_("Commune"), required=False, max_length=80)
    hours = forms.CharField(
        label=_("Horaires"), required=False, max_length=1000,
        help_text=_("Exemple : « Mo-Fr 09:00-18:00; PH off » (du lundi au vendredi, fermé les jours fériés)."),
    )  # fmt: skip
    confidentiality = forms.ChoiceField(
        label=_("Qui la voit ?"), choices=Confidentiality.choices, widget=forms.RadioSelect,
        help_text=_("« Sur demande » : l’adresse est chiffrée à part, et donnée par la structure ou la coordination."),
    )  # fmt: skip
    word = forms.CharField(label=_("Un mot pour la coordination"), required=False, max_length=500)

    PLACE = ("address", "postcode", "commune")
    NO_COLUMN = frozenset({"form_token", "version", "word", "own", "keeper"})

    def __init__(
        self, *args: Any, row: Structure | Service | None = None, proposes: bool = False, **kwargs: Any
    ) -> None:
        if row is not None:
            kwargs["version"] = row.version
            kwargs["initial"] = {**self.values_of(row), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.row = row
        if not proposes:
            del self.fields["word"]
        if proposes and row is None:
            self.fields["address"].help_text = _("Donnée « sur demande », elle se confie une fois la fiche publiée.")
        if row is not None and row.confidentiality == Confidentiality.ON_REQUEST:
            # What is sealed is not shown; what is left empty stays as it is.
            for name in self.PLACE:
                self.fields[name].help_text = _("Confiée et chiffrée. Laissez vide pour la garder.")

    @classmethod
    def values_of(cls, row: Structure | Service) -> dict[str, Any]:
        return {name: getattr(row, name) for name in cls.base_fields if hasattr(row, name)}

    def clean_hours(self) -> str:
        text: str = self.cleaned_data["hours"]
        if text and not opening.valid(text):
            raise forms.ValidationError(_("Ces horaires ne se lisent pas. Exemple : « Mo-Fr 09:00-18:00 »."))
        return text

    @property
    def hides_its_place(self) -> bool:
        """Whether a place was typed that a proposal does not hold."""
        levels = {self.cleaned_data["confidentiality"], self.row.confidentiality if self.row else ""}
        return Confidentiality.ON_REQUEST in levels and any(self.cleaned_data[name] for name in self.PLACE)

    def values(self) -> dict[str, Any]:
        """Columns to write. A place left empty on a sheet that hides it is kept."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in self.NO_COLUMN}
        keeps = self.row is not None and self.row.confidentiality == Confidentiality.ON_REQUEST
        if keeps and not any(found.get(name) for name in self.PLACE):
            return {name: value for name, value in found.items() if name not in self.PLACE}
        if self.row is None or found["commune"] != self.row.commune:
            known = communes.find(found["commune"]) if found["commune"] else None
            found |= {"commune_name": known.name if known else "", "latitude": None, "longitude": None}
        return found


class StructureForm(_SheetForm):
    """`mine`: organisations whose sheet this may be. `coordinates`: who says which organisation keeps it."""

    own = forms.ChoiceField(
        label=_("Est-ce votre organisation ?"), required=False,
        help_text=_("Si oui, vos collègues et vous tiendrez la fiche, et recevrez ses rappels."),
    )  # fmt: skip
    keeper = forms.CharField(
        label=_("Qui tient la fiche ?"), required=False, max_length=160,
        help_text=_("Le nom exact d’une organisation : ses membres modifient la fiche et reçoivent ses rappels."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Type"), choices=StructureKind.choices)
    website = forms.URLField(label=_("Site"), required=False, max_length=500, assume_scheme="https", validators=[_WEB])
    siret = forms.RegexField(r"^\d{14}$", label=_("SIRET"), required=False)

    field_order: tuple[str, ...] = (
        "own",
        "name",
        "kind",
        "description",
        "confidentiality",
        "phone",
        "email",
        "website",
    )

    def __init__(
        self,
        *args: Any,
        row: Structure | None = None,
        mine: Sequence["Organisation"] = (),
        coordinates: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, row=row, **kwargs)
        if mine:
            self.mine = {str(one.pk): one.pk for one in mine}
            choices = [("", _("Non, une autre structure")), *((str(one.pk), one.name) for one in mine)]
            self.fields["own"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["own"]
        if coordinates:
            self.initial.setdefault("keeper", row.organisation.name if row and row.organisation else "")
        else:
            del self.fields["keeper"]
        if row is None:
            level = self.fields["confidentiality"]
            assert isinstance(level, forms.ChoiceField)
            usual = _("Comme d’ordinaire : adresse sur demande pour un hébergement, tout le monde pour le reste")
            level.required, level.choices = False, [("", usual), *Confidentiality.choices]
            kind = self.fields["kind"]
            assert isinstance(kind, forms.ChoiceField)
            kind.choices = [_ANY, *StructureKind.choices]

    def clean_keeper(self) -> "Organisation | None":
        name: str = self.cleaned_data["keeper"]
        known = self.row.organisation if isinstance(self.row, Structure) else None
        if known is not None and name == known.name:
            return known
        found = organisation_named(name) if name else None
        if name and found is None:
            raise forms.ValidationError(_("Aucune organisation ne porte exactement ce nom."))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "kind" in cleaned and not cleaned.get("confidentiality"):
            cleaned["confidentiality"] = usual_level(cleaned["kind"])
        return cleaned

    @property
    def own_id(self) -> uuid.UUID | None:
        """Of which of her organisations this is the sheet."""
        chosen = self.cleaned_data.get("own")
        return self.mine[chosen] if chosen else None

    def values(self) -> dict[str, Any]:
        found = super().values()
        if "keeper" in self.fields:
            keeper = self.cleaned_data["keeper"]
            found["organisation_id"] = keeper.pk if keeper else None
        if self.row is not None and found["confidentiality"] == self.row.confidentiality:
            del found["confidentiality"]  # nobody said it: what becomes a shelter is hidden
        return found


class RegisterForm(StructureForm):
    """The same, from somebody without an account."""

    who = forms.CharField(label=_("Votre nom et votre fonction"), max_length=120)
    reply = forms.EmailField(
        label=_("Votre courriel professionnel"), max_length=120, validators=[EmailValidator(allowlist=[])],
        help_text=_("La coordination y répond. Il ne paraît nulle part."),
    )  # fmt: skip

    field_order = ("who", "reply", *StructureForm.field_order)
    NO_COLUMN = StructureForm.NO_COLUMN | {"who", "reply"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, proposes=True, **kwargs)
        self.fields["name"].label = _("Nom de la structure")

    @property
    def contact(self) -> str:
        return f"{self.cleaned_data['who']} <{self.cleaned_data['reply']}>"


def _many(vocabulary_: Mapping[str, Any], label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(code, getattr(one, "label", one)) for code, one in vocabulary_.items()],
    )  # fmt: skip


class ServiceForm(_SheetForm):
    needs = _many(vocabulary.needs(), _("À quels besoins répond-il ?"))
    publics = _many(vocabulary.standard()["publics"], _("Pour qui ?"))
    publics_note = forms.CharField(label=_("Précisions sur les publics"), required=False, max_length=500)
    age_from = forms.IntegerField(label=_("Dès quel âge ?"), required=False, min_value=0, max_value=99)
    age_to = forms.IntegerField(label=_("Jusqu’à quel âge ?"), required=False, min_value=0, max_value=99)
    languages = _many(vocabulary.FRENCH_LANGUAGE_NAMES, _("Langues parlées"))
    channels = forms.MultipleChoiceField(
        label=_("Comment répond-il ?"), required=False, widget=forms.CheckboxSelectMultiple, choices=Channel.choices
    )
    contact_link = forms.URLField(
        label=_("Lien"), required=False, max_length=500, assume_scheme="https", validators=[_WEB]
    )
    conditions = forms.CharField(label=_("Conditions d’accès"), required=False, max_length=1000)
    zones = forms.CharField(
        label=_("Territoires"), required=False, max_length=500,
        help_text=_("Codes de communes ou de départements, séparés par des virgules ; « france » pour tout le pays."),
    )  # fmt: skip

    field_order = ("name", "description", "needs", "publics", "publics_note", "age_from", "age_to", "channels",
                   "languages", "phone", "email", "contact_link", "hours", "confidentiality")  # fmt: skip

    @classmethod
    def values_of(cls, row: Structure | Service) -> dict[str, Any]:
        found = super().values_of(row)
        found["zones"] = ", ".join(found.get("zones") or [])
        return found

    def clean_zones(self) -> list[str]:
        """Codes that exist: files of ours are read by others, who refuse a word among them."""
        found = [_zone(part) for part in self.cleaned_data["zones"].split(",") if part.strip()]
        return list(dict.fromkeys(found))


def _zone(typed: str) -> str:
    """A zone as data.inclusion writes it: a code of département, commune or EPCI, « 99100 » or « france »."""
    code = typed.strip().upper()
    if code == "FRANCE":
        return code.lower()
    if code in departements.all_() or communes.exists(code) or code == "99100" or re.fullmatch("[0-9]{9}", code):
        return code
    raise forms.ValidationError(_("« %(zone)s » n’est le code d’aucun territoire.") % {"zone": typed.strip()[:60]})


class ReasonForm(TokenForm):
    reason = forms.CharField(
        label=_("Pourquoi en avez-vous besoin ?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Une phrase, sans nom de jeune : la structure ou la coordination la lira."),
    )  # fmt: skip


class AnswerForm(TokenForm):
    """Yes or no, by the button pressed."""

    answer = forms.CharField(
        label=_("Un mot de réponse"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    go = forms.ChoiceField(choices=[("yes", ""), ("no", "")], widget=forms.HiddenInput())


class MergeForm(TokenForm):
    other = forms.ChoiceField(label=_("Quelle fiche rejoint celle-ci ?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, twins: list[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(one.pk), f"{one.name} — {one.commune_name or one.source}") for one in twins]
