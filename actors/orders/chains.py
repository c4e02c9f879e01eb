"""What the fills of an order set free. Pure.

A chained order is set free for as much as its parent has filled, scaled, and grows as more fills;
what is below the venue's minimum waits for more. Nothing that is free is ever made smaller here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from ...runtime import Millis
from ..market.filters import violation
from ..market.instrument import Instrument
from ..market.money import EXACT, ZERO, multiply, subtract
from ..market.precision import ceil_to_step, floor_to_step
from ..market.side import LIMITED, TRIGGERED, Side
from . import revising
from .factory import Terms
from .graph import Graph
from .levels import class_of
from .lifecycle import following
from .model import Order
from .plan import NO_PLAN, Chain

DEPTH: Final = Decimal("0.005")  # of the price: a limit deeper in the market is moved to there


def after_parent(
    graph: Graph, parent: Order, at: Millis, terms: Mapping[str, Terms]
) -> Iterator[Order]:
    """The children of an order that has filled more, or has ended, as far as they change."""
    instrument = terms[parent.symbol].instrument
    for child in graph.children(parent.id):
        if child.is_live:
            after = released(child, parent, instrument, at)
            if after is not child:
                yield after


def after_child(graph: Graph, child: Order, at: Millis) -> Iterator[Order]:
    """The parent of an order that bounded its risk and has filled: no more of it is wanted."""
    chain = None if child.plan is None else child.plan.chain
    if chain is None or child.status != "filled" or class_of(child) != "stop":
        return
    parent = graph.orders.get(chain.parent)
    if parent is not None and parent.is_live:
        after = revising.ended(parent, f"its stop {child.id} has filled", at)
        if after is not parent:
            yield after


def released(child: Order, parent: Order, instrument: Instrument, at: Millis) -> Order:
    """The child after what its parent has filled; the same object where nothing changes."""
    chain = None if child.plan is None else child.plan.chain
    is_over = not parent.is_live
    if chain is None or not child.is_live or (chain.release == "end" and not is_over):
        return child
    amount = amount_for(chain, parent, instrument)
    if child.status != "chained":
        if amount <= revising.target(child)[0]:
            return child
        return revising.edited(child, f"{parent.id} has filled more", at, amount=amount)
    if is_placeable(child, amount, instrument):
        return _free(child, amount, parent, at)
    reason = f"{parent.id} ended with {parent.filled:f} filled: nothing to send for that"
    return revising.ended(child, reason, at) if is_over else child


def amount_for(chain: Chain, parent: Order, instrument: Instrument) -> Decimal:
    """What a child is to trade for what its parent has filled, base currency, on the step."""
    if not parent.filled:
        return ZERO
    scaled = chain.amount
    if parent.filled != chain.whole:
        product = multiply(chain.amount, parent.filled)
        step = multiply(chain.whole, instrument.amount_step)
        scaled = multiply(EXACT.divide_int(product, step), instrument.amount_step)
    if chain.takes_fees and parent.fee_asset == instrument.symbol.base:
        scaled = max(subtract(scaled, parent.fee), ZERO)
    return floor_to_step(scaled, instrument.amount_step)


def is_placeable(child: Order, amount: Decimal, instrument: Instrument) -> bool:
    """Whether the venue would take so much of it."""
    plan = child.plan or NO_PLAN
    worth = child.price or plan.stop or plan.reference
    limit = child.price if child.kind in LIMITED else None
    return worth is not None and violation(instrument, amount, limit, worth) is None


def _free(child: Order, amount: Decimal, parent: Order, at: Millis) -> Order:
    plan = child.plan or NO_PLAN
    waits = plan.trigger is not None or (plan.keeper == "desk" and child.kind in TRIGGERED)
    return replace(
        child,
        amount=amount,
        status=following(child, "hold back" if waits else "free"),
        changed_at=at,
        evidence=f"{parent.id} has filled {parent.filled:f}",
    )


def outdated_limit_price(side: Side, price: Decimal, mark: Decimal, price_step: Decimal) -> Decimal:
    """The limit of a chained order, not deeper in the market than `DEPTH` of the mark price.

    A buy far above the market, or a sell far below it, was meant for another time.
    """
    if side == "buy":
        deepest = multiply(mark, Decimal(1) + DEPTH)
        return price if price <= deepest else floor_to_step(deepest, price_step)
    deepest = multiply(mark, Decimal(1) - DEPTH)
    return price if price >= deepest else ceil_to_step(deepest, price_step)
