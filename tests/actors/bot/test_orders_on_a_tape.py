"""Orders that belong together in a backtest: a stop is met on the way down, and rules of users."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path

import attrs
import numpy as np
import pytest

from benthic.actors.bot.builder import Bot, ExchangeBuilder
from benthic.actors.bot.config import BotConfig, Rules
from benthic.actors.bot.contexts import backtest
from benthic.actors.bot.paths import Paths
from benthic.actors.bot.reading import load_config
from benthic.actors.exchange.tape import Columns, Tape
from benthic.actors.market import Instrument, TimeFrame
from benthic.actors.modes.ema_cross import EmaCrossSettings
from benthic.actors.orders.drafts import Draft, GroupDraft, PlaceOrders
from benthic.actors.orders.groups import Members
from benthic.actors.orders.model import Order
from benthic.actors.orders.revising import ended
from benthic.runtime import Millis, System, UsageError

EXAMPLE = Path(__file__).resolve().parents[3] / "examples/common_backtest.toml"
SYMBOL = "BTC/USDT"
START = 1_609_459_200_000
CALM = 20  # candles at 30,000, before the way down to 28,000


class AllForOne:
    """Whatever ends of a group ends all of it."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        del before, instrument
        for mate in members:
            yield ended(mate, f"{order.id} went", at)

    def check(self, members: Members) -> str:
        del members
        return ""


def a_config(rules: Rules) -> BotConfig:
    """A bot whose mode says nothing."""
    config = load_config(EXAMPLE)
    settings = EmaCrossSettings(5, 15, 3_000)
    mode = attrs.evolve(config.mode, settings=settings)
    return attrs.evolve(config, mode=mode, venue=attrs.evolve(config.venue, rules=rules))


def a_tape() -> Tape:
    """Calm, and then down by 100 a minute."""
    closes = np.concatenate([np.full(CALM, 30_000.0), np.arange(29_900.0, 27_900.0, -100.0)])
    opens = np.concatenate([[30_000.0], closes[:-1]])
    frame = TimeFrame.parse("1m")
    times = START + frame.length * np.arange(len(closes), dtype=np.int64)
    highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
    return Tape(SYMBOL, frame, Columns(times, opens, highs, lows, closes, np.ones(len(closes))))


def a_draft(name: str, **fields: object) -> Draft:
    known = {"symbol": SYMBOL, "amount": Decimal("0.1"), "reference": Decimal(30_000), **fields}
    return Draft(name=name, **known)  # type: ignore[arg-type]  # by their names


ENTRY = a_draft("entry", side="buy", kind="market")
STOP = a_draft("stop", side="sell", kind="stop_loss", stop=Decimal(29050), after="entry")


def played(bot: Bot, batch: PlaceOrders) -> dict[str, Order]:
    """The batch is placed in the calm; how each order of it ended, by its draft's name."""

    async def story(system: System) -> tuple[str, ...]:
        events = bot.events(system)
        await system.replay(islice(events, CALM - 5))
        orders = await system.lookup(Paths().desk).ask(batch)
        await system.replay(events)
        return tuple(order.id for order in orders)

    ids = bot.run(story)
    assert bot.memory is not None
    newest = {order.id: order for c in bot.memory.commits(bot.account) for order in c.orders}
    return {draft.name: newest[name] for draft, name in zip(batch.drafts, ids, strict=True)}


@pytest.mark.parametrize("rules", ["quick", "full"])
def test_a_stop_in_a_backtest_is_met_on_the_way_down(rules: Rules) -> None:
    bot = ExchangeBuilder(a_config(rules)).in_context(backtest(a_tape())).build()

    orders = played(bot, PlaceOrders((ENTRY, STOP)))

    assert [order.status for order in orders.values()] == ["filled", "filled"]
    stop = orders["stop"]
    assert Decimal(28_800) <= stop.cost / stop.filled <= Decimal(29_050)


def test_a_group_goes_by_a_rule_of_its_users() -> None:
    builder = ExchangeBuilder(a_config("quick")).with_rules(groups={"all for one": AllForOne()})
    far = a_draft("far", side="buy", kind="limit", price=Decimal(20_000), group="us")
    near = a_draft("near", side="buy", kind="limit", price=Decimal(29_500), group="us")
    bot = builder.in_context(backtest(a_tape())).build()

    orders = played(bot, PlaceOrders((far, near), (GroupDraft("us", "all for one"),)))

    assert {name: order.status for name, order in orders.items()} == {
        "far": "cancelled",
        "near": "filled",
    }


def test_a_rule_does_not_take_the_name_of_another() -> None:
    with pytest.raises(UsageError, match="'oco' is there already: give yours another name"):
        ExchangeBuilder(a_config("quick")).with_rules(groups={"oco": AllForOne()})
