"""A database of the generator, on either engine, made once and removed at the end.

BENCH_KEEP names a folder where SQLite ones stay for the next run; a PostgreSQL cluster is private to a run.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.site import free_port

SETTINGS = "benchmarks.settings"


def environment(data: Path, url: str = "") -> dict[str, str]:
    """What a command of ours reads: settings, folder, database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAILLAGE_", "DATABASE_"))}
    found = kept | {"DJANGO_SETTINGS_MODULE": SETTINGS, "MAILLAGE_DATA": str(data), "PYTHONPATH": _path()}
    return found | ({"DATABASE_URL": url} if url else {})


def _path() -> str:
    root = Path(__file__).parent.parent
    return os.pathsep.join([str(root / "src"), str(root)])


@contextmanager
def filled(engine: str, people: int) -> Iterator[dict[str, str]]:
    """The environment of a database of so many young people."""
    kept = os.environ.get("BENCH_KEEP", "")
    if engine == "sqlite" and kept:
        data = Path(kept) / f"sqlite-{people}"
        done = data / "filled"
        if not done.exists():
            shutil.rmtree(data, ignore_errors=True)
            _fill(environment(data), people)
            done.touch()
        yield environment(data)
        return
    with tempfile.TemporaryDirectory(prefix="maillage-bench-") as folder:
        data = Path(folder) / "data"
        if engine == "sqlite":
            _fill(environment(data), people)
            yield environment(data)
        else:
            with _cluster(Path(folder)) as url:
                _fill(environment(data, url), people)
                yield environment(data, url)


def _fill(surroundings: dict[str, str], people: int) -> None:
    subprocess.run([sys.executable, "-m", "benchmarks.fill", str(people)], env=surroundings, check=True)


def _programs() -> Path:
    """The folder of PostgreSQL's programs, the newest: Debian keeps most of them out of the path."""
    found = [Path(one).resolve().parent for one in [shutil.which("postgres")] if one]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    for folder in found:
        if all((folder / name).exists() for name in ("postgres", "initdb", "pg_isready", "createdb")):
            return folder
    raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of our own, with its usual durability, ended by its own process id."""
    programs = _programs()
    place, port, password = folder / "cluster", free_port(), secrets.token_urlsafe(16)
    place.mkdir()
    (place / "password").write_text(password)
    prefix: list[str] = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        folder.chmod(0o711)
        shutil.chown(place, "postgres")
        shutil.chown(place / "password", "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    initial = [*prefix, str(programs / "initdb"), "-D", str(place / "data"), "-U", "maillage", "--pwfile",
               str(place / "password"), "-A", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"]  # fmt: skip
    subprocess.run(initial, check=True, stdout=subprocess.DEVNULL, cwd=place)
    server = subprocess.Popen(
        [*prefix, str(programs / "postgres"), "-D", str(place / "data"), "-p", str(port), "-k", str(place), "-c",
         "listen_addresses=127.0.0.1", "-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB"],
        cwd=place, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        ready = [*prefix, str(programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        for _try in range(60):
            if subprocess.run(ready, stdout=subprocess.DEVNULL, check=False).returncode == 0:
                break
        url = f"postgres://maillage:{password}@127.0.0.1:{port}"
        subprocess.run(
            [*prefix, str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "maillage", "maillage"],
            env={**os.environ, "PGPASSWORD": password}, check=True,
        )  # fmt: skip
        yield f"{url}/maillage"
    finally:
        main = int((place / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGINT)
        server.wait()
