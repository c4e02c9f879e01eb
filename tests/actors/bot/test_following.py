"""A bot at a venue follows its markets, and trades only while it knows all that it needs (R4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import trio

from benthic.actors.bot.builder import ExchangeBuilder
from benthic.actors.bot.config import Level
from benthic.actors.bot.messages import FindExchange
from benthic.actors.bot.paths import EXCHANGES, Paths
from benthic.actors.bot.reading import parse_config
from benthic.actors.bot.venue_contexts import simulation
from benthic.actors.exchange.gate import GetGate
from benthic.actors.exchange.messages import FundingReported
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.actors.feeds.messages import GetBook, GetCandles
from benthic.actors.feeds.source_messages import GetSources
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
FEEDS = """
[feeds]
frames = ["5m", "7m"]
symbols = ["ETH/USDT"]
topics = ["candles", "trades", "ticker", "book"]
capacity = 200
"""
CUT = (
    {"verb": "disconnect", "when": {"at": "3m"}},
    {"verb": "refuse_connections", "when": {"at": "3m"}, "time": "2m", "status": 503},
)
Told = tuple[str, Mapping[str, object]]
Look = Callable[[System, Paths], Awaitable[None]]


async def nowhere(_: System, __: Paths) -> None:
    """Look at nothing."""


def play(
    minutes: int, *rules: Mapping[str, Any], text: str = "", look: Look = nowhere
) -> list[Told]:
    """Let the bot run at a venue with these faults, look at it, and give what it told."""
    told = list[Told]()
    plan = FaultPlan(rules=tuple(rule_of(each) for each in rules), seed=7)

    def say(_: Level, event: str, fields: Mapping[str, object]) -> None:
        told.append((event, fields))

    async def story(clock: VirtualClock) -> None:
        account = AccountPlan(name="ann", deposits={"spot": {"USDT": "10000", "BTC": "0"}})
        markets = (MarketPlan(pair="BTC/USDT"), MarketPlan(pair="ETH/USDT"))
        venue = Venue(VenueConfig(markets=markets, accounts=(account,), seed=1))
        key = venue.api_key("ann")
        credentials = Credentials(Secret(key.key), Secret(key.secret.reveal()))
        settings = VenueSettings(name="binance", credentials=credentials)
        async with reaching(venue, plan=plan) as reached:
            context = simulation(settings, reached.network, start=START)
            builder = ExchangeBuilder(parse_config(BOT + text)).in_context(context)
            bot = builder.told_to(say).build()
            system = bot.system(clock=clock)
            async with trio.open_nursery() as nursery:
                await nursery.start(system.run)
                await trio.sleep(minutes * MINUTE)
                await look(system, bot.paths)
                await system.stop()

    run_seeded(story, seed=5, start=START)
    return told


def is_open_in(told: Sequence[Told], until: int) -> bool:
    """How the gate stood when that many lines had been told."""
    turns = [event for event, _ in told[:until] if event in ("gate open", "gate closed")]
    return bool(turns) and turns[-1] == "gate open"


def test_the_gate_opens_once_all_is_known_and_again_after_a_cut_line() -> None:
    told = play(10, *CUT)

    events = [event for event, _ in told]
    first = str(told[events.index("gate closed")][1]["reason"])
    for part in ("orders:", "balances:", "price BTC/USDT:", "candles BTC/USDT 1m:"):
        assert part in first
    assert events.count("gate open") == 2
    away = events.index("line away")
    assert events.index("gate open") < away < len(events) - events[::-1].index("gate open") - 1
    assert "crash" not in events
    signals = [number for number, event in enumerate(events) if event == "signal"]
    assert signals
    assert all(is_open_in(told, number) for number in signals)


def test_every_market_and_frame_of_the_file_is_followed() -> None:
    async def look(system: System, paths: Paths) -> None:
        for symbol in ("BTC/USDT", "ETH/USDT"):
            feed, source = system.lookup(paths.feed(symbol)), system.lookup(paths.source(symbol))
            assert len(await feed.ask(GetCandles(300, "1m"))) == 200
            assert len(await feed.ask(GetCandles(10, "5m"))) == 10
            built = await feed.ask(GetCandles(10, "7m"))  # the venue has none of them
            assert len(built) == 10
            assert {int(step) for step in built[1:, 0] - built[:-1, 0]} == {7 * 60_000}
            assert (await feed.ask(GetBook())).status == "valid"
            ways = {(each.topic, each.frame): each.way for each in await source.ask(GetSources())}
            assert ways["diffs", ""] == ways["candles", "5m"] == "stream"
        assert await system.lookup(paths.gate).ask(GetGate("BTC/USDT", "7m")) == ()
        markets = [node.name for node in system.tree().walk() if "-USDT" in node.name]
        assert markets == ["BTC-USDT", "ETH-USDT"]
        exchange = await system.lookup(EXCHANGES).ask(FindExchange("binance"))
        assert exchange.followed == ("BTC/USDT", "ETH/USDT")

    play(5, text=FEEDS, look=look)


def test_a_feed_that_crashes_closes_the_gate_and_takes_nobody_else_down() -> None:
    async def look(system: System, paths: Paths) -> None:
        gate = system.lookup(paths.gate)
        assert await gate.ask(GetGate()) == ()
        nothing = FundingReported(None)  # type: ignore[arg-type]  # that is what kills it
        system.lookup(paths.feed("BTC/USDT")).tell(nothing)
        await trio.sleep(MINUTE)
        assert await gate.ask(GetGate()) == ()
        restarts = {node.name: node.restarts for node in system.tree().walk() if node.restarts}
        assert restarts == {"feed": 1, "source": 1}

    events = [event for event, _ in play(2, look=look)]
    assert events.count("gate open") == 2
