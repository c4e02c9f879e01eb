"""A restart as a desk makes it, up to where it would ask its venue."""

from __future__ import annotations

from functools import partial
from time import perf_counter

import msgspec
import trio

from ..actors.orders.journal import Load
from ..actors.orders.model import HELD
from ..actors.orders.register import OrderRegister
from ..actors.portfolio.ledger import Portfolio
from ..actors.portfolio.messages import Open
from ..actors.portfolio.model import Reservation
from ..runtime import Actor, Ask, Child, LiveClock, Supervisor, System, on
from ..storage.order_store import OrderStore
from ..storage.store import Store


class _ComeBack(msgspec.Struct, Ask[float], frozen=True):
    """Load the account and be ready to reconcile; how many seconds it took."""


class _Returning(Actor):
    """Does what the desk's clerk does at its start."""

    @on(_ComeBack)
    async def come_back(self, _: _ComeBack) -> float:
        began = perf_counter()
        snapshot = await self.ask(self.lookup("store"), Load("main"))
        register = OrderRegister(snapshot.orders, snapshot.trades, snapshot.ended)
        held = tuple(
            Reservation(order.id, order.held_asset, order.held)
            for order in snapshot.orders
            if order.status not in HELD
        )
        await self.ask(self.lookup("portfolio"), Open(snapshot.balances, held))
        if len(register.live) != len(snapshot.orders):
            raise AssertionError(f"{len(register.live)} of {len(snapshot.orders)} orders are known")
        return perf_counter() - began


def time_restart(store: OrderStore) -> float:
    """Seconds that an account with its orders takes to come back from an open store."""
    children = (
        Child("store", partial(Store, store)),
        Child("portfolio", Portfolio),
        Child("desk", _Returning),
    )
    system = System(Supervisor("bot", children), clock=LiveClock(), seed=0)

    async def run() -> float:
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            seconds: float = await system.lookup("/bot/desk").ask(_ComeBack(), timeout=60_000)
            await system.stop()
        return seconds

    return trio.run(run)
