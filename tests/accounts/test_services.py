"""Writes on accounts: what they do, whom they refuse, what the journal keeps."""

from datetime import timedelta

import pytest

from maillage.accounts import services
from maillage.accounts.enums import LetterKind, OrganisationKind, Role
from maillage.accounts.models import Letter, Membership, Organisation, User
from maillage.audit.journal import SYSTEM
from maillage.audit.models import JournalEntry
from maillage.common.clock import now
from maillage.common.errors import NotAllowed, RuleBroken, StaleEdit
from tests.accounts.people import PASSWORD, acting, enrolled, organisation, professional

pytestmark = pytest.mark.django_db


@pytest.fixture
def departement() -> Organisation:
    return organisation("Département des Lampadaires", kind=OrganisationKind.DEPARTEMENT)


@pytest.fixture
def home(departement: Organisation) -> Organisation:
    return organisation("Foyer des Parapluies", parent=departement)


@pytest.fixture
def elsewhere() -> Organisation:
    return organisation("Foyer des Tabourets")


@pytest.fixture
def administrator(departement: Organisation) -> User:
    return professional(Role.ADMINISTRATOR, departement, name="Dominique Lampadaire")


def last_entry() -> JournalEntry:
    entry = JournalEntry.objects.order_by("-id").first()
    assert entry is not None
    return entry


# -- organisations ------------------------------------------------------------------------------------------------


def test_an_organisation_saved_twice_under_one_reference_is_one_row() -> None:
    first = organisation("Foyer des Parapluies", external_reference="F-1")
    second = organisation("Foyer des Grands Parapluies", external_reference="F-1")
    assert first.pk == second.pk
    assert Organisation.objects.get().name == "Foyer des Grands Parapluies"
    assert last_entry().payload == {"created": False}


def test_an_edit_made_on_an_older_version_is_refused_with_both_texts(administrator: User, home: Organisation) -> None:
    values = {"kind": home.kind, "departement": home.departement, "parent": home.parent}
    services.organisation_save(by=SYSTEM, organisation=home, name="Foyer du Matin", version=1, **values)
    with pytest.raises(StaleEdit) as refusal:
        services.organisation_save(
            by=acting(administrator), organisation=home, name="Foyer du Soir", version=1, **values
        )
    assert [(one.stored, one.typed) for one in refusal.value.differences] == [("Foyer du Matin", "Foyer du Soir")]
    assert refusal.value.current_version == 2
    assert Organisation.objects.get(pk=home.pk).name == "Foyer du Matin"


def test_an_organisation_never_depends_on_itself(departement: Organisation, home: Organisation) -> None:
    for parent in (departement, home):
        with pytest.raises(RuleBroken) as refusal:
            services.organisation_save(
                by=SYSTEM, organisation=departement, name="x", kind="ase", departement="99", parent=parent
            )
        assert refusal.value.field == "parent"


# -- accounts -----------------------------------------------------------------------------------------------------


def test_an_account_opens_only_through_an_invitation_unless_given_a_password() -> None:
    assert not services.user_create(by=SYSTEM, email="a@exemple.invalid", display_name="A").has_usable_password()
    other = services.user_create(by=SYSTEM, email="b@exemple.invalid", display_name="B", password=PASSWORD)
    assert other.check_password(PASSWORD)


def test_two_accounts_never_share_an_address_whatever_its_case() -> None:
    services.user_create(by=SYSTEM, email="Alix@Exemple.invalid", display_name="Alix")
    assert User.objects.get().email == "alix@exemple.invalid"
    with pytest.raises(RuleBroken) as refusal:
        services.user_create(by=SYSTEM, email="ALIX@exemple.invalid", display_name="Alix")
    assert refusal.value.field == "email"


def test_an_administrator_invites_in_her_organisations_and_those_below(administrator: User, home: Organisation) -> None:
    user = services.user_invite(
        by=acting(administrator), email="alix@exemple.invalid", display_name="Alix", organisation=home,
        role=Role.EDUCATOR,
    )  # fmt: skip
    assert Membership.objects.get(user=user).role == Role.EDUCATOR
    assert Letter.objects.get().kind == LetterKind.INVITATION
    assert list(JournalEntry.objects.filter(by=administrator.pk).order_by("id").values_list("verb", flat=True)) == [
        "user.created",
        "membership.opened",
        "user.invited",
    ]


def test_an_administrator_does_not_invite_elsewhere(administrator: User, elsewhere: Organisation) -> None:
    before = User.objects.count()
    with pytest.raises(NotAllowed):
        services.user_invite(
            by=acting(administrator), email="alix@exemple.invalid", display_name="Alix", organisation=elsewhere,
            role=Role.EDUCATOR,
        )  # fmt: skip
    assert User.objects.count() == before
    assert not Letter.objects.exists()


def test_inviting_someone_who_works_elsewhere_gives_her_the_role_and_no_second_account(
    administrator: User, home: Organisation, elsewhere: Organisation
) -> None:
    known = professional(Role.EDUCATOR, elsewhere, name="Sacha Tabouret")
    user = services.user_invite(
        by=acting(administrator), email=known.email.upper(), display_name="Autre", organisation=home,
        role=Role.CASE_WORKER,
    )  # fmt: skip
    assert user.pk == known.pk
    assert user.display_name == "Sacha Tabouret"
    assert not Letter.objects.exists()
    assert last_entry().payload == {"existing": True}


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_no_other_role_manages_accounts(role: Role, home: Organisation) -> None:
    by, user = acting(professional(role, home)), professional(Role.EDUCATOR, home, name="Alix Bouilloire")
    membership = Membership.objects.get(user=user)
    for attempt in [
        lambda: services.user_create(by=by, email="n@exemple.invalid", display_name="N"),
        lambda: services.user_invite(
            by=by, email="n@exemple.invalid", display_name="N", organisation=home, role=Role.EDUCATOR
        ),
        lambda: services.user_edit(by=by, user=user, display_name="N", phone="", version=1),
        lambda: services.user_deactivate(by=by, user=user),
        lambda: services.user_reactivate(by=by, user=user),
        lambda: services.invitation_repeat(by=by, user=user),
        lambda: services.second_factor_reset(by=by, user=user),
        lambda: services.membership_open(by=by, user=user, organisation=home, role=Role.CASE_WORKER),
        lambda: services.membership_end(by=by, membership=membership),
        lambda: services.organisation_save(
            by=by, organisation=home, name="N", kind=home.kind, departement=home.departement
        ),
    ]:
        with pytest.raises(NotAllowed):
            attempt()


def test_an_administrator_touches_no_account_of_another_organisation(
    administrator: User, elsewhere: Organisation
) -> None:
    by, user = acting(administrator), professional(Role.EDUCATOR, elsewhere, name="Sacha Tabouret")
    for attempt in [
        lambda: services.user_edit(by=by, user=user, display_name="N", phone="", version=1),
        lambda: services.user_deactivate(by=by, user=user),
        lambda: services.second_factor_reset(by=by, user=user),
        lambda: services.membership_open(by=by, user=user, organisation=elsewhere, role=Role.CASE_WORKER),
        lambda: services.membership_end(by=by, membership=Membership.objects.get(user=user)),
    ]:
        with pytest.raises(NotAllowed):
            attempt()
    user.refresh_from_db()
    assert (user.is_active, user.display_name) == (True, "Sacha Tabouret")


def test_a_role_given_to_someone_of_another_service_does_not_give_her_account(
    administrator: User, home: Organisation, elsewhere: Organisation
) -> None:
    by, user = acting(administrator), professional(Role.CASE_WORKER, elsewhere, name="Sacha Tabouret")
    services.user_invite(by=by, email=user.email, display_name="N", organisation=home, role=Role.EDUCATOR)
    for attempt in [
        lambda: services.user_edit(by=by, user=user, display_name="N", phone="", version=1),
        lambda: services.user_deactivate(by=by, user=user),
        lambda: services.second_factor_reset(by=by, user=user),
    ]:
        with pytest.raises(NotAllowed):
            attempt()
    services.membership_end(by=by, membership=Membership.objects.get(user=user, organisation=home))
    user.refresh_from_db()
    assert (user.is_active, user.display_name) == (True, "Sacha Tabouret")


def test_nobody_changes_her_own_rights(administrator: User, departement: Organisation) -> None:
    by = acting(administrator)
    for attempt in [
        lambda: services.membership_open(by=by, user=administrator, organisation=departement, role=Role.DPO),
        lambda: services.membership_end(by=by, membership=Membership.objects.get(user=administrator)),
        lambda: services.user_deactivate(by=by, user=administrator),
        lambda: services.second_factor_reset(by=by, user=administrator),
    ]:
        with pytest.raises(RuleBroken):
            attempt()


def test_an_account_that_administers_opens_no_file_and_the_reverse(home: Organisation) -> None:
    educator = professional(Role.EDUCATOR, home)
    with pytest.raises(RuleBroken) as refusal:
        services.membership_open(by=SYSTEM, user=educator, organisation=home, role=Role.ADMINISTRATOR)
    assert refusal.value.field == "role"
    keeper = professional(Role.ADMINISTRATOR, home, name="Dominique Lampadaire")
    with pytest.raises(RuleBroken):
        services.membership_open(by=SYSTEM, user=keeper, organisation=home, role=Role.HEALTH_STAFF)
    services.membership_open(by=SYSTEM, user=keeper, organisation=home, role=Role.DPO)


def test_a_role_is_held_once_and_can_be_given_again_after_its_end(home: Organisation) -> None:
    user = professional(Role.EDUCATOR, home)
    with pytest.raises(RuleBroken):
        services.membership_open(by=SYSTEM, user=user, organisation=home, role=Role.EDUCATOR)
    first = Membership.objects.get(user=user)
    services.membership_end(by=SYSTEM, membership=first)
    with pytest.raises(RuleBroken):
        services.membership_end(by=SYSTEM, membership=first)
    services.membership_open(by=SYSTEM, user=user, organisation=home, role=Role.EDUCATOR)
    assert Membership.objects.filter(user=user).count() == 2


def test_a_role_that_has_not_begun_can_be_taken_back(home: Organisation) -> None:
    user = professional(None)
    later = services.membership_open(
        by=SYSTEM, user=user, organisation=home, role=Role.EDUCATOR, starts_at=now() + timedelta(days=2)
    )
    services.membership_end(by=SYSTEM, membership=later)
    assert later.ends_at is not None
    assert later.ends_at > later.starts_at


def test_every_change_of_rights_ends_the_sessions_opened_before(home: Organisation, time_machine) -> None:
    user = professional(Role.EDUCATOR, home)
    enrolled(user)
    membership = Membership.objects.get(user=user)
    instant = now().replace(microsecond=0)
    for step, act in enumerate(
        [
            lambda: services.membership_open(by=SYSTEM, user=user, organisation=home, role=Role.CASE_WORKER),
            lambda: services.membership_end(by=SYSTEM, membership=membership),
            lambda: services.second_factor_reset(by=SYSTEM, user=user),
            lambda: services.user_deactivate(by=SYSTEM, user=user),
            lambda: services.sessions_end(by=acting(user)),
        ],
        start=1,
    ):
        moment = instant + timedelta(hours=step)
        time_machine.move_to(moment, tick=False)
        act()
        assert User.objects.get(pk=user.pk).access_changed_at == moment


def test_the_same_form_sent_twice_invites_once(administrator: User, home: Organisation) -> None:
    def send() -> User:
        return services.user_invite(
            by=acting(administrator, token="jeton", digest="corps"), email="alix@exemple.invalid",
            display_name="Alix", organisation=home, role=Role.EDUCATOR,
        )  # fmt: skip

    assert send().pk == send().pk
    assert Letter.objects.count() == 1
