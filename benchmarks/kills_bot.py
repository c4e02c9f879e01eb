"""The process that is killed: a live bot with its orders on disk, and clients who never stop.

`python -m benthic.benchmarks.kills_bot FOLDER SEED`. Two exchanges share one store; at each a real
desk and portfolio trade with the simulated venue through the real connector. What reaches a venue
is written down before it arrives there, so that a venue survives the process as a real one would,
and the desk of the next process reconciles with it.

It says `ready` and whether desk, portfolio and journal agree; then `ack`, the account, the id of an
order and how it stands, once its client has the answer, for as long as it lives.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import msgspec
import numpy as np
import trio

from ..actors.exchange.messages import (
    Accepted,
    Cancel,
    Cancelled,
    FetchFills,
    FetchHoldings,
    FetchOpenOrders,
    Fill,
    GetLine,
    Line,
    OrderReport,
    Query,
    Submit,
)
from ..actors.exchange.simulated import SimulatedConnector
from ..actors.exchange.tape.columns import Columns
from ..actors.exchange.tape.tape import Tape
from ..actors.market.errors import OrderRejected
from ..actors.market.fees import Fees
from ..actors.market.holding import Holding
from ..actors.market.instrument import Instrument
from ..actors.market.side import Side
from ..actors.market.symbol import Symbol
from ..actors.market.timeframe import TimeFrame
from ..actors.matching.venue import SimulatedVenue
from ..actors.orders.desk import OrderDesk
from ..actors.orders.journal import Commit, GetDigest, digest
from ..actors.orders.messages import CancelOrder, ListOpenOrders, NotReconciled, PlaceOrder
from ..actors.orders.model import Order
from ..actors.portfolio.ledger import Portfolio
from ..actors.portfolio.messages import GetBalances
from ..runtime import (
    Actor,
    AskError,
    Child,
    LiveClock,
    Millis,
    Refusal,
    Strategy,
    Supervisor,
    System,
    on,
)
from ..storage.opening import open_store
from ..storage.order_store import OrderStore
from ..storage.store import Store

EXCHANGES: Final = ("one", "two")
CLIENTS: Final = 3  # at each
PRICE: Final = Decimal(40_000)  # USDT; it never moves, so that a venue can be rebuilt from its log
DEPOSITS: Final = (("USDT", Decimal(100_000_000)), ("BTC", Decimal(1_000)))

INSTRUMENT: Final = Instrument(
    Symbol.parse("BTC/USDT"),
    Decimal("0.00001"),
    Decimal("0.01"),
    Decimal("0.00001"),
    Decimal(5),
    Fees(Decimal("0.001"), Decimal("0.001")),
)
CANCELS: Final = 0.4  # how often a client with a resting order cancels instead of placing
MARKET: Final = 0.5  # how often an order is one
_CANDLES: Final = 240  # minutes, half of them to come


class Arrival(msgspec.Struct, frozen=True, omit_defaults=True):
    """What reached a venue, and when; exactly one of both."""

    at: Millis
    submit: Submit | None = None
    cancel: Cancel | None = None


class Way(Actor):
    """The way to a connector: writes down what arrives, then hands it on.

    log: descriptor of a file that is appended to. connector: its path.
    """

    def __init__(self, log: int, connector: str) -> None:
        self._log = log
        self._connector = connector

    @on(Submit)
    async def submit(self, message: Submit) -> Accepted:
        self._write(Arrival(self.now, submit=message))
        return await self.ask(self.lookup(self._connector), message)

    @on(Cancel)
    async def cancel(self, message: Cancel) -> Cancelled:
        self._write(Arrival(self.now, cancel=message))
        return await self.ask(self.lookup(self._connector), message)

    @on(Query)
    async def query(self, message: Query) -> OrderReport | None:
        return await self.ask(self.lookup(self._connector), message)

    @on(GetLine)
    async def line(self, message: GetLine) -> Line:
        return await self.ask(self.lookup(self._connector), message)

    @on(FetchOpenOrders)
    async def open_orders(self, message: FetchOpenOrders) -> tuple[OrderReport, ...]:
        return await self.ask(self.lookup(self._connector), message)

    @on(FetchFills)
    async def fills(self, message: FetchFills) -> tuple[Fill, ...]:
        return await self.ask(self.lookup(self._connector), message)

    @on(FetchHoldings)
    async def holdings(self, message: FetchHoldings) -> tuple[Holding, ...]:
        return await self.ask(self.lookup(self._connector), message)

    def _write(self, arrival: Arrival) -> None:
        os.write(self._log, msgspec.json.encode(arrival) + b"\n")


def venue_log(folder: Path, exchange: str) -> Path:
    """Where what reaches a venue is written down."""
    return folder / f"venue-{exchange}"


def arrivals(folder: Path, exchange: str) -> Iterator[Arrival]:
    """What has reached a venue so far."""
    file = venue_log(folder, exchange)
    for line in file.read_bytes().splitlines() if file.exists() else ():
        yield msgspec.json.decode(line, type=Arrival)


def _venue(folder: Path, exchange: str) -> SimulatedVenue:
    venue = SimulatedVenue([INSTRUMENT])
    for arrival in arrivals(folder, exchange):
        try:
            if arrival.submit is not None:
                venue.submit(arrival.submit, float(PRICE), arrival.at)
            elif arrival.cancel is not None:
                venue.cancel(arrival.cancel.client_id, arrival.cancel.symbol, arrival.at)
        except OrderRejected:
            continue  # it said no then, too
    return venue


def _tape(now: Millis) -> Tape:
    frame = TimeFrame.parse("1m")
    start = frame.open_of(now) - _CANDLES // 2 * frame.length
    times = start + np.arange(_CANDLES, dtype=np.int64) * frame.length
    flat = np.full(_CANDLES, float(PRICE))
    return Tape("BTC/USDT", frame, Columns(times, flat, flat, flat, flat, flat))


def _exchange(folder: Path, name: str, tape: Tape) -> Supervisor:
    here = f"/bot/{name}"
    venue = _venue(folder, name)
    log = os.open(venue_log(folder, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def desk() -> OrderDesk:
        return OrderDesk(
            name,
            [INSTRUMENT],
            connector=f"{here}/line",
            portfolio=f"{here}/account/portfolio",
            journal="/bot/store",
        )

    portfolio = Child("portfolio", partial(Portfolio, DEPOSITS))
    account = Supervisor("account", [portfolio, Child("desk", desk)], strategy=Strategy.ONE_FOR_ALL)
    connector = Child("connector", partial(SimulatedConnector, venue, [tape]))
    line = Child("line", partial(Way, log, f"{here}/connector"))
    return Supervisor(name, [connector, line, account], strategy=Strategy.REST_FOR_ONE)


async def _agree(system: System, exchange: str) -> bool:
    """Whether desk and portfolio hold what the journal adds up to (P1)."""
    orders = await system.lookup(f"/bot/{exchange}/account/desk").ask(ListOpenOrders())
    balances = await system.lookup(f"/bot/{exchange}/account/portfolio").ask(GetBalances())
    journal = await system.lookup("/bot/store").ask(GetDigest(exchange))
    return digest(exchange, [Commit(exchange, orders, (), (), balances)]).state == journal.state


async def _trade(system: System, exchange: str, chance: Random) -> None:
    """One client: place and cancel until the process ends."""
    desk = system.lookup(f"/bot/{exchange}/account/desk")
    resting: list[str] = []
    while True:
        try:
            if resting and chance.random() < CANCELS:
                order = await desk.ask(CancelOrder(resting.pop(0)))
            else:
                order = await desk.ask(_wanted(chance))
                if order.is_live:
                    resting.append(order.id)
        except NotReconciled:
            await trio.sleep(0.005)
        except (Refusal, AskError) as error:
            _say(f"error {exchange} {type(error).__name__} {error}")
            await trio.sleep(0.005)
        else:
            _say(_ack(exchange, order))


def _wanted(chance: Random) -> PlaceOrder:
    side: Side = chance.choice(("buy", "sell"))
    amount = Decimal(chance.randrange(20, 2_000)).scaleb(-5)
    if chance.random() < MARKET:
        return PlaceOrder("BTC/USDT", side, "market", amount, reference=PRICE)
    away = Decimal("0.9") if side == "buy" else Decimal("1.1")
    return PlaceOrder("BTC/USDT", side, "limit", amount, PRICE * away)


def _ack(exchange: str, order: Order) -> str:
    return f"ack {exchange} {order.id} {order.status} {order.filled}"


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())  # unbuffered: a kill leaves no answer in a buffer


async def _run(system: System, seed: str) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        agree = [await _agree(system, exchange) for exchange in EXCHANGES]
        _say(f"ready {'agree' if all(agree) else 'differ'}")
        for exchange in EXCHANGES:
            for client in range(CLIENTS):
                chance = Random(f"{seed}/{exchange}/{client}")  # noqa: S311 - seeded
                nursery.start_soon(_trade, system, exchange, chance)


def _bot(folder: Path, store: OrderStore) -> Supervisor:
    tape = _tape(LiveClock().now())
    exchanges = [_exchange(folder, name, tape) for name in EXCHANGES]
    return Supervisor("bot", [Child("store", partial(Store, store)), *exchanges])


def main(folder: str, seed: str) -> None:
    """Trade until killed."""
    with open_store(Path(folder) / "store") as store:
        trio.run(_run, System(_bot(Path(folder), store), clock=LiveClock()), seed)


if __name__ == "__main__":
    main(*sys.argv[1:])
