"""Demo accounts, as the console shows them."""

import shlex
from pathlib import Path

from django.conf import settings

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
        make, console = _where(settings.DATA)
        out.print(
            f"second-factor codes: [bold]make codes{make}[/bold]  (or: maillage demo codes{console})", soft_wrap=True
        )


def _where(data: Path) -> tuple[str, str]:
    """What make and the console must be told when the folder is not the one they take by themselves."""
    if data.resolve() == Path("data").resolve():
        return "", ""
    folder = shlex.quote(str(data))
    return f" DATA={folder}", f" --data {folder}"
