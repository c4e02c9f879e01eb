"""A mode whose positions are bounded: what a bot file says of stops and take profits comes true."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Final

import attrs
import numpy as np
import pytest

from benthic.actors.bot.builder import ExchangeBuilder
from benthic.actors.bot.config import BotConfig, Rules
from benthic.actors.bot.contexts import backtest
from benthic.actors.bot.reading import load_config
from benthic.actors.exchange.tape import Columns, Tape
from benthic.actors.market import TimeFrame
from benthic.actors.modes.ema_cross import EmaCrossSettings
from benthic.actors.orders.model import Order
from benthic.runtime import System

EXAMPLE: Final = Path(__file__).resolve().parents[3] / "examples/common_backtest.toml"
START: Final = 1_609_459_200_000
CALM: Final = np.full(40, 30_000.0)
UP: Final = np.linspace(30_010.0, 30_300.0, 30)  # the fast average crosses at its beginning


def a_config(rules: Rules, **guards: str) -> BotConfig:
    config = load_config(EXAMPLE)
    numbers = {name: Decimal(share) for name, share in guards.items()}
    settings = EmaCrossSettings(5, 15, 20, **numbers)
    mode = attrs.evolve(config.mode, settings=settings)
    return attrs.evolve(config, mode=mode, venue=attrs.evolve(config.venue, rules=rules))


def played(config: BotConfig, *way: np.ndarray) -> list[Order]:
    """The orders of a bot on this way of the price, as they are in the end, the oldest first."""
    closes = np.concatenate(way)
    opens = np.concatenate([closes[:1], closes[:-1]])
    frame = TimeFrame.parse("1m")
    times = START + frame.length * np.arange(len(closes), dtype=np.int64)
    highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
    columns = Columns(times, opens, highs, lows, closes, np.full(len(closes), 10**9))
    bot = ExchangeBuilder(config).in_context(backtest(Tape("BTC/USDT", frame, columns))).build()

    async def story(system: System) -> None:
        await system.replay(bot.events(system))

    bot.run(story)
    assert bot.memory is not None
    newest = {order.id: order for c in bot.memory.commits(bot.account) for order in c.orders}
    return list(newest.values())


def price_of(order: Order) -> Decimal:
    return order.cost / order.filled


@pytest.mark.parametrize("rules", ["quick", "full"])
def test_a_position_is_stopped_out_where_the_file_says(rules: Rules) -> None:
    config = a_config(rules, stop_loss="0.02", take_profit="0.05")

    entry, stop, profit = played(config, CALM, UP[:5], np.full(3, 29_300.0))

    assert [each.status for each in (entry, stop, profit)] == ["filled", "filled", "cancelled"]
    bought = price_of(entry)
    assert bought * Decimal("0.976") < price_of(stop) <= bought * Decimal("0.981")
    assert stop.filled <= entry.filled


@pytest.mark.parametrize("rules", ["quick", "full"])
def test_a_gain_is_taken_where_the_file_says(rules: Rules) -> None:
    config = a_config(rules, stop_loss="0.02", take_profit="0.005")

    entry, stop, profit = played(config, CALM, UP)

    assert [each.status for each in (entry, stop, profit)] == ["filled", "cancelled", "filled"]
    assert price_of(profit) >= price_of(entry) * Decimal("1.004")


@pytest.mark.parametrize("rules", ["quick", "full"])
def test_a_stop_follows_the_price(rules: Rules) -> None:
    config = a_config(rules, trail="0.004")

    entry, stop = played(config, CALM, UP, UP[::-1])

    assert [each.status for each in (entry, stop)] == ["filled", "filled"]
    assert price_of(stop) > price_of(entry)


@pytest.mark.parametrize("rules", ["quick", "full"])
@pytest.mark.parametrize("guards", [("stop_loss",), ("take_profit",), ("stop_loss", "take_profit")])
def test_a_signal_to_sell_sells_what_is_bounded(rules: Rules, guards: tuple[str, ...]) -> None:
    config = a_config(rules, **dict.fromkeys(guards, "0.2"))

    entry, *ends = played(config, CALM, UP, np.linspace(30_300, 29_900, 30))

    assert entry.status == "filled"
    assert [end.status for end in ends].count("filled") == 1
    assert not any(end.is_live for end in ends)
    assert price_of(next(end for end in ends if end.filled)) > 29_900


@pytest.mark.parametrize("rules", ["quick", "full"])
def test_after_a_stop_the_mode_buys_again(rules: Rules) -> None:
    config = a_config(rules, stop_loss="0.001")

    orders = played(config, CALM, UP, np.linspace(30_300, 29_000, 30), UP)

    entries = [order for order in orders if order.purpose == "entry"]
    assert [order.side for order in entries] == ["buy", "buy"]
