"""What an exchange can do, as a value: what ccxt says of it, and what is known beyond that.

ccxt's `has`, `features`, `timeframes` and `urls` are read without a request. An adapter sets what
ccxt does not say: rules of client ids, and how long it takes until a missing order is proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import attrs
import msgspec

from ....runtime import Ask, Millis
from ...market.book_diff import Numbering
from ...market.errors import BadValue
from ...market.listing import Family
from ...market.side import Kind, TimeInForce
from ...market.timeframe import TimeFrame
from ...market.trade import TradeIds
from ..messages import Topic
from .client_ids import ClientIdRule

Account = Literal["orders", "fills", "balances", "positions"]
ChecksumName = Literal["okx", "kraken"]  # the rules are in `feeds.book_checksum`

USUAL_CANDLES: Final = 500  # of a request, where ccxt does not say
_TRIGGERED: Final[tuple[tuple[str, tuple[Kind, ...]], ...]] = (
    ("stopLossPrice", ("stop_loss", "stop_limit")),
    ("takeProfitPrice", ("take_profit", "take_profit_limit")),
    ("trailing", ("trailing_stop",)),
)
_TIMES: Final[tuple[tuple[str, TimeInForce], ...]] = (
    ("GTC", "GTC"),
    ("IOC", "IOC"),
    ("FOK", "FOK"),
    ("PO", "GTX"),
)
_STREAMS: Final[tuple[tuple[str, Topic], ...]] = (
    ("watchOHLCV", "candles"),
    ("watchTrades", "trades"),
    ("watchTicker", "ticker"),
    ("watchOrderBook", "book"),
    ("watchFundingRate", "funding"),
    ("watchLiquidations", "liquidations"),
)
_ACCOUNT: Final[tuple[tuple[str, Account], ...]] = (
    ("watchOrders", "orders"),
    ("watchMyTrades", "fills"),
    ("watchBalance", "balances"),
    ("watchPositions", "positions"),
)


@attrs.frozen(kw_only=True)
class Capabilities:
    """What a venue offers through its adapter.

    fence: ms after which a look-up that finds nothing is proof that an order was never placed,
    counted from when it was sent. None: there is no such proof, however long one waits.
    numbering: of the diffs of a book; None: no diffs are told, see `public_streams`.
    """

    venue: str
    families: tuple[Family, ...]
    kinds: tuple[Kind, ...]
    times_in_force: tuple[TimeInForce, ...]
    client_id: ClientIdRule | None  # None: not known to be taken
    can_look_up: bool  # an order by our client id alone
    can_cancel_unseen: bool  # an order by our client id alone
    tells_fills: bool  # the answer to an order holds what it traded at once
    user_stream: tuple[Account, ...]
    public_streams: tuple[Topic, ...]
    fence: Millis | None
    frames: tuple[str, ...]
    max_candles: int  # of one request
    most_trades: int | None  # of one request, of anybody's; None: not known
    has_positions: bool
    has_funding: bool
    has_open_interest: bool
    can_amend: bool
    has_oco: bool
    has_testnet: bool
    is_data_only: bool
    has_websockets: bool
    numbering: Numbering | None = None
    checksum: ChecksumName | None = None  # that diffs bear, and by whose rules
    trade_ids: TradeIds = "any"  # of trades of anybody


class GetCapabilities(msgspec.Struct, Ask[Capabilities], frozen=True, gc=False):
    """What the venue offers. Raises VenueAway where the line has not been open yet."""


def capabilities_of(exchange: Any, venue: str) -> Capabilities:
    """What ccxt says of an exchange, markets loaded or not; the rest as little as can be."""
    has: Mapping[str, Any] = exchange.has
    offered = tuple(_features(exchange))
    return Capabilities(
        venue=venue,
        families=families_of(exchange),
        kinds=_kinds(has, offered),
        times_in_force=_times(offered),
        client_id=None,
        can_look_up=False,
        can_cancel_unseen=False,
        tells_fills=False,
        user_stream=tuple(word for method, word in _ACCOUNT if has.get(method)),
        public_streams=tuple(word for method, word in _STREAMS if has.get(method)),
        fence=None,
        frames=_frames(exchange),
        max_candles=_most_candles(offered),
        most_trades=None,  # ccxt does not say
        has_positions=bool(has.get("fetchPositions")),
        has_funding=bool(has.get("fetchFundingRate")),
        has_open_interest=bool(has.get("fetchOpenInterest")),
        can_amend=has.get("editOrder") is True,  # "emulated" cancels and places anew
        has_oco=False,
        has_testnet=has_testnet(exchange),
        is_data_only=not has.get("createOrder"),
        has_websockets=bool(has.get("ws")),
    )


def has_testnet(exchange: Any) -> bool:
    """Whether there is one. ccxt's base has the key with None in it, so its own test says yes."""
    return bool(exchange.urls.get("test"))


def families_of(exchange: Any) -> tuple[Family, ...]:
    """Of the markets where they are loaded; else of what ccxt says of the exchange."""
    markets = (exchange.markets or {}).values()
    found = {_family(each) for each in markets} if markets else set(_announced(exchange))
    order: tuple[Family, ...] = ("spot", "linear", "inverse", "option")
    return tuple(family for family in order if family in found)


def _family(market: Mapping[str, Any]) -> Family:
    if market.get("option"):
        return "option"
    if not market.get("contract"):
        return "spot"
    return "inverse" if market.get("inverse") else "linear"


def _announced(exchange: Any) -> Iterator[Family]:
    has = exchange.has
    if has.get("spot"):
        yield "spot"
    if has.get("option"):
        yield "option"
    if not (has.get("swap") or has.get("future")):
        return
    kinds = [(exchange.features or {}).get(kind) or {} for kind in ("swap", "future")]
    known = False
    for family in ("linear", "inverse"):
        if any(kind.get(family) for kind in kinds):
            known = True
            yield "linear" if family == "linear" else "inverse"
    if not known:
        yield "linear"


def _features(exchange: Any) -> Iterator[Mapping[str, Any]]:
    """What ccxt says of each family that the exchange is opened for."""
    features = exchange.features or {}
    wanted = str(exchange.options.get("defaultType", "spot"))
    kinds = ("spot", "swap", "future")
    for kind in sorted(kinds, key=lambda each: each != wanted):
        found = features.get(kind) or {}
        if kind == "spot":
            if found:
                yield found
            continue
        for family in ("linear", "inverse"):
            if found.get(family):
                yield found[family]


def _kinds(has: Mapping[str, Any], offered: tuple[Mapping[str, Any], ...]) -> tuple[Kind, ...]:
    if not has.get("createOrder"):
        return ()
    kinds: list[Kind] = []
    if has.get("createMarketOrder") is not False:
        kinds.append("market")
    if has.get("createLimitOrder") is not False:
        kinds.append("limit")
    orders = [each.get("createOrder") or {} for each in offered]
    for feature, meant in _TRIGGERED:
        if any(each.get(feature) for each in orders):
            kinds.extend(meant)
    return tuple(kinds)


def _times(offered: tuple[Mapping[str, Any], ...]) -> tuple[TimeInForce, ...]:
    orders = [(each.get("createOrder") or {}).get("timeInForce") or {} for each in offered]
    named = list[TimeInForce]()
    for theirs, ours in _TIMES:
        if any(each.get(theirs) for each in orders):
            named.append(ours)
    return tuple(named) or ("GTC",)


def _frames(exchange: Any) -> tuple[str, ...]:
    found = list[str]()
    for frame in exchange.timeframes or ():
        try:
            found.append(str(TimeFrame.parse(frame)))
        except BadValue:
            continue  # a frame that has no place in our grid: "1y"
    return tuple(found)


def _most_candles(offered: tuple[Mapping[str, Any], ...]) -> int:
    for each in offered:
        limit = (each.get("fetchOHLCV") or {}).get("limit")
        if isinstance(limit, int) and limit > 0:
            return limit
    return USUAL_CANDLES
