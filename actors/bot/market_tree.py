"""The part of a bot's tree that follows markets, and the gate that waits for what they bring.

feeds                      one market may crash without the others
├─ BTC-USDT                a source starts anew with its feed
│  ├─ feed                 the market's data, in order
│  └─ source               at a venue: has the feed told, by streams or by polls
└─ ETH-USDT …

Here is what a tape needs; what watches a venue is in `venue_markets`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...runtime import Child, Strategy, Supervisor
from ..exchange.gate import Gate, Requirement, requirements
from ..feeds import Follow, SymbolFeed
from ..market.listing import Family
from ..market.symbol import Symbol
from .config import BotConfig
from .paths import name_of_market
from .plot import Factory, Plot

TOLD: Final = frozenset({"balance", "markets", "orders", "trades", "candles"})
"""Of what a gate asks for, what there is on a tape: the close of a candle is its price."""


def told_gate(plot: Plot) -> Child:
    """Whether new orders may go out now; on a tape nothing goes stale."""
    connector = plot.paths.connector
    required = [each for each in asked_for(plot.config) if each.part in TOLD]
    given = [each for each in required if each.part == "markets"]  # all of it is in the file
    return Child("gate", lambda: Gate(connector, required=required, given=given))


def told_feeds(plot: Plot) -> Supervisor:
    """The candles of the market that is traded: a tape has no other, and no source."""
    config, paths = plot.config, plot.paths
    symbol, follow = config.market.symbol, Follow(capacity=config.feeds.capacity)

    def feed() -> SymbolFeed:
        return SymbolFeed(
            str(symbol),
            config.frames,
            connector=paths.connector,
            gate=paths.gate,
            follow=follow,
        )

    return feeds_tree([market_tree(symbol, Child("feed", feed))])


def planned_feeds(plot: Plot, factory: Factory) -> Supervisor:
    """Those at a venue, to be looked at; `factory` is never called."""
    parts = Child("feed", factory), Child("source", factory)
    return feeds_tree([market_tree(symbol, *parts) for symbol in plot.config.symbols])


def asked_for(config: BotConfig) -> tuple[Requirement, ...]:
    """All that must be known to trade as the file says."""
    symbol = config.market.symbol
    return requirements(_family(symbol), (str(symbol),), tuple(map(str, config.frames)))


def feeds_tree(markets: Sequence[Supervisor]) -> Supervisor:
    """All markets that are followed."""
    return Supervisor("feeds", markets)


def market_tree(symbol: Symbol, *parts: Child) -> Supervisor:
    """One of them."""
    return Supervisor(name_of_market(str(symbol)), parts, strategy=Strategy.REST_FOR_ONE)


def _family(symbol: Symbol) -> Family:
    if symbol.is_spot:
        return "spot"
    if symbol.term.endswith(("-C", "-P")):
        return "option"
    return "inverse" if symbol.settle == symbol.base else "linear"
