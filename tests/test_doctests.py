"""Every example in a docstring does what it says."""

import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("actors", "benchmarks", "cli", "runtime", "scenarios", "storage")


def modules_with_examples() -> Iterator[str]:
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if ">>> " in file.read_text("utf-8"):
                parts = file.relative_to(ROOT).with_suffix("").parts
                yield ".".join(("benthic", *(part for part in parts if part != "__init__")))


@pytest.mark.parametrize("name", list(modules_with_examples()))
def test_the_examples_of_a_module_are_true(name: str) -> None:
    module = importlib.import_module(name)
    outcome = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.FAIL_FAST)

    assert outcome.attempted > 0, "the module's `>>>` stand where doctest does not look"
    assert outcome.failed == 0
