"""`benthic data`, from its options to its exit codes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, Parameter

from ..places import a_path
from .options import USUAL_OF, USUAL_WHERE, Json, Of, Where
from .venue_options import USUAL_AT, USUAL_STREAMS, At, Past, Streams

command: Final = App(name="data")


@command.command(name="import")
def import_(
    files: Annotated[list[str], Parameter(help="The files, of any format that is read.")],
    /,
    *,
    venue: Annotated[str, Parameter(help="Where it was recorded, such as binance.")],
    prefer: Annotated[
        Literal["new", "old"] | None,
        Parameter(help="Which holds where a file contradicts the store; without it neither."),
    ] = None,
    json: Json = False,
    of: Of = USUAL_OF,
    where: Where = USUAL_WHERE,
) -> int:
    """Take files of market data into the store. The same file twice adds nothing."""
    from ...storage.marketdata import Prefer
    from .importing import import_files, import_now

    how = import_now(venue, of.asked(), Prefer(prefer or "neither"))
    return import_files(where.open(), files, how, json=json)


@command.command
def download(
    venue: Annotated[str, Parameter(help="ccxt's name of it, such as binance or binanceusdm.")],
    symbols: Annotated[
        list[str], Parameter(help="Its markets: BTC/USDT; of contracts BTC/USDT:USDT.")
    ],
    /,
    *,
    past: Past,
    json: Json = False,
    at: At = USUAL_AT,
    where: Where = USUAL_WHERE,
) -> int:
    """Download candles and trades of a venue's past into the store. No key is needed.

    What the store has already is not asked for again: what was ended in the middle goes on there.
    """
    import trio

    from ...storage.marketdata import Prefer
    from .fetching import Order, show
    from .fetching import download as run
    from .venue_options import moment
    from .venues import settings_for

    order = Order(
        settings=settings_for(venue, *at.addresses()),
        symbols=tuple(dict.fromkeys(symbols)),
        frames=past.asked_frames,
        has_trades=past.trades,
        since=moment(past.since, option="--since"),
        until=None if past.until is None else moment(past.until, option="--until"),
        prefer=Prefer(past.prefer or "neither"),
    )
    store = where.open()
    return show(store, trio.run(run, order, store), json=json)


@command.command
def record(
    venue: Annotated[str, Parameter(help="ccxt's name of it, such as binance or binanceusdm.")],
    symbols: Annotated[
        list[str], Parameter(help="Its markets: BTC/USDT; of contracts BTC/USDT:USDT.")
    ],
    /,
    *,
    streams: Streams = USUAL_STREAMS,
    json: Json = False,
    at: At = USUAL_AT,
    where: Where = USUAL_WHERE,
) -> int:
    """Write what a venue's market does into the store, as it happens. No key is needed.

    It ends with the time of --for, Ctrl-C or SIGTERM, and has then written all that it heard.
    """
    import trio

    from .fetching import show
    from .recording import Plan, topics_of
    from .recording import record as run
    from .venue_options import duration, listed
    from .venues import settings_for

    plan = Plan(
        settings=settings_for(venue, *at.addresses()),
        symbols=tuple(dict.fromkeys(symbols)),
        topics=topics_of(listed(streams.topics, option="--topics")),
        frames=listed(streams.frames, option="--frames"),
        depth=streams.depth,
        length=None if streams.duration is None else duration(streams.duration, option="--for"),
    )
    store = where.open()
    found = trio.run(run, plan, store)
    return show(store, found.sums.values(), json=json, more=found.more)


@command.command(name="list")
def list_(*, json: Json = False, where: Where = USUAL_WHERE) -> int:
    """Show what the store has of each series: from, to, rows, and how many are missing."""
    from .listing import list_series

    return list_series(where.open(), json=json)


@command.command
def check(
    paths: Annotated[
        list[str] | None, Parameter(help="Files and series of the store; without any, all of it.")
    ] = None,
    /,
    *,
    json: Json = False,
    of: Of = USUAL_OF,
    where: Where = USUAL_WHERE,
) -> int:
    """Look for gaps, duplicates, disorder, impossible candles and contradictions.

    Ends with 1 where something is wrong.
    """
    from .checking import check as look

    return look(paths or (), of.asked(), where, json=json)


@command.command
def convert(
    source: Annotated[str, Parameter(help="A file, or store:VENUE/PAIR/FRAME.")],
    out: Annotated[
        Path,
        Parameter(
            help="The file to write: .csv, .feather, .parquet, .json or .json.gz.", converter=a_path
        ),
    ],
    /,
    *,
    json: Json = False,
    of: Of = USUAL_OF,
    where: Where = USUAL_WHERE,
) -> int:
    """Write candles or trades in another format."""
    from .converting import convert as write

    return write(source, out, of.asked(), where, json=json)


@command.command
def resample(
    source: Annotated[str, Parameter(help="A file, or store:VENUE/PAIR/FRAME.")],
    /,
    *,
    to: Annotated[str, Parameter(help="The higher frames, with commas between: 5m,1h.")],
    out: Annotated[
        Path | None,
        Parameter(help="A file for them; without it they go into the store.", converter=a_path),
    ] = None,
    partial: Annotated[bool, Parameter(help="Keep candles that lack some of the lower.")] = False,
    json: Json = False,
    of: Of = USUAL_OF,
    where: Where = USUAL_WHERE,
) -> int:
    """Make candles of higher frames."""
    from ...actors.market.timeframe import TimeFrame
    from .converting import Target, resample_to

    frames = tuple(TimeFrame.parse(text.strip(), place="--to") for text in to.split(","))
    return resample_to(source, Target(frames, out, partial), of.asked(), where, json=json)
