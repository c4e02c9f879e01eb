"""Changing an order that is not over. Pure: the order afterwards, or with what it shall become.

What the venue has not got is changed at once. Of what it has, or may have, the change is kept as a
wish: it is durable before the venue is asked to take the order off its book, and comes true in
`lifecycle.withdrawn` on the venue's word that it has. Until then the order is as it was, so that no
fill is hidden by an edit.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec.structs import replace

from ...runtime import Millis
from ..market.money import ZERO, add, subtract
from .lifecycle import cancelled, following
from .model import HELD, OUT, Order
from .plan import NO_PLAN, Revision


def ended(order: Order, reason: str, at: Millis) -> Order:
    """The order once it is to be cancelled; the same object where it is over or ends anyway."""
    if order.status in HELD:
        return cancelled(order, reason, at)
    return _wished(order, "end", *_target(order), reason)


def held_back(order: Order, reason: str, at: Millis) -> Order:
    """The order once it is to wait here, and not to rest at the venue."""
    if order.status == "due":
        status = following(order, "hold back")
        return replace(order, status=status, changed_at=at, evidence=reason)
    if order.status in HELD:
        return order
    wish = order.wish
    amount, price, stop = _target(order) if wish is None else (wish.amount, wish.price, wish.stop)
    return _wished(order, "hold", amount, price, stop, reason)


def sent_again(order: Order, reason: str) -> Order:
    """The order once it is to rest at the venue after all, where it was to wait here."""
    wish = order.wish
    if wish is None or wish.then != "hold":
        return order
    return _wished(order, "send", wish.amount, wish.price, wish.stop, reason)


def edited(
    order: Order,
    reason: str,
    at: Millis,
    *,
    amount: Decimal | None = None,
    price: Decimal | None = None,
    stop: Decimal | None = None,
) -> Order:
    """The order once it is to be of another amount, price or trigger price; None: as it is to be.

    amount: in all, with what has filled. An amount at or below that ends the order.
    """
    was = _target(order)
    wanted = (
        was[0] if amount is None else amount,
        was[1] if price is None else price,
        was[2] if stop is None else stop,
    )
    if wanted == was:
        return order
    if wanted[0] <= order.filled:
        return ended(order, reason, at)
    if wanted[0] > was[0]:
        order = _owing_no_more(order, max(subtract(was[0], order.filled), ZERO))
    if order.status in HELD:
        plan = replace(NO_PLAN if order.plan is None else order.plan, stop=wanted[2])
        if order.status == "chained" and plan.chain is not None:  # it is for so much in the end
            whole = add(plan.chain.amount, subtract(wanted[0], was[0]))
            plan = replace(plan, chain=replace(plan.chain, amount=whole))
        return replace(
            order, amount=wanted[0], price=wanted[1], plan=plan, changed_at=at, evidence=reason
        )
    wish = order.wish
    then = "send" if wish is None else wish.then
    return _wished(order, then, *wanted, reason)


def lessened(order: Order, by: Decimal, reason: str, at: Millis) -> Order:
    """The order once it is to trade less, since another has traded in its place.

    by: base currency, >= 0. Of one that is still chained it comes off what its parent sets free.
    """
    amount = subtract(_target(order)[0], by)
    if order.status != "chained":
        return edited(order, reason, at, amount=amount)
    if amount <= ZERO:
        return ended(order, reason, at)
    return order if not by else replace(order, amount=amount, changed_at=at, evidence=reason)


def enlarged(order: Order, by: Decimal, reason: str, at: Millis) -> Order:
    """The order once it is to trade more. by: base currency, >= 0.

    What it has filled beyond what it was made smaller to is owed, and comes off that first.
    """
    return edited(order, reason, at, amount=add(_target(order)[0], by))


def _owing_no_more(order: Order, left: Decimal) -> Order:
    """An order that is to grow: of what it took from others it owes what it had left at most."""
    plan = order.plan
    if plan is None or plan.forward_took <= left:
        return order
    return replace(order, plan=replace(plan, forward_took=left))


def target(order: Order) -> tuple[Decimal, Decimal | None, Decimal | None]:
    """Amount, price and trigger price that the order has, or shall have."""
    return _target(order)


def _target(order: Order) -> tuple[Decimal, Decimal | None, Decimal | None]:
    wish = order.wish
    if wish is not None and order.status in OUT:
        return wish.amount, wish.price, wish.stop
    return order.amount, order.price, _stop(order)


def _stop(order: Order) -> Decimal | None:
    return None if order.plan is None else order.plan.stop


def _wished(
    order: Order,
    then: Literal["send", "hold", "end"],
    amount: Decimal,
    price: Decimal | None,
    stop: Decimal | None,
    reason: str,
) -> Order:
    wish = order.wish
    if order.status not in OUT or (wish is not None and wish.then == "end"):
        return order  # nothing brings back what is to end
    revision = Revision(then, amount, price, stop, reason)
    if wish is not None and replace(wish, reason=reason) == revision:
        return order
    plan = NO_PLAN if order.plan is None else order.plan
    return replace(order, plan=replace(plan, revision=revision))
