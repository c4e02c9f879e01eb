"""A real `benthic run` is killed, stopped and starved, and agrees with its exchange again (K1)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from benthic.actors.bot.reading import parse_config
from benthic.actors.orders.plan import NO_PLAN
from benthic.actors.portfolio.messages import GetBooks
from benthic.runtime import AskError, Refusal
from benthic.scenarios.process.botfile import Wanted
from benthic.scenarios.process.world import RealWorld
from benthic.scenarios.world import PAIR, Feeds
from benthic.scenarios.world.batches import draft, edit, guarded, place_all
from benthic.scenarios.world.botfile import Trade, config_of

from .played import played


def test_a_bot_that_dies_before_a_fill_is_on_disk_finds_it_again(tmp_path: Path) -> None:
    async def scenario(world: RealWorld) -> None:
        await world.open_venue()
        bot = await world.start_bot()
        bot.doom("before_fill")
        with pytest.raises(AskError):
            await bot.place("buy", "0.01")
        await bot.died(within=10)
        (order,) = bot.orders
        assert bot.lives[0].last_word == "before_fill"
        assert order.filled < bot.oracle.orders()[0].filled
        await world.settle(within=60)
        assert bot.order(order.id).status == "filled"
        assert len(bot.oracle.orders()) == 1
        assert len(bot.books.loads) == 2  # one for each life

    outcome = played(scenario, tmp_path)

    assert outcome.findings == ()
    assert (outcome.lives, outcome.fired) == (2, {"K1": 1})


def test_a_bot_that_stands_still_sees_all_that_happened_meanwhile(tmp_path: Path) -> None:
    async def scenario(world: RealWorld) -> None:
        bot = await world.start_bot()
        order = await bot.place("buy", "0.01", "50000")
        world.clock.stall(2)  # SIGSTOP
        world.venue.fill("BTC/USDT")
        await world.settle(within=60)
        assert bot.order(order.id).status == "filled"

    outcome = played(scenario, tmp_path)

    assert outcome.findings == ()
    assert (outcome.lives, outcome.fired) == (1, {"A17": 1, "K11": 1})


def test_a_bot_without_room_sends_nothing_that_is_not_on_disk(tmp_path: Path) -> None:
    async def scenario(world: RealWorld) -> None:
        bot = await world.start_bot()
        bot.disk.fill()
        with pytest.raises(Refusal, match="NotDurable"):  # K3: LMDB's own write failed
            await bot.place("buy", "0.01", "50000")
        assert world.venue.tap.orders == []
        bot.disk.mend()
        await world.settle(within=60)
        await bot.place("buy", "0.01", "50000")
        assert len(world.venue.tap.orders) == 1

    outcome = played(scenario, tmp_path)

    assert outcome.findings == ()
    assert outcome.fired == {"K3": 1}


def test_orders_that_belong_together_outlive_a_real_process(tmp_path: Path) -> None:
    async def scenario(world: RealWorld) -> None:
        await world.open_venue()
        bot = await world.start_bot()
        entry = {"kind": "limit", "price": "59000"}
        drafts, groups = guarded("buy", "0.01", stop="58000", take_profit="61500", entry=entry)
        placed = await place_all(bot, *drafts, groups=groups)
        assert {order.status for order in placed.values()} == {"due", "chained"}
        changed = await edit(bot, placed["stop"].id, stop=Decimal("58500.50"))
        assert (changed.plan or NO_PLAN).stop == Decimal("58500.50")
        bot.doom("after_release")
        world.venue.fill("BTC/USDT")
        await bot.died(within=20)
        assert bot.lives[0].last_word == "after_release"
        await world.settle(within=60)
        (resting,) = bot.oracle.open_orders()
        assert resting.client_id == bot.order(placed["stop"].id).client_id
        assert resting.stop == Fraction("58500.50")
        assert bot.order(placed["profit"].id).status == "inactive"
        assert bot.books.freed == 2

    outcome = played(scenario, tmp_path)

    assert outcome.findings == ()
    assert outcome.lives == 2


def test_a_batch_that_contradicts_itself_is_declined_by_the_desk(tmp_path: Path) -> None:
    async def scenario(world: RealWorld) -> None:
        bot = await world.start_bot()
        alone = draft("one", "buy", "limit", "0.01", price="50000", after="nobody")
        with pytest.raises(Refusal, match=r"Unplaceable: .* which is none of one"):
            await place_all(bot, alone)
        assert bot.orders == ()

    assert played(scenario, tmp_path).findings == ()


def test_a_trader_of_orders_that_belong_together_trades_at_a_real_process(tmp_path: Path) -> None:
    async def scenario(world: RealWorld) -> None:
        await world.open_venue()
        bot = await world.start_bot()
        trader = world.trader(bot, every=0.1)
        await world.eventually(lambda: any(each.plan for each in bot.orders), within=30)
        trader.stop()
        await world.settle(within=60)

    assert played(scenario, tmp_path).findings == ()


def test_what_a_hand_cannot_ask_for_is_refused_with_line_and_remedy(tmp_path: Path) -> None:
    async def scenario(world: RealWorld) -> None:
        bot = await world.start_bot()
        await bot.ask("portfolio", GetBooks())

    (finding,) = played(scenario, tmp_path).findings

    assert finding.kind == "wrong"
    assert finding.place == f"{__file__}:{scenario.__code__.co_firstlineno + 2}"
    assert "portfolio cannot be asked for GetBooks" in finding.words


def test_what_a_real_process_has_not_is_refused_with_line_and_remedy(tmp_path: Path) -> None:
    async def scenario(world: RealWorld) -> None:
        world.clock.step(60)

    (finding,) = played(scenario, tmp_path).findings

    assert finding.kind == "wrong"
    assert finding.place == f"{__file__}:{scenario.__code__.co_firstlineno + 1}"
    assert "RealClock has no `step`" in finding.words
    assert "run this script without --real" in finding.words


def test_a_bot_whose_new_file_leaves_an_order_behind_is_refused_and_says_why(
    tmp_path: Path,
) -> None:
    async def scenario(world: RealWorld) -> None:
        await world.open_venue("BTC/USDT", "ETH/USDT", kind="quiet")
        bot = await world.start_bot()
        order = await bot.place("buy", "0.01", "50000")
        await bot.stop()
        bot.change(pair="ETH/USDT")  # C14
        await bot.start()
        await bot.died(within=30)
        (told,) = bot.said("refused")
        assert "BTC/USDT" in str(told.fields["reason"])
        await world.rests(lambda: bot.order(order.id).is_live, within=1)

    outcome = played(scenario, tmp_path)

    assert outcome.findings == ()  # a refusal is no violation (R2)
    assert (outcome.is_in_order, outcome.fired) == (True, {"C14": 1})


def test_what_a_bot_cannot_be_given_is_refused_before_it_is_started(tmp_path: Path) -> None:
    async def scenario(world: RealWorld) -> None:
        await world.start_bot(tamper=None)

    (finding,) = played(scenario, tmp_path).findings

    assert finding.kind == "wrong"
    assert finding.place == f"{__file__}:{scenario.__code__.co_firstlineno + 1}"
    assert "start_bot takes no `tamper`" in finding.words


def test_the_file_of_a_real_bot_says_what_that_of_a_simulated_one_says(tmp_path: Path) -> None:
    trade = Trade(pair=PAIR, account="first", feeds=Feeds(pairs=["ETH/USDT"], topics=["candles"]))
    wanted = Wanted(name="one", trade=trade, port=1, seed=3)

    real = parse_config(wanted.write(tmp_path).read_text("utf-8"), file="one")
    simulated = config_of("one", trade, seed=3)

    assert real.feeds == simulated.feeds
    assert (real.mode, real.market) == (simulated.mode, simulated.market)
