"""Reads trades from comma-separated text: Binance dumps of trades or of aggregated trades.

With a header, columns are told by their names; without one, by how many there are: a dump of spot
trades has 7, of futures trades 6, of aggregated spot trades 8. Times are in ms or µs. A file is
read line by line and never held as a whole.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final, NamedTuple

from ....actors.exchange.tape import (
    BadHeader,
    BrokenRow,
    EmptyTape,
    Place,
    TapeError,
    TimeDisorder,
    UnreadableFile,
)
from ....actors.matching.markets import Market
from ....runtime import Millis
from .prints import Print, quanta

_MICROSECONDS: Final = 10**14  # a time of at least this many is not in ms
_EARLIEST: Final = 10**11  # ms: 1973; what is less is in seconds
_PRICES: Final = ("price",)
_AMOUNTS: Final = ("qty", "quantity", "amount")
_TIMES: Final = ("time", "transact_time", "timestamp")
_MAKERS: Final = ("is_buyer_maker", "isbuyermaker", "was_the_buyer_the_maker")
_WANTED: Final = 'begin the file with "id,price,qty,quote_qty,time,is_buyer_maker"'
_FLAGS: Final[Mapping[str, bool]] = MappingProxyType(
    {"true": True, "false": False, "1": True, "0": False}
)
_REPAIR: Final = "repair the row or remove it"


class _Columns(NamedTuple):
    price: int
    amount: int
    time: int
    is_buyer_maker: int


_HEADLESS: Final[Mapping[int, _Columns]] = MappingProxyType(
    {
        6: _Columns(1, 2, 4, 5),  # futures trades: id, price, qty, quote qty, time, maker
        7: _Columns(1, 2, 4, 5),  # spot trades: the same and "best match"
        8: _Columns(1, 2, 5, 6),  # aggregated: id, price, qty, first, last, time, maker, best match
    }
)


def read_trades(path: str | os.PathLike[str], market: Market) -> Iterator[Print]:
    """The trades of a file, oldest first, in quanta of a market.

    Raises a TapeError where the file is not what it should be, when that line is reached.
    """
    name = os.fsdecode(path)
    try:
        with open(name, encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 - as given
            yield from _rows(name, csv.reader(file), market)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise UnreadableFile(
            Place(name), f"it cannot be read ({reason})", "give a CSV file of trades"
        ) from error
    except csv.Error as error:
        raise BrokenRow(Place(name), f"a row cannot be split ({error})", _REPAIR) from error


def _rows(name: str, lines: Iterator[list[str]], market: Market) -> Iterator[Print]:
    columns: _Columns | None = None
    before = 0
    number = 0
    for number, fields in enumerate(lines, 1):
        place = Place(name, number)
        if not fields:
            continue
        if columns is None:
            columns, is_header = _columns_of(place, fields)
            if is_header:
                continue
        trade = _print(place, fields, columns, market)
        if trade.at < before:
            raise TimeDisorder(
                place, "the trade is older than the one before", "sort the file by time"
            )
        before = trade.at
        if trade.amount:
            yield trade
    if not before:
        raise EmptyTape(Place(name), "there is not one trade", "record it again, or give another")


def _columns_of(place: Place, fields: list[str]) -> tuple[_Columns, bool]:
    names = [field.strip().lower() for field in fields]
    if not any(field[:1].isdigit() for field in names):
        return _named(place, names), True
    columns = _HEADLESS.get(len(fields))
    if columns is None:
        problem = f"data without a header, in {len(fields)} columns (a dump has 6, 7 or 8)"
        raise BadHeader(place, problem, _WANTED)
    return columns, False


def _named(place: Place, names: list[str]) -> _Columns:
    found: list[int] = []
    for known in (_PRICES, _AMOUNTS, _TIMES, _MAKERS):
        places = [number for number, name in enumerate(names) if name in known]
        if len(places) != 1:
            problem = f"the header has {len(places)} columns {' or '.join(known)}, not one"
            raise BadHeader(place, problem, _WANTED, column=known[0])
        found += places
    return _Columns(*found)


def _print(place: Place, fields: list[str], columns: _Columns, market: Market) -> Print:
    if len(fields) <= max(columns):
        raise BrokenRow(place, f"the row has {len(fields)} fields", _REPAIR)
    price = _number(place, fields[columns.price], "price")
    amount = _number(place, fields[columns.amount], "amount")
    flag = _FLAGS.get(fields[columns.is_buyer_maker].strip().lower())
    if flag is None:
        raise _broken(place, fields[columns.is_buyer_maker], "is_buyer_maker", "true or false")
    return Print(
        _time(place, fields[columns.time]),
        max(quanta(price, market.price_digits, market.tick), market.tick),
        quanta(amount, market.amount_digits, market.step),
        flag,
    )


def _number(place: Place, text: str, column: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _broken(place, text, column, "a number above 0") from None
    if not value.is_finite() or value <= 0:
        raise _broken(place, text, column, "a number above 0")
    return value


def _time(place: Place, text: str) -> Millis:
    try:
        at = int(text)
    except ValueError:
        raise _broken(place, text, "time", "a whole number of ms") from None
    if at >= _MICROSECONDS:
        at //= 1_000
    if at < _EARLIEST:
        raise _broken(place, text, "time", "ms or µs since 1970-01-01")
    return Millis(at)


def _broken(place: Place, text: str, column: str, wanted: str) -> TapeError:
    return BrokenRow(place, f"{text[:40]!r} is not {wanted}", _REPAIR, column=column)
