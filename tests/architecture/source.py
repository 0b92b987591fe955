"""The source code as data: modules and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "maillage"
PACKAGES = (
    "common", "vault", "reference", "audit", "accounts", "tasks", "youth", "questionnaires", "directory",
    "casework", "episodes", "retention", "desk",
    "config",
)  # fmt: skip


@dataclass(frozen=True)
class Module:
    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def package(self) -> str:
        return self.path.relative_to(SRC).parts[0]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text())

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 0)}"


@cache
def modules() -> list[Module]:
    """Every module of ours but migrations."""
    return [Module(path) for path in sorted(SRC.rglob("*.py")) if "migrations" not in path.parts]


def views() -> list[Module]:
    return [
        module
        for module in modules()
        if module.path.stem.startswith("views") or "views" in module.path.relative_to(SRC).parts
    ]


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Each imported dotted name, `from a import b` as `a.b`; those for types alone are left out."""
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def tracked() -> list[Path]:
    """Every file of the repository, those not added yet too."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [ROOT / name for name in sorted(set(listed.stdout.split("\0"))) if name and (ROOT / name).is_file()]
