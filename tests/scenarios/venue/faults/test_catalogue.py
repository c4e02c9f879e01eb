"""The page on faults against the code and the tests: codes, verbs, and who tries which."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from benthic.scenarios.venue.faults.plan import all_verbs
from benthic.scenarios.venue.faults.request_verbs import Nonsense, Verb
from benthic.scenarios.venue.faults.toml import plan_of

HERE = Path(__file__).parent
ROOT = HERE.parents[3]
PAGE = (ROOT / "docs" / "faults.md").read_text("utf-8")
LEAST_WIRE_FAULTS = 60
ROW = re.compile(r"^\| ([A-Z]\d{1,2}) \| (.+) \|$", re.MULTILINE)
WIRE_ROW = re.compile(
    r"^\| ([ABMEL]\d{1,2}) \| [^|]+ \| `(\w+)` \| `(\w+\.py)` \| [^|]+ \|$", re.MULTILINE
)
LENGTHS = dict(
    zip("ABCMELKHIFOGPRDS", (27, 15, 17, 16, 14, 8, 13, 13, 18, 8, 9, 6, 6, 10, 4, 6), strict=True)
)


def cases_collected() -> set[tuple[str, str]]:
    """File and case id of each test here, as pytest collects them."""
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"),
            *map(str, sorted(HERE.glob("test_*_struck.py"))),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.findall(r"(\w+\.py)::\w+\[([A-Z]\d{1,2})[\]-]", ran.stdout)
    return {(file, code) for file, code in found}


def test_the_page_explains_every_code_once() -> None:
    codes = [code for code, _ in ROW.findall(PAGE)]

    assert sorted(codes) == sorted(
        f"{letter}{number}" for letter, length in LENGTHS.items() for number in range(1, length + 1)
    )


def test_every_code_that_the_tree_cites_is_explained() -> None:
    known = {code for code, _ in ROW.findall(PAGE)}
    for file in sorted((ROOT / "scenarios" / "venue" / "faults").glob("*.py")):
        cited = set(re.findall(r'"([ABCMELKHI]\d{1,2})"', file.read_text("utf-8")))
        assert cited <= known, file.name


def test_the_table_and_the_tests_name_the_same_faults() -> None:
    told = {(file, code) for code, _, file in WIRE_ROW.findall(PAGE)}

    assert told == cases_collected()
    assert len(told) >= LEAST_WIRE_FAULTS


def test_the_table_names_verbs_that_there_are() -> None:
    verbs = {verb for _, verb, _ in WIRE_ROW.findall(PAGE)}

    assert verbs <= set(all_verbs())


@pytest.mark.parametrize("name", sorted(all_verbs()))
def test_the_page_tells_each_verb_with_all_its_parameters(name: str) -> None:
    verb: type[Verb] = all_verbs()[name]
    rows = [line for line in PAGE.splitlines() if line.startswith("| `") and f"`{name}`" in line]
    table = PAGE[PAGE.index("### Verbs for requests") : PAGE.index("### The record")]
    told = [row for row in rows if row in table and row.split("|")[1].count(f"`{name}`")]

    assert told, f"docs/faults.md has no row for {name}"
    if name != "change_filter":  # "the filters" stands for its many
        for field in verb.__struct_fields__:
            assert f"`{field}`" in told[0], f"{name}: {field} is not told"


def test_the_plan_on_the_page_can_be_carried_out() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)

    plan = plan_of(text)
    assert [rule.fault for rule in plan.rules] == ["A2", "M1", "C6"]


def test_the_page_tells_every_kind_of_garbage() -> None:
    kinds = get_args(Nonsense)

    assert kinds
    for kind in kinds:
        assert f"`{kind}`" in PAGE
