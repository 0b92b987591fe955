"""Floors and walls between packages: the contracts of `pyproject.toml`, which `make check` runs too."""

import tomllib

from importlinter import configuration
from importlinter.application.use_cases import lint_imports

from tests.architecture.source import ROOT, SRC

PROJECT = ROOT / "pyproject.toml"
CONTRACTS = tomllib.loads(PROJECT.read_text())["tool"]["importlinter"]["contracts"]


def test_no_package_imports_what_is_above_or_beside_it() -> None:
    configuration.configure()
    # What it prints names the contract, the two modules and the line: pytest shows it when this fails.
    assert lint_imports(config_filename=str(PROJECT), cache_dir=None, no_logo=True)


def test_every_package_has_its_floor() -> None:
    [floors] = [one for one in CONTRACTS if one["type"] == "layers"]
    named = {name.strip() for layer in floors["layers"] for name in layer.split("|")}
    packages = {f"maillage.{path.parent.name}" for path in SRC.glob("*/__init__.py")}
    assert named == packages
