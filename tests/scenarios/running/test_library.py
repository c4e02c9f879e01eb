"""The scripts that come along: each is told about, and holds on a seed.

More of them are a command, `benthic scenario run all`.
"""

from __future__ import annotations

import pytest

from benthic.scenarios.running.run import run_scenario
from benthic.scenarios.running.script import SWARMS, library_names, told_of

SHORT = [name for name in library_names() if name not in SWARMS]


def test_the_library_has_a_hundred_scripts_and_more() -> None:
    assert len(library_names()) >= 100


@pytest.mark.parametrize("name", library_names())
def test_a_script_opens_with_its_story_and_its_faults(name: str) -> None:
    story, faults = told_of(name)

    assert story.endswith(".")
    assert faults


@pytest.mark.parametrize("name", SHORT)
def test_a_script_holds_its_faults_strike_and_it_ends_in_order(name: str) -> None:
    outcome = run_scenario(name, 0)

    assert outcome.findings == ()
    assert set(told_of(name)[1]) <= outcome.fired.keys()
    assert outcome.is_in_order
