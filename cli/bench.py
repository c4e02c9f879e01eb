"""`benthic bench`: figures of this machine, ours beside another's, each with its bar."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

import attrs
from cyclopts import App, Parameter

from ..benchmarks.measurement import Measurement
from .exits import ExitCode
from .output import console, print_json, table
from .progress import progress

THOUSAND: Final = 1_000

Json = Annotated[bool, Parameter(help="Print one JSON object for each measurement.")]

command: Final = App(name="bench")


@command.command
def runtime(*, json: Json = False) -> int:
    """Messages, idle actors and restarts, beside trio's own channels and nurseries."""
    from ..benchmarks.runtime import measure

    return _show("runtime", measure(), json=json)


@command.command
def backtest(
    *,
    peer: Annotated[
        Literal["backtesting", "loop"],
        Parameter(help="Beside backtesting.py (extra bench), or a plain loop over the closes."),
    ] = "loop",
    json: Json = False,
) -> int:
    """The common backtest: bars per second and memory, fills and equity checked."""
    from ..benchmarks.backtest import measure

    with progress(f"ours and {peer}", "runs") as watch:
        return _show("backtest", measure(peer=peer, watch=watch), json=json)


@command.command
def store(*, json: Json = False) -> int:
    """Commits, reload and restart of the order store, beside plain LMDB."""
    from ..benchmarks.store import measure

    return _show("store", measure(), json=json)


@command.command
def matching(
    *,
    python: Annotated[
        Path | None,
        Parameter(help="A Python that has NautilusTrader; without it, this one if it has."),
    ] = None,
    json: Json = False,
) -> int:
    """Order events per second, beside NautilusTrader (extra nautilus) and a sorted list."""
    from ..benchmarks.matching import measure

    with progress("ours and the others", "runs") as watch:
        return _show("matching", measure(python=python, watch=watch), json=json)


@command.command
def venue(*, json: Json = False) -> int:
    """The simulated exchange: a day of its time, and orders over loopback beside a bare echo."""
    from ..benchmarks.venue import measure

    return _show("venue", measure(), json=json)


@command.command
def ccxt(*, json: Json = False) -> int:
    """CPU for each REST request and WebSocket frame, beside ccxt as it is on asyncio."""
    from ..benchmarks.ccxt import measure

    with progress("ours and ccxt", "runs"):
        return _show("ccxt", measure(), json=json)


@command.command
def footprint(*, json: Json = False) -> int:
    """Memory of a bot of binance that runs, beside `import ccxt.pro` and one of its exchanges."""
    from ..benchmarks.footprint import measure

    with progress("the bot and ccxt.pro", "runs"):
        return _show("footprint", measure(), json=json)


@command.command
def feeds(*, json: Json = False) -> int:
    """Depth diffs into a book beside ccxt's own, and 100,000 armed prices beside a scan."""
    from ..benchmarks.feeds import measure

    with progress("ours and the others", "runs") as watch:
        return _show("feeds", measure(watch=watch), json=json)


@command.command
def data(*, json: Json = False) -> int:
    """Market data: from a file to subscribers, beside numpy; many series merged from disk."""
    from ..benchmarks.marketdata import measure

    with progress("ours and the others", "runs") as watch:
        return _show("data", measure(watch=watch), json=json)


def _show(name: str, measurements: Iterator[Measurement], *, json: bool) -> int:
    """Print what is measured; in JSON as soon as it is."""
    missed = False
    rows: list[Measurement] = []
    for each in measurements:
        missed = missed or not each.ok
        if json:
            print_json(attrs.asdict(each))
        else:
            rows.append(each)
    if not json:
        console().print(_drawn(name, rows))
    return ExitCode.DIFFERS if missed else ExitCode.OK


def _drawn(name: str, rows: list[Measurement]) -> object:
    drawn = table(
        *("measurement", "ours", "other", "unit", "ratio", "bar", ""),
        title=f"bench {name}",
        numbers=(1, 2, 4, 5),
    )
    for row in rows:
        drawn.add_row(
            row.name,
            _number(row.ours),
            _number(row.other),
            row.unit,
            f"{row.ratio:.2f}",
            "-" if row.bar is None else f"{row.bar:.2f}",
            "ok" if row.ok else "MISSED",
        )
    return drawn


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= THOUSAND else f"{value:.4g}"
