"""What a file is of: told by its contents, then by its name, then by what the caller says."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import Final

import attrs

from ...market.symbol import Symbol
from ...market.timeframe import TimeFrame
from ..tape.detect import Format, detect, unreadable
from ..tape.errors import BadHeader, Place, UnknownSeries, UnnamedSeries
from ..tape.octobot import octobot_series
from ..tape.table import Head, head_of
from .bybit import symbol_in
from .depth import is_depth
from .naming import Hint, hint_of, parse_symbol, split
from .series import Kind, Series
from .trades import AMOUNTS

_HEAD: Final = 1 << 16  # bytes
_FIRST_ROW: Final = re.compile(rb"\s*\[\s*\[([^\[\]]*)\]")
_TRADE_FIELDS: Final = 7
_CANDLE: Final = frozenset({"open", "high", "low", "close"})


@attrs.frozen
class Asked:
    """What the caller says of a file; None: find it out."""

    symbol: Symbol | None = None
    frame: TimeFrame | None = None
    kind: Kind | None = None


@attrs.frozen
class Found:
    """One series in a file."""

    path: str
    form: Format
    series: Series


def survey(path: str, *, venue: str, asked: Asked = Asked()) -> tuple[Found, ...]:
    """The series in a file: several where it is OctoBot's. Raises a TapeError or ExtraMissing."""
    form = detect(path)
    if form is Format.OCTOBOT:
        return _octobot(path, venue, asked)
    hint = hint_of(path)
    head = head_of(path, form) if form in {Format.ARROW, Format.PARQUET} else Head()
    kind = asked.kind or _kind(path, form, hint, head)
    symbol = asked.symbol or hint.symbol or _written(path, form, kind, head)
    if symbol is None:
        raise _unnamed(path, "pair", "--symbol BTC/USDT")
    if not kind.is_candles:
        return (Found(path, form, Series(venue, symbol, kind)),)
    frame = asked.frame or hint.frame
    if frame is None:
        raise _unnamed(path, "time frame", "--frame 1m")
    return (Found(path, form, Series(venue, symbol, kind, frame)),)


def _octobot(path: str, venue: str, asked: Asked) -> tuple[Found, ...]:
    there = octobot_series(path)
    found: list[Found] = []
    for symbol, frame in there:
        if asked.symbol in {None, _symbol(path, symbol)} and asked.frame in {None, _frame(frame)}:
            series = Series(venue, _symbol(path, symbol), Kind.CANDLES, _frame(frame))
            found.append(Found(path, Format.OCTOBOT, series))
    if not found:
        available = tuple(f"{symbol} {frame}" for symbol, frame in there)
        problem = "it has no such series"
        remedy = f"choose one of {', '.join(available) or 'none'}"
        raise UnknownSeries(Place(path), problem, remedy, available=available)
    return tuple(found)


def _symbol(path: str, text: str) -> Symbol:
    return parse_symbol(text, place=f"{path}, table ohlcv")


def _frame(text: str) -> TimeFrame:
    return TimeFrame.parse(text, place="table ohlcv")


def _kind(path: str, form: Format, hint: Hint, head: Head) -> Kind:
    if form is Format.ZIP:
        return Kind.BOOK
    if form is Format.CSV:
        line = _head(path, form).partition(b"\n")[0].decode("utf-8", "replace")
        return Kind.BOOK if is_depth(line) else Kind.CANDLES
    if form in {Format.JSON, Format.GZIP}:
        return _of_row(_head(path, form), hint)
    names = set(head.names)
    if names >= _CANDLE:
        return hint.kind or Kind.CANDLES
    if "price" in names and names & set(AMOUNTS):
        return Kind.TRADES
    if any(name.startswith("bid") for name in names) and any(n.startswith("ask") for n in names):
        return Kind.QUOTES
    problem = f"the columns {', '.join(sorted(names))} are of no kind that is read here"
    remedy = "give candles (open, high, low, close, volume), trades (price, amount) or quotes"
    raise BadHeader(Place(path), problem, remedy)


def _of_row(head: bytes, hint: Hint) -> Kind:
    first = _FIRST_ROW.match(head)
    if first is None:
        return hint.kind or Kind.CANDLES
    is_trade = first[1].count(b",") + 1 == _TRADE_FIELDS
    return Kind.TRADES if is_trade else hint.kind or Kind.CANDLES


def _head(path: str, form: Format) -> bytes:
    try:
        with gzip.open(path) if form is Format.GZIP else open(path, "rb") as file:  # noqa: PTH123
            return file.read(_HEAD)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return b""  # the reader will say so, with the place
    except OSError as error:
        raise unreadable(path, error) from error


def _written(path: str, form: Format, kind: Kind, head: Head) -> Symbol | None:
    """The symbol that stands in the file itself."""
    if kind is Kind.BOOK and form is Format.CSV:
        row = _head(path, form).split(b"\n", 2)[1:2]
        return split(row[0].split(b",")[0].decode("utf-8", "replace")) if row else None
    if form is Format.ZIP:
        return split(symbol_in(path) or "")
    if kind is Kind.QUOTES:
        there = head.symbols
        if len(there) == 1:
            return split(there[0]) or parse_symbol(there[0], place=f"{path}, column symbol")
    return None


def _unnamed(path: str, what: str, option: str) -> UnnamedSeries:
    problem = f"neither the file nor its name says of which {what} it is"
    return UnnamedSeries(Place(path), problem, f"say so, as {option}")
