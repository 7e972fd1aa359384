"""What the code imports must be declared, or the program breaks on the first machine that is not the author's."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN = {"kb", "indexer", "webapp"}
# The one file that may import what an extra brings; and by part of the code, what of it is imported there.
_MILVUS, _RAY = "indexer/backends/milvus/connection.py", "indexer/ray_encoding.py"
_TXTAI = "indexer/benchmark/beside_txtai.py"
FILES_OF_EXTRAS = {"compare": _TXTAI, "milvus": _MILVUS, "otel": "webapp/shared/open_telemetry.py", "ray": _RAY}
OF_EXTRAS = {
    "indexer": {"pymilvus": _MILVUS, "milvus_lite": _MILVUS, "pyarrow": _RAY, "ray": _RAY, "txtai": _TXTAI},
    "webapp": {"opentelemetry": "webapp/shared/open_telemetry.py"},
}


def names(requirements: list[str]) -> set[str]:
    return {re.sub(r"[-_.]+", "-", re.split(r"[<>=\[; ]", requirement)[0]).lower() for requirement in requirements}


def imported_modules(folder: str) -> dict[str, str]:
    """Top-level module to one file that imports it, wherever in the file."""
    found: dict[str, str] = {}
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                modules = [node.module]
            else:
                continue
            for module in modules:
                found.setdefault(module.split(".")[0], str(path.relative_to(ROOT)))
    return found


def undeclared(folder: str, declared: set[str], local: set[str]) -> dict[str, str]:
    providers = packages_distributions()  # what is not installed, as the extra `compare`, has its own name
    return {
        module: file
        for module, file in imported_modules(folder).items()
        if module not in sys.stdlib_module_names | OWN | local
        and not {re.sub(r"[-_.]+", "-", name).lower() for name in providers.get(module, [module])} & declared
    }


@pytest.mark.parametrize("folder", sorted(OWN))
def test_everything_that_is_imported_is_a_declared_dependency(folder: str) -> None:
    assert undeclared(folder, names(PROJECT["dependencies"]), set()) == OF_EXTRAS.get(folder, {})


@pytest.mark.parametrize(("extra", "file"), sorted(FILES_OF_EXTRAS.items()))
def test_what_an_extra_brings_is_imported_by_one_file_alone(extra: str, file: str) -> None:
    declared = names([*PROJECT["dependencies"], *PROJECT["optional-dependencies"][extra]])
    modules = {module for module, of in OF_EXTRAS[file.partition("/")[0]].items() if of == file}
    assert undeclared(file.partition("/")[0], declared, set()).keys() & modules == set()
    for path in ROOT.joinpath(file.partition("/")[0]).rglob("*.py"):
        if path != ROOT / file:
            found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            told = [node.module or "" for node in found if isinstance(node, ast.ImportFrom)]
            assert not {module.partition(".")[0] for module in told} & modules, path


def test_everything_that_tests_import_is_a_declared_dependency() -> None:
    declared = names([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]])
    local = {path.stem for path in (ROOT / "tests").rglob("*.py")} | {
        path.name for path in (ROOT / "tests").rglob("*/")
    }
    assert undeclared("tests", declared, local | {"scripts"}) == {}
