"""Stops of the simulated venue and thresholds of feeds fire on the same prices (decision 0011)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.feeds import ThresholdId, Thresholds
from benthic.actors.market.side import Side
from benthic.actors.matching.triggers import Triggers, rises
from benthic.actors.matching.values import Order, OrderKind, OrderRequest
from benthic.runtime import Millis

AT = Millis(0)
QUANTUM = Decimal("0.01")

PRICES = st.integers(1, 12)
SIDES = st.sampled_from(["buy", "sell"])
KINDS = st.sampled_from(["stop_loss", "stop_limit", "take_profit", "take_profit_limit"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("price"), PRICES),
        st.tuples(st.just("stop"), SIDES, KINDS, PRICES),
        st.tuples(st.just("cancel"), st.integers(0, 20)),
    ),
    max_size=80,
)


def a_stop(number: int, side: Side, kind: OrderKind, price: int) -> Order:
    request = OrderRequest(
        account=1,
        symbol="BTCUSDT",
        side=side,
        kind=kind,
        amount=1,
        stop_price=price,
    )
    return Order(
        id=number,
        request=request,
        client_id=str(number),
        amount=1,
        created_at=AT,
        updated_at=AT,
        stop_price=price,
    )


class Both:
    """The same stops on both sides."""

    def __init__(self) -> None:
        self.triggers = Triggers()
        self.thresholds = Thresholds()
        self.orders: dict[ThresholdId, Order] = {}
        self.fired: list[set[int]] = []
        self.last: int | None = None

    def stop(self, side: Side, kind: OrderKind, price: int) -> None:
        order = a_stop(len(self.orders), side, kind, price)
        direction: Literal["above", "below"] = "above" if rises(order) else "below"
        self.triggers.add(order, self.last)
        threshold = self.thresholds.arm(QUANTUM * price, direction, at=AT)
        self.orders[threshold] = order

    def cancel(self, number: int) -> None:
        for threshold, order in self.orders.items():
            if order.id == number:
                waited = self.triggers.count
                self.triggers.remove(order)
                assert self.thresholds.disarm(threshold) is (self.triggers.count < waited)

    def price(self, price: int) -> None:
        before, self.last = self.last, price
        due = self.triggers.see(price)
        fired = self.thresholds.cross(QUANTUM * price, at=AT, now=AT)
        assert {order.id for order in due} == {self.orders[each].id for each in fired}
        assert self.triggers.count == len(self.thresholds)
        if before is not None:
            said = [self.orders[each] for each in fired]
            assert on_the_way(due, before, price) == on_the_way(said, before, price)


def on_the_way(orders: list[Order], before: int, price: int) -> list[int]:
    """The stops that the price met as it moved, in the order of firing."""
    low, high = sorted((before, price))
    return [
        order.stop_price
        for order in orders
        if low <= order.stop_price <= high and order.stop_price != before
    ]


@settings(max_examples=300)
@given(STEPS)
def test_both_fire_the_same_stops_on_every_price(steps: list[tuple[object, ...]]) -> None:
    both = Both()
    for name, *arguments in steps:
        getattr(both, str(name))(*arguments)
