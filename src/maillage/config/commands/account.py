"""`maillage account …`: what has to be done before anybody can sign in."""

from argparse import Namespace

from maillage.accounts.enums import LetterKind, OrganisationKind, Role
from maillage.accounts.letters import link
from maillage.accounts.services import organisation_save, user_invite
from maillage.audit.journal import SYSTEM
from maillage.common.errors import DomainError
from maillage.config.commands.screen import err, out
from maillage.config.exits import Exit


def invite(options: Namespace) -> Exit:
    """An administrator of accounts for a département; she invites everybody else."""
    try:
        organisation = organisation_save(
            by=SYSTEM,
            external_reference=f"departement-{options.departement}",
            name=options.organisation,
            kind=OrganisationKind.DEPARTEMENT,
            departement=options.departement,
            confidential=False,
        )
        user = user_invite(
            by=SYSTEM,
            email=options.email,
            display_name=options.name,
            organisation=organisation,
            role=Role.ADMINISTRATOR,
        )
    except DomainError as refusal:
        err.print(refusal.message, markup=False)
        return Exit.REFUSED
    out.print(f"{user.email} administers the accounts of {organisation.name}", markup=False)
    if options.show_link:
        out.print("her way in, good once: " + link(user, LetterKind.INVITATION), markup=False, soft_wrap=True)
    else:
        out.print("the worker sends her invitation by e-mail")
    return Exit.OK
