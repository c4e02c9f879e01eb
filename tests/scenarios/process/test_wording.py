"""What a hand in a real process is told is what was said, to the last digit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.orders.drafts import Draft, EditOrder, GroupDraft, PlaceOrders
from benthic.actors.orders.messages import CancelOrder, PlaceOrder
from benthic.actors.orders.plan import (
    Expiry,
    Swap,
    TrailingDistance,
    TrailingOwn,
    TrailingStep,
    TrailingSteps,
    Trigger,
)
from benthic.runtime import Millis
from benthic.scenarios.process.wording import WISHES, Asked, decode_asked, encode_asked

numbers = st.decimals(min_value="1E-12", max_value="1E12", allow_nan=False, allow_infinity=False)
maybe = st.none() | numbers
profiles = st.none() | st.one_of(
    st.builds(TrailingDistance, numbers, st.sampled_from(["share", "absolute"]), maybe, numbers),
    st.builds(
        TrailingSteps,
        st.lists(st.builds(TrailingStep, numbers, numbers, st.booleans())).map(tuple),
        st.sampled_from(["above", "below"]),
    ),
    st.builds(TrailingOwn, st.text(), st.text()),
)
drafts = st.builds(
    Draft,
    name=st.text(min_size=1),
    symbol=st.just("BTC/USDT"),
    side=st.sampled_from(["buy", "sell"]),
    kind=st.sampled_from(["market", "limit", "stop_limit", "trailing_stop"]),
    amount=numbers,
    price=maybe,
    stop=maybe,
    trail=maybe,
    reference=maybe,
    tag=st.text(),
    keeper=st.sampled_from([None, "venue", "desk"]),
    after=st.text(),
    release=st.sampled_from(["fill", "end"]),
    takes_fees=st.booleans(),
    group=st.text(),
    trigger=st.none() | st.builds(Trigger, numbers, st.sampled_from(["above", "below"])),
    profile=profiles,
    expiry=st.none() | st.builds(Expiry, st.none() | st.just(Millis(1)), maybe),
)
swaps = st.none() | st.builds(
    Swap, st.sampled_from(["stop_first", "take_profit_first"]), st.integers(1).map(Millis)
)
groups = st.builds(GroupDraft, st.text(), st.text(), swaps)
batches = st.builds(
    PlaceOrders, st.lists(drafts, max_size=4).map(tuple), st.lists(groups, max_size=2).map(tuple)
)
edits = st.builds(EditOrder, st.text(), maybe, maybe, maybe)


def through_the_pipe(message: Any) -> Any:
    told = decode_asked(encode_asked(Asked(1, WISHES[type(message)](message)))).ask
    return getattr(told, "message", None)


@given(batches | edits)
def test_a_hand_is_told_what_was_said(message: PlaceOrders | EditOrder) -> None:
    assert through_the_pipe(message) == message


@pytest.mark.parametrize(
    "message",
    [
        PlaceOrder("BTC/USDT", "buy", "limit", Decimal("0.10"), Decimal("60000.50")),
        CancelOrder("an order"),
    ],
)
def test_a_hand_is_told_of_an_order_alone(message: PlaceOrder | CancelOrder) -> None:
    assert through_the_pipe(message) == message


def test_amounts_pass_as_text() -> None:
    said = encode_asked(Asked(1, WISHES[EditOrder](EditOrder("x", amount=Decimal("0.10")))))

    assert b'"amount":"0.10"' in said
