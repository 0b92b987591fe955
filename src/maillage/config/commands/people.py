"""Demo accounts, as the console shows them."""

from maillage.accounts.demo import PASSWORD, demo_codes
from maillage.common.clock import now
from maillage.config.commands.screen import out


def show_accounts(*, with_codes: bool = False) -> None:
    """Addresses by role, and their second-factor codes."""
    for account in demo_codes(now()):
        code = f"  [bold]{account.code}[/bold] ({account.seconds:2} s)" if with_codes else ""
        out.print(f"{account.email:<28}{code}  {', '.join(account.roles)}", soft_wrap=True)
    out.print(f"\npassword of all: [bold]{PASSWORD}[/bold]")
    if not with_codes:
        out.print("second-factor codes: [bold]make codes[/bold]  (or: maillage demo codes)")
