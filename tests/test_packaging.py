"""The repository root is the package: what that costs, and the guard against each cost."""

import ast
import importlib
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import benthic

ROOT = Path(__file__).resolve().parent.parent
APART = frozenset({"tests", "examples", "docs", "build", "dist"})
"""Folders of the repository that are no part of the package."""


def configuration() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def listed_packages() -> list[str]:
    names: list[str] = configuration()["tool"]["setuptools"]["packages"]
    return names


def package_folders() -> Iterator[str]:
    """The dotted name of each folder of ours that holds Python files."""
    yield "benthic"
    for file in sorted(ROOT.glob("*/**/*.py")):
        parts = file.relative_to(ROOT).parts[:-1]
        if parts[0] not in APART and not any(part[0] == "." for part in parts):
            yield ".".join(("benthic", *parts))


def product_files() -> Iterator[Path]:
    for name in listed_packages():
        yield from sorted((ROOT / Path(*name.split(".")[1:])).glob("*.py"))


def imported_tops(file: Path) -> Iterator[str]:
    """First parts of the absolute names that a file imports."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def distributions(requirements: list[str]) -> set[str]:
    names = (re.split(r"[^A-Za-z0-9_-]", requirement)[0] for requirement in requirements)
    return {name.replace("-", "_") for name in names}


def test_every_package_folder_is_listed() -> None:
    assert sorted(set(package_folders())) == sorted(listed_packages())


def test_every_package_folder_has_a_face() -> None:
    folders = [ROOT / Path(*name.split(".")[1:]) for name in listed_packages()]

    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_every_data_file_of_a_package_is_listed() -> None:
    listed = {
        file
        for package, patterns in configuration()["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
        for file in (ROOT / Path(*package.split(".")[1:])).glob(pattern)
    }
    found = {
        file
        for name in listed_packages()
        if name != "benthic"
        for file in (ROOT / Path(*name.split(".")[1:])).iterdir()
        if file.is_file() and file.suffix not in {".py", ".pyc"}
    }

    assert found | {ROOT / "py.typed"} == listed


def test_no_module_lies_loose_at_the_root() -> None:
    assert sorted(path.name for path in ROOT.glob("*.py")) == ["__init__.py", "__main__.py"]


def test_no_test_folder_is_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_file_is_imported_under_two_names() -> None:
    for file in product_files():
        relative = file.relative_to(ROOT).with_suffix("")
        if relative.name not in {"__main__", "__init__"}:
            importlib.import_module(".".join(("benthic", *relative.parts)))
    names = defaultdict(set)
    for name, module in list(sys.modules.items()):
        file_name = getattr(module, "__file__", None)
        if file_name is not None and Path(file_name).resolve() in set(product_files()):
            names[file_name].add(name)

    assert {file: found for file, found in names.items() if len(found) > 1} == {}
    assert {name for name in chain(*names.values()) if name.split(".")[0] != "benthic"} == set()


def test_the_tests_import_this_checkout_and_no_other() -> None:
    assert Path(benthic.__file__).resolve().parent == ROOT


def test_type_checkers_look_at_every_top_folder() -> None:
    tools = configuration()["tool"]
    folders = {name.split(".")[1] for name in listed_packages() if "." in name} | {"tests"}
    mypy = {name.removeprefix("build/names/benthic/") for name in tools["mypy"]["files"]}

    assert folders | {"__init__.py", "__main__.py"} == mypy
    assert mypy == set(tools["basedpyright"]["include"])


def the_peers() -> set[str]:
    """What the benchmarks run beside us."""
    extras = configuration()["project"]["optional-dependencies"]
    return distributions([*extras["bench"], *extras["nautilus"]])


def test_every_import_is_declared_and_every_dependency_is_imported() -> None:
    project = configuration()["project"]
    base = distributions(project["dependencies"])
    late = distributions(project["optional-dependencies"]["data"])
    peers = the_peers()
    used = {
        top
        for file in product_files()
        for top in imported_tops(file)
        if top not in sys.stdlib_module_names
    }

    assert used - peers - late <= base
    assert base <= used


def test_peers_are_imported_by_the_benchmarks_alone() -> None:
    peers = the_peers()
    importers = {
        file.relative_to(ROOT).parts[0]
        for file in product_files()
        if peers & {*imported_tops(file)}
    }

    assert importers <= {"benchmarks"}


def test_the_changelog_tells_of_this_version() -> None:
    version = configuration()["project"]["version"]
    told = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert version in told
