"""The markets that are followed at a venue, and the gate that waits for what they bring."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

import attrs

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
from ..market.timeframe import TimeFrame
from .config import BotConfig
from .market_tree import asked_for, feeds_tree, market_tree
from .paths import name_of_market
from .plot import Plot

LISTED: Final = frozenset({"markets", "contracts"})
"""What is known from the start: nothing of this is there before the listing was read."""

CHECKSUMS: Final[Mapping[str, Checksum]] = MappingProxyType({"okx": OKX, "kraken": KRAKEN})
_SUBJECTS: Final[tuple[Subject, ...]] = get_args(Subject)


@attrs.frozen
class Followed:
    """A market, and what of it is followed."""

    symbol: Symbol
    frames: tuple[TimeFrame, ...]  # of candles, the lowest first; at least one
    topics: tuple[SourcedTopic, ...]
    capacity: int = attrs.field(kw_only=True)  # candles that are remembered of each frame


@attrs.frozen(kw_only=True)
class MarketPlace:
    """What a venue offers, and the paths around the markets that are followed there.

    budget: None: what polls meet does. gate: who is told what is known; None: nobody.
    """

    offered: Capabilities
    connector: str
    feeds: str
    budget: str | None
    gate: str | None = None

    def feed(self, symbol: str) -> str:
        """The path of a market's data."""
        return f"{self.feeds}/{name_of_market(symbol)}/feed"


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
    config, paths = plot.config, plot.paths
    place = MarketPlace(
        offered=offered,
        connector=paths.connector,
        feeds=paths.feeds,
        budget=budget,
        gate=paths.gate,
    )
    return feeds_tree([watched_market(_followed(config, each), place) for each in config.symbols])


def _followed(config: BotConfig, symbol: Symbol) -> Followed:
    topics = config.feeds.topics_of(symbol)
    return Followed(symbol, config.frames, topics, capacity=config.feeds.capacity)


def watched_market(market: Followed, place: MarketPlace) -> Supervisor:
    """A feed, and the source that has it told."""
    name, offered = str(market.symbol), place.offered
    follow = follow_of(market, offered)
    topics: tuple[SourcedTopic, ...] = tuple(_sourced(each, offered) for each in market.topics)

    def feed() -> SymbolFeed:
        return SymbolFeed(
            name,
            market.frames,
            connector=place.connector,
            intake=Intake.WATCHED,
            gate=place.gate,
            follow=follow,
        )

    def source() -> MarketSource:
        return MarketSource(
            name,
            topics=topics,
            frames=tuple(map(str, market.frames)),
            connector=place.connector,
            feed=place.feed(name),
            budget=place.budget,
            offers=offers_of(offered),
        )

    return market_tree(market.symbol, Child("feed", feed), Child("source", source))


def follow_of(market: Followed, offered: Capabilities) -> Follow:
    """What a feed follows besides candles, and how this venue tells it."""
    return Follow(
        subjects=frozenset(each for each in _SUBJECTS if each in market.topics),
        capacity=market.capacity,
        numbering=offered.numbering if "diffs" in offered.public_streams else None,
        checksum=CHECKSUMS.get(offered.checksum or ""),
        trade_ids=offered.trade_ids,
    )


def _sourced(topic: SourcedTopic, offered: Capabilities) -> SourcedTopic:
    """Books come as diffs, where the venue tells them so that a hole shows."""
    if topic == "book" and "diffs" in offered.public_streams and offered.numbering is not None:
        return "diffs"
    return topic
