"""The scripts that come along: each is told about, and holds on a few seeds."""

from __future__ import annotations

import pytest

from benthic.scenarios.running.run import run_scenario
from benthic.scenarios.running.script import library_names, told_of

LONG = frozenset({"closed_after_a_day", "swarm", "swarm_safety"})
"""More than a few seconds of a host: run them with `benthic scenario run`."""

SEEDS = (0, 1)
SHORT = [name for name in library_names() if name not in LONG]


def test_the_library_has_thirty_scripts_and_more() -> None:
    assert len(library_names()) >= 30


@pytest.mark.parametrize("name", library_names())
def test_a_script_opens_with_its_story_and_its_faults(name: str) -> None:
    story, faults = told_of(name)

    assert story.endswith(".")
    assert faults


@pytest.mark.parametrize("name", SHORT)
def test_a_script_holds_and_its_faults_strike(name: str) -> None:
    for seed in SEEDS:
        outcome = run_scenario(name, seed)
        assert outcome.findings == (), f"seed {seed}"
        assert set(told_of(name)[1]) <= outcome.fired.keys(), f"seed {seed}"
