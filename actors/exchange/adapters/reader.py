"""Reader: how one venue's orders, trades and streams are read from what ccxt makes of them; pure.

The half of an adapter that asks nothing: `adapter` has the other. What it raises is UnsoundAnswer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar

from ....runtime import Millis
from ...market.book import Book
from ...market.candle import Candle
from ...market.fill import Fill
from ...market.funding import Funding
from ...market.holding import Holding
from ...market.liquidation import Liquidation
from ...market.report import OrderReport
from ...market.ticker import Ticker
from ...market.trade import Trade
from ..errors import UnsoundAnswer
from ..market_messages import Topic
from . import parse_account, parse_market_data, parse_orders
from .client_ids import ClientIdRule
from .parse_market_data import Asked
from .raw_news import RawNews, StreamKey, Watch
from .reading import SOON, reading_of, rows_of, shown


class Reader:
    """Of any exchange. heard: when it came, by our clock; None: not held against any time."""

    client_ids: ClassVar[ClientIdRule] = ClientIdRule()
    client_id_fields: ClassVar[tuple[str, ...]] = ()  # of the venue's own, in the order of trust
    least_holding: ClassVar[Decimal | None] = None  # below which nothing can be; None: it may owe
    raw_topics: ClassVar[frozenset[Topic]] = frozenset()  # streams that are read before ccxt does

    def __init__(self, venue: str) -> None:
        self.venue = venue  # ccxt's name of it

    # -- streams: what `watch_*` gave or the tap heard, one entry or a list of them; pure

    def stream_orders(self, raw: Any, heard: Millis | None = None) -> tuple[OrderReport, ...]:
        """How orders stand. Their fills come as `stream_fills`, or in the next query."""
        asked = Asked(self.venue, None, heard)
        return tuple(self.read_report(each, asked) for each in self._entries(raw))

    def stream_fills(self, raw: Any, heard: Millis | None = None) -> tuple[Fill, ...]:
        """Trades of ours."""
        return self.read_fills(self._entries(raw), Asked(self.venue, None, heard))

    def stream_holdings(self, raw: Any, heard: Millis | None = None) -> tuple[Holding, ...]:
        """What the account has of some assets, those included of which nothing is left."""
        asked = Asked(self.venue, None, heard)
        return parse_account.holdings(raw, asked, least=self.least_holding)

    def stream_candles(
        self, raw: Any, symbol: str | None = None, heard: Millis | None = None
    ) -> tuple[Candle, ...]:
        """Candles, oldest first; the last may be open, which ccxt does not tell."""
        rows = self._entries(raw)
        if rows and isinstance(rows[0], str):  # the tap hears (symbol, frame, rows)
            rows = tuple(rows[-1])
        elif rows and not isinstance(rows[0], list | tuple):
            rows = (raw,)
        asked = Asked(self.venue, symbol, heard, SOON)
        return tuple(parse_market_data.candle(each, asked) for each in rows)

    def stream_trades(
        self, raw: Any, symbol: str | None = None, heard: Millis | None = None
    ) -> tuple[Trade, ...]:
        """Trades of anybody, oldest first."""
        asked = Asked(self.venue, symbol, heard, SOON)
        return parse_market_data.trades(self._entries(raw), asked)

    def stream_ticker(
        self, raw: Any, symbol: str | None = None, heard: Millis | None = None
    ) -> Ticker:
        """What a market trades at."""
        return parse_market_data.ticker(raw, Asked(self.venue, symbol, heard, SOON))

    def stream_book(self, raw: Any, symbol: str | None = None, heard: Millis | None = None) -> Book:
        """The best levels of a market."""
        return parse_market_data.book(raw, Asked(self.venue, symbol, heard, SOON))

    def stream_funding(
        self, raw: Any, symbol: str | None = None, heard: Millis | None = None
    ) -> Funding:
        """The funding of a contract."""
        return parse_market_data.funding(raw, Asked(self.venue, symbol, heard, SOON))

    def stream_liquidations(
        self, raw: Any, symbol: str | None = None, heard: Millis | None = None
    ) -> tuple[Liquidation, ...]:
        """Positions that were closed by force, oldest first."""
        asked = Asked(self.venue, symbol, heard, SOON)
        return parse_market_data.liquidations(self._entries(raw), asked)

    # -- what a venue says before ccxt reads it; subclasses know how

    def raw_stream(self, exchange: Any, key: StreamKey) -> Watch | None:
        """What has to be awaited to be sent a stream that ccxt knows nothing of; None: ccxt's."""
        del exchange, key
        return None

    def raw_key(self, exchange: Any, message: Any) -> StreamKey | None:
        """Of which stream a message is that is read here and not by ccxt; None: of none."""
        del exchange, message
        return None

    def raw_news(self, key: StreamKey, message: Any, heard: Millis | None = None) -> RawNews:
        """What such a message brings. Raises UnsoundAnswer."""
        del message, heard
        raise UnsoundAnswer(self.venue, "stream", f"nobody here reads messages of {key[0]}")

    def _entries(self, raw: Any) -> tuple[Any, ...]:
        return (raw,) if isinstance(raw, Mapping) else rows_of(self.venue, "stream", raw)

    # -- how this venue is read; subclasses know better

    def read_report(self, raw: Any, asked: Asked, client_id: str = "") -> OrderReport:
        """One order. client_id: what it must bear where it bears one; empty: any."""
        named = self.client_id_of(raw)
        if client_id and named not in {"", client_id}:
            told = asked.read("order", raw)
            raise told.unsound(f"it is about the order {shown(named)}")
        return parse_orders.order_report(raw, asked, named or client_id)

    def read_fills(self, rows: Any, asked: Asked) -> tuple[Fill, ...]:
        """Trades of ours, with the client ids that the venue told beside them."""
        found = [
            parse_orders.fill(each, asked, self.client_id_of(each))
            for each in rows_of(self.venue, "fills", rows)
        ]
        return parse_orders.each_once(found, asked)

    def client_id_of(self, raw: Any) -> str:
        """The client id in an order or a trade of ours, in our form; empty where it has none."""
        info = raw.get("info") if isinstance(raw, Mapping) else None
        named = (
            [info.get(key) for key in self.client_id_fields] if isinstance(info, Mapping) else []
        )
        unified = raw.get("clientOrderId") if isinstance(raw, Mapping) else None
        for each in (*named, unified):
            if isinstance(each, str) and each:
                return self.client_ids.read(each)
        return ""

    def is_of(self, raw: Any, venue_id: str) -> bool:
        """Whether a trade of ours is of an order."""
        return isinstance(raw, Mapping) and raw.get("order") == venue_id

    def asked(self, exchange: Any, symbol: str | None = None) -> Asked:
        """What an answer that came just now is held against."""
        return Asked(self.venue, symbol, Millis(exchange.milliseconds()))

    @contextmanager
    def parsing(self, place: str) -> Iterator[None]:
        """Around a call of ccxt's: what its parser stumbles over is `UnsoundAnswer`."""
        with reading_of(self.venue, place):
            yield
