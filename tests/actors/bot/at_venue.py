"""A live bot at a simulated venue, over memory, in virtual time, for tests of the whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import attrs
import trio

from benthic.actors.bot.builder import Bot, ExchangeBuilder
from benthic.actors.bot.reading import parse_config
from benthic.actors.bot.venue_contexts import simulation
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.runtime import Ref, System, VirtualClock
from benthic.runtime.secret import Secret
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import START, MarketPlan, VenueConfig
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.toml import rule_of
from benthic.scenarios.venue.network import Reached, reaching
from benthic.scenarios.venue.venue import Venue

SYMBOL = "BTC/USDT"
BOT = """
[bot]
name = "first"
seed = 3

[exchange]
name = "binance"
key = { env = "KEY" }
secret = { env = "SECRET" }

[market]
symbol = "BTC/USDT"
time_frame = "1m"

[mode]
name = "ema_cross"
warm_up = 60
"""


@attrs.frozen
class Standing:
    """A bot that runs; its mode has nothing to say for an hour."""

    bot: Bot
    system: System
    reached: Reached

    @property
    def desk(self) -> Ref:
        return self.system.lookup(self.bot.paths.desk)

    @property
    def connector(self) -> Ref:
        return self.system.lookup(self.bot.paths.connector)


@asynccontextmanager
async def standing(
    clock: VirtualClock, *rules: Mapping[str, Any], text: str = "", **settings: Any
) -> AsyncIterator[Standing]:
    """The bot after two minutes. text: more of its file. settings: of `VenueSettings`."""
    account = AccountPlan(name="ann", deposits={"spot": {"USDT": "10000", "BTC": "0"}})
    market = MarketPlan(pair=SYMBOL, kind="quiet")
    venue = Venue(VenueConfig(markets=(market,), accounts=(account,), seed=1))
    key = venue.api_key("ann")
    known: dict[str, Any] = {
        "name": "binance",
        "credentials": Credentials(Secret(key.key), Secret(key.secret.reveal())),
        **settings,
    }
    plan = FaultPlan(rules=tuple(rule_of(each) for each in rules), seed=7)
    async with reaching(venue, plan=plan) as reached:
        context = simulation(VenueSettings(**known), reached.network, start=START)
        bot = ExchangeBuilder(parse_config(BOT + text)).in_context(context).build()
        system = bot.system(clock=clock)
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            await trio.sleep(120)
            yield Standing(bot, system, reached)
            await system.stop()
