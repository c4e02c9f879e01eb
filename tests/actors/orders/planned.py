"""Orders with a plan for tests of the rules: an entry, stops and take profits on one market."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from benthic.actors.market import Fees, Fill, Instrument, Kind, Side, Symbol
from benthic.actors.orders import lifecycle
from benthic.actors.orders.factory import Terms
from benthic.actors.orders.graph import Graph
from benthic.actors.orders.groups import GROUP_RULES
from benthic.actors.orders.model import OUT, Order, Status
from benthic.actors.orders.plan import Chain, Group, Plan, Swap
from benthic.actors.orders.reactions import after_step
from benthic.runtime import Millis

NOW = Millis(1_000)
MARKET = Instrument(
    Symbol("BTC", "USDT"),
    Decimal("0.001"),
    Decimal("0.01"),
    Decimal("0.005"),
    Decimal(1),
    Fees(Decimal(0), Decimal("0.001")),
)
TERMS = {"BTC/USDT": Terms.of(MARKET)}
SWAP = Swap("stop_first", Millis(10_000))


def an_order(
    order_id: str,
    kind: Kind = "limit",
    amount: str = "1",
    *,
    side: Side = "sell",
    status: Status = "accepted",
    price: str | None = None,
    filled: str = "0",
    **plan: Any,
) -> Order:
    """One order; numbers of the plan may be given as text."""
    for name in ("stop", "trail", "reference", "forward_took"):
        if isinstance(plan.get(name), str):
            plan[name] = Decimal(plan[name])
    held = Decimal(1) if status in OUT else Decimal(0)
    return Order(
        order_id,
        f"c-{order_id}",
        "BTC/USDT",
        side,
        kind,
        Decimal(amount),
        None if price is None else Decimal(price),
        status,
        "BTC" if side == "sell" else "USDT",
        held,
        Decimal(filled),
        Decimal(0),
        Decimal(0),
        "",
        Millis(0),
        Millis(0),
        plan=Plan(**plan),
    )


def a_group(rule: str = "oco", swap: Swap | None = None) -> Group:
    return Group("g-1", rule, swap)


def a_chain(amount: str = "1", whole: str = "1", **more: Any) -> Chain:
    return Chain("entry", Decimal(amount), Decimal(whole), **more)


def filled(order: Order, amount: str, fee: str = "0", fee_asset: str = "USDT") -> Order:
    """The order once so much more of it has traded."""
    fill = Fill(
        f"t-{order.id}-{order.filled}",
        order.client_id,
        order.symbol,
        order.side,
        order.price or Decimal(100),
        Decimal(amount),
        Decimal(fee),
        fee_asset,
        NOW,
    )
    return lifecycle.filled(order, (fill,), "v-1", NOW)


def stepped(orders: Iterable[Order], before: Order, after: Order) -> dict[str, Order]:
    """All orders by id, once what a step brings about has come about."""
    graph = Graph.of(orders).put(after)
    changed = after_step(graph, before, after, NOW, GROUP_RULES, TERMS)
    return {order.id: order for order in graph.put(*changed)}


def with_plan(order: Order, **change: Any) -> Order:
    assert order.plan is not None
    return replace(order, plan=replace(order.plan, **change))
