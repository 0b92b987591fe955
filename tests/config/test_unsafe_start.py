"""Every way of starting refuses production settings that are not safe: the console says which, and ends with 3."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from maillage.config.exits import Exit


@pytest.mark.parametrize("command", ["run", "web", "worker"])
def test_no_way_of_starting_is_without_its_guard(command: str, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")}
    environment = kept | {
        "DJANGO_SETTINGS_MODULE": "maillage.config.settings.production",
        "DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3",
        "MAILLAGE_DATA": str(tmp_path / "data"),
        "MAILLAGE_SECRET_KEY": "changeme",
    }
    words = [command] if command == "worker" else [command, "--port", str(port)]
    ended = subprocess.run(
        [sys.executable, "-m", "maillage", *words],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == Exit.REFUSED, ended.stderr
    assert "unsafe start refused" in ended.stderr
    assert {"maillage.E003", "maillage.E008", "maillage.E009"} <= set(ended.stderr.replace(":", " ").split())
    assert not (tmp_path / "data").exists(), "something was made before the refusal"
