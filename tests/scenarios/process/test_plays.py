"""Each script of the library is played with real processes, or says why it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benthic.scenarios.errors import BadScenario
from benthic.scenarios.process.plays import AS_THEY_ARE, LEFT_OUT, PACES
from benthic.scenarios.process.running import run_for_real
from benthic.scenarios.process.world import RealWorld
from benthic.scenarios.running.run import Options
from benthic.scenarios.running.script import Script, find_script, library_names

DOCS = Path(__file__).parents[3] / "docs/scenarios.md"


def test_each_script_of_the_library_is_played_or_has_its_reason() -> None:
    assert PACES.keys() | LEFT_OUT.keys() == set(library_names())
    assert not PACES.keys() & LEFT_OUT.keys()
    assert PACES.keys() >= AS_THEY_ARE
    assert all(reason for reason in LEFT_OUT.values())


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_a_script_that_needs_virtual_time_is_refused_before_anything_is_started(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(BadScenario) as refused:
        run_for_real(find_script(name), Options(), tmp_path)

    assert refused.value.problem == f"is not played with a real process: {LEFT_OUT[name]}"
    assert list(tmp_path.iterdir()) == []


def test_a_script_of_somebody_that_is_called_like_one_of_ours_is_tried(tmp_path: Path) -> None:
    paces: list[float] = []

    async def play(world: RealWorld) -> None:
        paces.append(world.pace)

    for name in ("swarm", "market_halted"):
        script = Script(name=name, file=__file__, story="", faults=(), play=play)  # type: ignore[arg-type]
        assert run_for_real(script, Options(), tmp_path).ok

    assert paces == [1.0, 1.0]


def test_the_page_on_scenarios_says_of_each_script_what_becomes_of_it() -> None:
    told: dict[str, bool] = {}
    section = DOCS.read_text("utf-8").partition("## With real processes")[2].partition("\n## ")[0]
    for row in section.splitlines():
        if row.startswith("| `"):
            scripts, how, _ = row.strip("| ").split(" | ")
            told |= dict.fromkeys(re.findall(r"`(\w+)`", scripts), how != "not")

    assert told == dict.fromkeys(PACES, True) | dict.fromkeys(LEFT_OUT, False)
