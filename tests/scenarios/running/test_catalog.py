"""All faults by code: the list is that of the page, and knows who claims each."""

from __future__ import annotations

import re
from pathlib import Path

from benthic.scenarios.running.catalog import FAULTS, NOT_HERE, claims
from benthic.scenarios.running.script import library_names, told_of
from benthic.scenarios.venue.faults.plan import all_verbs

ROOT = Path(__file__).parents[3]
ROW = re.compile(
    r"^\| ([ABCMELKHI]\d{1,2}) \| ([^|]+) \|(?: `(\w+)` \| [^|]+ \|)? ([^|]+) \|$", re.MULTILINE
)


def test_the_list_is_the_page_word_for_word() -> None:
    page = (ROOT / "docs" / "faults.md").read_text("utf-8")

    told = {code: (words, verb) for code, words, verb, _ in ROW.findall(page)}

    assert {each.code: (each.words, each.verb) for each in FAULTS} == told
    assert len(FAULTS) == len(told) > 100


def test_the_page_names_the_scenarios_of_each_fault_or_says_why_there_are_none() -> None:
    page = (ROOT / "docs" / "faults.md").read_text("utf-8")
    claimed = claims()

    for code, _, _, last in ROW.findall(page):
        names = [name for name in claimed[code] if not name.startswith("swarm")]
        wanted = ", ".join(f"`{name}`" for name in names) or NOT_HERE[code]
        assert last == wanted, code


def test_each_verb_is_one() -> None:
    assert {each.verb for each in FAULTS} - {""} <= set(all_verbs())


def test_every_claim_of_every_script_is_found_under_its_code() -> None:
    claimed = claims()

    for name in library_names():
        codes = told_of(name)[1]
        assert codes == tuple(dict.fromkeys(codes))
        assert all(name in claimed[code] for code in codes), name
    assert sum(map(len, claimed.values())) == sum(len(told_of(name)[1]) for name in library_names())
