"""What the packages offer: every public name is there, and the face stays light."""

import importlib
import pkgutil
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import benthic
from benthic.cli.exits import MEANINGS
from benthic.runtime import BenthicError

ROOT = Path(__file__).resolve().parent.parent
APART = frozenset({"tests", "docs", "examples", "build", "dist"})
"""Folders below the root that a lenient editable install lets one import, and that are not ours."""

HEAVY = frozenset({"ccxt", "lmdb", "numpy", "pandas", "polars", "talib"})
HELP = (sys.executable, "-m", "benthic", "--help")
NOT_OFFERED = frozenset({"annotations"})  # what `from __future__` leaves in a module
PATIENCE = 60  # seconds of wall time until a child counts as hung


def walk() -> Iterator[pkgutil.ModuleInfo]:
    for found in pkgutil.walk_packages(benthic.__path__, "benthic."):
        if found.name.split(".")[1] not in APART:
            yield found


def modules() -> Iterator[str]:
    return (found.name for found in walk() if not found.name.endswith("__main__"))


PACKAGES = ("benthic", *(found.name for found in walk() if found.ispkg))


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after the code has run."""
    child = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sorted(sys.modules))"],
        capture_output=True,
        check=True,
        text=True,
        timeout=PATIENCE,
    )
    return set(child.stdout.split())


def tops(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_of_a_package_resolves(name: str) -> None:
    package = importlib.import_module(name)
    public = getattr(package, "__all__", [])

    assert [word for word in public if not hasattr(package, word)] == []
    assert len(set(public)) == len(public)
    assert [word for word in public if word.startswith("_")] == []


@pytest.mark.parametrize("name", [name for name in PACKAGES if name != "benthic"])
def test_a_face_lists_every_name_that_it_imports(name: str) -> None:
    package = importlib.import_module(name)
    offered = {
        word
        for word, value in vars(package).items()
        if word[0] != "_" and word not in NOT_OFFERED and not isinstance(value, ModuleType)
    }

    assert offered == set(getattr(package, "__all__", []))


@pytest.mark.parametrize("name", benthic.__all__)
def test_the_lazy_face_gives_what_its_home_gives(name: str) -> None:
    value = getattr(benthic, name)
    home = getattr(value, "__module__", "benthic.")

    assert home.startswith("benthic.") or not isinstance(value, type)
    assert name in dir(benthic)


def test_the_lazy_face_names_what_it_has_when_asked_for_more() -> None:
    misspelt = "Sytem"

    with pytest.raises(AttributeError, match=r"no attribute 'Sytem'.*System"):
        getattr(benthic, misspelt)


def test_importing_benthic_loads_none_of_its_floors() -> None:
    loaded = loaded_by("import benthic")

    assert {name for name in loaded if name.startswith("benthic.")} == set()
    assert tops(loaded) & (HEAVY | {"trio", "msgspec", "rich"}) == set()


def test_the_names_of_the_face_load_neither_numpy_nor_ccxt() -> None:
    loaded = loaded_by("from benthic import System, Actor, Supervisor, VirtualClock")

    assert tops(loaded) & HEAVY == set()


def test_help_imports_no_heavy_library() -> None:
    child = subprocess.run(
        [HELP[0], "-X", "importtime", *HELP[1:]],
        capture_output=True,
        check=True,
        text=True,
        timeout=PATIENCE,
    )
    imported = {line.rpartition("|")[2].strip() for line in child.stderr.splitlines()}

    assert "benthic" in imported
    assert tops(imported) & HEAVY == set()


def test_help_takes_less_than_a_third_of_a_second_of_cpu() -> None:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(HELP, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.3


def all_errors(kind: type[BenthicError]) -> Iterator[type[BenthicError]]:
    for below in kind.__subclasses__():
        yield below
        yield from all_errors(below)


def test_every_error_and_exit_code_is_in_the_handbook() -> None:
    page = (ROOT / "docs" / "errors-and-exit-codes.md").read_text("utf-8")
    for name in modules():
        importlib.import_module(name)
    errors = {error.__name__ for error in all_errors(BenthicError) if error.__name__[0] != "_"}

    assert {name for name in errors if f"`{name}`" not in page} == set()
    assert [code for code, words in MEANINGS.items() if f"| {code:d} | {words} |" not in page] == []
