"""The console: every command has its help, every ending its code."""

import argparse
import io
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from rich.console import Console

from maillage.accounts.models import Membership, User
from maillage.audit.models import JournalEntry
from maillage.config import cli
from maillage.config.commands import journal, screen
from maillage.config.exits import Exit
from maillage.vault.models import DataKey
from tests.architecture.source import ROOT
from tests.architecture.test_repository import COMMANDS

EXAMPLE = ROOT / "docs" / "operate" / "examples"
FULL = [[name, *rest] for name, more in COMMANDS.items() for rest in [[], *([one] for one in sorted(more))]]


@pytest.mark.parametrize("command", [one for one in FULL if one[0] != "manage"], ids=" ".join)
def test_every_command_has_its_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main([*command, "--help"])
    assert ending.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith("usage: maillage " + " ".join(command))
    assert len(shown.splitlines()) > 4


def parsers(one: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """It, and those of the words that may follow."""
    yield one
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


def test_every_word_of_a_command_line_is_explained() -> None:
    found = list(parsers(cli.parser()))
    assert len(found) == 1 + len(FULL)
    for one in found:
        assert one.description, f"{one.prog}: no description"
        for action in one._actions:
            title = action.metavar if isinstance(action, argparse._SubParsersAction) else action.help
            assert title, f"{one.prog} {action.dest}: no help"


def test_the_first_help_names_every_command_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    shown = capsys.readouterr().out
    for name in COMMANDS:
        assert re.search(rf"\n    {name}\s", shown)
    for code in Exit:
        assert f"\n  {code.value}  " in shown


@pytest.mark.parametrize(
    "words", [[], ["fly"], ["demo"], ["run", "--port", "0"], ["run", "--port", "x"], ["import", "young-people"]]
)
def test_a_wrong_command_line_is_a_usage_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(words)
    assert ending.value.code == Exit.USAGE
    assert "usage: maillage" in capsys.readouterr().err


def test_no_core_is_ever_dumped() -> None:
    script = "import resource; from maillage.config import cli; cli.main(['manage', 'version']); "
    script += "print(resource.getrlimit(resource.RLIMIT_CORE))"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines()[-1] == "(0, 0)"


@pytest.mark.django_db
def test_a_whole_journal_and_one_that_was_changed(capsys: pytest.CaptureFixture[str]) -> None:
    invite()
    assert cli.main(["journal", "verify"]) == Exit.OK
    assert "the journal is whole" in capsys.readouterr().out
    entry = JournalEntry.objects.order_by("pk").first()
    assert entry is not None
    forged = JournalEntry(at=entry.at, verb=entry.verb, mac=b"\x00" * 32)
    forged.save(force_insert=True)
    assert cli.main(["journal", "verify"]) == Exit.PROBLEM
    assert f"row {forged.pk}" in capsys.readouterr().err


@pytest.mark.django_db
@pytest.mark.parametrize(("command", "label"), [("journal verify", "reading the journal"), ("keys rotate", "wrapping")])
def test_long_work_shows_a_bar_to_whoever_watches(
    command: str, label: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    invite()
    rows = (JournalEntry if command == "journal verify" else DataKey).objects.count()
    shown: dict[bool, str] = {}
    for watched in (True, False):
        told = io.StringIO()
        monkeypatch.setattr(screen, "err", Console(file=told, force_terminal=watched, width=120))
        assert cli.main(command.split()) == Exit.OK
        shown[watched] = told.getvalue()
    assert rows
    assert label in shown[True]
    assert f"{rows}/{rows}" in shown[True]
    assert shown[False] == ""


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        assert cli.main(["run", "--port", str(port)]) == Exit.UNAVAILABLE
    assert f"port {port} is taken" in capsys.readouterr().err


def test_a_database_that_does_not_answer_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def down(_step: Callable[[int, int], None]) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(journal, "verify_journal", down)
    assert cli.main(["journal", "verify"]) == Exit.UNAVAILABLE
    assert "the database does not answer: connection refused" in capsys.readouterr().err


@pytest.mark.django_db
def test_keys_are_rotated(capsys: pytest.CaptureFixture[str]) -> None:
    invite()
    before = {key.pk: bytes(key.wrapped or b"") for key in DataKey.objects.all()}
    assert before
    assert cli.main(["keys", "rotate"]) == Exit.OK
    assert "wrapped under a new master key" in capsys.readouterr().out
    assert all(bytes(key.wrapped or b"") != before[key.pk] for key in DataKey.objects.all())


def invite(*more: str) -> int:
    return cli.main(
        ["account", "invite", "comptes@exemple.invalid", "--name", "Irène Agrafeuse", "--departement", "51",
         "--organisation", "Département d’essai", *more]
    )  # fmt: skip


@pytest.mark.django_db
def test_the_first_account_is_an_administrator_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    assert invite("--show-link") == Exit.OK
    assert "http" in capsys.readouterr().out
    user = User.objects.get()
    assert not user.has_usable_password()
    assert [row.role for row in Membership.objects.all()] == ["administrator"]
    assert invite() == Exit.REFUSED
    assert capsys.readouterr().err.strip()


@pytest.mark.django_db
def test_an_import_tries_first_and_says_by_its_code_what_it_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["import", "young-people", str(EXAMPLE / "young-people.csv")]
    command += ["--mapping", str(EXAMPLE / "young-people.mapping.yaml"), "--report", str(tmp_path / "report.txt")]
    tried = cli.main(command)
    assert tried in (Exit.OK, Exit.PROBLEM)
    assert not DataKey.objects.filter(purpose="person").exists()
    assert cli.main([*command, "--apply"]) == tried
    assert DataKey.objects.filter(purpose="person").exists()
    assert capsys.readouterr().out.endswith((tmp_path / "report.txt").read_text())


@pytest.mark.django_db
def test_an_import_that_cannot_be_read_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["import", "young-people", str(tmp_path / "none.csv")]) == Exit.USAGE
    (tmp_path / "one.csv").write_bytes(b"\x00\x01\x02")
    assert cli.main(["import", "young-people", str(tmp_path / "one.csv")]) == Exit.USAGE
    assert cli.main(["import", "young-people", str(tmp_path / "one.csv"), "--by", "x@exemple.invalid"]) == Exit.USAGE
    assert len(capsys.readouterr().err.splitlines()) >= 3


@pytest.mark.parametrize("words", [["demo", "codes"], ["demo", "load"], ["demo", "reset", "--yes"]], ids=" ".join)
def test_nothing_of_the_demonstration_outside_its_settings(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == Exit.REFUSED
    assert capsys.readouterr().err.strip()
