"""The bot of a run: a connector, the feeds of its markets, the gate, and a strategy behind it."""

from __future__ import annotations

from functools import partial
from typing import Final

from ...actors.exchange.bans import MemoryBans
from ...actors.exchange.budget import RateBudget
from ...actors.exchange.ccxt_connector import CcxtConnector
from ...actors.exchange.gate import Gate
from ...actors.exchange.gate.ages import live_ages
from ...actors.exchange.gate.requirements import requirements
from ...actors.exchange.markets import Markets
from ...actors.exchange.settings import VenueSettings
from ...actors.feeds import Intake
from ...actors.feeds.follow import Follow
from ...actors.feeds.market_source import MarketSource
from ...actors.feeds.symbol_feed import SymbolFeed
from ...actors.modes.producer import Producer
from ...runtime import Child, Strategy, Supervisor, VirtualClock
from ...scenarios.venue.network import Reached
from .account import Account
from .cards import TOPICS
from .setting import Setting
from .witness import GateWatch, Seen, Turns, Witness

LINE: Final = "/bot/line"
GATE: Final = "/bot/gate"
BUDGET: Final = "/bot/budget"
FOLLOW: Final = Follow(
    subjects=frozenset(("trades", "ticker", "book")),
    numbering="ranges",
    trade_ids="consecutive",
)  # as Binance's adapter says of spot


def feed_of(symbol: str) -> str:
    """The path of a market's feed."""
    return f"/bot/feeds/{symbol.replace('/', '-')}/feed"


def source_of(symbol: str) -> str:
    """The path of what brings it its data."""
    return f"/bot/feeds/{symbol.replace('/', '-')}/source"


def bot(
    setting: Setting, settings: VenueSettings, reached: Reached, seen: Seen, clock: VirtualClock
) -> Supervisor:
    """All of it. Nothing is to crash, so that nothing is restarted but what did."""
    symbols = setting.symbols
    return Supervisor(
        "bot",
        [
            Child("bans", MemoryBans),
            Child("budget", partial(RateBudget, "binance", settings.address, bans="bans")),
            Child("markets", Markets),
            Child("line", partial(_connector, symbols, settings, reached)),
            Child("gate", partial(_gate, setting)),
            Child("watch", partial(GateWatch, seen, gate=GATE, frame=setting.base)),
            Child("account", partial(Account, line=LINE, gate=GATE)),
            Supervisor("feeds", [_market(setting, symbol) for symbol in symbols]),
            Supervisor("witnesses", [_witness(seen, symbol) for symbol in symbols]),
            Supervisor(
                "strategies", [_strategy(setting, seen, symbol, clock) for symbol in symbols]
            ),
        ],
        max_restarts=1_000,
    )


def _connector(
    symbols: tuple[str, ...], settings: VenueSettings, reached: Reached
) -> CcxtConnector:
    return CcxtConnector(
        settings, symbols=symbols, markets="markets", budget="budget", network=reached.network
    )


def _gate(setting: Setting) -> Gate:
    frames = [str(frame) for frame in setting.frames]
    return Gate(
        LINE,
        required=requirements("spot", setting.symbols, frames),
        max_ages=live_ages(setting.frames),
    )


def _market(setting: Setting, symbol: str) -> Supervisor:
    def feed() -> SymbolFeed:
        return SymbolFeed(
            symbol,
            setting.frames,
            connector=LINE,
            intake=Intake.WATCHED,
            gate=GATE,
            follow=FOLLOW,
        )

    def source() -> MarketSource:
        return MarketSource(
            symbol,
            topics=TOPICS,
            frames=tuple(map(str, setting.frames)),
            connector=LINE,
            feed=feed_of(symbol),
            budget=BUDGET,
        )

    return Supervisor(
        symbol.replace("/", "-"),
        [Child("feed", feed), Child("source", source)],
        strategy=Strategy.REST_FOR_ONE,
    )


def _witness(seen: Seen, symbol: str) -> Child:
    return Child(
        symbol.replace("/", "-"),
        lambda: Witness(symbol, seen, feed=feed_of(symbol), source=source_of(symbol)),
    )


def _strategy(setting: Setting, seen: Seen, symbol: str, clock: VirtualClock) -> Child:
    return Child(
        symbol.replace("/", "-"),
        lambda: Producer(
            symbol,
            feed=feed_of(symbol),
            evaluation=lambda: Turns(symbol, seen, clock),
            frame=setting.frames[0],
            gate=GATE,
        ),
    )
