"""The repository around the code: licence, locks, commands, documents."""

import hashlib
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked

AGPL = "8486a10c4393cee1c25392769ddd3b2d6c242d6ec7928e1414efff7dfb2f07ef"
DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]


def test_the_licence_is_whole() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == AGPL
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"] == "AGPL-3.0-or-later"


def requirements(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)", text, re.M))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_everything_by_hash_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert len(requirements(text)) > 30
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block[:60]
    assert "://" not in text


def test_every_declared_dependency_is_locked_and_says_why() -> None:
    source = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(source)["project"]
    locked = requirements((ROOT / "requirements.lock").read_text())
    for requirement in project["dependencies"]:
        name = re.split(r"[\[<>=]", requirement)[0].lower()
        assert name in locked, f"{name}: make lock"
        assert re.search(rf'^  "{re.escape(requirement)}",\s+# \w', source, re.M), f"{requirement} says not why"
    every = requirements((ROOT / "requirements-dev.lock").read_text())
    assert {name: every.get(name) for name in locked} == locked, "the two locks disagree: make lock"


def test_ci_runs_what_the_readme_tells() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.search(r"^(exec )?make test$", script.read_text(), re.M)
    makefile = (ROOT / "Makefile").read_text()
    for target in ("run", "test", "check", "bench", "lock"):
        assert re.search(rf"^{target}:.*## \w", makefile, re.M)
    for script in (ROOT / "tests" / "run", ROOT / "tests" / "machine", ROOT / ".ci" / "run"):
        subprocess.run(["bash", "-n", script], check=True)  # noqa: S607


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_documents_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(), flags=re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        place, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        found = document if not place else (document.parent / place)
        assert found.exists(), f"{document.name}: {target}"
        if anchor and found.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", found.read_text(), re.M)
            slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in slugs, f"{document.name}: #{anchor}"


def test_decisions_are_numbered_without_gap_and_have_the_same_parts() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [int(path.name[:4]) for path in files]
    assert numbers == list(range(1, len(files) + 1))
    for path in files:
        title = path.read_text().splitlines()[0]
        assert re.match(rf"# (?:ADR )?0*{int(path.name[:4])}\b", title), f"{path.name}: {title}"


def test_commands_named_in_documents_exist() -> None:
    """`make …` and `maillage …` in documents are real."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    for document in DOCUMENTS:
        text = document.read_text()
        code = "\n".join(re.findall(r"```.*?```", text, re.S) + re.findall(r"`[^`\n]+`", text))
        for target in re.findall(r"\bmake ([a-z]+)\b", code):
            assert target in targets, f"{document.name}: make {target}"
        for words in re.findall(r"(?<![/\w.-])maillage ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", code):
            first, *rest = words.split()
            known = COMMANDS.get(first)
            assert known is not None, f"{document.name}: maillage {words}"
            assert not known or not rest or rest[0] in known, f"{document.name}: maillage {words}"


COMMANDS: dict[str, set[str]] = {
    "run": set(), "web": set(), "worker": set(), "prepare": set(), "manage": set(), "demo": {"load", "codes", "reset"},
    "import": {"young-people"}, "journal": {"verify"}, "keys": {"rotate"}, "account": {"invite"},
    "directory": {"import", "export", "load", "index"}, "erasures": {"replay"},
}  # fmt: skip
