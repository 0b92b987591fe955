"""Young people of the synthetic département."""

from dataclasses import dataclass

from maillage.youth.enums import LegalStatus, PlacementKind


@dataclass(frozen=True)
class Parent:
    kinship: str
    name: str
    authority: str = "full"
    contact: str = "allowed"
    may_know_place: bool = True
    phone: str = ""
    decision: str = ""


@dataclass(frozen=True)
class Young:
    """`age` in years and a bit: birth dates follow the day of loading, so that ages never drift. `carer`: the
    account of the foster carer named for her."""

    key: str
    given: str
    family: str
    age: float
    place: str
    kind: PlacementKind = PlacementKind.HOME
    status: LegalStatus = LegalStatus.JUDGE
    usual: str = ""
    carer: str = ""
    parents: tuple[Parent, ...] = ()
    sheet: bool = True


def _mother(name: str, **more: object) -> Parent:
    return Parent("mother", name, **more)  # type: ignore[arg-type]


def _father(name: str, **more: object) -> Parent:
    return Parent("father", name, **more)  # type: ignore[arg-type]


YOUNG = (
    Young("lina", "Lina", "Parasol", 14.4, "home", parents=(
        _mother("Rosalie Parasol", phone="+33639980031"),
        _father("Achille Parasol", contact="forbidden", may_know_place=False, phone="+33639980032",
                decision="Contact interdit par décision du juge des enfants."),
    )),
    Young("noe", "Noé", "Brouette", 15.8, "home", parents=(_mother("Sidonie Brouette", phone="+33639980033"),)),
    Young("maya", "Maya", "Théière", 12.3, "home", parents=(
        _mother("Prune Théière", phone="+33639980034", may_know_place=False),
    )),
    Young("ilyes", "Ilyès", "Réverbère", 16.9, "home", usual="Ily", status=LegalStatus.ADMINISTRATIVE, parents=(
        _father("Melchior Réverbère", phone="+33639980035"),
    )),
    Young("jade", "Jade", "Coussin", 13.6, "home", parents=(
        _mother("Blanche Coussin", authority="withdrawn", contact="unknown", may_know_place=False),
    )),
    Young("awa", "Awa", "Guirlande", 17.85, "home", status=LegalStatus.WARD),
    Young("tom", "Tom", "Escabeau", 15.1, "home", parents=(_mother("Paule Escabeau", phone="+33639980036"),)),
    Young("zoe", "Zoé", "Boussole", 11.5, "home", status=LegalStatus.OPP, sheet=False),
    Young("sacha", "Sacha", "Tournesol", 14.9, "second_home", parents=(_mother("Ondine Tournesol"),)),
    Young("lou", "Lou", "Cerf-Volant", 16.2, "second_home"),
    Young("milo", "Milo", "Arc-en-Ciel", 13.0, "second_home"),
    Young("anais", "Anaïs", "Coquelicot", 12.7, "foster", PlacementKind.FOSTER, carer="famille",
          parents=(_mother("Flore Coquelicot"),)),
    Young("rayan", "Rayan", "Balançoire", 15.5, "foster", PlacementKind.FOSTER, carer="famille"),
    Young("elsa", "Elsa", "Marmotte", 14.1, "aemo", PlacementKind.FAMILY, LegalStatus.AEMO, parents=(
        _mother("Nour Marmotte", phone="+33639980037"),
    )),
)  # fmt: skip
