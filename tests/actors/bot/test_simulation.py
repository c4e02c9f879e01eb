"""The whole live bot against the simulated exchange, over memory, in virtual time, shuffled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import trio

from benthic.actors.bot.builder import Bot, ExchangeBuilder
from benthic.actors.bot.messages import Exchange, FindExchange
from benthic.actors.bot.paths import EXCHANGES
from benthic.actors.bot.reading import parse_config
from benthic.actors.bot.venue_contexts import simulation
from benthic.actors.exchange.gate import GetGate
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.actors.feeds.messages import FeedCounts, GetCandles, GetCounts
from benthic.actors.orders.journal import digest
from benthic.runtime import System, VirtualClock
from benthic.runtime.secret import Secret
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import START, MarketPlan, VenueConfig
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.toml import rule_of
from benthic.scenarios.venue.network import reaching
from benthic.scenarios.venue.venue import Venue

MINUTE = 60.0  # s
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
fast = 1
slow = 2
warm_up = 2
slippage = "0.02"
"""


class Seen(NamedTuple):
    """What a run came to."""

    journal: str
    fills: int
    exchange: Exchange
    counts: FeedCounts
    gaps: int  # between the candles that the feed remembers
    crashes: int


CUT = (
    {"verb": "disconnect", "when": {"at": "6m"}},
    {"verb": "refuse_connections", "when": {"at": "6m"}, "time": "5m", "status": 503},
)


def play(minutes: int, *rules: Mapping[str, Any]) -> Seen:
    """Let the bot trade at a venue with these faults."""
    plan = FaultPlan(rules=tuple(rule_of(each) for each in rules), seed=7)

    async def story(clock: VirtualClock) -> Seen:
        account = AccountPlan(name="ann", deposits={"spot": {"USDT": "10000", "BTC": "0"}})
        config = VenueConfig(markets=(MarketPlan(pair="BTC/USDT"),), accounts=(account,), seed=1)
        venue = Venue(config)
        key = venue.api_key("ann")
        credentials = Credentials(Secret(key.key), Secret(key.secret.reveal()))
        settings = VenueSettings(name="binance", credentials=credentials)
        async with reaching(venue, plan=plan) as reached:
            context = simulation(settings, reached.network, start=START)
            bot = ExchangeBuilder(parse_config(BOT)).in_context(context).build()
            system = bot.system(clock=clock)
            async with trio.open_nursery() as nursery:
                await nursery.start(system.run)
                await trio.sleep(minutes * MINUTE)
                seen = await look(bot, system)
                await system.stop()
        return seen

    return run_seeded(story, seed=5, start=START)


async def look(bot: Bot, system: System) -> Seen:
    assert bot.memory is not None
    assert await system.lookup(bot.paths.gate).ask(GetGate()) == ()
    feed = system.lookup(bot.paths.feed("BTC/USDT"))
    times = (await feed.ask(GetCandles(1_000)))[:, 0]
    commits = list(bot.memory.commits(bot.account))
    return Seen(
        journal=digest(bot.account, commits).journal,
        fills=sum(len(commit.fills) for commit in commits),
        exchange=await system.lookup(EXCHANGES).ask(FindExchange("binance")),
        counts=await feed.ask(GetCounts()),
        gaps=int((times[1:] - times[:-1] != MINUTE * 1000).sum()),
        crashes=sum(node.restarts for node in system.tree().walk()),
    )


def test_the_live_bot_trades_at_a_simulated_exchange_in_virtual_time() -> None:
    seen = play(30)

    assert seen.fills > 2
    assert (seen.exchange.context, seen.exchange.id) == ("simulation", "first@binance/simulation")
    assert seen.exchange.line is not None
    assert seen.exchange.line.state == "up"
    assert (seen.counts.missing, seen.gaps, seen.crashes) == (0, 0, 0)


def test_the_same_seed_writes_the_same_journal() -> None:
    assert play(10).journal == play(10).journal  # R5


def test_what_a_cut_line_missed_is_filled_before_anybody_hears_of_more() -> None:
    seen = play(18, *CUT)

    assert seen.exchange.line is not None
    assert seen.exchange.line.count >= 2
    assert (seen.counts.missing, seen.gaps, seen.crashes) == (0, 0, 0)  # M1
