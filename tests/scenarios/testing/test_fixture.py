"""The fixture, the assertions and the bot in one line, as a user's tests have them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benthic.scenarios.testing import (
    assert_agrees,
    assert_balance,
    assert_filled,
    assert_open,
    simulate,
    try_scenario,
)
from benthic.scenarios.world import World

TESTS = """
import pytest

from benthic.scenarios.testing import assert_open
from benthic.scenarios.world import World


async def test_an_order_rests(world: World) -> None:
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    assert_open(bot, order.id)


@pytest.mark.seed(3)
async def test_the_seed_of_a_mark(world: World) -> None:
    assert world.seed == 3


@pytest.mark.parametrize("seed", [4, 5])
async def test_each_seed(world: World, seed: int) -> None:
    assert world.seed == seed


async def test_that_fails(world: World) -> None:
    bot = await world.start_bot()
    assert bot.orders


async def test_that_is_left_for_later(world: World) -> None:
    pytest.skip("later")


@pytest.mark.seed("three")
async def test_of_no_seed(world: World) -> None: ...


def test_of_another_kind() -> None:
    assert True
"""


def test_a_users_tests_get_a_world_each(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["benthic.scenarios.testing.plugin"]\n')
    (tmp_path / "test_mine.py").write_text(TESTS)

    child = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        text=True,
        timeout=120,
    )

    assert "1 failed, 5 passed, 1 skipped, 1 error" in child.stdout, child.stdout
    assert "the seed of a world is a whole number, not 'three'" in child.stdout, child.stdout
    assert "test_mine.py:26: does not hold: assert" in child.stdout, child.stdout


def test_assertions_hold_where_they_should_and_say_what_is_there() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        order = await bot.place("buy", "0.01", "50000")
        assert_open(bot, order.id)
        assert_balance(bot, "USDT", "100000")
        with pytest.raises(AssertionError, match=r"is accepted and has filled 0, not 0\.01"):
            assert_filled(bot, order.id)
        with pytest.raises(AssertionError, match=r"the books have 100000.* USDT, not 5"):
            assert_balance(bot, "USDT", "5")
        with pytest.raises(AssertionError, match="open should be"):
            assert_open(bot)
        world.venue.fill("BTC/USDT")
        await world.eventually(lambda: not bot.order(order.id).is_live, within=120)
        assert_filled(bot, order.id)
        assert_agrees(bot)

    try_scenario(scenario)


def test_a_whole_bot_trades_for_ten_minutes_in_one_line() -> None:
    outcome = simulate(minutes=10, seed=3)

    assert outcome.fills > 0
    assert outcome.ok
