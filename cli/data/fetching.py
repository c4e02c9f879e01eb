"""One run of `benthic data download`: all series that were asked for, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import attrs

from ...actors.exchange.archive.series import Kind, Series
from ...actors.exchange.errors import UnsoundAnswer, VenueAway
from ...actors.exchange.settings import VenueSettings
from ...actors.exchange.tape.spacing import utc_text
from ...runtime import AskTimeout, LiveClock, Millis
from ...storage.marketdata import Added, MarketStore, NoMarketData, Prefer
from ..exits import ExitCode, say
from ..output import console, grouped, print_json, table
from ..progress import progress
from .downloading import Span, download_candles, download_trades
from .venues import Place, at_venue

REMEDY: Final = "try it again later, or at another address of the venue with --url"


@attrs.frozen(kw_only=True)
class Order:
    """What is to be downloaded, as it was said."""

    settings: VenueSettings
    symbols: tuple[str, ...]
    frames: tuple[str, ...]
    has_trades: bool
    since: Millis
    until: Millis | None
    prefer: Prefer = Prefer.NEITHER


async def download(order: Order, store: MarketStore) -> list[Added]:
    """Download it all; what came of each series. Nothing is written before all of it is known."""
    span = Span.of(order.since, order.until, LiveClock().now(), order.prefer)
    async with at_venue(order.settings, order.symbols) as place:
        wanted = series_of(place, order.symbols, order.frames)
        if order.has_trades:
            wanted += [
                Series(place.venue, place.symbol(each), Kind.TRADES) for each in order.symbols
            ]
        return [await _download(place, store, series, span) for series in wanted]


def series_of(place: Place, symbols: Sequence[str], frames: Sequence[str]) -> list[Series]:
    """The candles that were asked for. Raises NotListed, NotOffered or BadValue."""
    known = [place.frame(each) for each in frames]
    return [
        Series(place.venue, symbol, Kind.CANDLES, frame)
        for symbol in map(place.symbol, symbols)
        for frame in known
    ]


async def _download(place: Place, store: MarketStore, series: Series, span: Span) -> Added:
    try:
        return await _downloaded(place, store, series, span)
    except (VenueAway, UnsoundAnswer, AskTimeout):
        say(f"{series} {_reached(store, series)}; the same command goes on from there: {REMEDY}")
        raise


def _reached(store: MarketStore, series: Series) -> str:
    try:
        held = store.held(series)
        last = utc_text(held.last).partition(".")[0]
        return f"has {held.rows} records in the store, the last of {last} UTC"
    except NoMarketData:
        return "is not in the store yet"


async def _downloaded(place: Place, store: MarketStore, series: Series, span: Span) -> Added:
    if series.kind is Kind.TRADES:
        with progress(f"downloading {series}", "ms") as told:
            return await download_trades(place, store, series, span, told)
    with progress(f"downloading {series}", "candles") as told:
        return await download_candles(place, store, series, span, told)


def show(
    store: MarketStore,
    found: Iterable[Added],
    *,
    json: bool,
    more: Mapping[Series, Mapping[str, Any]] = MappingProxyType({}),
) -> int:
    """Print what came of it. more: what a script is told of a series besides."""
    found = tuple(found)
    rows = [_row(store, each) | dict(more.get(each.series, {})) for each in found]
    if json:
        print_json({"store": str(store.root), "series": rows})
        return ExitCode.OK
    drawn = table("series", "came", "added", "known", "in the store", numbers=(1, 2, 3, 4))
    for each, row in zip(found, rows, strict=True):
        counts = (row["rows"], row["added"], row["known"], row["held"])
        drawn.add_row(str(each.series), *map(grouped, counts))
    console().print(drawn)
    return ExitCode.OK


def _row(store: MarketStore, added: Added) -> dict[str, Any]:
    series = added.series
    try:
        held = store.held(series)
    except NoMarketData:
        held = None
    return {
        "venue": series.venue,
        "symbol": str(series.symbol),
        "series": series.name,
        "rows": added.rows,
        "added": added.added,
        "known": added.known,
        "held": 0 if held is None else held.rows,
        "from": None if held is None else held.first,
        "to": None if held is None else held.last,
        "missing": None if held is None else held.missing,
    }
