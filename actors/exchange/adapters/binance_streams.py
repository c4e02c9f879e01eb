"""Binance's market streams as the venue sends them, where ccxt leaves out what counts; pure.

ccxt drops that a candle is over, keeps a book where its changes are wanted, and knows neither the
rate nor the time of a funding on its stream. What is read here is of all three families.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from ....runtime import Millis
from ...market.book_diff import BookDiff, Quote
from ...market.funding import Funding
from ...market.liquidation import Liquidation
from ...market.timeframe import TimeFrame
from ..errors import UnsoundAnswer
from ..market_messages import Topic
from . import parse_market_data
from .parse_market_data import Asked
from .raw_news import Bar, RawNews, StreamKey, Watch
from .reading import DAY, Reading, shown

EVENTS: Final[Mapping[str, Topic]] = MappingProxyType(
    {
        "kline": "candles",
        "depthUpdate": "diffs",
        "markPriceUpdate": "funding",
        "forceOrder": "liquidations",
    }
)
TOPICS: Final = frozenset(EVENTS.values())
RATE: Final = "watchOrderBookRate"  # ccxt's option: ms between two diffs
FASTEST: Final = "100"
CHANNELS: Final[Mapping[str, str]] = MappingProxyType(
    {"diffs": "depth", "funding": "markPrice", "liquidations": "forceOrder"}
)


def watch_of(exchange: Any, key: StreamKey) -> Watch | None:
    """What subscribes a stream, by a socket of its own; None: ccxt knows how."""
    topic, symbol, _ = key
    channel = CHANNELS.get(topic)
    if channel is None:
        return None
    market = exchange.market(symbol)
    kind = "spot" if not market["contract"] else "linear" if market["linear"] else "inverse"
    suffix = {"diffs": f"@{exchange.options.get(RATE) or FASTEST}ms", "funding": "@1s"}
    name = f"{market['lowercaseId']}@{channel}{suffix.get(topic, '')}"

    async def watch() -> Any:
        place = exchange.get_ws_url(kind, exchange.get_future_ws_category(channel))
        url = f"{place}/{exchange.stream(kind, f'raw::{name}')}"
        number = exchange.request_id(url)
        request = {"method": "SUBSCRIBE", "params": [name], "id": number}
        return await exchange.watch(url, name, request, name, {"id": number})

    return watch


def key_of(exchange: Any, message: Any) -> StreamKey | None:
    """Of which stream a message is; None: of one that is not read here."""
    if not isinstance(message, Mapping):
        return None
    told = _inner(message)
    topic = EVENTS.get(told.get("e", ""))
    if topic is None:
        return None
    held: Any = told.get("o") if topic == "liquidations" else told
    named = held.get("s") if isinstance(held, Mapping) else None
    markets = exchange.markets_by_id.get(named) if isinstance(named, str) else None
    if not markets:
        raise UnsoundAnswer(exchange.id, str(told.get("e")), f"{shown(named)} is no market")
    frame = ""
    if topic == "candles":
        row = told.get("k")
        frame = str(row.get("i")) if isinstance(row, Mapping) else ""
    return topic, markets[0]["symbol"], frame


def news_of(key: StreamKey, message: Any, asked: Asked) -> RawNews:
    """What it brings. Raises UnsoundAnswer."""
    told = asked.read(f"stream of {key[0]}", _inner(message))
    if key[0] == "candles":
        return _bar(told, key[2], asked)
    if key[0] == "diffs":
        return _diff(told)
    if key[0] == "funding":
        return _funding(told, key[1])
    return _liquidation(told.inside("o"), key[1])


def _inner(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is in the wrapping of a combined stream."""
    inner = message.get("data")
    return inner if isinstance(inner, Mapping) else message


def _bar(told: Reading, frame: str, asked: Asked) -> Bar:
    row = told.inside("k").raw
    is_closed = row.get("x")
    if not isinstance(is_closed, bool):
        raise told.unsound(f"x {shown(is_closed)} is neither true nor false")
    fields = [row.get(name) for name in ("t", "o", "h", "l", "c", "v")]
    candle = parse_market_data.candle(fields, asked)
    if TimeFrame.parse(frame).open_of(candle.at) != candle.at:
        raise told.unsound(f"no candle of {frame} begins at {candle.at}")
    return Bar(candle, is_closed)


def _diff(told: Reading) -> BookDiff:
    """Prices and amounts unread: whoever keeps the book looks at them."""
    return BookDiff(
        bids=_quotes(told, "b"),
        asks=_quotes(told, "a"),
        at=told.as_time(told.raw.get("E"), "E"),
        last=_number(told, "u"),
        first=_number(told, "U"),
        previous=_number(told, "pu") if "pu" in told.raw else None,
    )


def _quotes(told: Reading, name: str) -> tuple[Quote, ...]:
    found = list[Quote]()
    if name not in told.raw:
        raise told.unsound(f"{name} is missing")
    for row in told.rows(name):
        match row:
            case [str(price), str(amount), *_]:
                found.append((price, amount))
            case _:
                raise told.unsound(f"a level of {name} is no pair of texts")
    return tuple(found)


def _number(told: Reading, name: str) -> int:
    value = told.raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise told.unsound(f"{name} {shown(value)} is no number of an update")
    return value


def _funding(told: Reading, symbol: str) -> Funding:
    rate = told.number("r")
    if rate is None or abs(rate) >= 1:
        raise told.unsound(f"r {shown(rate)} is no share of a position")
    next_at = told.raw.get("T")
    return Funding(
        symbol=symbol,
        rate=rate,
        at=told.as_time(told.raw.get("E"), "E"),
        next_at=Millis(told.as_time(next_at, "T", ahead=40 * DAY)) if next_at else None,
        mark=told.positive("p"),
        index=told.positive("i"),
    )


def _liquidation(told: Reading, symbol: str) -> Liquidation:
    """By what was traded, as far as it was: an order that is not all filled has done its part."""
    side = told.raw.get("S")
    if side not in {"BUY", "SELL"}:
        raise told.unsound(f"side {shown(side)} is neither BUY nor SELL")
    return Liquidation(
        symbol=symbol,
        side="buy" if side == "BUY" else "sell",
        price=told.required("ap"),
        amount=told.required("z"),
        at=told.as_time(told.raw.get("T"), "T"),
    )
