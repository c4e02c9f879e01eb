"""Values as rows of a table, and back: what each kind of record looks like in Parquet.

Prices and amounts of everything but candles are decimals, so they are stored as their text: a
table of floats would not give back what came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, Final, TypeAlias

import numpy as np

from ...actors.exchange.archive.depth import Depth
from ...actors.exchange.archive.read import Record
from ...actors.exchange.archive.series import Kind
from ...actors.exchange.archive.trade_ids import Numbers
from ...actors.exchange.tape import Columns
from ...actors.exchange.tape.extra import polars
from ...actors.market.book import Book, Level
from ...actors.market.funding import Funding
from ...actors.market.money import plain
from ...actors.market.ticker import Ticker
from ...actors.market.trade import Trade
from ...runtime import Millis

Table: TypeAlias = Any
"""A `polars.DataFrame`."""

NAMES: Final = ("at", "open", "high", "low", "close", "volume")
IDS: Final = ("at", "id")
_LEVELS: Final = ("bid_prices", "bid_amounts", "ask_prices", "ask_amounts")
_TICKER: Final = (
    *("last", "bid", "ask", "high", "low", "open", "base_volume", "quote_volume"),
    *("mark", "index"),
)
_BATCH: Final = 50_000  # records


def library() -> Any:
    """The module polars. Raises ExtraMissing."""
    return polars("the store of market data")


def of_columns(columns: Columns) -> Table:
    """Candles as a table."""
    return library().DataFrame(dict(zip(NAMES, columns, strict=True)))


def to_columns(table: Table) -> Columns:
    """A table as candles."""
    arrays = [np.ascontiguousarray(table[name].to_numpy()) for name in NAMES]
    return Columns(*arrays)


def of_records(kind: Kind, records: Iterable[Record]) -> Table:
    """Records of one kind as a table."""
    pl, schema = library(), _schema(kind)
    tables = [
        pl.DataFrame([_row(record) for record in batch], schema=schema, orient="row")
        for batch in _batched(records)
    ]
    return pl.concat(tables) if tables else pl.DataFrame(schema=schema)


def to_records(kind: Kind, symbol: str, table: Table) -> Iterator[Record]:
    """The records of a table."""
    record_of = _record_of(kind)
    for row in table.iter_rows():
        yield record_of(symbol, *row)


def to_ids(table: Table) -> Numbers | None:
    """The ids of trades; None: not all of them are numbers."""
    ids = table["id"].cast(library().Int64, strict=False)
    return None if ids.null_count() else np.array(ids.to_numpy(), np.int64)


def keys(kind: Kind) -> list[Any]:
    """By which expressions two rows are known as one record."""
    pl = library()
    if kind is Kind.TRADES:
        named = pl.when(pl.col("id") != "").then(pl.col("id"))
        return [named.otherwise(pl.concat_str("at", "side", "price", "amount", separator=" "))]
    if kind is Kind.QUOTES:
        return [pl.concat_str("at", "bid", "bid_amount", "ask", "ask_amount", separator=" ")]
    if kind is Kind.BOOK:
        return [pl.concat_str("is_snapshot", "last_id", separator=" ")]
    return [pl.col("at")]


def _batched(records: Iterable[Record]) -> Iterator[tuple[Record, ...]]:
    rest = iter(records)
    while batch := tuple(islice(rest, _BATCH)):
        yield batch


def _schema(kind: Kind) -> dict[str, Any]:
    pl = library()
    text, whole = pl.String, pl.Int64
    if kind is Kind.TRADES:
        return {"at": whole, **dict.fromkeys(("id", "side", "price", "amount"), text)}
    if kind is Kind.QUOTES:
        return {"at": whole, **dict.fromkeys(("bid", "bid_amount", "ask", "ask_amount"), text)}
    if kind is Kind.BOOK:
        ids = dict.fromkeys(("first_id", "last_id", "previous_id"), whole)
        levels = dict.fromkeys(_LEVELS, pl.List(text))
        return {"at": whole, "is_snapshot": pl.Boolean, **ids, **levels}
    if kind is Kind.TICKER:
        return {"at": whole, **dict.fromkeys(_TICKER, text)}
    return {"at": whole, "rate": text}


def _row(record: Record) -> tuple[object, ...]:
    if isinstance(record, Trade):
        price, amount = plain(record.price), plain(record.amount)
        return record.at, record.trade_id, record.side, price, amount
    if isinstance(record, Book):
        (bid,), (ask,) = record.bids, record.asks
        return record.at, *map(plain, (bid.price, bid.amount, ask.price, ask.amount))
    if isinstance(record, Funding):
        return record.at, plain(record.rate)
    if isinstance(record, Ticker):
        told = (getattr(record, name) for name in _TICKER)
        return record.at, *(None if each is None else plain(each) for each in told)
    ids = record.first_id, record.last_id, record.previous_id
    return record.at, record.is_snapshot, *ids, *_texts(record.bids), *_texts(record.asks)


def _texts(levels: tuple[Level, ...]) -> tuple[list[str], list[str]]:
    return [plain(level.price) for level in levels], [plain(level.amount) for level in levels]


def _trade(symbol: str, at: int, name: str, side: Any, price: str, amount: str) -> Trade:
    return Trade(name, symbol, side, Decimal(price), Decimal(amount), Millis(at))


def _quote(symbol: str, at: int, *numbers: str) -> Book:
    bid, bids, ask, asks = map(Decimal, numbers)
    return Book(symbol, (Level(bid, bids),), (Level(ask, asks),), Millis(at))


def _funding(symbol: str, at: int, rate: str) -> Funding:
    return Funding(symbol, Decimal(rate), Millis(at))


def _ticker(symbol: str, at: int, *numbers: str | None) -> Ticker:
    told = (None if each is None else Decimal(each) for each in numbers)
    return Ticker(symbol, Millis(at), *told)


def _depth(symbol: str, at: int, is_snapshot: Any, *rest: Any) -> Depth:
    first, last, previous, *sides = rest
    bids, asks = (
        tuple(map(Level, map(Decimal, prices), map(Decimal, amounts)))
        for prices, amounts in (sides[:2], sides[2:])
    )
    return Depth(symbol, is_snapshot, first, last, previous, bids, asks, Millis(at))


def _record_of(kind: Kind) -> Any:
    if kind is Kind.TRADES:
        return _trade
    if kind is Kind.QUOTES:
        return _quote
    if kind is Kind.TICKER:
        return _ticker
    return _depth if kind is Kind.BOOK else _funding
