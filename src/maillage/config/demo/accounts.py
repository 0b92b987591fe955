"""Demo accounts, one or two for each role."""

from dataclasses import dataclass

from maillage.accounts.demo import DOMAIN
from maillage.accounts.enums import Role


@dataclass(frozen=True)
class Account:
    """Someone who works: `posts` are keys of organisations in `places`, where she holds `role`."""

    name: str
    display_name: str
    role: Role
    posts: tuple[str, ...]
    phone: str

    @property
    def email(self) -> str:
        return f"{self.name}@{DOMAIN}"


ACCOUNTS = (
    Account("educatrice", "Odile Parapluie", Role.EDUCATOR, ("home",), "+33639980011"),
    Account("educateur", "Ferdinand Tabouret", Role.EDUCATOR, ("home",), "+33639980012"),
    Account("veilleuse", "Colette Veilleuse", Role.EDUCATOR, ("second_home",), "+33639980013"),
    Account(
        "cadre",
        "Hortense Lampadaire",
        Role.ON_CALL_MANAGER,
        ("association", "home", "second_home", "foster"),
        "+33639980014",
    ),
    Account("famille", "Basile Paillasson", Role.FOSTER_CARER, ("foster",), "+33639980015"),
    Account("aemo", "Apolline Étagère", Role.EDUCATOR, ("aemo",), "+33639980016"),
    Account("referente", "Léonie Cafetière", Role.CASE_WORKER, ("ase",), "+33639980017"),
    Account("astreinte", "Gaspard Arrosoir", Role.ASE_ON_CALL, ("ase",), "+33639980018"),
    Account("infirmiere", "Margot Édredon", Role.HEALTH_STAFF, ("home",), "+33639980019"),
    Account("coordination", "Solène Passoire", Role.COORDINATOR, ("departement",), "+33639980022"),
    Account("dpo", "Victor Classeur", Role.DPO, ("departement",), "+33639980020"),
    Account("archives", "Blanche Rayonnage", Role.ARCHIVIST, ("departement",), "+33639980023"),
    Account("comptes", "Irène Agrafeuse", Role.ADMINISTRATOR, ("departement",), "+33639980021"),
)
