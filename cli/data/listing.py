"""`benthic data list`: what the store has."""

from __future__ import annotations

import sys
from typing import Any

from ...actors.exchange.tape.spacing import utc_text
from ...storage.marketdata import Held, MarketStore, NoMarketData
from ..exits import ExitCode
from ..output import console, grouped, print_json, table


def list_series(store: MarketStore, *, json: bool) -> int:
    """Print what the store has of each series. Raises NoMarketData where there is no store."""
    require(store)
    held = [store.held(series) for series in store.series()]
    if json:
        print_json({"store": str(store.root), "series": [_as_json(each) for each in held]})
    elif held:
        _print(held)
    else:
        sys.stdout.write("nothing was imported yet\n")
    return ExitCode.OK


def require(store: MarketStore) -> None:
    """Raises NoMarketData where there is no store."""
    if not store.exists:
        remedy = "`benthic data import` makes it; --store or BENTHIC_DATA says where it is"
        raise NoMarketData(store.root, f"there is no store of market data here; {remedy}")


def _as_json(held: Held) -> dict[str, Any]:
    series = held.series
    return {
        "venue": series.venue,
        "symbol": str(series.symbol),
        "series": series.name,
        "kind": series.kind.value,
        "frame": None if series.frame is None else str(series.frame),
        "from": held.first,
        "to": held.last,
        "rows": held.rows,
        "gaps": held.gaps,
        "missing": held.missing,
    }


def _print(held: list[Held]) -> None:
    columns = ("venue", "symbol", "series", "from, UTC", "to, UTC", "rows", "gaps", "missing")
    drawn = table(*columns, numbers=(5, 6, 7))
    for each in held:
        series = each.series
        lacking = ("-" if count is None else grouped(count) for count in (each.gaps, each.missing))
        times = (utc_text(at).partition(".")[0] for at in (each.first, each.last))
        names = (series.venue, str(series.symbol), series.name)
        drawn.add_row(*names, *times, grouped(each.rows), *lacking)
    console().print(drawn)
