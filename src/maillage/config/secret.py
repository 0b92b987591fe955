"""The signing key of an embedded installation: made once, in the data folder, never in the repository."""

import os
import secrets
from pathlib import Path


def secret_key(file: Path) -> str:
    """The key in `file`, created (0600) when missing. Two processes at once agree on one key."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        partial = file.with_name(f"{file.name}.{os.getpid()}.new")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(64))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(partial, file)  # the first to link wins
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return file.read_text().strip()
