"""Promises of what an order is woken for: all that it needs, and nothing that it does not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from benthic.actors.orders import lifecycle, revising
from benthic.actors.orders.expiry import is_expired, is_expired_at
from benthic.actors.orders.plan import Expiry, TrailingDistance, Trigger
from benthic.actors.orders.waits import NOTHING, PriceWait, Waits, waits_of
from benthic.runtime import Millis

from .planned import NOW, SWAP, a_group, an_order

TRIGGER = Trigger(Decimal(120), "above")
FAR = PriceWait(Decimal(120), "above", "trigger")
STOP = PriceWait(Decimal(90), "below", "trigger")


@pytest.mark.parametrize(
    ("more", "prices"),
    [
        ({}, set()),
        ({"status": "inactive", "trigger": TRIGGER}, {FAR}),
        ({"status": "chained", "trigger": TRIGGER}, set()),
        ({"status": "due", "trigger": TRIGGER}, set()),
        ({"kind": "stop_loss", "stop": "90"}, set()),
        ({"kind": "stop_loss", "stop": "90", "keeper": "desk", "status": "inactive"}, {STOP}),
        ({"kind": "stop_loss", "stop": "90", "keeper": "desk", "status": "chained"}, set()),
    ],
)
def test_a_price_is_waited_for_here_only_where_nobody_else_does(
    more: dict[str, Any], prices: set[PriceWait]
) -> None:
    assert waits_of(an_order("x", **more)).prices == prices


def test_a_stop_that_trails_is_woken_at_its_next_level_as_well() -> None:
    profile = TrailingDistance(Decimal(5), "absolute", Decimal(100), Decimal(1))
    order = an_order("x", "stop_loss", stop="95", keeper="desk", status="inactive", profile=profile)

    assert waits_of(order).prices == {
        PriceWait(Decimal(95), "below", "trigger"),
        PriceWait(Decimal(101), "above", "trail"),
    }


def test_an_expiry_is_waited_for_in_every_state() -> None:
    expiry = Expiry(Millis(5_000), Decimal(80), "below")
    for status in ("chained", "inactive", "due", "intent", "accepted", "unknown"):
        waits = waits_of(an_order("x", status=status, expiry=expiry))

        assert waits == Waits(frozenset({PriceWait(Decimal(80), "below", "expire")}), Millis(5_000))


def test_what_was_put_forward_is_looked_at_when_its_time_is_up() -> None:
    order = an_order("x", group=a_group("oco", SWAP), forward_since=NOW)

    assert waits_of(order).until == NOW + SWAP.timeout


def test_what_is_over_or_is_to_end_waits_for_nothing() -> None:
    order = an_order("x", expiry=Expiry(Millis(5_000)))

    assert waits_of(revising.ended(order, "asked to", NOW)) == NOTHING
    assert waits_of(lifecycle.cancelled(order, "asked to", NOW)) == NOTHING
    assert not NOTHING


@pytest.mark.parametrize(("at", "expected"), [(4_999, False), (5_000, True), (5_001, True)])
def test_an_order_expires_at_its_time_and_not_before(at: int, expected: object) -> None:
    order = an_order("x", expiry=Expiry(Millis(5_000)))

    assert is_expired(order, Millis(at)) is expected
    assert not is_expired(an_order("y"), Millis(at))


@pytest.mark.parametrize(
    ("direction", "price", "expected"),
    [
        ("above", "99", False),
        ("above", "100", True),
        ("below", "100", True),
        ("below", "101", False),
    ],
)
def test_an_order_expires_at_its_price_or_beyond_it(
    direction: Any, price: str, expected: object
) -> None:
    order = an_order("x", expiry=Expiry(price=Decimal(100), direction=direction))

    assert is_expired_at(order, Decimal(price)) is expected
    assert not is_expired_at(an_order("y", expiry=Expiry(Millis(1))), Decimal(price))
