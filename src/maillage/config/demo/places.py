"""Organisations of the synthetic département."""

from dataclasses import dataclass

from maillage.accounts.enums import OrganisationKind

DEPARTEMENT = "99"  # no such département: nothing here can be taken for real


@dataclass(frozen=True)
class Place:
    """`above` and `station` are keys of earlier places."""

    key: str
    name: str
    kind: OrganisationKind
    above: str = ""
    station: str = ""
    phone: str = ""
    night_phone: str = ""
    address: str = ""
    confidential: bool = True


PLACES = (
    Place("departement", "Département de Val-Tranquille", OrganisationKind.DEPARTEMENT, confidential=False),
    Place("police", "Commissariat de Montbrouette", OrganisationKind.POLICE, phone="+33199000017", confidential=False),
    Place(
        "gendarmerie", "Brigade de Lanterne-sur-Eau", OrganisationKind.GENDARMERIE, phone="+33199000018",
        confidential=False,
    ),
    Place("parquet", "Parquet de Montbrouette", OrganisationKind.PROSECUTOR, phone="+33199000020", confidential=False),
    Place(
        "ase", "Aide sociale à l’enfance de Val-Tranquille", OrganisationKind.ASE, "departement", "police",
        "+33199000030", "+33199000031", confidential=False,
    ),
    Place("association", "Association Les Marronniers", OrganisationKind.ASSOCIATION, "departement", "police",
          "+33199000040", "+33199000041", confidential=False),
    Place("home", "Maison des Tilleuls", OrganisationKind.HOME, "association", "police",
          "+33199000050", "+33199000051", "1 rue de la Bobine"),
    Place("second_home", "Maison du Moulin", OrganisationKind.HOME, "association", "gendarmerie",
          "+33199000060", "+33199000061", "2 chemin de la Bouilloire"),
    Place("foster", "Accueil familial Les Marronniers", OrganisationKind.FOSTER_CARE, "association", "gendarmerie",
          "+33199000070", "+33199000071"),
    Place("aemo", "Service d’AEMO La Passerelle", OrganisationKind.AEMO, "departement", "police",
          "+33199000080", "+33199000081"),
    Place("school", "Collège des Hirondelles", OrganisationKind.SCHOOL, phone="+33199000090", confidential=False),
)  # fmt: skip
