"""What bounds a position of a mode: a stop loss and a take profit that its entry sets free. Pure.

The guards become durable in the commit of the entry, and go out as it fills, for so much as has
filled. To leave a position is to move its stop into the market: it then sells at once, and there is
no instant at which nothing bounds what is held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Final

import attrs
from msgspec.structs import replace

from ...runtime import UsageError
from ..market.instrument import Instrument
from ..market.money import ZERO, add, multiply, subtract
from ..market.precision import ceil_to_step, floor_to_step
from ..market.side import STOPS
from ..orders.drafts import Draft, EditOrder, GroupDraft, PlaceOrders
from ..orders.model import Order
from ..orders.plan import Swap, TrailingDistance

TAG: Final = "guard"  # of orders that bound a position of a mode
INTO: Final = Decimal("0.05")  # how far a guard is moved into the market, a share of the price
FINE: Final = Decimal("0.05")  # of its distance: what a stop that follows is moved by at least
ONE: Final = Decimal(1)


@attrs.frozen
class Guards:
    """How far away they are, each a share of the price of the signal; None: there is no such.

    stop_loss, take_profit: below and above it. trail: a stop that follows the best price at this
    distance; it begins at `stop_loss` where there is one.
    """

    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    trail: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        for name, share, most in (
            ("stop_loss", self.stop_loss, ONE),
            ("take_profit", self.take_profit, None),
            ("trail", self.trail, ONE),
        ):
            if share is not None and (share <= 0 or (most is not None and share >= most)):
                below = "" if most is None else f" and below {most}"
                raise UsageError(f"needs {name} above 0{below}, not {share}: a share of the price")

    def __bool__(self) -> bool:
        return not self.stop_loss is self.take_profit is self.trail is None


NO_GUARDS: Final = Guards()


def guarded_entry(
    entry: Draft, close: Decimal, guards: Guards, instrument: Instrument
) -> PlaceOrders:
    """A buy with its guards. close: of the signal, quote currency per unit of base."""
    below, above = guards.stop_loss or guards.trail, guards.take_profit
    is_group = below is not None and above is not None
    end = Draft(
        name="",
        symbol=entry.symbol,
        side="sell",
        kind="market",
        amount=entry.amount,
        purpose="protective",
        tag=TAG,
        after=entry.name,
        takes_fees=True,
        group="ends" if is_group else "",
    )
    ends = list[Draft]()
    if below is not None:
        stop = floor_to_step(multiply(close, subtract(ONE, below)), instrument.price_step)
        trail = guards.trail
        follows = None if trail is None else TrailingDistance(trail, step=multiply(trail, FINE))
        ends.append(replace(end, name="stop", kind="stop_loss", stop=stop, profile=follows))
    if above is not None:
        price = ceil_to_step(multiply(close, add(ONE, above)), instrument.price_step)
        ends.append(replace(end, name="profit", kind="limit", price=price))
    # Both sell the same, so only one of them can rest on a spot market.
    groups = (GroupDraft("ends", "oco", Swap()),) if is_group else ()
    return PlaceOrders((entry, *ends), groups)


def guards_of(symbol: str, orders: Iterable[Order]) -> tuple[Order, ...]:
    """Those of the live orders that bound a position of a mode in this market."""
    return tuple(
        order
        for order in orders
        if order.symbol == symbol and order.plan is not None and order.plan.tag == TAG
    )


def bounded_by(guards: Iterable[Order]) -> Decimal:
    """How much of what is held they sell, base currency: those of a group sell the same."""
    most = dict[str, Decimal]()
    for order in guards:
        left = ZERO if order.status == "chained" else order.remaining
        most[_family(order)] = max(most.get(_family(order), ZERO), left)
    return sum(most.values(), ZERO)


def exits(guards: Collection[Order], close: Decimal, instrument: Instrument) -> Iterator[EditOrder]:
    """What moves guards into the market, so that all that they bound is sold at once.

    Where there is a stop it is moved, and sells at market; a take profit that stands alone becomes
    a limit that is met. close: what the asset trades at, quote currency per unit of base.
    """
    bounded = {_family(order) for order in guards if order.kind in STOPS}
    for order in guards:
        if order.kind in STOPS:
            level = multiply(close, add(ONE, INTO))
            yield EditOrder(order.id, stop=ceil_to_step(level, instrument.price_step))
        elif _family(order) not in bounded:
            level = multiply(close, subtract(ONE, INTO))
            yield EditOrder(order.id, price=floor_to_step(level, instrument.price_step))


def _family(order: Order) -> str:
    plan = order.plan
    return order.id if plan is None or plan.group is None else plan.group.id
