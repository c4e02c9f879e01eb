"""What a bot file says, as values. `reading` makes them of a file, `tree` a bot of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, NewType

import attrs

from ...runtime import Millis, UsageError
from ..market.fees import Fees
from ..market.instrument import Instrument
from ..market.symbol import Symbol
from ..market.timeframe import TimeFrame
from ..matching.quanta import VenueRules

# The same types with a promise; `reading` holds the file to it.
Name = NewType("Name", str)  # 1 to 64 letters, digits, "-" and "_"
Asset = NewType("Asset", str)  # as `market.symbol.is_asset`
Positive = NewType("Positive", Decimal)  # > 0
NotNegative = NewType("NotNegative", Decimal)  # >= 0
Rate = NewType("Rate", Decimal)  # -1 < rate < 1
Share = NewType("Share", Decimal)  # 0 < share <= 1
Slippage = NewType("Slippage", Decimal)  # 0 <= rate < 1
Seed = NewType("Seed", int)  # 0 <= seed < 2**64
Capacity = NewType("Capacity", int)  # 1 <= candles <= 1,000,000
Place = NewType("Place", Path)  # of a file or folder; a relative one counts from the bot file
RestUrl = NewType("RestUrl", str)  # http or https, and a host, without a user or a query
WsUrl = NewType("WsUrl", str)  # ws or wss, and the same
Proxy = NewType("Proxy", str)  # http, https or socks5, a host and a port, without a password
Options = NewType("Options", dict[str, Any])  # of ccxt; nothing in it is named as secrets are

Rules = Literal["quick", "full"]
"""Of the simulated venue: orders at market and limit orders on spot alone, or all it knows."""

FeedTopic = Literal[
    "candles", "trades", "ticker", "book", "funding", "liquidations", "open_interest"
]
"""What can be followed of a market."""

OF_CONTRACTS: Final[frozenset[FeedTopic]] = frozenset({"funding", "liquidations", "open_interest"})
USUAL: Final[tuple[FeedTopic, ...]] = ("candles", "trades", "ticker")

Context = Literal["live", "paper"]
Sandbox = Literal["live", "testnet"]
Withdrawals = Literal["refuse", "accept"]
OrdersAtEnd = Literal["keep", "cancel_entries", "cancel_all"]
Level = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["text", "json"]


@attrs.frozen
class Reference:
    """Where a secret lies. `secrets` reads it, when a bot is to run and not before."""

    kind: Literal["env", "file", "credential"]
    name: str  # of the variable, the file or the credential of systemd

    def __str__(self) -> str:
        return f'{{ {self.kind} = "{self.name}" }}'


@attrs.frozen
class BotSection:
    """`[bot]`: its name, the seed of all chance in it, and where `benthic run` runs it."""

    name: Name
    seed: Seed = Seed(0)  # of backtests and simulations; live, chance comes from the host
    context: Context | None = None


@attrs.frozen
class UrlsSection:
    """`[exchange.urls]`: other addresses than the venue's own; paths are kept."""

    rest: RestUrl | None = None
    ws: WsUrl | None = None


@attrs.frozen(kw_only=True)
class ExchangeSection:
    """`[exchange]`: the venue, whose account it is there, and the way to it."""

    name: Name  # as ccxt has it: "binance"
    account: Name | None = None  # what the account is called here, as `[account] name`
    sandbox: Sandbox = "live"
    key: Reference | None = None
    secret: Reference | None = None
    password: Reference | None = None  # where the venue asks for a third
    urls: UrlsSection = UrlsSection()
    proxy: Reference | Proxy | None = None
    receive_window_ms: Millis = Millis(5_000)  # how long the venue may let a request lie
    options: Options = attrs.field(factory=lambda: Options({}))
    accept_withdrawals: Withdrawals = "refuse"  # whether a key may be able to withdraw


@attrs.frozen
class VenueSection:
    """`[venue]`: how far away the simulated venue is, and by which rules it goes."""

    rules: Rules = "quick"  # a market of contracts has the full ones in any case
    request_ms: Millis = Millis(0)  # until it acts on a request
    answer_ms: Millis = Millis(0)  # from there until the answer is back
    slippage: Slippage | None = None  # of the price, to the worse, of what takes; full rules
    share: Share | None = None  # of a bar's volume, that resting orders get; full rules

    @property
    def venue_rules(self) -> VenueRules:
        """What a venue of the full rules does beside its market's own."""
        return VenueRules(
            slippage=Decimal(0) if self.slippage is None else self.slippage, share=self.share
        )


@attrs.frozen
class FeesSection:
    """`[market.fees]`: shares of a trade's cost."""

    maker: Rate
    taker: Rate


@attrs.frozen
class MarketSection:
    """`[market]`: the pair that is traded, and what the venue allows.

    What is left out comes from the venue's own listing; what is said must be as it is there.
    """

    symbol: Symbol
    time_frame: TimeFrame
    amount_step: Positive | None = None  # base currency
    price_step: Positive | None = None  # quote currency per unit of base
    fees: FeesSection | None = None
    min_amount: NotNegative | None = None  # base currency
    min_cost: NotNegative | None = None  # quote currency

    @property
    def missing(self) -> tuple[str, ...]:
        """What only a venue could tell."""
        needed = ("amount_step", "price_step", "fees")
        return tuple(name for name in needed if getattr(self, name) is None)

    @property
    def instrument(self) -> Instrument:
        """The pair as matching and orders know it, by the file alone. Raises UsageError."""
        amount_step, price_step, fees = self.amount_step, self.price_step, self.fees
        if amount_step is None or price_step is None or fees is None:
            raise UsageError(
                f"[market] does not say {', '.join(self.missing)}, and without a venue nobody else "
                f"does: write down what the venue of {self.symbol} allows"
            )
        least, cost = self.min_amount or Decimal(0), self.min_cost or Decimal(0)
        charged = Fees(fees.maker, fees.taker)
        return Instrument(self.symbol, amount_step, price_step, least, cost, charged)


@attrs.frozen
class FeedsSection:
    """`[feeds]`: what is followed besides the candles that are traded on."""

    frames: tuple[TimeFrame, ...] = ()  # of candles, higher than that of the market
    symbols: tuple[Symbol, ...] = ()  # that are followed and not traded
    topics: tuple[FeedTopic, ...] | None = None  # of each market; None: as `topics_of` says
    capacity: Capacity = Capacity(3_000)  # candles that are remembered of each frame

    def topics_of(self, symbol: Symbol) -> tuple[FeedTopic, ...]:
        """What is followed of a market; what only contracts have, of these alone."""
        if self.topics is not None:
            return tuple(each for each in self.topics if symbol.settle or each not in OF_CONTRACTS)
        return (*USUAL, "funding") if symbol.settle else USUAL


@attrs.frozen
class AccountSection:
    """`[account]`: who trades, and what a fresh account starts with.

    What a live account has, the venue says.
    """

    deposits: Mapping[Asset, Positive] = attrs.field(factory=dict[Asset, Positive])
    name: Name = Name("main")


@attrs.frozen
class ModeSection:
    """`[mode]`: which mode trades, and its settings, of the class that the mode declares."""

    name: Name
    settings: Any


@attrs.frozen
class Kept:
    """How much of the past of orders that have ended stays in the store."""

    days: int | None = None  # None: all of it


@attrs.frozen
class StoreSection:
    """`[store]`: the folder where the orders are kept, and for how long what became of them."""

    path: Place
    history: Kept = Kept()


@attrs.frozen
class LogSection:
    """`[log]`: what is told, and how."""

    level: Level = "info"
    format: LogFormat = "text"


@attrs.frozen
class ShutdownSection:
    """`[shutdown]`: what becomes of open orders when the bot is told to stop, and how long."""

    orders: OrdersAtEnd = "keep"
    deadline_ms: Millis = Millis(20_000)  # for all of it


@attrs.frozen
class BotConfig:
    """A whole bot file."""

    bot: BotSection
    market: MarketSection
    mode: ModeSection
    account: AccountSection = AccountSection()
    exchange: ExchangeSection | None = None
    venue: VenueSection = VenueSection()
    store: StoreSection | None = None
    log: LogSection = LogSection()
    shutdown: ShutdownSection = ShutdownSection()
    feeds: FeedsSection = FeedsSection()

    @property
    def frames(self) -> tuple[TimeFrame, ...]:
        """Of all candles that are followed; first that which is traded on."""
        return tuple(dict.fromkeys((self.market.time_frame, *self.feeds.frames)))

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """All markets that are followed; first that which is traded."""
        return tuple(dict.fromkeys((self.market.symbol, *self.feeds.symbols)))

    @property
    def references(self) -> Mapping[str, Reference]:
        """Every secret that the file refers to, by its key."""
        exchange = self.exchange
        if exchange is None:
            return {}
        named = {
            f"exchange.{name}": getattr(exchange, name)
            for name in ("key", "secret", "password", "proxy")
        }
        return {key: said for key, said in named.items() if isinstance(said, Reference)}
