"""Rules of the house that a reader would otherwise have to remember."""

import ast
import re

import pytest

from tests.architecture.source import ROOT, imports, modules, tracked, views

# Who may make an `Opened`: what gives the right to read. Everybody else receives one.
OPENERS = {
    "src/maillage/vault/sealing.py",
    "src/maillage/accounts/sealed.py",  # the system's own key
    "src/maillage/youth/access.py",  # reveal(): journalled
    "src/maillage/youth/services/base.py",  # a command writes as the system and shows nothing
    "src/maillage/directory/places.py",  # a hidden address: journalled
    "src/maillage/casework/access.py",  # an incident of a place, under the key of the system: journalled
    "src/maillage/casework/services/shares.py",  # the frozen copy, for whom it was shared with
    "src/maillage/youth/lookup_access.py",  # requests, under the key of the system: for their author and the owner told
    "src/maillage/desk/lists.py",  # names of lists, under the key of the system
    "src/maillage/youth/search.py",  # the name index, in memory
    "src/maillage/youth/kept_names.py",  # the same, kept in one sealed piece
}
PRIVATE = ("models", "forms", "views")
# Everybody's: keys are foreign keys of all tables, people at work are `by=` of all writes.
PUBLIC = {"vault.models", "accounts.models", "audit.models", "questionnaires.forms"}


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Name) and called.id == name) or (
                isinstance(called, ast.Attribute) and called.attr == name
            ):
                found.append(node)
    return found


def test_there_is_code_to_look_at() -> None:
    assert len(modules()) > 80
    assert len(views()) >= 5


def test_nothing_is_imported_inside_a_function() -> None:
    found = [
        module.at(inner)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_the_right_to_read_is_made_in_few_places() -> None:
    found = {module.name for module in modules() if calls(module.tree, "Opened")}
    assert found <= OPENERS, found - OPENERS


def test_key_files_are_read_in_one_place() -> None:
    found = {
        module.name
        for module in modules()
        if any(name.startswith(("tink.cleartext_keyset_handle", "tink.JsonKeyset")) for _, name in imports(module.tree))
        or "cleartext_keyset_handle" in module.path.read_text()
    }
    assert found <= {"src/maillage/vault/keyring.py", "src/maillage/vault/rotation.py"}


def test_views_neither_query_nor_save() -> None:
    found = [
        module.at(node)
        for module in views()
        for node in ast.walk(module.tree)
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("objects", "_base_manager", "_default_manager")
            and getattr(node.value, "id", "") != "Authenticator"  # allauth's own table: it has no selectors
        )
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("save", "delete", "bulk_create", "bulk_update")
        )
    ]
    assert found == []


def used_to_annotate_only(tree: ast.AST, name: str) -> bool:
    """A type in a signature is not a query."""
    annotations = {
        id(inner)
        for node in ast.walk(tree)
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if annotation is not None
        for inner in ast.walk(annotation)
    }
    return all(id(node) in annotations for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name)


def test_models_forms_and_views_of_another_package_are_private() -> None:
    found = []
    for module in modules():
        if module.package == "config":
            continue
        for node, name in imports(module.tree):
            parts = name.split(".")
            if parts[0] != "maillage" or len(parts) < 3 or parts[1] in (module.package, "common"):
                continue
            private = parts[2] in PRIVATE and f"{parts[1]}.{parts[2]}" not in PUBLIC
            if private and not (parts[2] == "models" and used_to_annotate_only(module.tree, parts[-1])):
                found.append(f"{module.at(node)} {name}")
    assert found == []


def test_no_signal_is_received() -> None:
    found = [
        f"{module.at(node)} {name}"
        for module in modules()
        for node, name in imports(module.tree)
        if "signals" in name.split(".") or name == "django.dispatch.receiver"
    ]
    assert found == []


def test_time_is_asked_of_the_clock_alone() -> None:
    found = [
        module.at(node)
        for module in modules()
        for node in calls(module.tree, "now")
        if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") in ("timezone", "datetime")
        # Django's own session store asks it so.
        if module.name not in ("src/maillage/common/clock.py", "src/maillage/accounts/sessions.py")
    ]
    assert found == []


def test_pages_trust_no_text() -> None:
    python = [
        module.at(node)
        for module in modules()
        for node in [*calls(module.tree, "mark_safe"), *calls(module.tree, "csrf_exempt")]
        if module.name != "src/maillage/common/templatetags/ui.py"
    ]
    templates = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src").rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape off", path.read_text())
    ]
    assert python + templates == []


def test_services_are_keyword_only_and_named_by_whom() -> None:
    found = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "action" for mark in node.decorator_list
            ):
                names = [argument.arg for argument in node.args.kwonlyargs]
                if node.args.args or node.args.posonlyargs or "by" not in names:
                    found.append(module.at(node))
    assert found == []


def test_functions_say_what_they_take_and_give() -> None:
    found = [
        module.at(node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is None and node.name != "__init__"
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        module.name
        for module in modules()
        if module.path.read_text().strip() and not ast.get_docstring(module.tree) and module.path.stem != "apps"
        and module.path.stem not in ("__init__", "__main__")
    ]  # fmt: skip
    assert silent == []


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"/(?:work|root|home/\w+)/(?!exemple)", "a path of somebody's machine"),
        (r"(?i)\bpypi\.|\bfiles\.pythonhosted|registry\.npmjs|deb\.debian|\bindex-url\b(?!`)", "a package registry"),
        (r"pytest\.(mark\.)?(skip|xfail|importorskip)", "test that is not run"),
        (r"(?i)-----BEGIN (?:RSA |EC )?PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b", "a secret"),
    ],
)
def test_the_repository_holds_no(pattern: str, why: str) -> None:
    here = "tests/architecture/"
    found = []
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if name.startswith(here) or "vendor" in path.parts or path.suffix not in TEXTS and path.name not in TEXTS:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if re.search(pattern, line) and not (name == "Makefile" and "--no-emit-index-url" in line):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert found == [], why


TEXTS = {
    ".py", ".md", ".html", ".toml", ".lock", ".yaml", ".yml", ".txt", ".css", ".js", ".po", ".csv", ".service", ".conf",
    ".sh", "Makefile", "run", "machine",
}  # fmt: skip
