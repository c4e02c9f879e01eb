"""The swarm: a seed draws the same faults each time, and each fault of the menu can be read."""

from __future__ import annotations

from collections import Counter

import pytest

from benthic.scenarios.running import menu
from benthic.scenarios.running.deeds import DEEDS
from benthic.scenarios.running.run import Options, run_script
from benthic.scenarios.running.script import Script
from benthic.scenarios.running.swarm import BUSY, CALM, drawn, play_to_calm
from benthic.scenarios.venue.faults.toml import rule_of
from benthic.scenarios.world import World

DAY = 86_400_000  # ms


@pytest.mark.parametrize("seed", range(50))
def test_a_seed_draws_the_same_each_time_and_nothing_that_cannot_be(seed: int) -> None:
    one, other = drawn(seed, 3_600), drawn(seed, 3_600)

    assert one == other
    assert all(rule_of(table) for table in one.rules)
    assert all(deed.do in DEEDS and 0 < deed.at < 3_600 for deed in one.deeds)


def test_a_day_has_more_deeds_than_an_hour_and_they_come_all_day() -> None:
    days = [drawn(seed, 86_400).deeds for seed in range(20)]

    assert max(map(len, days)) > 5
    assert max(deed.at for day in days for deed in day) > 70_000


def test_in_a_day_less_is_said_and_done_at_a_time_and_as_much_goes_wrong() -> None:
    for seed in range(20):
        busy, calm = drawn(seed, 86_400), drawn(seed, 86_400, CALM)
        assert calm.rules == busy.rules
        assert calm.deeds == busy.deeds
        assert calm.pairs == busy.pairs
        assert max(BUSY.deeds) >= busy.every < calm.every
        assert calm.beat > busy.beat


def test_however_long_a_swarm_is_the_clock_of_its_exchange_stays_near_its_trades() -> None:
    steps = 0
    for seed in range(100):
        by = Counter[int]()
        for table in drawn(seed, 86_400, CALM).rules:
            if table["verb"] == "clock_step":
                step = int(table["by"].removesuffix("s"))
                by.update(
                    dict.fromkeys(range(table["when"]["at"], DAY, table["when"]["again"]), step)
                )
        off = 0
        for at in sorted(by):
            off += by[at]
            steps += 1
            assert abs(off) <= 28

    assert steps > 100


def test_seeds_draw_different_faults() -> None:
    codes = [frozenset(table["fault"] for table in drawn(seed, 3_600).rules) for seed in range(30)]

    assert len(set(codes)) > 25


def test_an_answer_to_another_request_is_drawn_for_some_seeds() -> None:  # E12
    drawings = [drawn(seed, 3_600).rules for seed in range(30)]
    swaps = [table for rules in drawings for table in rules if table["fault"] == "E12"]

    assert 0 < len(swaps) < 30
    assert all(table["alike"] for table in swaps)


def test_every_deed_of_the_menu_is_one() -> None:
    assert {name for name, _ in menu.DEEDS} == DEEDS.keys()


def test_ten_minutes_of_a_swarm_end_in_order() -> None:
    async def play(world: World) -> None:
        await play_to_calm(world, hours=1 / 6)

    script = Script(name="swarm", file=__file__, story="", faults=(), play=play)
    outcome = run_script(script, Options(seed=11))

    assert outcome.findings == ()
    assert outcome.converged is not None
