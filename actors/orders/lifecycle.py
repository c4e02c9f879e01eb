"""What may happen to an order, and what it is afterwards. Pure; the table is the law (O4).

A change that the table does not list is an error, never a shrug. Reports repeat themselves and come
late, so that is not an error: fills that an order has already are left out with `news`, and what
remains is applied once. A fill counts even after a cancel, since the venue traded it (A18).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from msgspec.structs import replace

from ...runtime import BenthicError, Millis
from ..exchange.messages import OrderReport
from ..market.fill import Fill
from ..market.money import ZERO, add, multiply, subtract
from .model import Order, Status
from .plan import NO_PLAN, PAST, RETURNS, Revision

_UNTAKEN: Final[frozenset[Status]] = frozenset({"intent", "unknown"})

Change = Literal[
    "free",
    "trigger",
    "send",
    "accept",
    "lose",
    "refuse",
    "fill a part",
    "fill",
    "hold back",
    "send again",
    "cancel",
]

TRANSITIONS: Final[Mapping[tuple[Status, Change], Status]] = MappingProxyType(
    {
        ("chained", "free"): "due",
        ("chained", "hold back"): "inactive",  # free, and then it waits for a price
        ("chained", "cancel"): "cancelled",
        ("inactive", "trigger"): "due",
        ("inactive", "fill a part"): "inactive",  # traded before it was taken back, reported late
        ("inactive", "fill"): "filled",
        ("inactive", "cancel"): "cancelled",
        ("due", "send"): "intent",
        ("due", "hold back"): "inactive",
        ("due", "refuse"): "refused",  # what it takes is not there
        ("due", "fill a part"): "due",
        ("due", "fill"): "filled",
        ("due", "cancel"): "cancelled",
        ("intent", "hold back"): "inactive",
        ("intent", "send again"): "due",
        ("unknown", "hold back"): "inactive",
        ("unknown", "send again"): "due",
        ("accepted", "hold back"): "inactive",
        ("accepted", "send again"): "due",
        ("intent", "accept"): "accepted",
        ("intent", "lose"): "unknown",
        ("intent", "refuse"): "refused",
        ("intent", "fill a part"): "accepted",
        ("intent", "fill"): "filled",
        ("intent", "cancel"): "cancelled",
        ("unknown", "accept"): "accepted",
        ("unknown", "refuse"): "refused",
        ("unknown", "fill a part"): "accepted",
        ("unknown", "fill"): "filled",
        ("unknown", "cancel"): "cancelled",
        ("accepted", "fill a part"): "accepted",
        ("accepted", "fill"): "filled",
        ("accepted", "cancel"): "cancelled",
        ("cancelled", "fill a part"): "cancelled",  # traded before the cancel, reported after it
        ("cancelled", "fill"): "filled",
    }
)


class ImpossibleChange(BenthicError):
    """The venue reports what cannot follow from where the order stands; nothing was changed."""

    def __init__(self, order: Order, change: str) -> None:
        super().__init__(
            f"order {order.id} is {order.status} ({order.filled} of {order.amount} filled) and "
            f"cannot {change}: compare it with the venue before you trade on"
        )
        self.order = order
        self.change = change


def following(order: Order, change: Change) -> Status:
    """The status after `change`. Raises ImpossibleChange where the table has none."""
    status = TRANSITIONS.get((order.status, change))
    if status is None:
        raise ImpossibleChange(order, change)
    return status


def accepted(order: Order, venue_id: str, at: Millis) -> Order:
    """The order once the venue has taken it and none of it has filled yet."""
    status = following(order, "accept")
    return replace(order, status=status, venue_id=venue_id, changed_at=at, evidence="")


def lost(order: Order, evidence: str, at: Millis) -> Order:
    """The order once it was sent and no answer tells what became of it."""
    return replace(order, status=following(order, "lose"), changed_at=at, evidence=evidence)


def refused(order: Order, evidence: str, at: Millis) -> Order:
    """The order once it is certain that the venue never took it; it holds nothing any more."""
    status = following(order, "refuse")
    return replace(order, status=status, held=ZERO, changed_at=at, evidence=evidence)


def cancelled(order: Order, evidence: str, at: Millis) -> Order:
    """The order once nothing more of it can fill; it holds nothing any more."""
    status = following(order, "cancel")
    return replace(order, status=status, held=ZERO, changed_at=at, evidence=evidence)


def gone(order: Order, evidence: str, at: Millis, name: str = "") -> Order:
    """The order once it is certain that the venue never had it, or has it no more (C6).

    name: its next client id, where it is to live on; see `lives_on`.
    """
    if lives_on(order):
        return withdrawn(order, evidence, at, name)
    return (cancelled if order.status == "accepted" else refused)(order, evidence, at)


def lives_on(order: Order) -> bool:
    """Whether an order that the venue has no more is sent again, or held back, and not given up.

    It shall become another; or it bounds a risk, and the venue gave it back unasked (A24, A26, C6);
    or the venue never had it, and nobody but the desk knows that it has to be sent.
    """
    plan = order.plan
    if plan is None:
        return False
    if plan.revision is not None:
        return plan.revision.then != "end"
    if order.purpose == "protective":
        return plan.returns < RETURNS
    return order.status in _UNTAKEN and (plan.chain is not None or plan.lives > 0)


def sent(order: Order, held_asset: str, held: Decimal, at: Millis) -> Order:
    """The order once its intent is durable; `held` is what is reserved for it now."""
    status = following(order, "send")
    return replace(order, status=status, held_asset=held_asset, held=held, changed_at=at)


def withdrawn(order: Order, evidence: str, at: Millis, name: str) -> Order:
    """The order once the venue has it no more and never will under this client id: its next life.

    It becomes what its revision says, or is sent as it is. name: its next client id, never used.
    """
    plan = NO_PLAN if order.plan is None else order.plan
    wish = plan.revision or Revision("send", order.amount, order.price, plan.stop)
    if wish.amount <= order.filled:  # nothing of it is left
        return cancelled(order, evidence, at)
    after = replace(
        plan,
        stop=wish.stop,
        revision=None,
        lives=plan.lives + 1,
        carried=order.filled,
        returns=plan.returns + 1 if plan.revision is None and order.filled == plan.carried else 0,
        past=(*plan.past, order.client_id)[-PAST:],
        aliases=(*plan.aliases, order.venue_id)[-PAST:] if order.venue_id else plan.aliases,
    )
    return replace(
        order,
        client_id=name,
        venue_id="",
        amount=wish.amount,
        price=wish.price,
        status=following(order, "hold back" if wish.then == "hold" else "send again"),
        held=ZERO,
        changed_at=at,
        evidence=evidence,
        plan=after,
    )


def news(fills: tuple[Fill, ...], known: Collection[str]) -> tuple[Fill, ...]:
    """The fills, oldest first, whose trade ids are not `known`; each once, however often given."""
    fresh: dict[str, Fill] = {}
    for fill in fills:
        if fill.trade_id not in known:
            fresh.setdefault(fill.trade_id, fill)
    return tuple(fresh.values())


def filled(
    order: Order, fills: tuple[Fill, ...], venue_id: str, at: Millis, name: str = ""
) -> Order:
    """The order once `fills`, all of them new to it, have traded (F5).

    What it holds shrinks by what they cost, fees in the held asset included, and is nothing once
    the order is complete. Raises ImpossibleChange where more fills than was ordered: that is for
    somebody to look at, not to cut off.
    name: its next client id, where it is to be larger than it was: then it is not over yet.
    """
    total, cost, fee, paid = order.filled, order.cost, order.fee, ZERO
    fee_asset, buys, held_asset = order.fee_asset, order.side == "buy", order.held_asset
    for fill in fills:
        worth = multiply(fill.amount, fill.price)
        total, cost = add(total, fill.amount), add(cost, worth)
        fee = add(fee, fill.fee) if fill.fee_asset == fee_asset else fill.fee
        fee_asset = fill.fee_asset
        paid = add(paid, worth if buys else fill.amount)
        if fee_asset == held_asset:
            paid = add(paid, fill.fee)
    if total > order.amount:
        raise ImpossibleChange(order, f"fill {total - order.amount} more than was ordered")
    complete = total == order.amount
    if complete and name and (wish := order.wish) and wish.then != "end" and wish.amount > total:
        status = following(order, "fill a part")
        part = replace(order, status=status, filled=total, cost=cost, fee=fee, fee_asset=fee_asset)
        return withdrawn(part, "it filled before it could be made larger", at, name)
    status = following(order, "fill" if complete else "fill a part")
    done = complete or not order.held
    held = ZERO if done else max(subtract(order.held, paid), ZERO)
    return Order(  # direct: `replace` costs three times as much, and this is the busiest path
        order.id,
        order.client_id,
        order.symbol,
        order.side,
        order.kind,
        order.amount,
        order.price,
        status,
        held_asset,
        held,
        total,
        cost,
        fee,
        fee_asset,
        order.created_at,
        at,
        venue_id or order.venue_id,
        order.evidence if status == "cancelled" else "",
        order.purpose,
        order.plan,
    )


def answered(
    order: Order, venue_id: str, fresh: tuple[Fill, ...], at: Millis, name: str = ""
) -> Order:
    """The order once the venue has said that it took it; an event may have said so before (A6).

    fresh: what traded at once, as far as it is new to the order. name: as in `filled`.
    """
    if fresh:
        return filled(order, fresh, venue_id, at, name)
    return accepted(order, venue_id, at) if order.status in _UNTAKEN else order


def untold(order: Order, report: OrderReport) -> Decimal:
    """How much more has filled than the order knows trades of, base currency; 0 or above.

    A report tells of the order as it was sent last: what had filled before is not in it.
    """
    said = report.filled
    if said is None:
        said = report.amount if report.status == "filled" else ZERO
    if order.plan is not None and order.plan.carried:
        said = add(said, order.plan.carried)
    return max(subtract(said, order.filled), ZERO)


def reported(
    order: Order, report: OrderReport, fresh: tuple[Fill, ...], at: Millis, name: str = ""
) -> Order:
    """The live order once the venue has said all it knows of it; the same object where nothing new.

    A cancelled order whose trades the venue has not all told lives on, and keeps what it holds to
    pay for them (A18).
    fresh: the fills of the report that are new to the order. name: its next client id, where it is
    taken back to become another.
    """
    after = filled(order, fresh, report.venue_id, at, name) if fresh else order
    if after.client_id != order.client_id:  # it lives on already
        return after
    if report.status == "cancelled" and not untold(after, report):
        if after.is_live:
            cause = f": {report.cause}" if report.cause else ""
            proof = f"the venue reports it cancelled at {report.changed_at} ms{cause}"
            wish = after.wish
            if wish is not None:
                proof = f"{wish.reason}; {proof}"
            goes_on = lives_on(after)
            after = withdrawn(after, proof, at, name) if goes_on else cancelled(after, proof, at)
    elif after.status in _UNTAKEN:
        after = accepted(after, report.venue_id, at)
    return after
