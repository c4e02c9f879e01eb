"""What the fills of an order set free. Pure.

A chained order is set free for as much as its parent has filled, scaled, and grows as more fills;
what is below the venue's minimum waits for more. Nothing that is free is ever made smaller here,
and what its group or somebody else has taken off it stays off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from ...runtime import Millis
from ..market.instrument import Instrument
from ..market.money import EXACT, ZERO, add, multiply, subtract
from ..market.precision import ceil_to_step, floor_to_step
from ..market.side import TRIGGERED, Side
from . import revising
from .factory import Terms
from .graph import Graph
from .levels import class_of, is_reached, level_of
from .lifecycle import following
from .model import Order
from .plan import NO_PLAN, Chain
from .shares import is_done, is_placeable, left_of

DEPTH: Final = Decimal("0.005")  # of the price: a limit deeper in the market is moved to there
_FINE: Final = Decimal("1E-9")  # of a step: what shares are reckoned to before they are rounded


def after_parent(
    graph: Graph, before: Order, parent: Order, at: Millis, terms: Mapping[str, Terms]
) -> Iterator[Order]:
    """The children of an order that has filled more, or has ended, as far as they change."""
    instrument = terms[parent.symbol].instrument
    for child in graph.children(parent.id):
        after = released(child, before, parent, instrument, at)
        if after is not child:
            yield after


def after_child(
    graph: Graph, child: Order, at: Millis, terms: Mapping[str, Terms]
) -> Iterator[Order]:
    """What becomes of the fills to come that were for an order which is over, or is to end (G6).

    Another that does the same is for them. Where none is left, or the stop has filled, no more of
    the parent is wanted.
    """
    chain = None if child.plan is None else child.plan.chain
    parent = None if chain is None else graph.orders.get(chain.parent)
    if chain is None or parent is None or parent.side == child.side or is_done(parent):
        return
    heir = next((each for each in graph.children(parent.id) if _inherits(each, child)), None)
    if heir is None or (child.status == "filled" and class_of(child) == "stop"):
        yield revising.ended(parent, f"{child.id} has ended, which was to follow it", at)
        return
    plan, theirs = heir.plan, None if heir.plan is None else heir.plan.chain
    if plan is not None and theirs is not None:
        whole = add(theirs.amount, chain.amount)
        amount = heir.amount
        if heir.status == "chained":  # of what has filled by now it gets no more than its own
            passed = _on_step(chain, parent, terms[child.symbol].instrument)
            amount = add(amount, subtract(chain.amount, passed))
        yield replace(heir, amount=amount, plan=replace(plan, chain=replace(theirs, amount=whole)))


def _inherits(mate: Order, child: Order) -> bool:
    """Whether an order may be for what another would have been for."""
    is_another = mate.id != child.id and class_of(mate) == class_of(child)
    return (
        is_another and mate.side == child.side and (mate.status == "chained" or left_of(mate) > 0)
    )


def released(
    child: Order, before: Order, parent: Order, instrument: Instrument, at: Millis
) -> Order:
    """The child after a step of its parent; the same object where nothing changes."""
    chain = None if child.plan is None else child.plan.chain
    if chain is None or not child.is_live:
        return child
    if child.status == "chained" and chain.takes_fees and _forgets(before, parent, instrument):
        child = revising.lessened(child, max(before.fee, ZERO), "a fee that was paid", at)
    if chain.release == "end" and parent.is_live:
        return child
    if child.status != "chained":
        more = _growth(chain, before, parent, instrument)
        reason = f"{parent.id} has filled {parent.filled:f}"
        return revising.enlarged(child, more, reason, at) if more > ZERO else child
    taken = subtract(chain.amount, child.amount)  # by its group, before it was free
    amount = max(subtract(amount_for(chain, parent, instrument), taken), ZERO)
    amount = floor_to_step(amount, instrument.amount_step)
    if is_placeable(child, amount, instrument):
        free = _free(child, amount, parent, at)
        mark = _mark(before, parent, instrument)
        return free if mark is None else at_mark(free, mark, instrument)
    if parent.is_live:
        return child
    reason = f"{parent.id} ended with {parent.filled:f} filled: nothing to send for that"
    return revising.ended(child, reason, at)


def amount_for(chain: Chain, parent: Order, instrument: Instrument) -> Decimal:
    """What a child is to trade for what its parent has filled, base currency, on the step."""
    scaled = _scaled(chain, parent, instrument)
    if chain.takes_fees and parent.fee_asset == instrument.symbol.base:
        scaled = max(subtract(scaled, max(parent.fee, ZERO)), ZERO)
    return floor_to_step(scaled, instrument.amount_step)


def _growth(chain: Chain, before: Order, parent: Order, instrument: Instrument) -> Decimal:
    """What a step of the parent adds for a child that is free, fees in another asset or not."""
    if chain.release == "end" and before.is_live:
        return ZERO
    reckon = _on_step if _forgets(before, parent, instrument) else amount_for
    return subtract(reckon(chain, parent, instrument), reckon(chain, before, instrument))


def _forgets(before: Order, parent: Order, instrument: Instrument) -> bool:
    """Whether an order has paid fees in base currency that it tells of no more."""
    return before.fee_asset == instrument.symbol.base != parent.fee_asset


def _on_step(chain: Chain, parent: Order, instrument: Instrument) -> Decimal:
    return floor_to_step(_scaled(chain, parent, instrument), instrument.amount_step)


def _scaled(chain: Chain, parent: Order, instrument: Instrument) -> Decimal:
    """The share of a child in what its parent has filled, down to far below the step."""
    if parent.filled == chain.whole:
        return chain.amount
    fine = multiply(instrument.amount_step, _FINE)
    product = multiply(chain.amount, parent.filled)
    return multiply(EXACT.divide_int(product, multiply(chain.whole, fine)), fine)


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


def _mark(before: Order, parent: Order, instrument: Instrument) -> Decimal | None:
    """What the asset trades at, as far as a step of the parent tells: at what it has just filled.

    Down to the step; None: nothing has filled in this step.
    """
    filled = subtract(parent.filled, before.filled)
    if filled <= ZERO:
        return None
    step = instrument.price_step
    steps = EXACT.divide_int(subtract(parent.cost, before.cost), multiply(filled, step))
    return multiply(steps, step)


def at_mark(order: Order, mark: Decimal, instrument: Instrument) -> Order:
    """A chained order that is due, as it is sent while the asset trades at `mark`.

    One whose own trigger price was passed already goes at market: the venue would not take it. A
    limit too deep in the market is pulled back.
    """
    plan = order.plan
    if plan is None or plan.chain is None or order.status != "due":
        return order
    if order.kind in TRIGGERED:
        is_passed = (
            plan.keeper == "venue"
            and plan.stop is not None
            and is_reached(mark, *level_of(order.side, order.kind, plan.stop))
        )
        forced = replace(plan, forced="market", reference=mark)
        return replace(order, plan=forced) if is_passed else order
    if order.price is None:
        return order
    price = outdated_limit_price(order.side, order.price, mark, instrument.price_step)
    return order if price == order.price else replace(order, price=price)


def outdated_limit_price(side: Side, price: Decimal, mark: Decimal, price_step: Decimal) -> Decimal:
    """The limit of a chained order, not deeper in the market than `DEPTH` of the mark price.

    A buy far above the market, or a sell far below it, was meant for another time. It is moved to
    the step on the safe side: never deeper than that share.
    """
    if side == "buy":
        deepest = multiply(mark, Decimal(1) + DEPTH)
        return price if price <= deepest else floor_to_step(deepest, price_step)
    deepest = multiply(mark, Decimal(1) - DEPTH)
    return price if price >= deepest else ceil_to_step(deepest, price_step)
