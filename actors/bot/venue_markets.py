"""The markets that a bot follows at a venue, and the gate that waits for what they bring."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

from ...runtime import Child, Supervisor
from ..exchange.adapters.capabilities import Capabilities
from ..exchange.gate import Gate, live_ages
from ..exchange.positions import Positions
from ..feeds import KRAKEN, OKX, Checksum, Follow, Intake, SymbolFeed
from ..feeds.follow import Subject
from ..feeds.market_source import MarketSource
from ..feeds.polling import offers_of
from ..feeds.source_messages import SourcedTopic
from ..market.symbol import Symbol
from .config import BotConfig, FeedTopic
from .market_tree import asked_for, feeds_tree, market_tree
from .plot import Plot

LISTED: Final = frozenset({"markets", "contracts"})
"""What is known from the start: nothing of this is there before the listing was read."""

CHECKSUMS: Final[Mapping[str, Checksum]] = MappingProxyType({"okx": OKX, "kraken": KRAKEN})
_SUBJECTS: Final[tuple[Subject, ...]] = get_args(Subject)


def watched_gate(plot: Plot) -> Child:
    """Whether new orders may go out now; it is made once the market's listing was read."""
    config, connector = plot.config, plot.paths.connector
    required = asked_for(config)
    given = [each for each in required if each.part in LISTED]
    ages = live_ages(config.frames)
    return Child("gate", lambda: Gate(connector, required=required, max_ages=ages, given=given))


def watched_positions(plot: Plot) -> tuple[Child, ...]:
    """Who reads the positions of the contract that is traded; of a pair there are none."""
    paths = plot.paths
    symbols = [each.symbol for each in asked_for(plot.config) if each.part == "positions"]
    if not symbols:
        return ()
    connector, gate = paths.connector, paths.gate
    return (Child("positions", lambda: Positions(symbols, connector=connector, gate=gate)),)


def watched_feeds(plot: Plot, offered: Capabilities, *, budget: str | None) -> Supervisor:
    """Every market that is followed, and what brings it its data."""
    return feeds_tree(
        [_watched(plot, symbol, offered, budget=budget) for symbol in plot.config.symbols]
    )


def _watched(
    plot: Plot, symbol: Symbol, offered: Capabilities, *, budget: str | None
) -> Supervisor:
    config, paths, name = plot.config, plot.paths, str(symbol)
    follow = follow_of(config, symbol, offered)
    chosen = config.feeds.topics_of(symbol)
    topics: tuple[SourcedTopic, ...] = tuple(_sourced(each, offered) for each in chosen)

    def feed() -> SymbolFeed:
        return SymbolFeed(
            name,
            config.frames,
            connector=paths.connector,
            intake=Intake.WATCHED,
            gate=paths.gate,
            follow=follow,
        )

    def source() -> MarketSource:
        return MarketSource(
            name,
            topics=topics,
            frames=tuple(map(str, config.frames)),
            connector=paths.connector,
            feed=paths.feed(name),
            budget=budget,
            offers=offers_of(offered),
        )

    return market_tree(symbol, Child("feed", feed), Child("source", source))


def follow_of(config: BotConfig, symbol: Symbol, offered: Capabilities) -> Follow:
    """What a feed follows besides candles, and how this venue tells it."""
    topics = config.feeds.topics_of(symbol)
    return Follow(
        subjects=frozenset(each for each in _SUBJECTS if each in topics),
        capacity=config.feeds.capacity,
        numbering=offered.numbering if "diffs" in offered.public_streams else None,
        checksum=CHECKSUMS.get(offered.checksum or ""),
        trade_ids=offered.trade_ids,
    )


def _sourced(topic: FeedTopic, offered: Capabilities) -> SourcedTopic:
    """Books come as diffs, where the venue tells them so that a hole shows."""
    if topic == "book" and "diffs" in offered.public_streams and offered.numbering is not None:
        return "diffs"
    return topic
