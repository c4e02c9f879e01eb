"""The live view of a venue on a terminal: markets, open orders, connections, faults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ...actors.matching.values import Family, Order
from ...scenarios.venue.faults.log import Fired
from ...scenarios.venue.market.recorder import text
from ...scenarios.venue.serving import Served
from ...scenarios.venue.venue import Venue
from ..output import console, grouped, table
from .house import ACCOUNT, family_name
from .telling import Address, Lines, Teller, said_of
from .watch import Watch

LEVELS: Final = 3  # of each side of a book
MARKETS: Final = 12  # that fit on a screen
ORDERS: Final = 8
FAULTS: Final = 6
LATE: Final = 1_000  # ms from which on the venue says that it is


@contextmanager
def live_view(lines: Lines, served: Served, watch: Watch) -> Iterator[Teller]:
    """A view that is drawn again and again; below it stays what `lines` says at both ends."""
    with Live(console=console(), auto_refresh=False, transient=True) as live:
        yield View(lines, live, served, watch)


class View:
    """Draws the venue as it is."""

    pause = 0.25

    def __init__(self, lines: Lines, live: Live, served: Served, watch: Watch) -> None:
        self._lines = lines
        self._live = live
        self._served = served
        self._watch = watch

    def opened(self, address: Address) -> None:
        self._lines.opened(address)

    def look(self) -> None:
        self._live.update(drawn(self._served, self._watch), refresh=True)

    def closed(self) -> None:
        self._live.update(Text(""), refresh=True)
        self._lines.closed()


def drawn(served: Served, watch: Watch) -> Group:
    """Everything at once."""
    venue = served.venue
    return Group(
        Text(_state(served, watch)),
        _markets(venue),
        _orders(venue),
        Text("\n".join(said_of(entry) for entry in _last_faults(served)) or "no fault has fired"),
    )


def _state(served: Served, watch: Watch) -> str:
    """Time, connections and requests, on one line."""
    venue = served.venue
    when = datetime.fromtimestamp(venue.now / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    weights = ", ".join(f"/{name} {weight:,}" for name, weight in sorted(watch.weights.items()))
    late = served.driver.behind
    parts = [
        f"{when} UTC at speed {served.driver.speed:g}",
        f"{len(served.wire.open):,} connections",
        f"{sum(len(hub) for hub in venue.hubs.values()):,} stream clients",
        f"{watch.requests:,} requests, {watch.refused:,} refused",
        f"weight used: {weights or 'none'}",
    ]
    if late > LATE * served.driver.speed:
        parts.append(f"{late / 1000:,.0f} s late: this machine is too slow for the speed")
    return "; ".join(parts)


def _markets(venue: Venue) -> Table:
    shown = table("market", "bids", "last", "asks", "24 h", "trades", numbers=(2, 4, 5))
    listed: list[tuple[Family, str]] = [
        (family, symbol) for family in venue.engines for symbol in venue.engines[family].markets
    ]
    for family, symbol in listed[:MARKETS]:
        shown.add_row(*_market(venue, family, symbol))
    if len(listed) > MARKETS:
        shown.add_row(f"and {len(listed) - MARKETS} more")
    return shown


def _market(venue: Venue, family: Family, symbol: str) -> tuple[str, ...]:
    engine, data = venue.engines[family], venue.feeds[family][symbol]
    market = data.market
    bids, asks = engine.depth(symbol, LEVELS)
    ticker = data.ticker()
    last = engine.last(symbol)
    change = "-"
    if ticker is not None and ticker.open:
        change = f"{100 * ticker.change / ticker.open:+.2f} %"

    def side(levels: list[tuple[int, int]]) -> str:
        return "\n".join(
            f"{text(price, market.price_digits)} × {text(amount, market.amount_digits)}"
            for price, amount in levels
        )

    return (
        f"{family_name(family)} {symbol}",
        side(bids),
        "-" if last is None else text(last, market.price_digits),
        side(asks),
        change,
        "-" if ticker is None else grouped(ticker.trades),
    )


def _orders(venue: Venue) -> Table | Text:
    shown = table("open order", "market", "side", "kind", "amount", "price", numbers=(4, 5))
    account = venue.account(ACCOUNT)
    found: list[tuple[Family, Order]] = [
        (family, order)
        for family, engine in venue.engines.items()
        for order in engine.open_orders(account)
    ]
    for family, order in found[-ORDERS:]:
        request = order.request
        market = venue.engines[family].markets[request.symbol]
        shown.add_row(
            order.client_id or str(order.id),
            f"{family_name(family)} {request.symbol}",
            request.side,
            request.kind,
            f"{text(order.filled, market.amount_digits)} of "
            f"{text(order.amount, market.amount_digits)}",
            text(order.price, market.price_digits) if order.price else "-",
        )
    return shown if found else Text("no open order")


def _last_faults(served: Served) -> list[Fired]:
    log = served.faults.log
    return log.entries(after=max(log.total - FAULTS, 0))
