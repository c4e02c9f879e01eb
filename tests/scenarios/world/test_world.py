"""What a world can do to a bot, and that the bot is in order afterwards."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest
import trio

from benthic.actors.orders.messages import NotDurable
from benthic.runtime import AskError, Refusal
from benthic.scenarios.running.run import Outcome
from benthic.scenarios.world import ORDER, World

from .played import played


def well(outcome: Outcome) -> Outcome:
    """The same, with nothing found."""
    assert outcome.findings == ()
    return outcome


def test_an_answer_that_is_lost_leaves_one_order_at_the_exchange() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        lost = {"method": "POST", "path": ORDER, "nth": 1}
        world.venue.strike("A2", "execute_then_drop_response", when=lost)
        order = await bot.place("buy", "0.01", "50000")
        await world.settle(within=120)
        assert bot.order(order.id).status == "accepted"
        assert [each.client_id for each in bot.oracle.open_orders()] == [order.client_id]

    assert well(played(scenario)).fired == {"A2": 1}


@pytest.mark.parametrize("phase", ["before", "after"])
def test_a_process_that_dies_at_a_commit_comes_back_to_what_was_acknowledged(phase: str) -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.kill_at(commit=1, phase="before" if phase == "before" else "after")
        world.start_soon(place, world)
        await bot.died()
        there = len(bot.oracle.orders())
        await bot.start()
        await world.settle(within=300)
        assert there == 0  # O3: no byte had left
        assert [each.status for each in bot.orders] == ([] if phase == "before" else ["refused"])

    async def place(world: World) -> None:
        with suppress(AskError):
            await world.bot.place("buy", "0.01", "50000")

    outcome = well(played(scenario))

    assert (outcome.lives, outcome.fired) == (2, {"K1": 1})


def test_a_desk_that_crashes_at_its_third_message_rebuilds_its_orders() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        order = await bot.place("buy", "0.01", "50000")
        bot.crash("desk", at_message=3)
        await trio.sleep(70)
        await world.settle(within=300)
        assert [each.id for each in await bot.live_orders()] == [order.id]
        assert len(bot.books.loads) == 2

    assert well(played(scenario)).fired == {"H1": 1}


def test_a_full_disk_keeps_an_entry_from_being_sent() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.disk.fill()
        with pytest.raises(NotDurable):
            await bot.place("buy", "0.01", "50000")
        assert bot.oracle.orders() == []
        bot.disk.mend()
        await world.settle(within=300)
        assert (await bot.place("buy", "0.01", "50000")).status == "accepted"

    assert well(played(scenario)).fired == {"K3": 1}


def test_a_disk_that_fails_ends_the_process_and_the_next_one_recovers() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.disk.fail(at_commit=2)
        with suppress(AskError):
            await bot.place("buy", "0.01", "50000")
        await bot.died(within=600)
        assert not bot.is_running
        await bot.start()
        await world.settle(within=300)

    assert well(played(scenario)).lives == 2


def test_a_slow_disk_delays_the_order_and_loses_nothing() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.disk.slow(2_000)
        began = world.clock.elapsed
        await bot.place("buy", "0.01", "50000")
        assert world.clock.elapsed - began >= 4
        await world.settle(within=300)

    well(played(scenario))


@pytest.mark.parametrize("trouble", ["cut", "partition", "lose_names", "reset"])
def test_a_line_that_was_lost_comes_back(trouble: str) -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        getattr(bot.network, trouble)()
        if trouble == "lose_names":
            bot.network.reset()
        if trouble != "reset":
            await world.eventually(lambda: bot.line != "up", within=120)
            assert not bot.is_open
        await trio.sleep(60)
        await world.settle(within=300)

    well(played(scenario))


def test_a_slow_line_is_slow_both_ways() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        bot.network.delay(300)
        bot.network.reset()
        await world.eventually(lambda: not bot.is_open, within=60)
        await world.eventually(lambda: bot.is_open, within=300)
        began = world.clock.elapsed
        await bot.place("buy", "0.01", "50000")
        assert world.clock.elapsed - began >= 0.5
        bot.network.heal()
        bot.network.throttle(2_000)
        await bot.place("buy", "0.01", "50000")
        await world.settle(within=300)

    well(played(scenario))


@pytest.mark.parametrize(
    ("deed", "seconds"), [("suspend", 28_800), ("stall", 300), ("step", 3_600)]
)
def test_a_host_that_slept_or_stood_still_reconciles(deed: str, seconds: int) -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        await bot.place("buy", "0.01", "50000")
        getattr(world.clock, deed)(seconds)
        await trio.sleep(90)
        await world.settle(within=600)
        assert (await bot.place("buy", "0.01", "50000")).status == "accepted"

    well(played(scenario))


def test_two_bots_on_one_account_take_each_other_for_foreigners() -> None:
    async def scenario(world: World) -> None:
        one = await world.start_bot("one", account="first")
        two = await world.start_bot("two", account="first")
        order = await one.place("buy", "0.01", "50000")
        await world.eventually(lambda: bool(two.said("stray order")), within=120)
        assert order.id not in two.books.orders

    well(played(scenario))


def test_a_halted_market_takes_no_order_and_goes_on_later() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        world.venue.halt("BTC/USDT")
        with pytest.raises(Refusal):
            await bot.place("buy", "0.01", "50000")
        world.venue.resume("BTC/USDT")
        await world.settle(within=120)
        assert (await bot.place("buy", "0.01", "50000")).status == "accepted"

    well(played(scenario))


def test_money_that_comes_from_outside_is_booked_and_told() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        world.venue.deposit("USDT", "250")
        await world.eventually(lambda: bool(bot.said("drift")), within=300)
        await world.settle(within=300)
        assert bot.books.balances["USDT"].total == 100_250

    well(played(scenario))


def test_the_same_seed_gives_the_same_run_and_another_another() -> None:
    async def scenario(world: World) -> None:
        await world.open_venue()
        bot = await world.start_bot()
        trader = world.trader(bot, every=5)
        await trio.sleep(120)
        trader.stop()

    one, same, other = (played(scenario, seed=seed).hash for seed in (1, 1, 2))

    assert one == same  # R5
    assert one != other


def test_a_trader_wants_more_than_there_is_now_and_then_and_is_refused() -> None:
    async def scenario(world: World) -> None:
        await world.open_venue()
        trader = world.trader(await world.start_bot(), every=1)
        await trio.sleep(300)
        trader.stop()
        wanted.update(trader.outcomes)

    wanted: Counter[str] = Counter()
    well(played(scenario, seed=1))

    assert 0 < wanted["InsufficientFunds"] < wanted.total() / 10
