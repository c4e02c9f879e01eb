"""Any plan over any market: no schedule and no short cut changes a fill (R10)."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.messages import Cancel, Fill, OrderRejected, Submit
from benthic.actors.market.side import Side
from benthic.runtime import Millis, Schedule

from .trading import (
    MINUTE,
    PAIR,
    Bars,
    Plan,
    Request,
    a_tape,
    a_venue,
    fills_in,
    limit,
    market,
    traded,
)

ticks = st.integers(900, 1100)  # 90.0 to 110.0 in tenths


@st.composite
def markets(draw: st.DrawFn) -> Bars:
    bars: list[tuple[float, float, float, float]] = []
    for _ in range(draw(st.integers(3, 12))):
        low, one, two, high = sorted(draw(ticks) / 10 for _ in range(4))
        opened, closed = draw(st.permutations([one, two]))
        bars.append((opened, high, low, closed))
    return bars


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    plan: dict[int, list[Request]] = {}
    for number in range(draw(st.integers(0, 8))):
        price = draw(st.one_of(st.none(), ticks))
        side: Side = draw(st.sampled_from(("buy", "sell")))
        order = (
            market(f"bn-{number}", side)
            if price is None
            else limit(f"bn-{number}", str(price / 10), side)
        )
        minute = draw(st.integers(1, 10))
        plan.setdefault(minute, []).append(order)
        if draw(st.integers(0, 3)) == 0:
            plan.setdefault(minute + draw(st.integers(0, 3)), []).append(
                Cancel(order.client_id, PAIR)
            )
    return plan


@settings(max_examples=40)
@given(markets(), plans(), st.integers(0, 2**32))
def test_no_schedule_changes_what_a_trader_sees(bars: Bars, plan: Plan, seed: int) -> None:
    funds = {"USDT": Decimal(400), "BTC": Decimal(2)}

    first = traded(bars, plan, venue=a_venue(funds))

    assert traded(bars, plan, venue=a_venue(funds), schedule=Schedule.DIRECT) == first
    assert traded(bars, plan, venue=a_venue(funds), schedule=Schedule.SHUFFLE, seed=seed) == first


@settings(max_examples=60)
@given(markets(), plans())
def test_waking_only_where_an_order_is_reached_misses_no_fill(bars: Bars, plan: Plan) -> None:
    venue = a_venue()
    by_hand: list[Fill] = []
    tape = a_tape(bars)
    for index in range(len(tape)):
        candle, now = tape.candle(index), Millis((index + 1) * MINUTE)
        by_hand += venue.match(PAIR, candle, now)  # every bar, one after the other
        for request in plan.get(index + 1, ()):
            try:
                if isinstance(request, Submit):
                    venue.submit(request, candle.close, now)
                elif isinstance(request, Cancel):
                    venue.cancel(request.client_id, PAIR, now)
            except OrderRejected:
                continue

    assert fills_in(traded(bars, plan)) == by_hand  # R10
