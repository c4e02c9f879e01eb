"""Any orders over any bars: they trade where a naive walk along the bar says; money adds up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.messages import Submit
from benthic.actors.market.candle import Candle
from benthic.actors.market.errors import OrderRejected
from benthic.actors.market.fees import Fees
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.side import Kind, Side
from benthic.actors.market.symbol import Symbol
from benthic.actors.matching.path_venue import PathVenue
from benthic.runtime import Millis

PAIR = "BTC/USDT"
MINUTE = 60_000
UNIT = Decimal(1)
Prices = tuple[int, int, int, int]  # open, high, low, close

prices = st.integers(50, 150)


@st.composite
def bars(draw: st.DrawFn) -> Prices:
    low, one, other, high = sorted(draw(prices) for _ in range(4))
    opened, closed = draw(st.permutations([one, other]))
    return opened, high, low, closed


sides: st.SearchStrategy[Side] = st.sampled_from(("buy", "sell"))
stops: st.SearchStrategy[Kind] = st.sampled_from(("stop_loss", "take_profit"))


def a_venue(fees: Fees, funds: dict[str, Decimal] | None) -> PathVenue:
    return PathVenue(
        [Instrument(Symbol.parse(PAIR), UNIT, UNIT, UNIT, Decimal(0), fees)], funds=funds
    )


FREE = Fees(Decimal(0), Decimal(0))


def walk(bar: Prices) -> Iterator[tuple[int, bool]]:
    """Every price that a bar passes, one unit after the other; whether it is the open."""
    opened, high, low, closed = bar
    yield opened, True
    here = opened
    for there in (low, high, closed) if closed >= opened else (high, low, closed):
        step = 1 if there > here else -1
        while here != there:
            here += step
            yield here, False


def candle(bar: Prices, number: int) -> Candle:
    opened, high, low, closed = map(float, bar)
    return Candle(Millis(number * MINUTE), opened, high, low, closed, 1.0)


def play(venue: PathVenue, wanted: Submit, last: int, course: Sequence[Prices]) -> list[Decimal]:
    try:
        report = venue.submit(wanted, float(last), Millis(0))
    except OrderRejected:
        return []
    assert report.status == "open"
    traded: list[Decimal] = []
    for number, bar in enumerate(course):
        fills = venue.match(PAIR, candle(bar, number), Millis((number + 1) * MINUTE))
        traded += [fill.price for fill in fills]
    return traded


@given(side=sides, kind=stops, stop=prices, last=prices, course=st.lists(bars(), max_size=4))
@settings(max_examples=200)
def test_a_stop_trades_at_the_first_price_that_reaches_it(
    side: Side, kind: Kind, stop: int, last: int, course: list[Prices]
) -> None:
    rises = (kind == "stop_loss") is (side == "buy")
    wanted = Submit("a", PAIR, side, kind, UNIT, None, Decimal(stop))

    traded = play(a_venue(FREE, None), wanted, last, course)

    def reached(price: int) -> bool:
        return price >= stop if rises else price <= stop

    expected = [price for bar in course for price, _ in walk(bar) if reached(price)]
    assert traded == ([] if reached(last) else [Decimal(price) for price in expected[:1]])


@given(
    side=sides,
    bips=st.integers(100, 3_000),
    last=prices,
    course=st.lists(bars(), max_size=4),
)
@settings(max_examples=200)
def test_a_trailing_stop_trades_where_the_way_back_is_its_distance(
    side: Side, bips: int, last: int, course: list[Prices]
) -> None:
    trail = Decimal(bips) / 10_000
    wanted = Submit("a", PAIR, side, "trailing_stop", UNIT, None, None, trail)

    traded = play(a_venue(FREE, None), wanted, last, course)

    best, expected = last, None
    for price, _ in (each for bar in course for each in walk(bar)):
        if side == "sell":
            best = max(best, price)
            is_due = price <= best * (10_000 - bips) // 10_000
        else:
            best = min(best, price)
            is_due = price >= -(-best * (10_000 + bips) // 10_000)
        if is_due:
            expected = price
            break
    assert traded == ([] if expected is None else [Decimal(expected)])


@given(
    side=sides,
    limit=prices,
    stop=prices,
    last=prices,
    course=st.lists(bars(), min_size=1, max_size=4),
)
@settings(max_examples=200)
def test_of_a_pair_the_leg_that_is_reached_first_trades_alone(
    side: Side, limit: int, stop: int, last: int, course: list[Prices]
) -> None:
    venue = a_venue(FREE, None)
    legs = (
        Submit("limit", PAIR, side, "limit", UNIT, Decimal(limit)),
        Submit("stop", PAIR, side, "stop_loss", UNIT, None, Decimal(stop)),
    )
    above, below = (limit, stop) if side == "sell" else (stop, limit)
    try:
        venue.submit_pair("pair", legs, float(last), Millis(0))
    except OrderRejected:
        assert not below < last < above
        return
    traded = [
        (fill.client_id, fill.price)
        for number, bar in enumerate(course)
        for fill in venue.match(PAIR, candle(bar, number), Millis((number + 1) * MINUTE))
    ]

    hits = [price for bar in course for price, _ in walk(bar) if not below < price < above]
    if hits:
        first = hits[0]
        is_limit = (first >= above) is (side == "sell")
        # An open beyond a limit is a better price than the limit; a walk meets it exactly.
        assert traded == [("limit" if is_limit else "stop", Decimal(first))]
        assert venue.open_orders(PAIR) == ()
    else:
        assert traded == []
        assert len(venue.open_orders(PAIR)) == 2


kinds: st.SearchStrategy[Kind] = st.sampled_from(
    (
        "market",
        "limit",
        "stop_loss",
        "stop_limit",
        "take_profit",
        "take_profit_limit",
        "trailing_stop",
    )
)


@st.composite
def orders(draw: st.DrawFn, number: int) -> Submit:
    kind = draw(kinds)
    has_limit = kind in {"limit", "stop_limit", "take_profit_limit"}
    waits = kind not in {"market", "limit", "trailing_stop"}
    return Submit(
        f"c{number}",
        PAIR,
        draw(sides),
        kind,
        Decimal(draw(st.integers(1, 5))),
        Decimal(draw(prices)) if has_limit else None,
        Decimal(draw(prices)) if waits else None,
        Decimal(draw(st.integers(1, 50))) / 100 if kind == "trailing_stop" else None,
        draw(st.sampled_from(("GTC", "GTC", "IOC", "FOK", "GTX"))) if kind == "limit" else "GTC",
    )


@given(
    data=st.data(),
    fees=st.sampled_from((FREE, Fees(Decimal("-0.01"), Decimal("0.02")))),
    course=st.lists(bars(), min_size=1, max_size=8),
)
@settings(max_examples=100)
def test_what_an_account_has_is_what_it_began_with_and_its_fills(
    data: st.DataObject, fees: Fees, course: list[Prices]
) -> None:
    money = {"USDT": Decimal(500), "BTC": Decimal(5)}
    venue = a_venue(fees, money)
    number = 0
    for place, bar in enumerate(course):
        end = Millis((place + 1) * MINUTE)
        venue.match(PAIR, candle(bar, place), end)
        for _ in range(data.draw(st.integers(0, 3))):
            number += 1
            try:
                venue.submit(data.draw(orders(number)), float(bar[3]), end)
            except OrderRejected:
                continue
        if number and data.draw(st.booleans()):
            with suppress(OrderRejected):
                venue.cancel(f"c{data.draw(st.integers(1, number))}", PAIR, end)

        for fill in venue.fills(PAIR, Millis(0)):
            assert fill.fee_asset in {"USDT", "BTC"}
        held = {each.asset: each for each in venue.holdings() or ()}
        expected = dict(money)
        for fill in venue.fills(PAIR, Millis(0)):
            sign = 1 if fill.side == "buy" else -1
            expected["BTC"] += sign * fill.amount
            expected["USDT"] -= sign * fill.amount * fill.price
            expected[fill.fee_asset] -= fill.fee
        assert {asset: held[asset].total for asset in expected} == expected
        assert all(each.free >= 0 and each.locked >= 0 for each in held.values())
        if not venue.open_orders(PAIR):
            assert all(each.locked == 0 for each in held.values())
