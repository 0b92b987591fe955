"""What the synthetic département keeps: lists shared in a team, and files of long ago on their way out."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from maillage.accounts.actors import actor_of
from maillage.accounts.models import Organisation, User
from maillage.audit.journal import SYSTEM
from maillage.desk.enums import ListKind, Which, Within
from maillage.desk.list_services import list_save
from maillage.desk.lists import Choice
from maillage.retention.enums import KeptState
from maillage.retention.models import Kept
from maillage.retention.rules import later
from maillage.retention.selectors import values_of
from maillage.retention.services import disposal_make, visa_give
from maillage.youth.enums import LegalBasis, LegalStatus, MissionKind
from maillage.youth.services import mission_open, person_create
from maillage.youth.services.keeping import file_close

DAY, YEAR = timedelta(days=1), timedelta(days=365)


def lists(places: Mapping[str, Organisation], users: Mapping[str, User]) -> None:
    """One of the home, one of the ASE: each reader sees her own part of it."""
    list_save(
        by=actor_of(users["educatrice"]),
        choice=Choice(ListKind.TASKS, Which.ALL, places["home"].pk, within=Within.WEEK),
        name="À faire cette semaine",
        team=places["home"].pk,
    )
    list_save(
        by=actor_of(users["referente"]),
        choice=Choice(ListKind.EPISODES, Which.ALL, within=Within.MONTH),
        name="Absences du mois, pour la réunion",
        team=places["ase"].pk,
    )


def long_ago(departement: str, users: Mapping[str, User], now: datetime) -> None:
    """Four adults of today: one file in the trash, two before the archives, one at the end of its archive."""
    officer, archivist = actor_of(users["dpo"]), actor_of(users["archives"])
    _archived(departement, users["referente"], "Aubin", "Lanterne", now - 15 * YEAR)
    visa_give(
        by=archivist,
        disposal=disposal_make(by=officer, departement=departement),
        reference="EXEMPLE-VISA-1",
        visa_on=(now - DAY).date(),
    )
    _archived(departement, users["referente"], "Céleste", "Moulin", now - 14 * YEAR)
    _archived(departement, users["referente"], "Marin", "Girouette", now - 13 * YEAR)
    disposal_make(by=officer, departement=departement)
    _archived(departement, users["referente"], "Perle", "Sablier", now - 13 * YEAR + 9 * DAY)


def _archived(departement: str, case_worker: User, given: str, family: str, last: datetime) -> None:
    """A file as the worker left it years ago: nobody has opened it since."""
    values = values_of(departement)
    archived_at = later(last, months=values["active_months"])
    person = person_create(
        by=SYSTEM, departement=departement, legal_status=LegalStatus.JUDGE, given_name=given, family_name=family,
        birth_date=date(last.year - 17, 5, 17),
    )  # fmt: skip
    mission_open(
        by=SYSTEM, person=person, kind=MissionKind.CASE_WORKER, user=case_worker, legal_basis=LegalBasis.JUDGE,
        starts_at=last - YEAR,
    )  # fmt: skip
    file_close(by=SYSTEM, person=person, at=archived_at)
    Kept.objects.create(
        person=person,
        data_key_id=person.data_key_id,
        departement=departement,
        state=KeptState.ARCHIVED,
        last_contact_at=last,
        archived_at=archived_at,
        due_at=later(archived_at, months=values["archive_months"]),
        checked_at=archived_at,
    )
