"""Where in the store what lies: `binance/BTC-USDT/1m/2021-11.parquet`.

A folder for each venue, symbol and series, and in it a file for each stretch of time: a month of
candles shorter than an hour, a year of others and of funding, a day of everything else. So an
import rewrites what it adds to and nothing else, and no reader needs more than a file at a time.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from ...actors.exchange.archive.naming import parse_symbol
from ...actors.exchange.archive.series import Kind, Series
from ...actors.market.errors import BadValue
from ...actors.market.symbol import Symbol
from ...actors.market.timeframe import TimeFrame
from .errors import NoMarketData

MARKER: Final = "benthic-data.json"
LOCK: Final = "benthic-data.lock"
SUFFIX: Final = ".parquet"
ADDRESS: Final = "store:"
"""Begins the address of a series in the store that is asked by default: store:VENUE/PAIR/FRAME."""

_VENUE: Final = re.compile(r"[a-z0-9][a-z0-9_.]{0,31}")
_HOUR: Final = 3_600_000  # ms
_PARTS: Final = 3  # of an address


def folder_of(series: Series) -> Path:
    """Where the files of a series lie, below the root."""
    return Path(series.venue) / symbol_folder(series.symbol) / series.name


def stretch_of(series: Series) -> str:
    """How the time of a record names its file, as `strftime` has it."""
    frame = series.frame
    if series.kind is Kind.FUNDING:
        return "%Y"
    if frame is None:
        return "%Y-%m-%d"
    return "%Y" if not frame.is_fixed or frame.length >= _HOUR else "%Y-%m"


def series_at(venue: str, symbol: str, name: str) -> Series:
    """The series that a folder holds. Raises BadValue."""
    require_venue(venue)
    pair = [unquote(part) for part in symbol.split("-")]
    written = f"{'/'.join(pair[:2])}{':' if pair[2:] else ''}{':'.join(pair[2:])}"
    return Series(venue, parse_symbol(written, place="store"), *_named(name))


def series_in(path: Path) -> tuple[Path, Series] | None:
    """The root of the store that a folder of a series lies in, and the series; None: in none.

    Raises NoMarketData where it lies in one and is no series.
    """
    whole = path.resolve()
    if len(whole.parts) <= _PARTS or not (whole.parents[2] / MARKER).is_file():
        return None
    try:
        return whole.parents[2], series_at(*whole.parts[-_PARTS:])
    except BadValue as error:
        raise NoMarketData(path, f"no series has such a name ({error})") from error


def series_of(address: str, root: Path) -> Series:
    """The series that an address names, `store:` taken off. Raises BadValue or NoMarketData."""
    parts = address.removeprefix(ADDRESS).strip("/").split("/")
    if len(parts) != _PARTS:
        remedy = "write store:VENUE/PAIR/FRAME, such as store:binance/BTC-USDT/1m"
        raise NoMarketData(root, f"{address!r} names no series; {remedy}")
    return series_at(*parts)


def symbol_folder(symbol: Symbol) -> str:
    """The name of a symbol's folder.

    >>> symbol_folder(Symbol("BTC", "USDT")), symbol_folder(Symbol("XRP", "USDT", "USDT"))
    ('BTC-USDT', 'XRP-USDT-USDT')
    """
    assets = (symbol.base, symbol.quote, *filter(None, [symbol.settle]))
    return "-".join(
        quote(asset, safe="").replace("-", "%2D").replace(".", "%2E") for asset in assets
    )


def require_venue(name: str) -> str:
    """The name of a venue. Raises BadValue where it is none."""
    if _VENUE.fullmatch(name) is None:
        raise BadValue("venue", name, 'write a name in lower case, such as "binance"')
    return name


def _named(name: str) -> tuple[Kind, TimeFrame | None]:
    first, _, kind = name.partition("-")
    for known in Kind:
        if not known.is_candles and name == known.value:
            return known, None
        if known.is_candles and known is not Kind.CANDLES and kind == known.value:
            return known, TimeFrame.parse(first, place="store")
    return Kind.CANDLES, TimeFrame.parse(name, place="store")
